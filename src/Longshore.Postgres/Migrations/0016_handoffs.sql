-- Passing tasks on, and asking for help.

alter table longshore.classes add column target text;           -- to whom a task is handed off: sql>=3, or @agent
alter table longshore.claims add column paused_us bigint not null default 0;    -- blocked: its lease afterwards

-- flags of the stage tables, beside the former: 2048 handed off and not taken, 4096 was handed off.
-- status of claims: 19 blocked. cause of kept: 3 handed off, which keeps the agent's whole principal from it.

create table longshore.handoffs (
    id                    bigint generated always as identity primary key,
    task_id               bigint not null,
    epoch                 integer not null,             -- the grant that ended with it
    class_id              integer not null,             -- the task's own class, to which it goes back
    from_agent_name       text not null,
    to_capability         text,                         -- this
    to_agent_name         text,                         -- or that
    summary               text not null,
    confidence_score      double precision not null check (confidence_score between 0 and 1),
    minimum_confidence    double precision not null,    -- below it what was done asks for a review
    artifacts             text[] not null,
    known_limitations     text[] not null,
    next_steps_suggestion text[] not null,
    blockers_resolved     text[] not null,
    estimated_effort_us   bigint,
    created_us            bigint not null,
    accepted_us           bigint,
    accepted_by           text,
    withdrawn_us          bigint
);
create index handoffs_task on longshore.handoffs (task_id);
create index handoffs_open on longshore.handoffs (confidence_score) where accepted_us is null and withdrawn_us is null;

create table longshore.help_requests (
    id                    bigint generated always as identity primary key,
    task_id               bigint not null,
    requesting_agent_name text not null,
    help_type             text not null,
    description           text not null,
    urgency               text not null,                -- as asked; it rises with time
    related_capabilities  text[] not null,
    created_us            bigint not null,
    claimed_by            text,
    claimed_us            bigint,
    resolved_us           bigint,
    resolved_by           text,
    resolution            text,
    cancelled_us          bigint,
    closed_us             bigint                        -- the task ended and was begun anew
);
create index help_requests_task on longshore.help_requests (task_id);
create index help_requests_open on longshore.help_requests (id)
where resolved_us is null and cancelled_us is null and closed_us is null;

-- Where every task is.
create or replace view longshore.places as
select id, class_id, rank, epoch, attempts, failures, priority, flags,
       case when flags & 2048 <> 0 then 6::smallint else 1::smallint end as state, 'ready' as stage,
       null::bigint as until_us, null::integer as agent_id, null::boolean as single, null::bigint as granted_us,
       null::bigint as lease_us, null::double precision as progress, null::text as key, null::bigint as ended_us,
       null::smallint as outcome, null::json as result, null::text as error, null::smallint as status
from longshore.ready
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags,
       case status when 16 then 2::smallint when 19 then 4::smallint else 3::smallint end, 'claims', null, agent_id,
       single, granted_us, lease_us, progress, key, null, null, null, null, status
from longshore.claims
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags,
       case when flags & 2048 <> 0 then 6::smallint else 1::smallint end, 'deferred', until_us, null, null, null,
       null, null, null, null, null, null, null, null
from longshore.deferred
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, 'parked', until_us, null, null, null,
       null, null, null, null, null, null, null, null
from longshore.parked
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, 'finished', null, agent_id, single,
       granted_us, null, null, key, ended_us, outcome, result, error, null
from longshore.finished;

-- How much earlier than its arrival a task stands in the order (see Matching/Urgency.cs): half an hour for each point
-- of its credit, or a thousand days for each priority.
-- Flag 2048: it is handed off.
create or replace function longshore.head_start_us(p_priority integer, p_failures integer, p_flags integer)
returns bigint
language sql immutable
return case when p_flags & 128 <> 0 then p_priority * 86400000000000::bigint
    else (10 * p_priority - least(50, 10 * p_failures) + case when p_flags & 4 <> 0 then 10 else 0 end
          + case when p_flags & 2048 <> 0 then 10 else 0 end)
        * 1800000000::bigint end;

-- The one predicate "can do" (see Capabilities/CapabilitySet.cs), for the rare questions about other agents.
create or replace function longshore.can_do(p_agent integer, p_class integer, p_now_us bigint) returns boolean
language sql stable as $$
    select (c.owner is null or c.owner = a.name)
       and (c.target is null or c.target = '@' || a.name or exists (
            select 1
            from unnest(a.capabilities, a.levels, a.expiries_us, a.graces_us) as h (name, level, expiry_us, grace_us)
            where h.name = split_part(c.target, '>=', 1)
              and h.level >= coalesce(nullif(split_part(c.target, '>=', 2), '')::integer, 1)
              and (h.expiry_us is null or h.expiry_us + coalesce(h.grace_us, 0) > p_now_us)
              and (a.authorised is null or h.name = any (a.authorised)) and not h.name = any (a.unavailable)))
       and (cardinality(a.kinds) = 0 or c.kind = any (a.kinds))
       and c.namespace = any (a.namespaces)
       and (cardinality(c.requires) = 0 or (
            select count(*)
            from unnest(c.requires, c.levels) as r (name, level)
            where (a.authorised is null or r.name = any (a.authorised)) and not r.name = any (a.unavailable)
              and exists (
                select 1
                from unnest(a.capabilities, a.levels, a.expiries_us, a.graces_us)
                    as h (name, level, expiry_us, grace_us)
                where h.name = r.name
                  and h.level >= case c.match when 0 then r.level when 1 then greatest(2, r.level) else 1 end
                  and (h.expiry_us is null
                       or h.expiry_us + case c.match when 1 then 0 else coalesce(h.grace_us, 0) end > p_now_us)))
           >= case c.match when 1 then cardinality(c.requires)
                   else greatest(1, ceil(cardinality(c.requires) * c.minimum_match - 0.001)) end)
    from longshore.agents a, longshore.classes c
    where a.id = p_agent and c.id = p_class;
$$;

-- Whether a task with one of the flags is not to be given to an agent now.
create or replace function longshore.is_barred(
    p_agent integer, p_task bigint, p_class integer, p_flags integer, p_groups bigint[], p_steps text[],
    p_now_us bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint) returns boolean
language plpgsql stable as $$
begin
    -- Its deadline may have passed before anybody noticed.
    if p_flags & 16 <> 0 then
        perform 1 from longshore.deadlines d where d.task_id = p_task and d.deadline_us <= p_now_us;
        if found then
            return true;
        end if;
    end if;
    if p_flags & 64 <> 0 then
        perform 1 from longshore.kept k
        where k.task_id = p_task and k.agent_id = p_agent and k.until_us > p_now_us;
        if found then
            return true;
        end if;
    end if;
    -- Handed off by another agent of its principal.
    if p_flags & 2048 <> 0 then
        perform 1
        from longshore.kept k
        join longshore.agents g on g.id = k.agent_id
        join longshore.agents a on a.principal = g.principal
        where k.task_id = p_task and k.cause = 3 and a.id = p_agent;
        if found then
            return true;
        end if;
    end if;
    if p_flags & 2 <> 0 and longshore.kept_from(
        p_agent, p_task, p_class, p_now_us, p_policy, p_window_us, p_timeout_us)
    then
        return true;
    end if;
    return p_flags & 32 <> 0 and longshore.group_bars(p_agent, p_task, p_class, p_groups, p_steps);
end
$$;

-- Somebody takes a task that was handed off. Answers the task's own class.
create function longshore.accept_handoff(p_task bigint, p_agent integer, p_at_us bigint) returns integer
language plpgsql as $$
declare
    v_own integer;
begin
    update longshore.handoffs h
    set accepted_us = p_at_us, accepted_by = (select a.name from longshore.agents a where a.id = p_agent)
    where h.task_id = p_task and h.accepted_us is null and h.withdrawn_us is null
    returning h.class_id into v_own;
    delete from longshore.kept k where k.task_id = p_task and k.cause = 3;
    return v_own;
end
$$;

-- Whoever is granted a task that was handed off takes it over: it is in its own class again, as any other.
create function longshore.take_over() returns trigger language plpgsql as $$
begin
    new.class_id := longshore.accept_handoff(new.id, new.agent_id, new.granted_us);
    new.rank := new.rank + longshore.head_start_us(new.priority, new.failures, new.flags)
        - longshore.head_start_us(new.priority, new.failures, new.flags & ~2048);
    new.flags := new.flags & ~2048;
    return new;
end
$$;

create trigger take_over before insert on longshore.claims
for each row when (new.flags & 2048 <> 0 and new.status <> 16)
execute function longshore.take_over();

-- As before, but what is blocked is not done.
create or replace function longshore.complete(
    p_agents integer[], p_ids bigint[], p_epochs integer[], p_results json[], p_keys text[], p_now_us bigint,
    p_half_life_us bigint default 2592000000000)
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
        where c.id = s.id and c.epoch = s.epoch and c.status not in (16, 19)
          and (c.flags & 8 = 0 or c.lease_us > v_now)
        returning c.*, s.result, s.key as said_key
    ), ended as (
        insert into longshore.finished (id, rank, ended_us, granted_us, class_id, epoch, attempts, failures, agent_id,
                                        priority, flags, state, outcome, single, result, key, group_id)
        select id, rank, v_now, granted_us, class_id, epoch, attempts, failures, agent_id,
               priority, flags & ~769, 8, 0, single, result, said_key, group_id
        from gone
    ), done as (
        select agent_id, class_id, count(*)::integer as tasks from gone group by agent_id, class_id
    ), freed as (
        update longshore.agent_states a
        set load = a.load - g.tasks, holds_suspect = false, completed = a.completed + g.tasks,
            good = longshore.faded(a.good, a.as_of_us, v_now, p_half_life_us) + g.tasks * 1000000::bigint,
            bad = longshore.faded(a.bad, a.as_of_us, v_now, p_half_life_us),
            as_of_us = longshore.faded_to(a.as_of_us, v_now, p_half_life_us),
            seen_us = greatest(a.seen_us, v_now)
        from (select agent_id, sum(tasks)::integer as tasks from done group by agent_id) g
        where a.agent_id = g.agent_id
    ), learned as (
        insert into longshore.agent_records as r (agent_id, capability, good, bad, as_of_us)
        select d.agent_id, q.capability, sum(d.tasks) * 1000000, 0, longshore.faded_to(0, v_now, p_half_life_us)
        from done d
        join longshore.classes c on c.id = d.class_id
        cross join lateral unnest(c.requires) as q (capability)
        join longshore.agents a on a.id = d.agent_id and q.capability = any (a.capabilities)
        group by d.agent_id, q.capability
        on conflict (agent_id, capability) do update
        set good = longshore.faded(r.good, r.as_of_us, v_now, p_half_life_us) + excluded.good,
            bad = longshore.faded(r.bad, r.as_of_us, v_now, p_half_life_us),
            as_of_us = longshore.faded_to(r.as_of_us, v_now, p_half_life_us)
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

-- Extends leases and takes offers, each claim once; answers until when. Where that was not done it answers the state of
-- the task, if there is such a task, and whether the claim is an offer that must be accepted first. p_accepts, null
-- when all are: 0 a renewal only, 1 accepts, 2 accepts for later. The lease of a blocked task is paused; it begins
-- again with what was asked for last.
create or replace function longshore.renew(
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
        set lease_us = case c.status when 19 then c.lease_us else v_now + s.lease end,
            paused_us = case c.status when 19 then s.lease else 0 end,
            progress = coalesce(s.progress, c.progress),
            status = case when c.status = 19 then 19 when s.accepts = 2 and c.status <> 18 then 17 else 18 end,
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
        update longshore.claims c
        set class_id = longshore.accept_handoff(c.id, c.agent_id, v_now),
            rank = c.rank + longshore.head_start_us(c.priority, c.failures, c.flags)
                - longshore.head_start_us(c.priority, c.failures, c.flags & ~2048),
            flags = c.flags & ~2048
        where c.id = any (v_offers) and c.flags & 2048 <> 0;
        insert into longshore.events (seq, at_us, type, actor_type, actor, task_id, epoch, payload)
        select nextval('longshore.event_seq'), v_now, 'task_accepted', 0, a.name, c.id, c.epoch,
               longshore.claim_payload(c.epoch, a.name, 'in_progress')
        from longshore.announce_events(), longshore.claims c
        join longshore.agents a on a.id = c.agent_id
        where c.id = any (v_offers);
    end if;
    return query
    select s.id, s.epoch, c.lease_us, case c.status when 19 then 4::smallint else 3::smallint end, false
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

-- Deletes tasks that ended before an instant, and the events of then; answers how many tasks. It walks the log from its
-- oldest end: the events there name the tasks that ended then, so no index over all ends is kept on the hot path.
create or replace function longshore.prune(p_before_us bigint, p_limit integer) returns integer
language plpgsql as $$
declare
    v_row record;
    v_over bigint[];
    v_groups bigint[];
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
        delete from longshore.kept where task_id = any (v_over);
        delete from longshore.drafts where task_id = any (v_over);
        delete from longshore.relaxing where task_id = any (v_over);
        delete from longshore.reviews where task_id = any (v_over);
        delete from longshore.handoffs where task_id = any (v_over);
        delete from longshore.help_requests where task_id = any (v_over);
        delete from longshore.finished where id = any (v_over);
        with gone as (
            delete from longshore.tasks where id = any (v_over) returning group_id
        )
        select array_agg(distinct group_id) filter (where group_id is not null) into v_groups from gone;
        if v_groups is not null then
            perform longshore.remove_groups(v_groups);
        end if;
        v_count := v_count + cardinality(v_over);
        exit when v_count >= p_limit;
        delete from longshore.events where seq = v_row.seq;
    end loop;
    return v_count;
end
$$;

drop function longshore.intern_class(text, text, text[], integer[], double precision, text, integer, text);

-- The id of a task class, stored if it is new. Two transactions may store the same at once, which does no harm.
create function longshore.intern_class(
    p_namespace text, p_kind text, p_requires text[], p_levels integer[], p_minimum_match double precision,
    p_owner text, p_match integer, p_step text, p_target text default null) returns integer
language plpgsql as $$
declare
    v_id integer;
begin
    select c.id into v_id
    from longshore.classes c
    where c.namespace = p_namespace and c.kind = p_kind and c.requires = p_requires and c.levels = p_levels
      and c.minimum_match = p_minimum_match and c.owner is not distinct from p_owner
      and c.match = p_match and c.step is not distinct from p_step
      and c.target is not distinct from p_target
    order by c.id
    limit 1;
    if v_id is null then
        insert into longshore.classes (namespace, kind, requires, levels, minimum_match, owner, match, step, target)
        values (p_namespace, p_kind, p_requires, p_levels, p_minimum_match, p_owner, p_match, p_step, p_target)
        returning id into v_id;
    end if;
    return v_id;
end
$$;
