-- As before; but the turns of what is taken by shares are told by where the tasks stood, not looked up one by one.
create or replace function longshore.claim(
    p_agent integer, p_version integer, p_rules bigint, p_classes integer[], p_valid_until_us bigint, p_ids bigint[],
    p_max integer, p_prefetch integer, p_lease_us bigint, p_offer_us bigint, p_by integer, p_actor text, p_key text,
    p_low bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint, p_since xid8, p_limited boolean,
    p_shared boolean, p_now_us bigint)
returns table (
    status integer, unseen integer, id bigint, class_id integer, rank bigint, epoch integer, attempts integer,
    failures integer, priority smallint, flags smallint, lease_us bigint, progress double precision, created_us bigint,
    payload json, code text, name text, description text, confidence_threshold double precision, ready_us bigint,
    deadline_us bigint, timeout_us bigint, max_attempts integer, backoff smallint, backoff_us bigint,
    backoff_cap_us bigint, late smallint, effort_us bigint, parent_id bigint, workflow text, workflow_cursor text,
    tags text[], metadata json, correlation_id text, idempotency_key text, item text, error text, walked_us bigint,
    draft json, claim_status smallint, next_token_us bigint, run_part text[], limit_key text)
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
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
    v_picked tid[];
    v_flags integer[];
    v_marks integer;
    v_walked bigint;
    v_single boolean;
    v_count integer := 0;
    v_unseen integer := 0;
    v_ids bigint[];
    v_token bigint;
    v_keys text[];
    v_turns bigint[];
    v_found integer;
    v_last bigint;
    v_last_id bigint;
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
            if p_limited or p_shared then
                perform 1 from longshore.limits_lock for update;
                -- It may have waited for long: what is taken from buckets is taken now.
                v_now := longshore.instant(p_now_us);
            end if;
            if p_limited then
                if exists (select from longshore.key_states k where k.reopen_us <= v_now) then
                    perform longshore.settle_keys(
                        array(select k.key from longshore.key_states k where k.reopen_us <= v_now), v_now);
                end if;
                select o.classes, o.next_token_us into p_classes, v_token
                from longshore.open_classes(p_classes, v_now) o;
            end if;
            for v_look in 1..3 loop
                if p_shared then
                    select p.at, p.flags, p.marks into v_at, v_flags, v_marks
                    from longshore.pick_by_share(
                        p_agent, p_classes, v_levels, v_want, v_now, p_policy, p_window_us, p_timeout_us) p;
                else
                    select p.at, p.flags, p.marks, p.walked_us into v_at, v_flags, v_marks, v_walked
                    from longshore.pick(
                        p_agent, p_classes, v_levels, p_ids, v_want, p_low, null, null, null, null, v_now, p_policy,
                        p_window_us, p_timeout_us) p;
                end if;
                if p_limited and v_marks < 0 and not p_shared then
                    loop
                        v_picked := v_at;
                        select k.at, k.flags, k.marks, k.keys into v_at, v_flags, v_marks, v_keys
                        from longshore.keep_by_keys(v_picked, v_now) k;
                        exit when cardinality(v_at) = cardinality(v_picked) or p_ids is not null;
                        select r.rank, r.id into v_last, v_last_id
                        from longshore.ready r where r.ctid = any (v_picked)
                        order by r.rank desc, r.id desc limit 1;
                        -- There was more of some keys than they have room for: it is shut, and what comes next taken.
                        perform longshore.settle_keys(v_keys, v_now, v_at);
                        select v_at || p.at, v_flags || p.flags, coalesce(v_marks, 0) | p.marks, cardinality(p.at)
                        into v_at, v_flags, v_marks, v_found
                        from longshore.pick(
                            p_agent, p_classes, v_levels, null, v_want - coalesce(cardinality(v_at), 0), v_last, v_last,
                            v_last_id, null, null, v_now, p_policy, p_window_us, p_timeout_us) p;
                        exit when v_found is null;
                    end loop;
                end if;
                if v_marks & 32 <> 0 or v_probing is not null or (p_limited and not longshore.fits(v_at, v_now))
                then
                    if p_shared then
                        select c.at, c.flags, 1 into v_at, v_flags, v_marks
                        from longshore.choose_by_share(
                            p_agent, p_classes, v_levels, v_want, v_at, v_probing, p_limited, v_now, p_policy,
                            p_window_us, p_timeout_us) c;
                    else
                        select c.at, c.flags, 1 into v_at, v_flags, v_marks
                        from longshore.choose(
                            p_agent, p_classes, v_levels, p_ids, v_want, v_at, v_probing, p_limited, v_now, p_policy,
                            p_window_us, p_timeout_us) c;
                    end if;
                end if;
                exit when not p_shared or not p_limited or v_at is null;
                select k.at, k.flags, k.keys into v_at, v_flags, v_keys from longshore.keep_turns(v_at, v_now) k;
                -- Where nothing of what was open had room, what had none is shut by now: another look finds the rest.
                exit when v_at is not null;
            end loop;
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
        if p_limited then
            perform longshore.take_room(v_at[1:v_count], v_now);
        end if;
        if p_shared then
            perform longshore.take_turns(v_at[1:v_count]);
            -- The turn of each, in the order of where they stand.
            v_turns := array(
                select u.turn from unnest(v_at[1:v_count]) with ordinality u (at, turn) order by u.at);
        end if;
        return query
        with gone as (
            delete from longshore.ready r where r.ctid = any (v_at[1:v_count]) returning r.*, r.ctid as at
        ), held as (
            insert into longshore.claims (id, rank, granted_us, lease_us, class_id, epoch, attempts, failures,
                                          agent_id, priority, flags, single, key, status, group_id, limit_key)
            select g.id, g.rank, v_now, v_now + coalesce(p_offer_us, p_lease_us), g.class_id, g.epoch + 1,
                   g.attempts + 1, g.failures, p_agent, g.priority, g.flags, v_single, p_key,
                   case when p_offer_us is null then 18 else 16 end,
                   case when g.flags & 32 <> 0 then (select t.group_id from longshore.tasks t where t.id = g.id) end,
                   g.limit_key
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
               case when p_offer_us is null then 18::smallint else 16::smallint end, null::bigint,
               -- A subquery that is a value is never turned into a walk over the table, as exists may be.
               case when g.flags & 8192 = 0 then null
                    when (select d.task_id from longshore.dependencies d where d.task_id = g.id limit 1) is null
                    then (select array[s.run_id::text, s.name, '{}'] from longshore.run_steps s where s.task_id = g.id)
                    else longshore.run_part(g.id, true) end,
               g.limit_key
        from (select o.*, 0::bigint as turn from gone o where not p_shared
              union all
              select o.*, v_turns[row_number() over (order by o.at)] from gone o where p_shared) g
        -- Looked up one by one, whatever the planner thinks of tables that were empty when it first saw them.
        cross join lateral (select t.* from longshore.tasks t where t.id = g.id offset 0) t
        order by g.turn, g.rank, g.id;
        if v_ids is not null then
            perform longshore.mark_probes(p_agent, v_ids, v_now);
        end if;
        if v_keys is not null then
            perform longshore.settle_full(v_keys, v_now);
        end if;
        return;
    end if;

    if longshore.is_news(v_seen, v_now, p_now_us) then
        update longshore.agent_states s set seen_us = v_now where s.agent_id = p_agent;
    end if;
    if v_status <> 0 then
        if v_keys is not null then
            perform longshore.settle_full(v_keys, v_now);
        end if;
        if p_limited then
            v_token := least(v_token, (select min(k.reopen_us) from longshore.key_states k));
        end if;
        status := v_status;
        unseen := v_unseen;
        next_token_us := v_token;
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
           c.status, null::bigint, case when c.flags & 8192 <> 0 then longshore.run_part(c.id, true) end, c.limit_key
    from longshore.claims c
    join longshore.tasks t on t.id = c.id
    where c.id = any (v_ids)
    order by c.rank, c.id;
end
$$;
