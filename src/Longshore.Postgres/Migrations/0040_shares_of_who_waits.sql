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
    v_deep integer[];
    v_depths integer[];
    v_deeper integer[];
    v_want integer := p_max;
    v_reach integer := p_max + 8;
    v_all boolean;
    v_present bigint := (select t.present from longshore.share_time t);
begin
    loop
        with classes as materialized (
            select c.id, g.namespace as name, g.weight, g.end_at, greatest(g.end_at, v_present) as start_at,
                   coalesce(v_depths[array_position(v_deep, c.id)], 1) as depth
            from longshore.classes c
            cross join lateral (
                select s.* from longshore.shares s where s.namespace in ('', c.namespace)
                order by s.namespace desc limit 1) g
            where c.id = any (p_classes)
        ), groups as materialized (
            select c.name, c.weight, c.end_at, c.start_at, 1000000000::bigint / c.weight as cost,
                   array_agg(c.id) as ids, array_agg(c.depth) as depths, count(*) as classes,
                   row_number() over (order by c.name collate "C") as g
            from classes c group by c.name, c.weight, c.end_at, c.start_at
        ), waiting as materialized (
            -- One task of a group that waits is enough to know.
            select sum(g.weight)::bigint as weights
            from groups g
            where (select true from unnest(g.ids) c (id)
                   where (select n.id from longshore.ready n where n.class_id = c.id and n.is_shut is null limit 1)
                       is not null
                   limit 1)
        ), lanes as materialized (
            select g.*, greatest(0, v_present - g.start_at + g.cost
                       + v_want * 1000000000::bigint / coalesce(w.weights, 1)) / g.cost as quota
            from groups g cross join waiting w
        ), known as materialized (
            select l.g, h.at, l.start_at + (h.n - 1) * l.cost as start_at,
                   case h.n when 1 then l.end_at else l.start_at + (h.n - 1) * l.cost end as end_at,
                   l.cost, h.last_of, h.n <= l.quota as is_due
            from lanes l
            cross join lateral (
                select n.at, n.last_of, row_number() over (order by n.rank, n.id) as n
                from (select c.id, l.classes, c.depth * (2 + l.quota * 5 / 4 / l.classes) as reach
                      from unnest(l.ids, l.depths) c (id, depth)) c
                cross join lateral (
                    select n.ctid as at, n.id, n.rank,
                           case when row_number() over (order by n.rank, n.id) = c.reach then c.id end as last_of
                    from longshore.ready n
                    where n.class_id = c.id and n.is_shut is null and p_levels >> n.priority & 1 = 1
                      and (n.flags & 114 = 0 or not longshore.is_barred(
                          p_agent, n.id, n.class_id, n.flags, null, null, p_now_us, p_policy, p_window_us,
                          p_timeout_us))
                    order by n.rank, n.id limit c.reach) n
                where l.quota > 0) h
        ), facts as materialized (
            select least(
                       (select min(array[l.start_at, l.end_at, l.g]) from lanes l where l.quota = 0),
                       min(array[k.start_at + k.cost, k.start_at + k.cost, k.g]) filter (where k.last_of is not null))
                       as cut,
                   count(*) as tasks, array_agg(k.last_of) filter (where k.last_of is not null and k.is_due) as deeper
            from known k
        ), locked as materialized (
            select r.ctid as at, r.flags
            from unnest(array(
                select k.at from known k cross join facts f
                where f.cut is null or (k.start_at, k.end_at, k.g) < (f.cut[1], f.cut[2], f.cut[3])
                order by k.start_at, k.end_at, k.g)) h (at)
            join longshore.ready r on r.ctid = h.at
            limit p_max
            for update of r skip locked
        )
        select l.at, l.flags, l.marks, f.tasks < v_reach and f.cut is null, f.deeper
        into at, flags, marks, v_all, v_deeper
        from facts f
        cross join (
            select array_agg(l.at) as at, array_agg(l.flags::integer) as flags, bit_or(l.flags) as marks
            from locked l) l;
        exit when cardinality(at) = p_max or v_all or v_reach > 100000;
        if v_deeper is not null then
            v_depths := array(
                    select 4 * coalesce(v_depths[array_position(v_deep, d.id)], 1)
                    from unnest(v_deeper) with ordinality d (id, n) order by d.n)
                || v_depths;
            v_deep := v_deeper || v_deep;
        else
            v_want := v_want * 8;
            v_reach := v_reach * 8;
        end if;
    end loop;
end
$$;
