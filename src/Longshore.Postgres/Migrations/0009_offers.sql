-- The hot path anew: offers, drafts, groups, breakers and rules. What a task or an agent has nothing of costs nothing.

-- Ends claims as done, after locking their agents and these. All or nothing: an epoch that names no claim that holds
-- raises LS001; the caller looks closer.
create or replace function longshore.complete(
    p_agents integer[], p_ids bigint[], p_epochs integer[], p_results json[], p_keys text[], p_now_us bigint)
returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_now bigint;
    v_ended integer;
    v_flags integer;
    v_watched boolean;
begin
    select bool_or(a.breakers > 0) into v_watched
    from (
        select s.breakers
        from longshore.agent_states s
        where s.agent_id = any (array(
            select unnest(p_agents) union select c.agent_id from longshore.claims c where c.id = any (p_ids)))
        order by s.agent_id
        for update) a;
    v_now := longshore.instant(p_now_us);
    with said as (
        select * from unnest(p_ids, p_epochs, p_results, p_keys) as s (id, epoch, result, key)
    ), gone as (
        delete from longshore.claims c
        using said s
        where c.id = s.id and c.epoch = s.epoch and c.status <> 16 and (c.flags & 8 = 0 or c.lease_us > v_now)
        returning c.*, s.result, s.key as said_key
    ), ended as (
        insert into longshore.finished (id, rank, ended_us, granted_us, class_id, epoch, attempts, failures, agent_id,
                                        priority, flags, state, outcome, single, result, key, group_id)
        select id, rank, v_now, granted_us, class_id, epoch, attempts, failures, agent_id,
               priority, flags & ~769, 8, 0, single, result, said_key, group_id
        from gone
    ), freed as (
        update longshore.agent_states a
        set load = a.load - g.tasks, holds_suspect = false, completed = a.completed + g.tasks,
            seen_us = greatest(a.seen_us, v_now)
        from (select agent_id, count(*)::integer as tasks from gone group by agent_id) g
        where a.agent_id = g.agent_id
    ), noted as (
        insert into longshore.events (seq, at_us, type, actor_type, count, tasks, epochs, agents, states)
        select nextval('longshore.event_seq'), v_now, 'task_completed', 0, count(*), array_agg(id), array_agg(epoch),
               array_agg(agent_id), array_agg(8::smallint)
        from longshore.announce_events(), gone
        having count(*) > 0
    )
    select count(*), bit_or(flags) into v_ended, v_flags from gone;
    if v_ended < cardinality(p_ids) then
        raise exception 'a claim does not hold' using errcode = 'LS001';
    end if;
    if v_flags & 768 <> 0 then
        delete from longshore.drafts where task_id = any (p_ids);
        delete from longshore.task_breakers where task_id = any (p_ids);
    end if;
    if v_watched then
        perform longshore.note_success(p_ids);
    end if;
end
$$;

-- Success closes the breakers of its agent that are closed but remember failures, or whose probe it was.
create function longshore.note_success(p_ids bigint[]) returns void language sql as $$
    with closed as (
        delete from longshore.agent_breakers b
        using longshore.finished f, longshore.classes c
        where f.id = any (p_ids) and c.id = f.class_id and b.agent_id = f.agent_id and b.kind in ('', c.kind)
          and (b.open_until_us is null or (b.probe_task_id = f.id and b.probe_epoch = f.epoch))
        returning b.agent_id
    )
    update longshore.agent_states s
    set breakers = s.breakers - c.gone
    from (select agent_id, count(*)::integer as gone from closed group by agent_id) c
    where s.agent_id = c.agent_id;
$$;

drop function longshore.insert_plain(integer[], smallint[], bigint[], smallint[], json[], bigint);
drop function longshore.insert_tasks(
    integer[], smallint[], bigint[], smallint[], json[], text[], text[], text[], double precision[], bigint[], bigint[],
    bigint[], integer[], smallint[], bigint[], bigint[], smallint[], bigint[], bigint[], text[], text[], json[], json[],
    text[], text[], text[], bytea[], bigint);

-- Stores new tasks that have nothing but a class, a priority and a payload: most have no more, and two dozen arrays
-- cost a small batch more than its commit.
create function longshore.insert_plain(
    p_classes integer[], p_priorities smallint[], p_credits bigint[], p_flags smallint[], p_payloads json[],
    p_rules bigint, p_now_us bigint) returns bigint[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_ids bigint[];
begin
    with new as materialized (
        select nextval('longshore.task_ids') as id, n, class_id, priority, credit, flags, payload
        from unnest(p_classes, p_priorities, p_credits, p_flags, p_payloads) with ordinality
            as t (class_id, priority, credit, flags, payload, n)
        where p_rules is null or p_rules = (select s.version from longshore.rules_state s)
    ), stored as (
        insert into longshore.tasks (id, created_us, class_id, priority, payload)
        select id, p_now_us, class_id, priority, coalesce(payload, '{}') from new
    ), queued as (
        insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags)
        select id, p_now_us - credit, class_id, 0, 0, 0, priority, flags from new
    ), noted as (
        -- A row of the log tells as many events apart as a position has room for.
        insert into longshore.events (seq, at_us, type, actor_type, actor, count, tasks)
        select nextval('longshore.event_seq'), p_now_us, 'task_created', 2, 'api', cardinality(part.ids), part.ids
        from longshore.announce_events(),
             (select array_agg(id order by n) as ids from new group by (n - 1) / 16384 order by min(n)) part
    )
    select array_agg(id order by n) into v_ids from new;
    if v_ids is null then
        raise exception 'the rules are others' using errcode = 'LS003';
    end if;
    return v_ids;
end
$$;

-- Stores new tasks and answers their ids in order. Arrays may be null where every task has the usual value.
-- A code or key that is taken or a missing parent raises LS002, a race for one unique_violation; the caller looks
-- closer. p_rules: the version of the rules by which credits and flags were decided; if it is not the present one,
-- LS003.
create function longshore.insert_tasks(
    p_classes integer[], p_priorities smallint[], p_credits bigint[], p_flags smallint[], p_payloads json[],
    p_codes text[], p_names text[], p_descriptions text[], p_thresholds double precision[], p_ready bigint[],
    p_deadlines bigint[], p_timeouts bigint[], p_attempts integer[], p_backoffs smallint[], p_delays bigint[],
    p_caps bigint[], p_lates smallint[], p_efforts bigint[], p_parents bigint[], p_workflows text[], p_cursors text[],
    p_tags json[], p_metadata json[], p_correlations text[], p_keys text[], p_namespaces text[], p_digests bytea[],
    p_groups text[], p_rules bigint, p_now_us bigint) returns bigint[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_now bigint := longshore.instant(p_now_us);
    v_first bigint;
    v_ids bigint[];
    v_groups bigint[];
begin
    if num_nonnulls(
        p_codes, p_names, p_descriptions, p_thresholds, p_ready, p_deadlines, p_timeouts, p_attempts, p_backoffs,
        p_lates, p_efforts, p_parents, p_workflows, p_cursors, p_tags, p_metadata, p_correlations, p_keys, p_groups) = 0
    then
        return longshore.insert_plain(p_classes, p_priorities, p_credits, p_flags, p_payloads, p_rules, v_now);
    end if;

    if p_rules <> (select s.version from longshore.rules_state s) then
        raise exception 'the rules are others' using errcode = 'LS003';
    end if;
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
    if p_groups is not null then
        v_groups := longshore.intern_groups(p_namespaces, p_groups);
    end if;
    insert into longshore.tasks (
        id, created_us, class_id, priority, payload, code, name, description, confidence_threshold, ready_us,
        deadline_us, timeout_us, max_attempts, backoff, backoff_us, backoff_cap_us, late, effort_us, parent_id,
        workflow, workflow_cursor, tags, metadata, correlation_id, idempotency_key, group_id)
    select id, v_now, class_id, priority, coalesce(payload, '{}'), code, name, description, coalesce(threshold, 0.7),
           ready_us, deadline_us, timeout_us, coalesce(max_attempts, 5), backoff, backoff_us, backoff_cap_us,
           coalesce(late, 0), effort_us, parent_id, workflow, cursor,
           case when tags is not null then array(select json_array_elements_text(tags)) end,
           metadata, correlation_id, key, group_id
    from unnest(
        v_ids, p_classes, p_priorities, p_payloads, p_codes, p_names, p_descriptions, p_thresholds, p_ready,
        p_deadlines, p_timeouts, p_attempts, p_backoffs, p_delays, p_caps, p_lates, p_efforts, p_parents, p_workflows,
        p_cursors, p_tags, p_metadata, p_correlations, p_keys, v_groups) as t (
        id, class_id, priority, payload, code, name, description, threshold, ready_us, deadline_us, timeout_us,
        max_attempts, backoff, backoff_us, backoff_cap_us, late, effort_us, parent_id, workflow, cursor, tags,
        metadata, correlation_id, key, group_id);
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
        insert into longshore.events (seq, at_us, type, actor_type, actor, count, tasks)
        values (nextval('longshore.event_seq'), v_now, 'task_created', 2, 'api',
                least(16384, cardinality(v_ids) - v_first + 1), v_ids[v_first:v_first + 16383]);
    end loop;
    return v_ids;
end
$$;

drop function longshore.renew(bigint[], integer[], bigint[], double precision[], bigint);

-- Extends leases and takes offers, each claim once; answers until when. Where that was not done it answers the state of
-- the task, if there is such a task, and whether the claim is an offer that must be accepted first. p_accepts, null
-- when all are: 0 a renewal only, 1 accepts, 2 accepts for later.
create function longshore.renew(
    p_ids bigint[], p_epochs integer[], p_leases bigint[], p_progress double precision[], p_accepts smallint[],
    p_drafts json[], p_now_us bigint)
returns table (id bigint, epoch integer, lease_us bigint, state smallint, refused boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    v_now bigint := longshore.instant(p_now_us);
    v_held bigint[];
    v_offers bigint[];
begin
    perform 1 from longshore.agent_states s
    where longshore.is_news(s.seen_us, v_now, p_now_us)
      and s.agent_id = any (array(select c.agent_id from longshore.claims c where c.id = any (p_ids)))
    order by s.agent_id
    for update;
    if p_accepts is not null then
        v_offers := array(
            select c.id
            from longshore.claims c
            join unnest(p_ids, p_epochs, p_accepts) as s (id, epoch, accepts) on s.id = c.id and s.epoch = c.epoch
            where c.status = 16 and s.accepts > 0 and c.lease_us > v_now
            order by c.id
            for update of c);
    end if;
    with held as (
        update longshore.claims c
        set lease_us = v_now + s.lease, progress = coalesce(s.progress, c.progress),
            status = case when s.accepts = 2 and c.status <> 18 then 17 else 18 end,
            flags = case when s.draft is null then c.flags else c.flags | 256 end
        from unnest(p_ids, p_epochs, p_leases, p_progress, p_accepts, p_drafts)
            as s (id, epoch, lease, progress, accepts, draft)
        where c.id = s.id and c.epoch = s.epoch
          and case c.status when 16 then c.id = any (v_offers) else c.flags & 8 = 0 or c.lease_us > v_now end
        returning c.id, c.agent_id, s.draft
    ), seen as (
        update longshore.agent_states a
        set seen_us = v_now
        where longshore.is_news(a.seen_us, v_now, p_now_us) and a.agent_id in (select h.agent_id from held h)
    ), saved as (
        insert into longshore.drafts (task_id, body)
        select h.id, h.draft from held h where h.draft is not null
        on conflict on constraint drafts_pkey do update set body = excluded.body
    )
    select array_agg(h.id) into v_held from held h;
    if cardinality(v_offers) > 0 then
        insert into longshore.events (seq, at_us, type, actor_type, actor, task_id, epoch, payload)
        select nextval('longshore.event_seq'), v_now, 'task_accepted', 0, a.name, c.id, c.epoch,
               longshore.claim_payload(c.epoch, a.name, 'in_progress')
        from longshore.announce_events(), longshore.claims c
        join longshore.agents a on a.id = c.agent_id
        where c.id = any (v_offers);
    end if;
    return query
    select s.id, s.epoch, c.lease_us, 3::smallint, false
    from unnest(p_ids, p_epochs) as s (id, epoch)
    join longshore.claims c on c.id = s.id and c.epoch = s.epoch
    where c.id = any (v_held);
    if coalesce(cardinality(v_held), 0) < cardinality(p_ids) then
        return query
        select s.id, s.epoch, null::bigint, p.state,
               p.status = 16 and s.epoch = p.epoch and p.lease_us > v_now
        from unnest(p_ids, p_epochs) as s (id, epoch)
        left join lateral (select * from longshore.places where id = s.id) p on true
        where v_held is null or not s.id = any (v_held) or s.epoch <> p.epoch;
    end if;
end
$$;

-- The details of an event about a claim (see Events/EventPayloads.cs).
create function longshore.claim_payload(p_epoch integer, p_agent text, p_state text) returns json
language sql immutable
return format('{"epoch":%s,"agent":%s,"state":"%s"}', p_epoch, to_json(p_agent), p_state)::json;

drop function longshore.claim(
    integer, integer, integer[], bigint, bigint[], integer, integer, bigint, text, bigint, integer, bigint, bigint,
    xid8, bigint);

-- Gives tasks to an agent: decides and reserves under its lock. status: 0 granted, 1 empty, 2 at capacity,
-- 3 unavailable, 5 its breaker is open, 10 the profile the classes were computed from is not the present one, 11 nor
-- are the rules. unseen: how many classes exist that the caller may not have seen, asked only when it got less than it
-- wanted. p_offer_us: how long offers stand that are made instead; p_by and p_actor: who makes them.
create function longshore.claim(
    p_agent integer, p_version integer, p_rules bigint, p_classes integer[], p_valid_until_us bigint, p_ids bigint[],
    p_max integer, p_prefetch integer, p_lease_us bigint, p_offer_us bigint, p_by integer, p_actor text, p_key text,
    p_low bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint, p_since xid8, p_now_us bigint)
returns table (
    status integer, unseen integer, id bigint, class_id integer, rank bigint, epoch integer, attempts integer,
    failures integer, priority smallint, flags smallint, lease_us bigint, progress double precision, created_us bigint,
    payload json, code text, name text, description text, confidence_threshold double precision, ready_us bigint,
    deadline_us bigint, timeout_us bigint, max_attempts integer, backoff smallint, backoff_us bigint,
    backoff_cap_us bigint, late smallint, effort_us bigint, parent_id bigint, workflow text, workflow_cursor text,
    tags text[], metadata json, correlation_id text, idempotency_key text, item text, error text, walked_us bigint,
    draft json, claim_status smallint)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    v_now bigint;
    v_mode smallint;
    v_load integer;
    v_holds_suspect boolean;
    v_seen bigint;
    v_breakers integer;
    v_gate integer := 0;
    v_probing text[];
    v_levels integer;
    v_current boolean;
    v_room integer;
    v_want integer;
    v_status integer := 1;
    v_at tid[];
    v_flags integer[];
    v_marks integer;
    v_walked bigint;
    v_single boolean;
    v_count integer := 0;
    v_unseen integer := 0;
    v_ids bigint[];
begin
    select s.mode, s.load, s.holds_suspect, s.seen_us, s.breakers
    into v_mode, v_load, v_holds_suspect, v_seen, v_breakers
    from longshore.agent_states s where s.agent_id = p_agent for update;
    v_now := longshore.instant(p_now_us);
    if p_key is not null then
        with held as (
            update longshore.claims c set lease_us = v_now + p_lease_us
            where c.agent_id = p_agent and c.key = p_key and c.status <> 16 and (c.flags & 8 = 0 or c.lease_us > v_now)
            returning c.id
        )
        select array_agg(id) into v_ids from held;
    end if;
    if v_breakers > 0 and v_ids is null then
        select g.gate, g.probing, g.classes into v_gate, v_probing, p_classes
        from longshore.gates(p_agent, p_classes, v_now) g;
    end if;

    if v_ids is not null then
        v_status := 0;
    elsif v_mode <> 0 then
        v_status := 3;
    elsif v_gate = 2 then
        v_status := 5;
    else
        select a.max_concurrent + p_prefetch - v_load,
               case a.priority_levels when 0 then 2047 else a.priority_levels end,
               p_rules = (select r.version from longshore.rules_state r)
        into v_room, v_levels, v_current
        from longshore.agents a where a.id = p_agent and a.version = p_version and v_now < p_valid_until_us;
        if v_room is null then
            v_status := 10;
        elsif not v_current then
            v_status := 11;
        elsif v_room <= 0 or v_holds_suspect then
            v_status := 2;
        else
            v_want := least(p_max, v_room, case v_gate when 1 then 1 end);
            select p.at, p.flags, p.marks, p.walked_us into v_at, v_flags, v_marks, v_walked
            from longshore.pick(
                p_agent, p_classes, v_levels, p_ids, v_want, p_low, null, null, null, null, v_now, p_policy,
                p_window_us, p_timeout_us) p;
            if v_marks & 32 <> 0 or v_probing is not null then
                select c.at, c.flags, 1 into v_at, v_flags, v_marks
                from longshore.choose(
                    p_agent, p_classes, v_levels, p_ids, v_want, v_at, v_probing, v_now, p_policy, p_window_us,
                    p_timeout_us) c;
            end if;
            v_count := least(coalesce(cardinality(v_at), 0), v_want);
            -- A suspect is given alone, to an agent that holds nothing; before one, giving stops.
            if v_marks & 1 = 1 then
                for v_place in 1..v_count loop
                    if v_flags[v_place] & 1 = 1 then
                        v_status := 2;
                        v_count := case when v_place = 1 and v_load = 0 then 1 else v_place - 1 end;
                        exit;
                    end if;
                end loop;
            end if;
            if v_count < v_want and v_status = 1 then
                select count(*) into v_unseen from longshore.classes c where c.xid >= p_since;
            end if;
        end if;
    end if;

    if v_count > 0 then
        v_single := v_count = 1 and v_load = 0;
        if v_gate = 1 or v_probing is not null then
            v_ids := array(select r.id from longshore.ready r where r.ctid = any (v_at[1:v_count]));
        end if;
        return query
        with gone as (
            delete from longshore.ready r where r.ctid = any (v_at[1:v_count]) returning r.*
        ), held as (
            insert into longshore.claims (id, rank, granted_us, lease_us, class_id, epoch, attempts, failures,
                                          agent_id, priority, flags, single, key, status, group_id)
            select g.id, g.rank, v_now, v_now + coalesce(p_offer_us, p_lease_us), g.class_id, g.epoch + 1,
                   g.attempts + 1, g.failures, p_agent, g.priority, g.flags, v_single, p_key,
                   case when p_offer_us is null then 18 else 16 end,
                   case when g.flags & 32 <> 0 then (select t.group_id from longshore.tasks t where t.id = g.id) end
            from gone g
        ), counted as (
            update longshore.agent_states s
            set load = s.load + v_count, holds_suspect = v_flags[1] & 1 = 1, seen_us = greatest(s.seen_us, v_now)
            where s.agent_id = p_agent
        ), noted as (
            insert into longshore.events (seq, at_us, type, actor_type, count, tasks, epochs, agents, states)
            select nextval('longshore.event_seq'), v_now, 'task_claimed', 0, v_count,
                   array_agg(g.id order by g.rank, g.id), array_agg(g.epoch + 1 order by g.rank, g.id),
                   array_fill(p_agent, array[v_count]), array_fill(3::smallint, array[v_count])
            from longshore.announce_events(), gone g
            where p_offer_us is null
            having count(*) > 0
        ), offered as (
            insert into longshore.events (seq, at_us, type, actor_type, actor, task_id, epoch, payload)
            select nextval('longshore.event_seq'), v_now, 'task_offered', p_by, p_actor, g.id, g.epoch + 1,
                   longshore.claim_payload(g.epoch + 1, a.name, 'assigned')
            from longshore.announce_events(), gone g, longshore.agents a
            where p_offer_us is not null and a.id = p_agent
        )
        select 0, v_unseen, g.id, g.class_id, g.rank, g.epoch + 1, g.attempts + 1, g.failures, g.priority, g.flags,
               v_now + coalesce(p_offer_us, p_lease_us), null::double precision, t.created_us, t.payload, t.code,
               t.name, t.description, t.confidence_threshold, t.ready_us, t.deadline_us, t.timeout_us, t.max_attempts,
               t.backoff, t.backoff_us, t.backoff_cap_us, t.late, t.effort_us, t.parent_id, t.workflow,
               t.workflow_cursor, t.tags, t.metadata, t.correlation_id, t.idempotency_key,
               (select i.name from longshore.groups i where i.id = t.group_id),
               case when g.epoch > 0 then longshore.last_error(g.id) end, v_walked,
               case when g.flags & 256 <> 0 then (select d.body from longshore.drafts d where d.task_id = g.id) end,
               case when p_offer_us is null then 18::smallint else 16::smallint end
        from gone g
        join longshore.tasks t on t.id = g.id
        order by g.rank, g.id;
        if v_ids is not null then
            perform longshore.mark_probes(p_agent, v_ids, v_now);
        end if;
        return;
    end if;

    if longshore.is_news(v_seen, v_now, p_now_us) then
        update longshore.agent_states s set seen_us = v_now where s.agent_id = p_agent;
    end if;
    if v_status <> 0 then
        status := v_status;
        unseen := v_unseen;
        return next;
        return;
    end if;
    return query
    select 0, 0, c.id, c.class_id, c.rank, c.epoch, c.attempts, c.failures, c.priority, c.flags, c.lease_us,
           c.progress, t.created_us, t.payload, t.code, t.name, t.description, t.confidence_threshold, t.ready_us,
           t.deadline_us, t.timeout_us, t.max_attempts, t.backoff, t.backoff_us, t.backoff_cap_us, t.late, t.effort_us,
           t.parent_id, t.workflow, t.workflow_cursor, t.tags, t.metadata, t.correlation_id, t.idempotency_key,
           (select i.name from longshore.groups i where i.id = t.group_id),
           case when c.epoch > 1 then longshore.last_error(c.id) end, null::bigint,
           case when c.flags & 256 <> 0 then (select d.body from longshore.drafts d where d.task_id = c.id) end,
           c.status
    from longshore.claims c
    join longshore.tasks t on t.id = c.id
    where c.id = any (v_ids)
    order by c.rank, c.id;
end
$$;

-- What the breakers of an agent let through: gate 0 everything, 1 one probe, 2 nothing; the classes of kinds that are
-- not shut; and the kinds of which one task may go as a probe.
create function longshore.gates(
    p_agent integer, p_classes integer[], p_now_us bigint, out gate integer, out probing text[], out classes integer[])
language plpgsql stable as $$
declare
    v_shut text[];
begin
    select coalesce(max(case when b.open_until_us > p_now_us or b.probe_task_id is not null then 2 else 1 end)
               filter (where b.kind = ''), 0),
           array_agg(b.kind) filter (
               where b.kind <> '' and (b.open_until_us > p_now_us or b.probe_task_id is not null)),
           array_agg(b.kind) filter (where b.kind <> '' and b.open_until_us <= p_now_us and b.probe_task_id is null)
    into gate, v_shut, probing
    from longshore.agent_breakers b
    where b.agent_id = p_agent and b.open_until_us is not null;
    classes := case when v_shut is null then p_classes else array(
        select c.id from longshore.classes c where c.id = any (p_classes) and not c.kind = any (v_shut)) end;
end
$$;

-- What was just granted to an agent is the probe of its breakers that are half-open.
create function longshore.mark_probes(p_agent integer, p_ids bigint[], p_now_us bigint) returns void language sql as $$
    update longshore.agent_breakers b
    set probe_task_id = p.id, probe_epoch = p.epoch
    from (select distinct on (k.kind) k.kind, c.id, c.epoch
          from longshore.claims c
          join longshore.classes s on s.id = c.class_id
          cross join lateral (values (''), (s.kind)) k (kind)
          where c.id = any (p_ids)
          order by k.kind, c.rank, c.id) p
    where b.agent_id = p_agent and b.kind = p.kind and b.open_until_us <= p_now_us and b.probe_task_id is null;
$$;
