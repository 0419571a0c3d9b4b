-- Limits per key. Of each key, class and priority only as many ready tasks are open to claims as the key has room for,
-- the best ones; the others are shut and stand in no index that claims walk. Those that may be kept from some agents
-- (flags & 98) are looked at by themselves, 32 of them or more: behind one that an agent may not have is one that it
-- may. A task comes open; what is too much is shut when its key gets full, and opened again when a claim of the key
-- ends.

alter table longshore.tasks add column limit_key text;

-- limit_key: of a task that has one. is_shut: true while its key is full or others of it come first, else null.
alter table longshore.ready add column limit_key text collate "C", add column is_shut boolean;
drop index longshore.ready_rank;
drop index longshore.ready_class;
create index ready_rank on longshore.ready (rank, id) where is_shut is null;
create index ready_class on longshore.ready (class_id, rank, id) where is_shut is null;
-- Who asks for these by the key of another table says that there is one, or the index is not found to fit.
create index ready_open_key on longshore.ready (limit_key, class_id, priority, (flags & 98 <> 0), rank, id)
    where limit_key is not null and is_shut is null;
create index ready_shut_key on longshore.ready (limit_key, class_id, priority, (flags & 98 <> 0), rank, id)
    where is_shut;

alter table longshore.limits
    add column key_in_progress integer,             -- the same for each key by itself
    add column key_tasks       integer,
    add column key_per_us      bigint,
    add column key_burst       integer,
    add column key_interval_us bigint,
    add column key_size        integer;

-- What is counted of a key under a limit; a key of which nothing is has no row.
create table longshore.key_states (
    limit_id  integer not null,
    key       text collate "C" not null,
    held      integer not null,
    full_us   bigint not null,                      -- when the bucket is full
    reopen_us bigint,                               -- when a token comes for what is shut
    primary key (limit_id, key)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0);
create index key_states_reopen on longshore.key_states (reopen_us) where reopen_us is not null;
create index key_states_key on longshore.key_states (key);

-- How much room is left; null for any amount.
create function longshore.room_of(
    p_most integer, p_held integer, p_interval_us bigint, p_size integer, p_full_us bigint, p_now_us bigint)
returns integer language sql immutable
return least(p_most - p_held, case when p_interval_us is not null then greatest(0, p_size
    - (greatest(0, p_full_us - p_now_us) + p_interval_us - 1) / p_interval_us)::integer end);

create view longshore.key_limits as
select id, namespace, kind, key_in_progress as most, key_interval_us as interval_us, key_size as size
from longshore.limits
where key_in_progress is not null or key_interval_us is not null;

-- How much room keys leave for tasks of classes, pair by pair; null for any amount.
create function longshore.key_room(p_class_id integer, p_key text, p_now_us bigint) returns integer
language sql stable as $$
    select min(longshore.room_of(l.most, coalesce(s.held, 0), l.interval_us, l.size, coalesce(s.full_us, 0), p_now_us))
    from longshore.classes c
    join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
    left join longshore.key_states s on s.limit_id = l.id and s.key = p_key
    where c.id = p_class_id
$$;

-- How many of a lane, tasks of one key, class, priority and guardedness, are open; null for all.
create function longshore.open_in_lane(p_room integer, p_is_guarded boolean) returns integer language sql immutable
return case when p_is_guarded and p_room > 0 then greatest(32, p_room)
            else greatest(p_room, case when p_room is not null then 0 end) end;

-- Opens and shuts ready tasks of some keys, so that what is open is what there is room for. Under the lock of limits. A
-- row that somebody is changing is left to them: they come here, too. What is picked stays as it is.
create function longshore.settle_keys(p_keys text[], p_now_us bigint, p_picked tid[] default '{}') returns void
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    with recursive shut as (
        select k.key, n.class_id, n.priority
        from (select distinct u.key collate "C" as key from unnest(p_keys) u (key)) k
        cross join lateral (
            select r.class_id, r.priority from longshore.ready r
            where r.limit_key = k.key and r.is_shut
            order by r.class_id, r.priority limit 1) n
        union all
        select s.key, n.class_id, n.priority
        from shut s
        cross join lateral (
            select r.class_id, r.priority from longshore.ready r
            where r.limit_key = s.key and r.is_shut and (r.class_id, r.priority) > (s.class_id, s.priority)
            order by r.class_id, r.priority limit 1) n
    ), lane as materialized (
        select p.key, p.class_id, p.priority, g.is_guarded, longshore.open_in_lane(p.room, g.is_guarded) as most
        from (select q.*, (
                  select min(longshore.room_of(
                      l.most,
                      coalesce((
                          select s.held from longshore.key_states s where s.limit_id = l.id and s.key = q.key), 0),
                      l.interval_us, l.size,
                      case when l.interval_us is not null then coalesce((
                          select s.full_us from longshore.key_states s
                          where s.limit_id = l.id and s.key = q.key), 0) end,
                      p_now_us))
                  from longshore.classes c
                  join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
                  where c.id = q.class_id) as room
              from (select s.key, s.class_id, s.priority from shut s
                    union
                    select r.limit_key, r.class_id, r.priority from longshore.ready r
                    where r.limit_key = any (p_keys) and r.is_shut is null) q) p
        cross join (values (false), (true)) g (is_guarded)
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

    delete from longshore.key_states s where s.key = any (p_keys) and s.held <= 0 and s.full_us <= p_now_us;
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

-- Tasks of these ids left the queue, or their place in it, otherwise than by a claim.
create function longshore.settle_left(p_ids bigint[], p_now_us bigint) returns void language plpgsql as $$
begin
    if exists (select from longshore.key_limits) then
        perform 1 from longshore.limits_lock for update;
        perform longshore.settle_keys(
            array(select distinct t.limit_key from longshore.tasks t
                  where t.id = any (p_ids) and t.limit_key is not null),
            longshore.instant(p_now_us));
    end if;
end
$$;

-- Claims of these tasks ended: their keys have room again.
create function longshore.give_keys(p_ids bigint[], p_now_us bigint) returns void
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    v_keys text[];
begin
    if not exists (select from longshore.key_limits) then
        return;
    end if;
    perform 1 from longshore.limits_lock for update;
    update longshore.key_states s
    set held = s.held - g.tasks
    from (select l.id, t.limit_key, count(*)::integer as tasks
          from longshore.tasks t
          join longshore.classes c on c.id = t.class_id
          join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
          where t.id = any (p_ids) and t.limit_key is not null
          group by l.id, t.limit_key) g
    where s.limit_id = g.id and s.key = g.limit_key;
    v_keys := array(
        select k.key
        from (select distinct t.limit_key as key from longshore.tasks t where t.id = any (p_ids)) k
        where exists (select from longshore.ready r where r.limit_key = k.key collate "C" and r.is_shut));
    if v_keys <> '{}' then
        perform longshore.settle_keys(v_keys, longshore.instant(p_now_us));
    end if;
    delete from longshore.key_states s
    where s.held <= 0 and s.full_us <= longshore.instant(p_now_us)
      and s.key = any (array(select t.limit_key from longshore.tasks t where t.id = any (p_ids)));
end
$$;


-- Of picked tasks those for which their keys have room, the best first; all that have none.
create function longshore.keep_by_keys(
    p_at tid[], p_now_us bigint, out at tid[], out flags integer[], out marks integer)
language plpgsql stable set plan_cache_mode = force_generic_plan set jit = off as $$
begin
    with picked as materialized (
        select r.ctid as place, r.id, r.rank, r.flags, r.class_id, r.limit_key
        from longshore.ready r
        where r.ctid = any (p_at)
    ), room as materialized (
        select l.id as limit_id, p.class_id, p.limit_key,
               longshore.room_of(
                   l.most,
                   coalesce((
                       select s.held from longshore.key_states s
                       where s.limit_id = l.id and s.key = p.limit_key), 0),
                   l.interval_us, l.size,
                   case when l.interval_us is not null then coalesce((
                       select s.full_us from longshore.key_states s
                       where s.limit_id = l.id and s.key = p.limit_key), 0) end,
                   p_now_us) as room
        from (select distinct k.class_id, k.limit_key from picked k where k.limit_key is not null) p
        join longshore.classes c on c.id = p.class_id
        join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
    ), over as (
        select n.id
        from (select k.id, m.room,
                     row_number() over (partition by m.limit_id, k.limit_key order by k.rank, k.id) as n
              from picked k join room m on m.class_id = k.class_id and m.limit_key = k.limit_key) n
        where n.n > n.room
    )
    select array_agg(k.place order by k.rank, k.id), array_agg(k.flags::integer order by k.rank, k.id), bit_or(k.flags)
    into at, flags, marks
    from picked k
    where not exists (select from over o where o.id = k.id);
end
$$;

-- As before; and of keys.
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
    insert into longshore.key_states as k (limit_id, key, held, full_us)
    select l.id, r.limit_key, count(*),
           case when l.interval_us is null then 0 else p_now_us + count(*) * l.interval_us end
    from longshore.ready r
    join longshore.classes c on c.id = r.class_id
    join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
    where r.ctid = any (p_at) and r.limit_key is not null
    group by l.id, l.interval_us, r.limit_key
    on conflict (limit_id, key) do update
    set held = k.held + excluded.held,
        full_us = case when excluded.full_us = 0 then k.full_us
                       else greatest(k.full_us, p_now_us) + excluded.full_us - p_now_us end;
end
$$;

-- Whether there is room for an open task behind those of its lane that come first. What has come since its key was
-- looked at last may be open without room.
create function longshore.has_key_room(p_id bigint, p_now_us bigint) returns boolean language plpgsql stable as $$
declare
    v_task record;
begin
    if not exists (select from longshore.key_limits) then
        return true;
    end if;
    select r.*, r.flags & 98 <> 0 as is_guarded into v_task from longshore.ready r where r.id = p_id;
    return coalesce(
        longshore.open_in_lane(
            longshore.key_room(v_task.class_id, v_task.limit_key, p_now_us), v_task.is_guarded) > (
            select count(*) from longshore.ready r
            where r.limit_key = v_task.limit_key and r.class_id = v_task.class_id and r.priority = v_task.priority
              and (r.flags & 98 <> 0) = v_task.is_guarded and r.is_shut is null
              and (r.rank, r.id) < (v_task.rank, v_task.id)),
        true);
end
$$;

-- After a claim: shuts what is left of keys that are full, and looks again at those with a rate.
create function longshore.settle_full(p_keys text[], p_now_us bigint) returns void
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    if exists (select from longshore.key_limits l where l.interval_us is not null or l.kind <> '') then
        perform longshore.settle_keys(p_keys, p_now_us);
        return;
    end if;
    with full_ones as materialized (
        select l.namespace, s.key from longshore.key_states s join longshore.key_limits l on l.id = s.limit_id
        where s.key = any (p_keys) and s.held >= l.most
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

-- The limit key of a task; null, without a look, where the flags say that it has none. What is read beside a claim must
-- see what the claim saw: such functions are volatile, since others look with the eyes of the statement that calls
-- them, which may be older than the task.
create function longshore.limit_key_of(p_id bigint, p_flags smallint) returns text language plpgsql as $$
begin
    return case when p_flags < 0 then (select t.limit_key from longshore.tasks t where t.id = p_id) end;
end
$$;

create function longshore.unique_body(p_id bigint, p_flags smallint) returns text language plpgsql as $$
begin
    return case when p_flags & 16384 <> 0 then (
        select k.body from longshore.unique_keys k where k.task_id = p_id) end;
end
$$;

alter function longshore.relaxation(bigint, integer) volatile;
alter function longshore.run_part(bigint, boolean) volatile;

-- Takes in the limits per key of a namespace, after its limits: everything is counted anew, and what is open is
-- settled. A rate that is changed begins with full buckets.
create function longshore.set_key_limits(
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

    delete from longshore.key_states s where not exists (select from longshore.key_limits l where l.id = s.limit_id);
    update longshore.key_states s set held = 0
    from longshore.key_limits l where l.id = s.limit_id and l.namespace = p_namespace;
    insert into longshore.key_states as s (limit_id, key, held, full_us)
    select l.id, t.limit_key, count(*), 0
    from longshore.claims h
    join longshore.tasks t on t.id = h.id
    join longshore.classes c on c.id = h.class_id
    join longshore.key_limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
    where h.flags < 0 and c.namespace = p_namespace
    group by l.id, t.limit_key
    on conflict (limit_id, key) do update set held = excluded.held;
    perform longshore.settle_keys(
        array(select distinct r.limit_key
              from longshore.ready r join longshore.classes c on c.id = r.class_id
              where r.limit_key is not null and c.namespace = p_namespace),
        longshore.instant(p_now_us));
end
$$;
