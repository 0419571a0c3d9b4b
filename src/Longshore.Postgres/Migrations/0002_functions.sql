-- The hot path, one call for each part of a batch. Statements of a function each see what committed before they began,
-- so a function first locks in a fixed order (agents by id, then tasks) and then decides: in one statement, both would
-- share a snapshot from before the wait, and agents would be given more than they may hold.

-- The instant a verb works with: the caller's, or the database's own.
create function longshore.instant(p_now_us bigint) returns bigint language sql volatile
return coalesce(p_now_us, (extract(epoch from clock_timestamp()) * 1000000)::bigint);

-- Whether an agent last seen at one instant is to be written down as seen at another. That is worth a write only now and
-- then; whoever brings an instant of his own is taken at his word.
create function longshore.is_news(p_seen_us bigint, p_now_us bigint, p_given_us bigint) returns boolean
language sql immutable
return p_seen_us < p_now_us - case when p_given_us is null then 1000000 else 0 end;

-- Says that this transaction is about to take numbers of the event log. Whoever reads the log stays below the lowest
-- announced number, so that no event is skipped because it commits late.
create function longshore.announce_events() returns void language sql volatile as $$
    select pg_advisory_xact_lock_shared(
        ('longshore.events'::regclass::oid::bigint & 2147483647)::integer,
        (case when is_called then last_value & 2147483647 else 0 end)::integer)
    from longshore.event_seq;
$$;

-- The one predicate "can do" (see Capabilities/CapabilitySet.cs), for the rare questions about other agents.
create function longshore.can_do(p_agent integer, p_class integer, p_now_us bigint) returns boolean
language sql stable as $$
    select (c.owner is null or c.owner = a.name)
       and (cardinality(a.kinds) = 0 or c.kind = any (a.kinds))
       and c.namespace = any (a.namespaces)
       and (cardinality(c.requires) = 0 or (
            select count(*)
            from unnest(c.requires, c.levels) as r (name, level)
            where exists (
                select 1
                from unnest(a.capabilities, a.levels, a.expiries_us) as h (name, level, expiry_us)
                where h.name = r.name and h.level >= r.level and (h.expiry_us is null or h.expiry_us > p_now_us)))
           >= greatest(1, ceil(cardinality(c.requires) * c.minimum_match - 0.001)))
    from longshore.agents a, longshore.classes c
    where a.id = p_agent and c.id = p_class;
$$;

-- Whether a task is kept from an agent that failed it of late. Only asked of rows flagged as failed.
-- p_policy: 0 while another present agent could do it, 1 always, 2 never.
create function longshore.kept_from(
    p_agent integer, p_task bigint, p_class integer, p_now_us bigint, p_policy integer, p_window_us bigint,
    p_timeout_us bigint) returns boolean
language plpgsql stable as $$
declare
    v_failers integer[];
begin
    if p_policy = 2 then
        return false;
    end if;
    select array_agg(agent_id) into v_failers
    from longshore.assignments
    where task_id = p_task and (outcome = 1 or (outcome = 2 and single)) and ended_us > p_now_us - p_window_us;
    if v_failers is null or not p_agent = any (v_failers) then
        return false;
    end if;
    return p_policy = 1 or exists (
        select 1
        from longshore.agent_states s
        where not s.agent_id = any (v_failers) and s.mode = 0 and p_now_us - s.seen_us <= p_timeout_us
          and longshore.can_do(s.agent_id, p_class, p_now_us));
end
$$;

-- Locks agents and those who hold these tasks, in order.
create function longshore.lock_agents(p_agents integer[], p_tasks bigint[]) returns void language plpgsql as $$
begin
    perform 1
    from longshore.agent_states
    where agent_id = any (array(
        select unnest(p_agents) union select agent_id from longshore.claims where id = any (p_tasks)))
    order by agent_id
    for update;
end
$$;

-- Ends claims as done. All or nothing: an epoch that names no claim that holds raises LS001; the caller looks closer.
create function longshore.complete(
    p_ids bigint[], p_epochs integer[], p_results json[], p_keys text[], p_now_us bigint) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_now bigint := longshore.instant(p_now_us);
    v_ended integer;
begin
    perform longshore.announce_events();
    with said as (
        select * from unnest(p_ids, p_epochs, p_results, p_keys) as s (id, epoch, result, key)
    ), gone as (
        delete from longshore.claims c
        using said s
        where c.id = s.id and c.epoch = s.epoch and (c.flags & 8 = 0 or c.lease_us > v_now)
        returning c.*, s.result, s.key as said_key
    ), ended as (
        insert into longshore.finished (id, rank, ended_us, granted_us, class_id, epoch, attempts, failures, agent_id,
                                        priority, flags, state, outcome, single, result, key)
        select id, rank, v_now, granted_us, class_id, epoch, attempts, failures, agent_id,
               priority, flags & ~1, 8, 0, single, result, said_key
        from gone
    ), freed as (
        update longshore.agent_states a
        set load = a.load - g.tasks, holds_suspect = false, completed = a.completed + g.tasks,
            seen_us = greatest(a.seen_us, v_now)
        from (select agent_id, count(*)::integer as tasks from gone group by agent_id) g
        where a.agent_id = g.agent_id
    ), noted as (
        insert into longshore.events (seq, at_us, type, actor_type, tasks, epochs, agents, states)
        select nextval('longshore.event_seq'), v_now, 'task_completed', 0, array_agg(id), array_agg(epoch),
               array_agg(agent_id), array_agg(8::smallint)
        from gone
        having count(*) > 0
    )
    select count(*) into v_ended from gone;
    if v_ended < cardinality(p_ids) then
        raise exception 'a claim does not hold' using errcode = 'LS001';
    end if;
end
$$;

-- Stores new tasks and answers their ids in order. Arrays may be null where every task has the usual value.
-- A code or key that is taken or a missing parent raises LS002, a race for one unique_violation; the caller looks
-- closer.
create function longshore.insert_tasks(
    p_classes integer[], p_priorities smallint[], p_credits bigint[], p_flags smallint[], p_payloads json[],
    p_codes text[], p_names text[], p_descriptions text[], p_thresholds double precision[], p_ready bigint[],
    p_deadlines bigint[], p_timeouts bigint[], p_attempts integer[], p_backoffs smallint[], p_delays bigint[],
    p_caps bigint[], p_lates smallint[], p_efforts bigint[], p_parents bigint[], p_workflows text[], p_cursors text[],
    p_tags json[], p_metadata json[], p_correlations text[], p_keys text[], p_namespaces text[], p_digests bytea[],
    p_now_us bigint) returns bigint[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_now bigint := longshore.instant(p_now_us);
    v_first bigint;
    v_ids bigint[];
begin
    perform longshore.announce_events();
    -- What can be known before is looked up before, so that ids are not used up for nothing.
    if p_parents is not null and exists (
        select 1 from unnest(p_parents) with ordinality p (id, n),
                      lateral (select case when is_called then last_value else 0 end as last from longshore.task_ids) i
        where (p.id <= i.last or p.id >= i.last + p.n)
          and not exists (select 1 from longshore.tasks t where t.id = p.id))
    then
        raise exception 'a parent does not exist' using errcode = 'LS002';
    end if;
    if p_codes is not null and (
        exists (select 1 from unnest(p_namespaces, p_codes) as w (namespace, code)
                join longshore.codes c on c.namespace = w.namespace and c.code = w.code)
        or exists (select 1 from unnest(p_namespaces, p_codes) as w (namespace, code)
                   where w.code is not null group by w.namespace, w.code having count(*) > 1))
    then
        raise exception 'a code is taken' using errcode = 'LS002';
    end if;
    if p_keys is not null and (
        exists (select 1 from unnest(p_namespaces, p_keys) as w (namespace, key)
                join longshore.insert_keys k on k.namespace = w.namespace and k.key = w.key)
        or exists (select 1 from unnest(p_namespaces, p_keys) as w (namespace, key)
                   where w.key is not null group by w.namespace, w.key having count(*) > 1))
    then
        raise exception 'a key was used before' using errcode = 'LS002';
    end if;

    select array_agg(nextval('longshore.task_ids')) into v_ids from generate_series(1, cardinality(p_classes));
    if p_parents is not null and exists (
        select 1 from unnest(p_parents) with ordinality p (id, n)
        where p.id is not null and not exists (select 1 from longshore.tasks t where t.id = p.id)
          and not p.id = any (v_ids[:p.n - 1]))
    then
        raise exception 'a parent does not exist' using errcode = 'LS002';
    end if;
    insert into longshore.tasks (
        id, created_us, class_id, priority, payload, code, name, description, confidence_threshold, ready_us,
        deadline_us, timeout_us, max_attempts, backoff, backoff_us, backoff_cap_us, late, effort_us, parent_id,
        workflow, workflow_cursor, tags, metadata, correlation_id, idempotency_key)
    select id, v_now, class_id, priority, coalesce(payload, '{}'), code, name, description, coalesce(threshold, 0.7),
           ready_us, deadline_us, timeout_us, coalesce(max_attempts, 5), backoff, backoff_us, backoff_cap_us,
           coalesce(late, 0), effort_us, parent_id, workflow, cursor,
           case when tags is not null then array(select json_array_elements_text(tags)) end,
           metadata, correlation_id, key
    from unnest(
        v_ids, p_classes, p_priorities, p_payloads, p_codes, p_names, p_descriptions, p_thresholds, p_ready,
        p_deadlines, p_timeouts, p_attempts, p_backoffs, p_delays, p_caps, p_lates, p_efforts, p_parents, p_workflows,
        p_cursors, p_tags, p_metadata, p_correlations, p_keys) as t (
        id, class_id, priority, payload, code, name, description, threshold, ready_us, deadline_us, timeout_us,
        max_attempts, backoff, backoff_us, backoff_cap_us, late, effort_us, parent_id, workflow, cursor, tags,
        metadata, correlation_id, key);
    insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags)
    select id, v_now - credit, class_id, 0, 0, 0, priority, flags
    from unnest(v_ids, p_classes, p_priorities, p_credits, p_flags, p_ready)
        as t (id, class_id, priority, credit, flags, ready_us)
    where ready_us is null or ready_us <= v_now;
    if p_ready is not null then
        insert into longshore.deferred (id, rank, until_us, class_id, epoch, attempts, failures, priority, flags)
        select id, ready_us - credit, ready_us, class_id, 0, 0, 0, priority, flags
        from unnest(v_ids, p_classes, p_priorities, p_credits, p_flags, p_ready)
            as t (id, class_id, priority, credit, flags, ready_us)
        where ready_us > v_now;
    end if;
    if p_codes is not null then
        insert into longshore.codes (namespace, code, task_id)
        select namespace, code, id from unnest(p_namespaces, p_codes, v_ids) as t (namespace, code, id)
        where code is not null
        order by namespace, code;
    end if;
    if p_keys is not null then
        insert into longshore.insert_keys (namespace, key, task_id, digest)
        select namespace, key, id, digest from unnest(p_namespaces, p_keys, v_ids, p_digests)
            as t (namespace, key, id, digest)
        where key is not null
        order by namespace, key;
    end if;
    if p_deadlines is not null then
        insert into longshore.deadlines (task_id, deadline_us)
        select id, deadline_us from unnest(v_ids, p_deadlines) as t (id, deadline_us) where deadline_us is not null;
    end if;
    -- A row of the log tells as many events apart as a position has room for.
    for v_first in select generate_series(1, cardinality(v_ids), 16384) loop
        insert into longshore.events (seq, at_us, type, actor_type, actor, tasks)
        values (nextval('longshore.event_seq'), v_now, 'task_created', 2, 'api', v_ids[v_first:v_first + 16383]);
    end loop;
    return v_ids;
end
$$;

-- Extends leases; answers until when, or the state of the task where the claim does not hold, if there is such a task.
create function longshore.renew(
    p_ids bigint[], p_epochs integer[], p_leases bigint[], p_progress double precision[], p_now_us bigint)
returns table (id bigint, epoch integer, lease_us bigint, state smallint)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    v_now bigint := longshore.instant(p_now_us);
    v_held bigint[];
begin
    perform 1 from longshore.agent_states s
    where longshore.is_news(s.seen_us, v_now, p_now_us)
      and s.agent_id = any (array(select c.agent_id from longshore.claims c where c.id = any (p_ids)))
    order by s.agent_id
    for update;
    with held as (
        update longshore.claims c
        set lease_us = v_now + s.lease, progress = coalesce(s.progress, c.progress)
        from unnest(p_ids, p_epochs, p_leases, p_progress) as s (id, epoch, lease, progress)
        where c.id = s.id and c.epoch = s.epoch and (c.flags & 8 = 0 or c.lease_us > v_now)
        returning c.id, c.agent_id
    ), seen as (
        update longshore.agent_states a
        set seen_us = v_now
        where longshore.is_news(a.seen_us, v_now, p_now_us) and a.agent_id in (select h.agent_id from held h)
    )
    select array_agg(h.id) into v_held from held h;
    return query
    select s.id, s.epoch, c.lease_us, 3::smallint
    from unnest(p_ids, p_epochs) as s (id, epoch)
    join longshore.claims c on c.id = s.id and c.epoch = s.epoch
    where c.id = any (v_held);
    if coalesce(cardinality(v_held), 0) < cardinality(p_ids) then
        return query
        select s.id, s.epoch, null::bigint, p.state
        from unnest(p_ids, p_epochs) as s (id, epoch)
        left join lateral (select * from longshore.places where id = s.id) p on true
        where v_held is null or not s.id = any (v_held) or s.epoch <> p.epoch;
    end if;
end
$$;

-- The ready tasks of these classes in order: where they stand, at most p_max. Walks the common order for a bounded
-- stretch; when that holds too few, it goes class by class, so that others' work never delays this agent's.
create function longshore.pick(
    p_agent integer, p_classes integer[], p_ids bigint[], p_max integer, p_low bigint, p_now_us bigint,
    p_policy integer, p_window_us bigint, p_timeout_us bigint, out at tid[], out suspects boolean[])
language plpgsql
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
    v_high bigint;
    v_reach integer := p_max + 8;
    v_found integer;
begin
    if p_ids is not null then
        select array_agg(t.at order by t.rank, t.id), array_agg(t.flags & 1 = 1 order by t.rank, t.id)
        into at, suspects
        from (select r.ctid as at, r.id, r.rank, r.flags from longshore.ready r
              where r.id = any (p_ids) and (r.class_id in (select unnest(p_classes))) is true
                and (r.flags & 2 = 0 or not longshore.kept_from(
                    p_agent, r.id, r.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
              for update skip locked) t;
        return;
    end if;

    select r.rank into v_high from longshore.ready r
    where r.rank >= p_low
    order by r.rank, r.id
    offset 4 * p_max + 100 limit 1;
    select array_agg(t.at), array_agg(t.flags & 1 = 1) into at, suspects
    from (select r.ctid as at, r.flags from longshore.ready r
          where r.rank >= p_low and r.rank <= coalesce(v_high, 9223372036854775807)
            and (r.class_id in (select unnest(p_classes))) is true
            and (r.flags & 2 = 0 or not longshore.kept_from(
                p_agent, r.id, r.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
          order by r.rank, r.id
          limit p_max
          for update skip locked) t;
    if v_high is null or cardinality(at) = p_max then
        return;
    end if;

    -- Heads of classes are looked up without locks, so others may be taking the same: then it looks further.
    loop
        select array_agg(t.at), array_agg(t.flags & 1 = 1) into at, suspects
        from (select r.ctid as at, r.flags from longshore.ready r
              join (select h.id from unnest(p_classes) c (class_id)
                    cross join lateral (
                        select n.id, n.rank from longshore.ready n
                        where n.class_id = c.class_id
                          and (n.flags & 2 = 0 or not longshore.kept_from(
                              p_agent, n.id, n.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
                        order by n.rank, n.id limit v_reach) h
                    order by h.rank, h.id limit v_reach) head on head.id = r.id
              order by r.rank, r.id
              limit p_max
              for update of r skip locked) t;
        select count(*) into v_found
        from unnest(p_classes) c (class_id)
        cross join lateral (select 1 from longshore.ready n where n.class_id = c.class_id limit v_reach) h;
        exit when cardinality(at) = p_max or v_found < v_reach or v_reach > 100000;
        v_reach := v_reach * 8;
    end loop;
end
$$;

-- Gives tasks to an agent: decides and reserves under its lock. status: 0 granted, 1 empty, 2 at capacity,
-- 3 unavailable, 4 the profile the classes were computed from is not the present one. unseen: how many classes exist
-- that the caller may not have seen, asked only when it got less than it wanted.
create function longshore.claim(
    p_agent integer, p_version integer, p_classes integer[], p_valid_until_us bigint, p_ids bigint[], p_max integer,
    p_prefetch integer, p_lease_us bigint, p_key text, p_low bigint, p_policy integer, p_window_us bigint,
    p_timeout_us bigint, p_since xid8, p_now_us bigint)
returns table (
    status integer, unseen integer, id bigint, class_id integer, rank bigint, epoch integer, attempts integer,
    failures integer, priority smallint, flags smallint, lease_us bigint, progress double precision, created_us bigint,
    payload json, code text, name text, description text, confidence_threshold double precision, ready_us bigint,
    deadline_us bigint, timeout_us bigint, max_attempts integer, backoff smallint, backoff_us bigint,
    backoff_cap_us bigint, late smallint, effort_us bigint, parent_id bigint, workflow text, workflow_cursor text,
    tags text[], metadata json, correlation_id text, idempotency_key text, error text)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    v_now bigint;
    v_mode smallint;
    v_load integer;
    v_holds_suspect boolean;
    v_seen bigint;
    v_room integer;
    v_want integer;
    v_status integer := 1;
    v_at tid[];
    v_suspects boolean[];
    v_single boolean;
    v_count integer := 0;
    v_unseen integer := 0;
    v_ids bigint[];
    v_epochs integer[];
    v_again boolean := false;
begin
    select s.mode, s.load, s.holds_suspect, s.seen_us into v_mode, v_load, v_holds_suspect, v_seen
    from longshore.agent_states s where s.agent_id = p_agent for update;
    v_now := longshore.instant(p_now_us);
    if p_key is not null then
        with held as (
            update longshore.claims c set lease_us = v_now + p_lease_us
            where c.agent_id = p_agent and c.key = p_key and (c.flags & 8 = 0 or c.lease_us > v_now)
            returning c.id
        )
        select array_agg(id), count(*) into v_ids, v_count from held;
    end if;

    if v_count > 0 then
        v_status := 0;
    elsif v_mode <> 0 then
        v_status := 3;
    else
        v_room := a.max_concurrent + p_prefetch - v_load
        from longshore.agents a where a.id = p_agent and a.version = p_version and v_now < p_valid_until_us;
        if v_room is null then
            v_status := 4;
        elsif v_room <= 0 or v_holds_suspect then
            v_status := 2;
        else
            v_want := least(p_max, v_room);
            select p.at, p.suspects into v_at, v_suspects
            from longshore.pick(p_agent, p_classes, p_ids, v_want, p_low, v_now, p_policy, p_window_us, p_timeout_us) p;
            v_count := least(coalesce(cardinality(v_at), 0), v_want);
            -- A suspect is given alone, to an agent that holds nothing; before one, giving stops.
            if true = any (v_suspects[1:v_count]) then
                v_status := 2;
                v_count := array_position(v_suspects, true) - 1;
                if v_count = 0 and v_load = 0 then
                    v_count := 1;
                end if;
            end if;
            if v_count < v_want and v_status = 1 then
                select count(*) into v_unseen from longshore.classes c where c.xid >= p_since;
            end if;
            if v_count > 0 then
                v_status := 0;
                v_single := v_count = 1 and v_load = 0;
                perform longshore.announce_events();
                with gone as (
                    delete from longshore.ready r where r.ctid = any (v_at[1:v_count]) returning r.*
                ), held as (
                    insert into longshore.claims (id, rank, granted_us, lease_us, class_id, epoch, attempts, failures,
                                                  agent_id, priority, flags, single, key)
                    select g.id, g.rank, v_now, v_now + p_lease_us, g.class_id, g.epoch + 1, g.attempts + 1, g.failures,
                           p_agent, g.priority, g.flags, v_single, p_key
                    from gone g
                )
                select array_agg(g.id order by g.rank, g.id), array_agg(g.epoch + 1 order by g.rank, g.id)
                into v_ids, v_epochs
                from gone g;
                insert into longshore.events (seq, at_us, type, actor_type, tasks, epochs, agents, states)
                select nextval('longshore.event_seq'), v_now, 'task_claimed', 0, v_ids, v_epochs,
                       array_fill(p_agent, array[v_count]), array_fill(3::smallint, array[v_count]);
                update longshore.agent_states s
                set load = s.load + v_count, holds_suspect = v_suspects[1], seen_us = greatest(s.seen_us, v_now)
                where s.agent_id = p_agent;
                v_again := true;
            end if;
        end if;
    end if;

    if not v_again and longshore.is_news(v_seen, v_now, p_now_us) then
        update longshore.agent_states s set seen_us = v_now where s.agent_id = p_agent;
    end if;
    if v_status <> 0 then
        status := v_status;
        unseen := v_unseen;
        return next;
        return;
    end if;
    return query
    select 0, v_unseen, c.id, c.class_id, c.rank, c.epoch, c.attempts, c.failures, c.priority, c.flags, c.lease_us,
           c.progress, t.created_us, t.payload, t.code, t.name, t.description, t.confidence_threshold, t.ready_us,
           t.deadline_us, t.timeout_us, t.max_attempts, t.backoff, t.backoff_us, t.backoff_cap_us, t.late, t.effort_us,
           t.parent_id, t.workflow, t.workflow_cursor, t.tags, t.metadata, t.correlation_id, t.idempotency_key,
           case when c.epoch > 1 then (
               select e.error from longshore.assignments e
               where e.task_id = c.id and e.error is not null order by e.epoch desc limit 1) end
    from unnest(v_ids) with ordinality as i (id, place)
    join longshore.claims c on c.id = i.id
    join longshore.tasks t on t.id = i.id
    order by c.rank, c.id;
end
$$;

-- Locks these tasks where they are, whatever the stage, and answers where. A task may move while its stage is being
-- looked up; then it looks again.
create function longshore.lock_places(p_ids bigint[]) returns setof longshore.places
language plpgsql as $$
declare
    v_claims bigint[];
    v_ready bigint[];
    v_deferred bigint[];
    v_parked bigint[];
    v_finished bigint[];
begin
    loop
        perform longshore.lock_agents(null, p_ids);
        v_claims := array(select c.id from longshore.claims c where c.id = any (p_ids) order by c.id for update);
        v_ready := array(select r.id from longshore.ready r where r.id = any (p_ids) order by r.id for update);
        v_deferred := array(select d.id from longshore.deferred d where d.id = any (p_ids) order by d.id for update);
        v_parked := array(select p.id from longshore.parked p where p.id = any (p_ids) order by p.id for update);
        v_finished := array(select f.id from longshore.finished f where f.id = any (p_ids) order by f.id for update);
        exit when not exists (
            select 1
            from longshore.tasks t left join longshore.places p on p.id = t.id
            where t.id = any (p_ids) and (p.id is null or not p.id = any (case p.stage
                when 'claims' then v_claims when 'ready' then v_ready when 'deferred' then v_deferred
                when 'parked' then v_parked else v_finished end)));
    end loop;
    return query select * from longshore.places p where p.id = any (p_ids);
end
$$;

-- Brings deferred tasks that are due to the queue; answers how many.
create function longshore.stage(p_limit integer, p_now_us bigint) returns integer
language plpgsql as $$
declare
    v_now bigint := longshore.instant(p_now_us);
    v_ids bigint[];
begin
    with due as (
        select d.id from longshore.deferred d where d.until_us <= v_now order by d.until_us, d.id limit p_limit
        for update skip locked
    ), gone as (
        delete from longshore.deferred d using due where d.id = due.id returning d.*
    ), queued as (
        insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags)
        select id, rank, class_id, epoch, attempts, failures, priority, flags from gone
    )
    select array_agg(id order by until_us, id) into v_ids from gone;
    if v_ids is null then
        return 0;
    end if;
    insert into longshore.events (seq, at_us, type, actor_type, actor, tasks)
    select nextval('longshore.event_seq'), v_now, 'task_ready', 1, 'longshore', v_ids
    from longshore.announce_events();
    return cardinality(v_ids);
end
$$;

-- Deletes tasks that ended before an instant, and the events of then; answers how many tasks. It walks the log from its
-- oldest end: the events there name the tasks that ended then, so no index over all ends is kept on the hot path.
create function longshore.prune(p_before_us bigint, p_limit integer) returns integer
language plpgsql as $$
declare
    v_row record;
    v_over bigint[];
    v_count integer := 0;
begin
    for v_row in
        select e.seq, coalesce(e.tasks, array[e.task_id]) as tasks
        from longshore.events e where e.at_us < p_before_us order by e.seq limit 20 * p_limit
        for update skip locked
    loop
        v_over := array(
            select f.id from longshore.finished f where f.id = any (v_row.tasks) and f.ended_us < p_before_us
            order by f.id limit p_limit - v_count for update);
        delete from longshore.codes c using longshore.tasks t, longshore.classes k
        where t.id = any (v_over) and t.code is not null and k.id = t.class_id
          and c.namespace = k.namespace and c.code = t.code;
        delete from longshore.insert_keys i using longshore.tasks t, longshore.classes k
        where t.id = any (v_over) and t.idempotency_key is not null and k.id = t.class_id
          and i.namespace = k.namespace and i.key = t.idempotency_key;
        delete from longshore.assignments where task_id = any (v_over);
        delete from longshore.deadlines where task_id = any (v_over);
        delete from longshore.finished where id = any (v_over);
        delete from longshore.tasks where id = any (v_over);
        v_count := v_count + cardinality(v_over);
        exit when v_count >= p_limit;
        delete from longshore.events where seq = v_row.seq;
    end loop;
    return v_count;
end
$$;

-- The ready tasks an agent could claim now, in order, without locks: as pick, for showing. p_all: suspects as well.
create function longshore.browse(
    p_agent integer, p_classes integer[], p_limit integer, p_least integer, p_codes text[], p_all boolean,
    p_now_us bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint) returns table (id bigint)
language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
    v_high bigint;
    v_ids bigint[];
begin
    select r.rank into v_high from longshore.ready r order by r.rank, r.id offset 4 * p_limit + 100 limit 1;
    select array_agg(t.id) into v_ids
    from (select r.id from longshore.ready r
          where r.rank <= coalesce(v_high, 9223372036854775807)
            and (r.class_id in (select unnest(p_classes))) is true
            and r.priority >= p_least and (p_all or r.flags & 1 = 0)
            and (r.flags & 2 = 0 or not longshore.kept_from(
                p_agent, r.id, r.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
            and (cardinality(p_codes) = 0 or not exists (
                select 1 from longshore.tasks k
                where k.id = r.id and coalesce(k.code, 't-' || k.id) = any (p_codes)))
          order by r.rank, r.id limit p_limit) t;
    if v_high is not null and coalesce(cardinality(v_ids), 0) < p_limit then
        select array_agg(t.id) into v_ids
        from (select h.id
              from unnest(p_classes) c (class_id)
              cross join lateral (
                  select r.id, r.rank from longshore.ready r
                  where r.class_id = c.class_id and r.priority >= p_least and (p_all or r.flags & 1 = 0)
                    and (r.flags & 2 = 0 or not longshore.kept_from(
                        p_agent, r.id, r.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
                    and (cardinality(p_codes) = 0 or not exists (
                        select 1 from longshore.tasks k
                        where k.id = r.id and coalesce(k.code, 't-' || k.id) = any (p_codes)))
                  order by r.rank, r.id limit p_limit) h
              order by h.rank, h.id limit p_limit) t;
    end if;
    return query select unnest(v_ids);
end
$$;

-- The number up to which the log is complete for whoever looks after asking. First the end of the sequence, then the
-- announcements: whoever announces in between takes higher numbers. Announcements carry the lowest 31 bits.
create function longshore.events_bound() returns bigint language plpgsql volatile as $$
declare
    v_last bigint;
    v_behind bigint;
begin
    select case when is_called then last_value else 0 end into v_last from longshore.event_seq;
    select max(d.behind) into v_behind
    from pg_locks l, lateral (select (v_last - l.objid::bigint) & 2147483647 as behind) d
    where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
      and l.classid::bigint = 'longshore.events'::regclass::oid::bigint & 2147483647
      and d.behind < 1073741824; -- what was announced meanwhile is ahead, and seems to be far behind
    return greatest(0, v_last - coalesce(v_behind, 0));
end
$$;

-- Rows of the log after a number, in order, as far as the log is complete.
create function longshore.events_between(p_after bigint, p_limit bigint) returns setof longshore.events
language plpgsql volatile as $$
declare
    v_bound bigint := longshore.events_bound();
begin
    return query
    select * from longshore.events e where e.seq > p_after and e.seq <= v_bound order by e.seq limit p_limit;
end
$$;
