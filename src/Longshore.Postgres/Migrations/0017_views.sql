-- The views of source 000, for anyone at a SQL prompt. They may read anything and never fail for what a row holds.

-- Told by the store when it opens: what views have to know and no table holds.
create table longshore.facts (
    name  text primary key,
    value bigint not null
);

create index agents_capabilities on longshore.agents using gin (capabilities);

-- What an agent's record is worth (see Agents/Quality.cs), as of its last outcome.
create function longshore.score(p_good bigint, p_bad bigint) returns double precision
language sql immutable parallel safe as $$
    select (w.p + 1 / (2 * w.n) - sqrt(w.p * (1 - w.p) / w.n + 1 / (4 * w.n * w.n))) / (1 + 1 / w.n)
    from (
        select (p_good + p_bad) / 1000000.0::double precision + 4 as n,
               (p_good / 1000000.0::double precision + 3) / ((p_good + p_bad) / 1000000.0::double precision + 4) as p
    ) w
$$;

-- Who can take more: there, available, with room.
create view longshore.agents_with_room as
select a.id, a.name, a.principal, a.capabilities, a.kinds, a.namespaces, s.load, a.max_concurrent,
       case when a.reputation < 1 then a.reputation else longshore.score(s.good, s.bad) end as reputation,
       case when s.load = 0 then 'idle' else 'active' end as status
from longshore.agents a
join longshore.agent_states s on s.agent_id = a.id
where s.mode = 0 and s.load < a.max_concurrent
  and s.seen_us >= extract(epoch from now()) * 1000000
                   - coalesce((select f.value from longshore.facts f where f.name = 'heartbeat_timeout_us'), 30000000);

-- What agents can do now.
create view longshore.agent_abilities as
select a.id as agent_id, h.name, h.level
from longshore.agents a
cross join unnest(a.capabilities, a.levels, a.expiries_us, a.graces_us) as h (name, level, expiry_us, grace_us)
where not h.name = any (a.unavailable) and (a.authorised is null or h.name = any (a.authorised))
  and (h.expiry_us is null or h.expiry_us + coalesce(h.grace_us, 0) > extract(epoch from now()) * 1000000);

create function longshore.requirements(p_names text[], p_levels integer[]) returns text
language sql immutable parallel safe as $$
    select coalesce(
        json_agg(case when r.level > 1 then r.name || '>=' || r.level else r.name end order by r.at), '[]')::text
    from unnest(p_names, p_levels) with ordinality as r (name, level, at)
$$;

-- Whether a handoff to a capability or an agent may go to an agent.
create function longshore.is_target(p_target text, p_agent integer, p_name text) returns boolean
language sql stable as $$
    select p_target is null or p_target = '@' || p_name
        or exists (
            select from longshore.agent_abilities b
            where b.agent_id = p_agent and b.name = split_part(p_target, '>=', 1)
              and b.level >= coalesce(nullif(split_part(p_target, '>=', 2), '')::integer, 1))
$$;

-- Of those with room the one with most of what a class needs, then the best record, then the least load.
create function longshore.best_agent(p_class integer) returns json
language sql stable as $$
    select json_build_object(
        'agent_name', a.name,
        'match_score', case when cardinality(c.requires) = 0 then 1
                            else m.matched / cardinality(c.requires)::double precision end,
        'reputation', a.reputation)
    from longshore.classes c
    join longshore.agents_with_room a on cardinality(c.requires) = 0 or a.capabilities && c.requires
    cross join lateral (
        select count(*) as matched from unnest(c.requires, c.levels) as n (name, level)
        join longshore.agent_abilities b on b.agent_id = a.id and b.name = n.name and b.level >= n.level
    ) m
    where c.id = p_class and (c.owner is null or c.owner = a.name) and (m.matched > 0 or cardinality(c.requires) = 0)
      and c.namespace = any (a.namespaces) and (cardinality(a.kinds) = 0 or c.kind = any (a.kinds))
      and longshore.is_target(c.target, a.id, a.name)
    order by m.matched desc, a.reputation desc, a.load, a.name
    limit 1
$$;

create view longshore.available_tasks as
select t.id, coalesce(t.code, 't-' || t.id) as code, t.name, t.description, p.state, p.priority as priority_score,
       p.failures as failure_count, to_timestamp(t.created_us / 1000000.0) as inserted_at,
       longshore.requirements(c.requires, c.levels) as required_capabilities, t.confidence_threshold,
       c.owner as owner_agent_name, t.parent_id as parent_task_id, t.workflow as workflow_definition_id,
       t.workflow_cursor,
       greatest(0, extract(epoch from now()) / 60 - t.created_us / 60000000.0)::double precision as age_minutes,
       p.state = 'pending_handoff' as has_pending_handoff,
       (select count(*) from longshore.help_requests h
        where h.task_id = t.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
          and h.closed_us is null) as unresolved_blockers
from (
    select id, class_id, priority, failures,
           case when flags & 2048 <> 0 then 'pending_handoff' else 'created' end as state
    from longshore.ready
    union all
    select id, class_id, priority, failures, 'in_progress' from longshore.claims where status in (17, 18)
    union all
    select id, class_id, priority, failures, 'review' from longshore.parked where state = 5
) p
join longshore.tasks t on t.id = p.id
join longshore.classes c on c.id = p.class_id;

create view longshore.task_agent_matches as
select coalesce(t.code, 't-' || t.id) as task_code, a.name as agent_name, a.matched as matched_capabilities,
       a.load as current_load, a.max_concurrent - a.load as available_capacity, a.reputation as reputation_score,
       a.status
from longshore.ready p
join longshore.tasks t on t.id = p.id
join longshore.classes c on c.id = p.class_id
cross join lateral (
    select w.*,
           (select count(*) from unnest(c.requires, c.levels) as n (name, level)
            join longshore.agent_abilities b on b.agent_id = w.id and b.name = n.name and b.level >= n.level) as matched
    from longshore.agents_with_room w
    where w.capabilities && c.requires and longshore.is_target(c.target, w.id, w.name)
) a
where a.matched > 0;

create view longshore.handoff_opportunities as
select h.id as handoff_id, coalesce(t.code, 't-' || t.id) as task_code, h.from_agent_name, h.to_capability,
       h.confidence_score, to_timestamp(h.created_us / 1000000.0) as created_at,
       h.estimated_effort_us / 1000000.0::double precision as estimated_effort, t.name as task_name,
       t.priority as priority_score, 'pending_handoff' as task_state, a.name as suitable_agent,
       a.reputation as agent_reputation, a.load as agent_load
from longshore.handoffs h
join longshore.ready p on p.id = h.task_id and p.flags & 2048 <> 0
join longshore.tasks t on t.id = h.task_id
left join longshore.agents g on g.name = h.from_agent_name
join longshore.agents_with_room a
    on a.name <> h.from_agent_name and coalesce(a.principal, a.name) <> coalesce(g.principal, h.from_agent_name)
where h.accepted_us is null and h.withdrawn_us is null
  and (a.name = h.to_agent_name or longshore.is_target(h.to_capability, a.id, a.name))
order by h.confidence_score desc, t.priority desc, a.reputation desc, a.load, h.id, a.name;

-- The inner part is in order, and remains so in a query that asks for the same order; what is dear is found only for
-- the rows that are read.
create view longshore.work_queue as
select w.id, w.code, w.name, w.description, w.state, w.priority_score, w.failure_count, w.inserted_at,
       longshore.requirements(w.requires, w.levels) as required_capabilities, w.confidence_threshold,
       w.owner_agent_name, w.parent_task_id, w.workflow_definition_id, w.workflow_cursor,
       greatest(0, extract(epoch from now() - w.inserted_at) / 60)::double precision as age_minutes,
       w.state = 'pending_handoff' as has_pending_handoff,
       (select count(*) from longshore.help_requests h
        where h.task_id = w.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
          and h.closed_us is null) as unresolved_blockers,
       w.urgency_score,
       case when w.state in ('created', 'pending_handoff') then longshore.best_agent(w.class_id) end
           as best_agent_match
from (
    select t.id, coalesce(t.code, 't-' || t.id) as code, t.name, t.description, p.state,
           p.priority as priority_score, p.failures as failure_count,
           to_timestamp(t.created_us / 1000000.0) as inserted_at, c.requires, c.levels, t.confidence_threshold,
           c.owner as owner_agent_name, t.parent_id as parent_task_id, t.workflow as workflow_definition_id,
           t.workflow_cursor, c.id as class_id,
           p.credit + p.bonus + least(100, greatest(0, (p.now_us - p.rank) / 1800000000
               - case when p.flags & 128 <> 0 then p.priority * 48000
                      else p.credit + case when p.bonus = 10 then 10 else 0 end end)) as urgency_score
    from (
        select id, class_id, rank, priority, failures, flags,
               extract(epoch from now())::double precision * 1000000 as now_us,
               case when flags & 2048 <> 0 then 'pending_handoff' else 'created' end as state,
               case when flags & 2048 <> 0 then 10 else 0 end as bonus,
               priority * 10 - least(50, failures * 10) + case when flags & 4 <> 0 then 10 else 0 end as credit
        from longshore.ready
        union all
        select id, class_id, rank, priority, failures, flags, extract(epoch from now())::double precision * 1000000,
               'in_progress', 5,
               priority * 10 - least(50, failures * 10) + case when flags & 4 <> 0 then 10 else 0 end
        from longshore.claims where status in (17, 18)
        union all
        select id, class_id, rank, priority, failures, flags, extract(epoch from now())::double precision * 1000000,
               'review', 15,
               priority * 10 - least(50, failures * 10) + case when flags & 4 <> 0 then 10 else 0 end
        from longshore.parked where state = 5
    ) p
    join longshore.tasks t on t.id = p.id
    join longshore.classes c on c.id = p.class_id
    order by urgency_score desc, t.id
    offset 0
) w;
