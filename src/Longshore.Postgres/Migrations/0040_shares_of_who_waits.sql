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
begin
    loop
        with classes as materialized (
            select c.id, coalesce(s.namespace, '') as name, p.depth, p.place
            from unnest(p_classes, v_depths) with ordinality p (class_id, depth, place)
            join longshore.classes c on c.id = p.class_id
            left join longshore.shares s on s.namespace = c.namespace
        ), groups as materialized (
            select g.*, t.until_at / g.cost as quota
            from (select c.name, c.classes, row_number() over (order by c.name collate "C") as g, s.weight,
                         greatest(s.end_at, t.present) as start_at, s.end_at, 1000000000::bigint / s.weight as cost,
                         t.present
                  from (select c.name, count(*) as classes from classes c group by c.name) c
                  join longshore.shares s on s.namespace = c.name
                  cross join longshore.share_time t) g
            cross join lateral (
                select greatest(0, g.present - g.start_at + g.cost
                    + v_want * 1000000000::bigint / coalesce(w.weights, 1)) as until_at
                from (select sum(s.weight)::bigint as weights
                      from longshore.shares s
                      where s.namespace in (
                          select c.name from classes c
                          where exists (
                              select from longshore.ready n where n.class_id = c.id and n.is_shut is null))) w) t
        ), known as materialized (
            select h.g, h.id, h.start_at, h.end_at, h.cost, h.is_last, h.place, h.quota, row_number() over heads as n,
                   count(*) filter (where h.is_last) over heads - h.is_last::integer as behind
            from (
                select t.*, h.id, h.rank, h.n = t.reach as is_last
                from (select c.id as class_id, c.place, g.g, g.start_at, g.end_at, g.cost, g.quota,
                             c.depth * (2 + g.quota * 5 / 4 / g.classes) as reach
                      from groups g join classes c on c.name = g.name
                      where g.quota > 0) t
                cross join lateral (
                    select n.id, n.rank, row_number() over (order by n.rank, n.id) as n
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
            select g.start_at, g.end_at, g.g from groups g where g.quota = 0
            order by 1, 2, 3
            limit 1
        ), head as materialized (
            select k.id, k.start_at + (k.n - 1) * k.cost as start_at,
                   case k.n when 1 then k.end_at else k.start_at + (k.n - 1) * k.cost end as end_at, k.g
            from known k
            where k.behind = 0
            order by 2, 3, 4
            limit v_reach
        ), locked as materialized (
            select r.ctid as at, r.flags
            from head h
            join longshore.ready r on r.id = h.id
            where not exists (select 1 from cut c where (h.start_at, h.end_at, h.g) >= (c.start_at, c.end_at, c.g))
            order by h.start_at, h.end_at, h.g
            limit p_max
            for update of r skip locked
        )
        select array_agg(l.at), array_agg(l.flags::integer), bit_or(l.flags),
               (select count(*) from head) < v_reach and not exists (select 1 from cut),
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
