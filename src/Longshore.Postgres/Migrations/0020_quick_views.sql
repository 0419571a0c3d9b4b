-- Two views for a SQL prompt in a tenth of the time.

-- What orders the queue is found from narrow rows alone, and the task, its class and its best agent only for the rows
-- that are read; the order is said again at each level, since a level that does not name it loses it. Agents are read
-- once for a query, those with the best record first.
create or replace view longshore.work_queue as
with room as materialized (
    select a.name, a.reputation, a.load, a.namespaces, a.kinds, a.id, h.names, h.levels
    from longshore.agents_with_room a
    cross join lateral (
        select coalesce(array_agg(b.name), '{}') as names, coalesce(array_agg(b.level), '{}') as levels
        from (select name, max(level) as level from longshore.agent_abilities where agent_id = a.id group by name) b
    ) h
    order by a.reputation desc, a.load, a.name
)
select w.id, coalesce((w.t).code, 't-' || w.id) as code, (w.t).name, (w.t).description, w.state,
       w.priority as priority_score, w.failures as failure_count,
       to_timestamp((w.t).created_us / 1000000.0) as inserted_at,
       longshore.requirements((w.c).requires, (w.c).levels) as required_capabilities, (w.t).confidence_threshold,
       (w.c).owner as owner_agent_name, (w.t).parent_id as parent_task_id, (w.t).workflow as workflow_definition_id,
       (w.t).workflow_cursor,
       greatest(0, extract(epoch from now()) / 60 - (w.t).created_us / 60000000.0)::double precision as age_minutes,
       w.state = 'pending_handoff' as has_pending_handoff,
       (select count(*) from longshore.help_requests h
        where h.task_id = w.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
          and h.closed_us is null) as unresolved_blockers,
       w.urgency_score,
       case when w.state in ('created', 'pending_handoff') then coalesce(
           -- Whoever has all of it: the first of the room, which is read in its order.
           (select json_build_object('agent_name', a.name, 'match_score', 1, 'reputation', a.reputation)
            from room a
            where a.names @> (w.c).requires
              and not exists (
                  select from unnest((w.c).requires, (w.c).levels) as n (name, level)
                  where (a.levels[array_position(a.names, n.name)] >= n.level) is not true)
              and ((w.c).owner is null or (w.c).owner = a.name)
              and (w.c).namespace = any (a.namespaces) and (cardinality(a.kinds) = 0 or (w.c).kind = any (a.kinds))
              and longshore.is_target((w.c).target, a.id, a.name)
            limit 1),
           -- Otherwise everybody who has a part is looked at.
           (select json_build_object(
                'agent_name', a.name, 'match_score', m.matched / cardinality((w.c).requires)::double precision,
                'reputation', a.reputation)
            from room a
            cross join lateral (
                select count(*) as matched from unnest((w.c).requires, (w.c).levels) as n (name, level)
                where a.levels[array_position(a.names, n.name)] >= n.level
            ) m
            where a.names && (w.c).requires and m.matched > 0
              and ((w.c).owner is null or (w.c).owner = a.name)
              and (w.c).namespace = any (a.namespaces) and (cardinality(a.kinds) = 0 or (w.c).kind = any (a.kinds))
              and longshore.is_target((w.c).target, a.id, a.name)
            order by m.matched desc, a.reputation desc, a.load, a.name
            limit 1)) end as best_agent_match
from (
    select p.*, (select t from longshore.tasks t where t.id = p.id) as t,
           (select c from longshore.classes c where c.id = p.class_id) as c
    from (
        select q.id, q.class_id, q.state, q.priority, q.failures,
               q.credit + q.bonus + least(100, greatest(0, (q.now_us - q.rank) / 1800000000
                   - case when q.flags & 128 <> 0 then q.priority * 48000
                          else q.credit + case when q.bonus = 10 then 10 else 0 end end)) as urgency_score
        from (
            select id, class_id, rank, priority, failures, flags,
                   extract(epoch from now())::double precision * 1000000 as now_us,
                   case when flags & 2048 <> 0 then 'pending_handoff' else 'created' end as state,
                   case when flags & 2048 <> 0 then 10 else 0 end as bonus,
                   priority * 10 - least(50, failures * 10) + case when flags & 4 <> 0 then 10 else 0 end as credit
            from longshore.ready
            union all
            select id, class_id, rank, priority, failures, flags,
                   extract(epoch from now())::double precision * 1000000, 'in_progress', 5,
                   priority * 10 - least(50, failures * 10) + case when flags & 4 <> 0 then 10 else 0 end
            from longshore.claims where status in (17, 18)
            union all
            select id, class_id, rank, priority, failures, flags,
                   extract(epoch from now())::double precision * 1000000, 'review', 15,
                   priority * 10 - least(50, failures * 10) + case when flags & 4 <> 0 then 10 else 0 end
            from longshore.parked where state = 5
        ) q
        order by urgency_score desc, q.id
        offset 0
    ) p
    order by p.urgency_score desc, p.id
    offset 0
) w
order by w.urgency_score desc, w.id;

drop function longshore.best_agent(integer);

-- Agents are read once for a query, instead of what they can do for each handoff and agent. What is handed to an agent
-- by name is for that agent alone.
create or replace view longshore.handoff_opportunities as
with room as materialized (
    select a.name, a.principal, a.reputation, a.load, h.names, h.levels
    from longshore.agents_with_room a
    cross join lateral (
        select coalesce(array_agg(b.name), '{}') as names, coalesce(array_agg(b.level), '{}') as levels
        from (select name, max(level) as level from longshore.agent_abilities where agent_id = a.id group by name) b
    ) h
)
select h.id as handoff_id, coalesce(t.code, 't-' || t.id) as task_code, h.from_agent_name, h.to_capability,
       h.confidence_score, to_timestamp(h.created_us / 1000000.0) as created_at,
       h.estimated_effort_us / 1000000.0::double precision as estimated_effort, t.name as task_name,
       t.priority as priority_score, 'pending_handoff' as task_state, a.name as suitable_agent,
       a.reputation as agent_reputation, a.load as agent_load
from longshore.handoffs h
join longshore.ready p on p.id = h.task_id and p.flags & 2048 <> 0
join longshore.tasks t on t.id = h.task_id
left join longshore.agents g on g.name = h.from_agent_name
join room a
    on a.name = h.to_agent_name
       or a.levels[array_position(a.names, split_part(h.to_capability, '>=', 1))]
          >= coalesce(nullif(split_part(h.to_capability, '>=', 2), '')::integer, 1)
where h.accepted_us is null and h.withdrawn_us is null
  and a.name <> h.from_agent_name and coalesce(a.principal, a.name) <> coalesce(g.principal, h.from_agent_name)
order by h.confidence_score desc, t.priority desc, a.reputation desc, a.load, h.id, a.name;
