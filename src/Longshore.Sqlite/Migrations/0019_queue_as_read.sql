-- The queue for a SQL prompt, quicker: no row is made that its reader does not ask for, which a cross join sees to, and
-- urgency is reckoned in whole numbers, which sort faster.
drop view work_queue;

create view work_queue as
select t.id, coalesce(t.code, 't-' || t.id) as code, t.name, t.description, w.state, w.priority as priority_score,
       w.failures as failure_count,
       strftime('%Y-%m-%dT%H:%M:%fZ', t.created_us / 1000000.0, 'unixepoch') as inserted_at,
       c.requires as required_capabilities, t.confidence_threshold, c.owner as owner_agent_name,
       t.parent_id as parent_task_id, t.workflow as workflow_definition_id, t.workflow_cursor,
       max(0.0, (julianday('now') - 2440587.5) * 1440.0 - t.created_us / 60000000.0) as age_minutes,
       w.state = 'pending_handoff' as has_pending_handoff,
       (select count(*) from help_requests h
        where h.task_id = t.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
          and h.closed_us is null) as unresolved_blockers,
       w.urgency_score,
       case when w.state in ('created', 'pending_handoff') then (
           select json_object('agent_name', a.name,
                              'match_score', coalesce(m.matched * 1.0 / nullif(
                                  (select count(*) from needs n where n.class_id = w.class_id), 0), 1.0),
                              'reputation', a.reputation)
           from (
               select b.agent_id, count(*) as matched
               from needs r
               join agent_abilities b
                   on b.name = r.name and b.level >= r.level
                      and (b.until_us is null or b.until_us > (julianday('now') - 2440587.5) * 86400000000.0)
               where r.class_id = w.class_id
               group by b.agent_id
               union all
               select a.id, 0 from agents a where not exists (select 1 from needs n where n.class_id = w.class_id)
           ) m
           join agents_with_room a on a.id = m.agent_id
           where (c.owner is null or c.owner = a.name)
             and (a.namespaces = '["' || c.namespace || '"]'
                  or exists (select 1
                             from json_each(case when json_valid(a.namespaces) then a.namespaces else '[]' end) s
                             where s.value = c.namespace))
             and (a.kinds = '[]'
                  or exists (select 1 from json_each(case when json_valid(a.kinds) then a.kinds else '[]' end) k
                             where k.value = c.kind))
             and (c.target is null or c.target = '@' || a.name
                  or exists (
                      select 1 from agent_abilities g
                      where g.agent_id = a.id
                        and g.name = case when instr(c.target, '>=') then substr(c.target, 1, instr(c.target, '>=') - 1)
                                          else c.target end
                        and g.level >= case when instr(c.target, '>=')
                                 then cast(substr(c.target, instr(c.target, '>=') + 2) as integer)
                                            else 1 end))
           order by m.matched desc, a.reputation desc, a.load, a.name
           limit 1) end as best_agent_match
from (
    select p.id, p.class_id, p.priority, p.failures,
           case p.bonus when 0 then 'created' when 5 then 'in_progress' when 10 then 'pending_handoff'
                        else 'review' end as state,
           p.urgency / 1800000000.0 as urgency_score
    from (
        with clock as materialized (
            select cast((julianday('now') - 2440587.5) * 86400000000.0 as integer) as now_us
        )
        select p.id, p.class_id, p.priority, p.failures, p.bonus,
               (p.credit + p.bonus) * 1800000000 + min(180000000000, max(0, clock.now_us - p.rank - 1800000000
                   * case when p.flags & 128 then p.priority * 48000 else p.credit + p.bonus * (p.bonus = 10) end))
                   as urgency
        from clock
        cross join (
            select id, class_id, rank, priority, failures, flags, case when flags & 2048 then 10 else 0 end as bonus,
                   priority * 10 - min(50, failures * 10) + case when flags & 4 then 10 else 0 end as credit
            from ready
            union all
            select id, class_id, rank, priority, failures, flags, 5,
                   priority * 10 - min(50, failures * 10) + case when flags & 4 then 10 else 0 end
            from claims where status in (17, 18)
            union all
            select id, class_id, rank, priority, failures, flags, 15,
                   priority * 10 - min(50, failures * 10) + case when flags & 4 then 10 else 0 end
            from parked where state = 5
        ) p
        order by urgency desc, p.id
        limit -1
    ) p
) w
cross join tasks t on t.id = w.id
cross join classes c on c.id = w.class_id;
