-- What keys hold is counted where it stands, among the claims: no row of its own is written and deleted for it. Where a
-- limit is not reached, and where tasks have a key each, limits cost little now.

alter table longshore.claims add column limit_key text collate "C";
update longshore.claims h set limit_key = t.limit_key from longshore.tasks t where t.id = h.id and h.flags < 0;
create index claims_limit_key on longshore.claims (limit_key) where limit_key is not null;

-- Only rates are noted now.
delete from longshore.key_states s
where not exists (select from longshore.limits l where l.id = s.limit_id and l.key_interval_us is not null);
alter table longshore.key_states drop column held;

-- As before.
create or replace function longshore.key_room(p_class_id integer, p_key text, p_now_us bigint) returns integer
language sql stable as $$
    select min(longshore.room_of(
        l.most,
        case when l.most is not null then (
            select count(*) from longshore.claims h
            where h.limit_key = p_key and h.limit_key is not null and (
                select c.namespace = l.namespace and l.kind in ('', c.kind)
                from longshore.classes c where c.id = h.class_id))::integer end,
        l.interval_us, l.size, coalesce(s.full_us, 0), p_now_us))
    from longshore.classes c
    join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
    left join longshore.key_states s on s.limit_id = l.id and s.key = p_key
    where c.id = p_class_id
$$;

-- Those of some ready tasks that their keys have room for, in the order of urgency, and the keys of all. What a key
-- holds is counted only where the answer is open: most have one task here, and nothing is in progress of them. Scans of
-- bitmaps leave in an index what is dead.
drop function longshore.keep_by_keys(tid[], bigint);

create function longshore.keep_by_keys(
    p_at tid[], p_now_us bigint, out at tid[], out flags integer[], out marks integer, out keys text[])
language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare
    v_doubt_all boolean := exists (
        select from longshore.key_limits l where l.interval_us is not null or l.most < 1);
begin
    with picked as materialized (
        select r.ctid as place, r.id, r.rank, r.flags, r.class_id, r.limit_key
        from longshore.ready r
        where r.ctid = any (p_at)
    ), doubtful as materialized (
        select k.limit_key
        from picked k
        where k.limit_key is not null
        group by k.limit_key
        having v_doubt_all or count(*) > 1 or (
            select h.id from longshore.claims h
            where h.limit_key = k.limit_key and h.limit_key is not null limit 1) is not null
    ), room as materialized (
        select l.id as limit_id, p.class_id, p.limit_key,
               longshore.room_of(
                   l.most,
                   case when l.most is not null then (
                       select count(*) from longshore.claims h
                       where h.limit_key = p.limit_key and h.limit_key is not null and (
                           select c.namespace = l.namespace and l.kind in ('', c.kind)
                           from longshore.classes c where c.id = h.class_id))::integer end,
                   l.interval_us, l.size,
                   case when l.interval_us is not null then coalesce((
                       select s.full_us from longshore.key_states s
                       where s.limit_id = l.id and s.key = p.limit_key), 0) end,
                   p_now_us) as room
        from (select distinct k.class_id, k.limit_key
              from doubtful d join picked k on k.limit_key = d.limit_key) p
        join longshore.classes c on c.id = p.class_id
        join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
    ), over as (
        select n.id
        from (select k.id, m.room,
                     row_number() over (partition by m.limit_id, k.limit_key order by k.rank, k.id) as n
              from picked k join room m on m.class_id = k.class_id and m.limit_key = k.limit_key) n
        where n.n > n.room
    )
    select array_agg(k.place), array_agg(k.flags::integer), bit_or(k.flags),
           array(select k.limit_key from picked k where k.limit_key is not null)
    into at, flags, marks, keys
    from (select k.place, k.flags
          from picked k
          where not exists (select from over o where o.id = k.id)
          order by k.rank, k.id) k;
end
$$;

-- As before.
create or replace function longshore.take_room(p_at tid[], p_now_us bigint) returns void language plpgsql as $$
begin
    update longshore.limits l
    set held = l.held + g.tasks,
        full_us = case when l.interval_us is null then l.full_us
                       else greatest(l.full_us, p_now_us) + g.tasks * l.interval_us end
    from (select s.id, sum(t.tasks)::integer as tasks
          from (select r.class_id, count(*) as tasks from longshore.ready r
                where r.ctid = any (p_at) group by r.class_id) t
          join longshore.classes c on c.id = t.class_id
          join longshore.limits s on s.namespace = c.namespace and s.kind in ('', c.kind)
          group by s.id) g
    where l.id = g.id;
    if exists (select from longshore.key_limits k where k.interval_us is not null) then
        insert into longshore.key_states as k (limit_id, key, full_us)
        select l.id, r.limit_key, p_now_us + count(*) * l.interval_us
        from longshore.ready r
        join longshore.classes c on c.id = r.class_id
        join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
        where r.ctid = any (p_at) and r.limit_key is not null and l.interval_us is not null
        group by l.id, l.interval_us, r.limit_key
        on conflict (limit_id, key) do update
        set full_us = greatest(k.full_us, p_now_us) + excluded.full_us - p_now_us;
    end if;
end
$$;

-- Shuts what is open of keys that claims have filled. Where limits are of kinds or rates, more is to be looked at.
create or replace function longshore.settle_full(p_keys text[], p_now_us bigint) returns void
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
begin
    if exists (select from longshore.key_limits l where l.interval_us is not null or l.kind <> '') then
        perform longshore.settle_keys(p_keys, p_now_us);
        return;
    end if;
    with waiting as materialized (
        select u.key collate "C" as key
        from unnest(p_keys) u (key)
        where (select r.id from longshore.ready r
               where r.limit_key = u.key collate "C" and r.limit_key is not null and r.is_shut is null limit 1)
            is not null
    ), full_ones as materialized (
        select l.namespace, k.key
        from (select distinct w.key from waiting w) k
        cross join longshore.key_limits l
        where l.most <= (
            select count(*) from longshore.claims h
            where h.limit_key = k.key and h.limit_key is not null
              and (select c.namespace = l.namespace from longshore.classes c where c.id = h.class_id))
    ), left_over as (
        select r.id
        from longshore.ready r
        where r.limit_key = any (array(select f.key from full_ones f)) and r.is_shut is null
          and exists (select from full_ones f
                      where f.key = r.limit_key
                        and f.namespace = (select c.namespace from longshore.classes c where c.id = r.class_id))
        for update of r skip locked
    )
    update longshore.ready r set is_shut = true from left_over o where r.id = o.id;
end
$$;

-- As before; there is nothing to count anew.
create or replace function longshore.set_key_limits(
    p_namespace text, p_kinds text[], p_in_progress integer[], p_tasks integer[], p_per bigint[], p_bursts integer[],
    p_intervals bigint[], p_sizes integer[], p_now_us bigint) returns void
language plpgsql as $$
begin
    perform 1 from longshore.limits_lock for update;
    update longshore.key_states s
    set full_us = 0
    from longshore.limits l
    join unnest(p_kinds, p_tasks, p_per, p_bursts) as n (kind, tasks, per_us, burst) on n.kind = l.kind
    where l.namespace = p_namespace and s.limit_id = l.id
      and (l.key_tasks, l.key_per_us, l.key_burst) is distinct from (n.tasks, n.per_us, n.burst);
    update longshore.limits l
    set key_in_progress = n.in_progress, key_tasks = n.tasks, key_per_us = n.per_us, key_burst = n.burst,
        key_interval_us = n.interval_us, key_size = n.size
    from unnest(p_kinds, p_in_progress, p_tasks, p_per, p_bursts, p_intervals, p_sizes)
        as n (kind, in_progress, tasks, per_us, burst, interval_us, size)
    where l.namespace = p_namespace and l.kind = n.kind;

    delete from longshore.key_states s
    where not exists (select from longshore.key_limits l where l.id = s.limit_id and l.interval_us is not null);
    perform longshore.settle_keys(
        array(select distinct r.limit_key
              from longshore.ready r join longshore.classes c on c.id = r.class_id
              where r.limit_key is not null and c.namespace = p_namespace),
        longshore.instant(p_now_us));
end
$$;

-- As before.
create or replace function longshore.settle_keys(
    p_keys text[], p_now_us bigint, p_picked tid[] default '{}') returns void
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
begin
    with recursive shut as (
        select k.key, n.class_id, n.priority, n.is_guarded
        from (select distinct u.key collate "C" as key from unnest(p_keys) u (key)) k
        cross join lateral (
            select r.class_id, r.priority, r.flags & 98 <> 0 as is_guarded from longshore.ready r
            where r.limit_key = k.key and r.is_shut
            order by r.class_id, r.priority, r.flags & 98 <> 0 limit 1) n
        union all
        select s.key, n.class_id, n.priority, n.is_guarded
        from shut s
        cross join lateral (
            select r.class_id, r.priority, r.flags & 98 <> 0 as is_guarded from longshore.ready r
            where r.limit_key = s.key and r.is_shut
              and (r.class_id, r.priority, r.flags & 98 <> 0) > (s.class_id, s.priority, s.is_guarded)
            order by r.class_id, r.priority, r.flags & 98 <> 0 limit 1) n
    ), lane as materialized (
        select q.*, longshore.open_in_lane((
                   select min(longshore.room_of(
                       l.most,
                       case when l.most is not null then (
                           select count(*) from longshore.claims h
                           where h.limit_key = q.key and h.limit_key is not null and (
                               select c.namespace = l.namespace and l.kind in ('', c.kind)
                               from longshore.classes c where c.id = h.class_id))::integer end,
                       l.interval_us, l.size,
                       case when l.interval_us is not null then coalesce((
                           select s.full_us from longshore.key_states s
                           where s.limit_id = l.id and s.key = q.key), 0) end,
                       p_now_us))
                   from longshore.classes c
                   join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
                   where c.id = q.class_id), q.is_guarded) as most
        from (select * from shut
              union
              select r.limit_key, r.class_id, r.priority, r.flags & 98 <> 0 from longshore.ready r
              where r.limit_key = any (p_keys) and r.is_shut is null) q
    ), near as materialized (
        select r.id, r.is_shut, p.most,
               row_number() over (partition by p.key, p.class_id, p.priority, p.is_guarded order by r.rank, r.id) as n
        from lane p
        cross join lateral (
            (select o.id, o.rank, o.is_shut from longshore.ready o
             where o.limit_key = p.key and o.class_id = p.class_id and o.priority = p.priority
               and (o.flags & 98 <> 0) = p.is_guarded and o.limit_key is not null and o.is_shut is null)
            union all
            (select o.id, o.rank, o.is_shut from longshore.ready o
             where o.limit_key = p.key and o.class_id = p.class_id and o.priority = p.priority
               and (o.flags & 98 <> 0) = p.is_guarded and o.is_shut
             order by o.rank, o.id limit p.most)) r
    ), wrong as (
        select o.id
        from near n
        join longshore.ready o on o.id = n.id
        where (n.is_shut is null) <> (n.n <= coalesce(n.most, 9223372036854775807)) and o.ctid <> all (p_picked)
        for update of o skip locked
    )
    update longshore.ready r
    set is_shut = case when r.is_shut is null then true end
    from wrong w
    where r.id = w.id;

    delete from longshore.key_states s where s.key = any (p_keys) and s.full_us <= p_now_us;
    -- The next token, if it is one that something waits for.
    update longshore.key_states s
    set reopen_us = w.next_us
    from (
        select k.limit_id, k.key,
               case when k.full_us > p_now_us and exists (
                        select from longshore.ready r where r.limit_key = k.key and r.is_shut)
                    then k.full_us - (k.full_us - p_now_us - 1) / l.interval_us * l.interval_us end as next_us
        from longshore.key_states k
        join longshore.key_limits l on l.id = k.limit_id
        where k.key = any (p_keys) and l.interval_us is not null) w
    where s.limit_id = w.limit_id and s.key = w.key and s.reopen_us is distinct from w.next_us;
end
$$;

-- Keys have room again: opens the best shut tasks of each lane, as many as there is room for. What is open beyond that
-- is left to the claims that find it.
create function longshore.open_shut(p_keys text[], p_now_us bigint) returns void
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
begin
    with recursive shut as (
        select k.key, n.class_id, n.priority, n.is_guarded
        from (select distinct u.key collate "C" as key from unnest(p_keys) u (key)) k
        cross join lateral (
            select r.class_id, r.priority, r.flags & 98 <> 0 as is_guarded from longshore.ready r
            where r.limit_key = k.key and r.is_shut
            order by r.class_id, r.priority, r.flags & 98 <> 0 limit 1) n
        union all
        select s.key, n.class_id, n.priority, n.is_guarded
        from shut s
        cross join lateral (
            select r.class_id, r.priority, r.flags & 98 <> 0 as is_guarded from longshore.ready r
            where r.limit_key = s.key and r.is_shut
              and (r.class_id, r.priority, r.flags & 98 <> 0) > (s.class_id, s.priority, s.is_guarded)
            order by r.class_id, r.priority, r.flags & 98 <> 0 limit 1) n
    ), lane as materialized (
        select q.*, longshore.open_in_lane((
                   select min(longshore.room_of(
                       l.most,
                       case when l.most is not null then (
                           select count(*) from longshore.claims h
                           where h.limit_key = q.key and h.limit_key is not null and (
                               select c.namespace = l.namespace and l.kind in ('', c.kind)
                               from longshore.classes c where c.id = h.class_id))::integer end,
                       l.interval_us, l.size,
                       case when l.interval_us is not null then coalesce((
                           select s.full_us from longshore.key_states s
                           where s.limit_id = l.id and s.key = q.key), 0) end,
                       p_now_us))
                   from longshore.classes c
                   join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
                   where c.id = q.class_id), q.is_guarded) as most
        from shut q
    ), near as materialized (
        select r.id, r.is_shut, p.most,
               row_number() over (partition by p.key, p.class_id, p.priority, p.is_guarded order by r.rank, r.id) as n
        from lane p
        cross join lateral (
            (select o.id, o.rank, o.is_shut from longshore.ready o
             where o.limit_key = p.key and o.class_id = p.class_id and o.priority = p.priority
               and (o.flags & 98 <> 0) = p.is_guarded and o.limit_key is not null and o.is_shut is null
             order by o.rank, o.id limit p.most)
            union all
            (select o.id, o.rank, o.is_shut from longshore.ready o
             where o.limit_key = p.key and o.class_id = p.class_id and o.priority = p.priority
               and (o.flags & 98 <> 0) = p.is_guarded and o.is_shut
             order by o.rank, o.id limit p.most)) r
    ), freed as (
        select o.id
        from near n
        join longshore.ready o on o.id = n.id
        where n.is_shut and n.n <= coalesce(n.most, 9223372036854775807)
        for update of o skip locked
    )
    update longshore.ready r set is_shut = null from freed f where r.id = f.id;
end
$$;

-- Claims of tasks of these keys ended.
create function longshore.free_keys(p_keys text[], p_now_us bigint) returns void
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare
    v_keys text[];
begin
    if not exists (select from longshore.key_limits) then
        return;
    end if;
    perform 1 from longshore.limits_lock for update;
    v_keys := array(
        select k.key
        from (select distinct u.key collate "C" as key from unnest(p_keys) u (key)) k
        where exists (select from longshore.ready r where r.limit_key = k.key and r.is_shut));
    if v_keys = '{}' then
        return;
    end if;
    if exists (select from longshore.key_limits l where l.interval_us is not null) then
        perform longshore.settle_keys(v_keys, p_now_us);
    else
        perform longshore.open_shut(v_keys, p_now_us);
    end if;
end
$$;

-- As before; for claims that are not known by their keys.
create or replace function longshore.give_keys(p_ids bigint[], p_now_us bigint) returns void
language plpgsql as $$
begin
    perform longshore.free_keys(
        array(select t.limit_key from longshore.tasks t where t.id = any (p_ids) and t.limit_key is not null),
        longshore.instant(p_now_us));
end
$$;

-- As before; but a call for a task that has none is no query.
create or replace function longshore.limit_key_of(p_id bigint, p_flags smallint) returns text language plpgsql as $$
begin
    if p_flags >= 0 then
        return null;
    end if;
    return (select t.limit_key from longshore.tasks t where t.id = p_id);
end
$$;
