-- Who takes turns passes over what is shut.

-- As before; but not what is shut.
create or replace function longshore.pick_by_share(
    p_agent integer, p_classes integer[], p_levels integer, p_max integer, p_now_us bigint, p_policy integer,
    p_window_us bigint, p_timeout_us bigint, out at tid[], out flags integer[], out marks integer)
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
set enable_mergejoin = off set enable_hashjoin = off set jit = off
as $$
declare
    v_each integer := 2;
    v_want integer := p_max;
    v_reach integer := p_max + 8;
    v_all boolean;
begin
    loop
        with classes as materialized (
            select c.id, coalesce(s.namespace, '') as name
            from longshore.classes c
            left join longshore.shares s on s.namespace = c.namespace
            where c.id = any (p_classes)
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
                    + v_want * 1000000000::bigint / w.weights) as until_at
                from (select sum(s.weight)::bigint as weights
                      from longshore.shares s where s.namespace in (select c.name from classes c)) w) t
        ), known as materialized (
            select h.g, h.id, h.start_at, h.end_at, h.cost, h.is_last, row_number() over heads as n,
                   count(*) filter (where h.is_last) over heads - h.is_last::integer as behind
            from (
                select t.*, h.id, h.rank, h.n = t.reach as is_last
                from (select c.id as class_id, g.g, g.start_at, g.end_at, g.cost,
                             v_each + g.quota * 5 / 4 / g.classes as reach
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
               (select count(*) from head) < v_reach and not exists (select 1 from cut)
        into at, flags, marks, v_all
        from locked l;
        exit when cardinality(at) = p_max or v_all or v_reach > 100000;
        v_each := v_each * 8;
        v_want := v_want * 8;
        v_reach := v_reach * 8;
    end loop;
end
$$;

-- As before; but not what is shut.
create or replace function longshore.choose_by_share(
    p_agent integer, p_classes integer[], p_levels integer, p_want integer, p_at tid[], p_probing text[],
    p_limited boolean, p_now_us bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint,
    out at tid[], out flags integer[])
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    v_names text[];
    v_starts bigint[];
    v_ends bigint[];
    v_costs bigint[];
    v_ranks bigint[];
    v_ids bigint[];
    v_of integer[];
    v_turn integer;
    v_row record;
    v_groups bigint[] := '{}';
    v_steps text[] := '{}';
    v_rooms integer[] := '{}';
    v_scope record;
    v_is_full boolean;
    v_place tid;
begin
    at := '{}';
    flags := '{}';
    if p_limited then
        for v_scope in select r.id, r.room from longshore.rooms(p_now_us) r loop
            v_rooms[v_scope.id] := v_scope.room;
        end loop;
    end if;
    -- Who waits for the lock of an item waits in order of ids.
    perform 1
    from longshore.groups g
    where g.id = any (array(
        select t.group_id from longshore.ready r join longshore.tasks t on t.id = r.id
        where r.ctid = any (p_at) and r.flags & 32 <> 0))
    order by g.id
    for no key update;
    with turns as materialized (select * from longshore.share_turns(p_classes)),
         named as materialized (
             select t.name, t.start_at, t.end_at, t.cost, row_number() over (order by t.name collate "C") as n
             from turns t group by t.name, t.start_at, t.end_at, t.cost)
    select array_agg(g.name order by g.n), array_agg(g.start_at order by g.n), array_agg(g.end_at order by g.n),
           array_agg(g.cost order by g.n), array_fill('-9223372036854775808'::bigint, array[count(*)::integer]),
           array_fill(0::bigint, array[count(*)::integer]),
           (select array_agg(coalesce(o.n, 0) order by a.place)
            from unnest(p_classes) with ordinality a (class_id, place)
            left join turns t on t.class_id = a.class_id left join named o on o.name = t.name)
    into v_names, v_starts, v_ends, v_costs, v_ranks, v_ids, v_of
    from named g;
    while cardinality(at) < p_want loop
        v_turn := null;
        for i in 1..coalesce(cardinality(v_names), 0) loop
            if v_names[i] is not null
                and (v_turn is null or v_starts[i] < v_starts[v_turn]
                     or (v_starts[i] = v_starts[v_turn] and v_ends[i] < v_ends[v_turn])) then
                v_turn := i;
            end if;
        end loop;
        exit when v_turn is null;
        select h.id, h.rank, h.flags, o.class_id, c.kind, c.step, c.namespace, t.group_id
        into v_row
        from unnest(p_classes, v_of) o (class_id, turn)
        cross join lateral (
            select n.id, n.rank, n.flags
            from longshore.ready n
            where n.class_id = o.class_id and (n.rank, n.id) > (v_ranks[v_turn], v_ids[v_turn])
              and n.is_shut is null and p_levels >> n.priority & 1 = 1
              and (n.flags & 114 = 0 or not longshore.is_barred(
                  p_agent, n.id, n.class_id, n.flags, v_groups, v_steps, p_now_us, p_policy, p_window_us,
                  p_timeout_us))
            order by n.rank, n.id limit 1) h
        join longshore.classes c on c.id = o.class_id
        left join longshore.tasks t on t.id = h.id and h.flags & 32 <> 0
        where o.turn = v_turn
        order by h.rank, h.id
        limit 1;
        if not found then
            v_names[v_turn] := null;
            continue;
        end if;
        if p_limited then
            v_is_full := false;
            for v_scope in
                select l.id from longshore.limits l where l.namespace = v_row.namespace and l.kind in ('', v_row.kind)
            loop
                v_is_full := v_is_full or coalesce(v_rooms[v_scope.id] <= 0, false);
            end loop;
            if v_is_full then
                -- Room only falls within a claim: all classes without it are out.
                v_of := array(
                    select case when exists (
                        select 1 from longshore.classes c
                        join longshore.limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
                        where c.id = o.class_id and v_rooms[l.id] <= 0) then 0 else o.turn end
                    from unnest(p_classes, v_of) with ordinality o (class_id, turn, place) order by o.place);
                continue;
            end if;
        end if;
        v_ranks[v_turn] := v_row.rank;
        v_ids[v_turn] := v_row.id;
        if v_row.group_id is not null then
            perform 1 from longshore.groups g where g.id = v_row.group_id for no key update skip locked;
            continue when not found;
            continue when longshore.group_bars(p_agent, v_row.id, v_row.class_id, v_groups, v_steps);
        end if;
        select r.ctid into v_place
        from longshore.ready r
        where r.id = v_row.id and r.class_id = v_row.class_id
        for update skip locked;
        continue when not found;
        at := at || v_place;
        flags := flags || v_row.flags::integer;
        v_starts[v_turn] := v_starts[v_turn] + v_costs[v_turn];
        v_ends[v_turn] := v_starts[v_turn];
        -- A suspect is given alone: nothing comes after it.
        exit when v_row.flags & 1 = 1;
        if p_limited then
            for v_scope in
                select l.id from longshore.limits l where l.namespace = v_row.namespace and l.kind in ('', v_row.kind)
            loop
                v_rooms[v_scope.id] := v_rooms[v_scope.id] - 1;
            end loop;
        end if;
        if v_row.group_id is not null then
            v_groups := v_groups || v_row.group_id;
            v_steps := v_steps || v_row.step;
        end if;
        if v_row.kind = any (p_probing) then
            v_of := array(
                select case when c.kind = v_row.kind then 0 else o.turn end
                from unnest(p_classes, v_of) with ordinality o (class_id, turn, place)
                join longshore.classes c on c.id = o.class_id order by o.place);
        end if;
    end loop;
end
$$;

-- Of tasks picked in the order of turns those for which their keys have room, in that order. Of the keys of the others
-- what there is no room for is shut, so that the next claim does not meet it.
create function longshore.keep_turns(p_at tid[], p_now_us bigint, out at tid[], out flags integer[], out keys text[])
language plpgsql as $$
declare
    v_kept tid[];
begin
    keys := array(
        select distinct r.limit_key from longshore.ready r where r.ctid = any (p_at) and r.limit_key is not null);
    v_kept := k.at from longshore.keep_by_keys(p_at, p_now_us) k;
    select array_agg(r.ctid order by u.n), array_agg(r.flags::integer order by u.n)
    into at, flags
    from unnest(p_at) with ordinality u (at, n)
    join longshore.ready r on r.ctid = u.at
    where u.at = any (v_kept);
    if cardinality(v_kept) < cardinality(p_at) or v_kept is null then
        perform longshore.settle_keys(keys, p_now_us, coalesce(v_kept, '{}'));
    end if;
end
$$;
