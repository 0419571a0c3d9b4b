-- As before; but what each group will be given of a claim is reckoned among the groups that have something waiting.
-- And where the tasks that come first are of few classes, another look goes deeper into these alone: it had gone eight
-- times as far everywhere.
create or replace function longshore.pick_by_share(
    p_agent integer, p_classes integer[], p_levels integer, p_max integer, p_now_us bigint, p_policy integer,
    p_window_us bigint, p_timeout_us bigint, out at tid[], out flags integer[], out marks integer)
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
set enable_mergejoin = off set enable_hashjoin = off set jit = off
as $$
declare
    v_depths integer[] := array_fill(1, array[cardinality(p_classes)]);
    v_deeper integer[];
    v_want integer := p_max;
    v_reach integer := p_max + 8;
    v_all boolean;
    v_present bigint := (select t.present from longshore.share_time t);
begin
    loop
        with classes as materialized (
            select k.*, 1000000000::bigint / k.weight as cost, dense_rank() over (order by k.name collate "C") as g,
                   count(*) over (partition by k.name collate "C") as classes
            from (select c.id, p.depth, p.place, g.namespace as name, g.weight, g.end_at, v_present as present,
                         greatest(g.end_at, v_present) as start_at
                  from unnest(p_classes, v_depths) with ordinality p (class_id, depth, place)
                  join longshore.classes c on c.id = p.class_id
                  left join longshore.shares s on s.namespace = c.namespace
                  join longshore.shares g on g.namespace = coalesce(s.namespace, '')) k
        ), waiting as materialized (
            -- One task of a group that waits is enough to know.
            select sum(g.weight)::bigint as weights
            from (select distinct c.g, c.weight from classes c) g
            where (select true from classes c
                   where c.g = g.g and (
                       select n.id from longshore.ready n where n.class_id = c.id and n.is_shut is null limit 1)
                       is not null
                   limit 1)
        ), lanes as materialized (
            select c.*, greatest(0, c.present - c.start_at + c.cost
                       + v_want * 1000000000::bigint / coalesce(w.weights, 1)) / c.cost as quota
            from classes c cross join waiting w
        ), known as materialized (
            select h.g, h.at, h.start_at, h.end_at, h.cost, h.is_last, h.place, h.quota, row_number() over heads as n,
                   count(*) filter (where h.is_last) over heads - h.is_last::integer as behind
            from (
                select t.*, h.at, h.id, h.rank, h.n = t.reach as is_last
                from (select c.id as class_id, c.place, c.g, c.start_at, c.end_at, c.cost, c.quota,
                             c.depth * (2 + c.quota * 5 / 4 / c.classes) as reach
                      from lanes c
                      where c.quota > 0) t
                cross join lateral (
                    select n.ctid as at, n.id, n.rank, row_number() over (order by n.rank, n.id) as n
                    from longshore.ready n
                    where n.class_id = t.class_id and n.is_shut is null and p_levels >> n.priority & 1 = 1
                      and (n.flags & 114 = 0 or not longshore.is_barred(
                          p_agent, n.id, n.class_id, n.flags, null, null, p_now_us, p_policy, p_window_us,
                          p_timeout_us))
                    order by n.rank, n.id limit t.reach) h) h
            window heads as (partition by h.g order by h.rank, h.id rows unbounded preceding)
        ), cut as materialized (
            select k.start_at, k.start_at as end_at, k.g
            from (select k.g, k.start_at + count(*) filter (where k.behind = 0) * k.cost as start_at
                  from known k group by k.g, k.start_at, k.cost having bool_or(k.is_last)) k
            union all
            select c.start_at, c.end_at, c.g from lanes c where c.quota = 0
            order by 1, 2, 3
            limit 1
        ), locked as materialized (
            select r.ctid as at, r.flags
            from (select k.at, k.g, k.start_at + (k.n - 1) * k.cost as start_at,
                         case k.n when 1 then k.end_at else k.start_at + (k.n - 1) * k.cost end as end_at
                  from known k
                  where k.behind = 0) h
            join longshore.ready r on r.ctid = h.at
            where coalesce((h.start_at, h.end_at, h.g) < (select c.start_at, c.end_at, c.g from cut c), true)
            order by h.start_at, h.end_at, h.g
            limit p_max
            for update of r skip locked
        )
        select array_agg(l.at), array_agg(l.flags::integer), bit_or(l.flags),
               (select count(*) from known k where k.behind = 0) < v_reach and not exists (select 1 from cut),
               (select array_agg(k.place) from known k where k.is_last and k.n <= k.quota)
        into at, flags, marks, v_all, v_deeper
        from locked l;
        exit when cardinality(at) = p_max or v_all or v_reach > 100000;
        if v_deeper is not null then
            v_depths := array(
                select case when d.place = any (v_deeper) then d.depth * 4 else d.depth end
                from unnest(v_depths) with ordinality d (depth, place) order by d.place);
        else
            v_want := v_want * 8;
            v_reach := v_reach * 8;
        end if;
    end loop;
end
$$;
