-- The views of source 000, for anyone at a SQL prompt. They may read anything and never fail for what a row holds.

-- What the record of an agent is worth, as of its last outcome (see Agents/Quality.cs): no view could take the root.
alter table agents add column score real not null default 0.5;

-- Told by the store when it opens: what views have to know and no table holds.
create table facts (
    name  text primary key,
    value integer not null
) without rowid;

-- What agents can do now, apart from their rows, since no view could look agents up by what they can do otherwise.
create table agent_abilities (
    agent_id   integer not null,
    name       text not null,
    level      integer not null,
    until_us   integer,                         -- null: for good
    primary key (name, agent_id)
) without rowid;
create index agent_abilities_agent on agent_abilities (agent_id);

create view abilities_of_agents as
select a.id as agent_id, json_extract(c.value, '$.name') as name,
       coalesce(json_extract(c.value, '$.level'), 1) as level,
       json_extract(c.value, '$.expires_us') + coalesce(json_extract(c.value, '$.grace_us'), 0) as until_us
from agents a, json_each(case when json_valid(a.capabilities) then a.capabilities else '[]' end) c
where c.type = 'object' and json_extract(c.value, '$.name') is not null
  and not exists (select 1 from json_each(case when json_valid(a.unavailable) then a.unavailable else '[]' end) u
                  where u.value = json_extract(c.value, '$.name'))
  and (a.authorised is null
       or exists (select 1 from json_each(case when json_valid(a.authorised) then a.authorised else '[]' end) u
                  where u.value = json_extract(c.value, '$.name')));

insert or replace into agent_abilities (agent_id, name, level, until_us)
select agent_id, name, level, until_us from abilities_of_agents;

create trigger agents_added after insert on agents
begin
    insert or replace into agent_abilities (agent_id, name, level, until_us)
    select agent_id, name, level, until_us from abilities_of_agents where agent_id = new.id;
end;

create trigger agents_changed after update of capabilities, unavailable, authorised on agents
begin
    delete from agent_abilities where agent_id = old.id;
    insert or replace into agent_abilities (agent_id, name, level, until_us)
    select agent_id, name, level, until_us from abilities_of_agents where agent_id = new.id;
end;

create trigger agents_removed after delete on agents
begin
    delete from agent_abilities where agent_id = old.id;
end;

-- Who can take more: there, available, with room.
create view agents_with_room as
select a.id, a.name, a.principal, a.load, a.max_concurrent, a.kinds, a.namespaces,
       case when a.reputation < 1 then a.reputation else a.score end as reputation,
       case when a.load = 0 then 'idle' else 'active' end as status
from agents a
where a.mode = 0 and a.load < a.max_concurrent
  and a.seen_us >= (julianday('now') - 2440587.5) * 86400000000.0
                   - coalesce((select f.value from facts f where f.name = 'heartbeat_timeout_us'), 30000000);

-- What tasks need, a row for each capability.
create view needs as
select c.id as class_id, r.key as number,
       case when instr(r.value, '>=') then substr(r.value, 1, instr(r.value, '>=') - 1) else r.value end as name,
       case when instr(r.value, '>=') then cast(substr(r.value, instr(r.value, '>=') + 2) as integer) else 1 end
           as level
from classes c, json_each(case when json_valid(c.requires) then c.requires else '[]' end) r
where r.type = 'text';

create view available_tasks as
select t.id, coalesce(t.code, 't-' || t.id) as code, t.name, t.description, p.state, p.priority as priority_score,
       p.failures as failure_count,
       strftime('%Y-%m-%dT%H:%M:%fZ', t.created_us / 1000000.0, 'unixepoch') as inserted_at,
       c.requires as required_capabilities, t.confidence_threshold, c.owner as owner_agent_name,
       t.parent_id as parent_task_id, t.workflow as workflow_definition_id, t.workflow_cursor,
       max(0.0, (julianday('now') - 2440587.5) * 1440.0 - t.created_us / 60000000.0) as age_minutes,
       p.state = 'pending_handoff' as has_pending_handoff,
       (select count(*) from help_requests h
        where h.task_id = t.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
          and h.closed_us is null) as unresolved_blockers
from (
    select id, class_id, priority, failures,
           case when flags & 2048 then 'pending_handoff' else 'created' end as state
    from ready
    union all
    select id, class_id, priority, failures, 'in_progress' from claims where status in (17, 18)
    union all
    select id, class_id, priority, failures, 'review' from parked where state = 5
) p
join tasks t on t.id = p.id
join classes c on c.id = p.class_id;

create view task_agent_matches as
select coalesce(t.code, 't-' || t.id) as task_code, a.name as agent_name,
       (select count(*) from needs n
        join agent_abilities m on m.name = n.name and m.agent_id = a.id and m.level >= n.level
        where n.class_id = p.class_id) as matched_capabilities,
       a.load as current_load, a.max_concurrent - a.load as available_capacity,
       a.reputation as reputation_score, a.status
from ready p
join tasks t on t.id = p.id
join classes c on c.id = p.class_id
join needs r on r.class_id = p.class_id
join agent_abilities b
    on b.name = r.name and b.level >= r.level
       and (b.until_us is null or b.until_us > (julianday('now') - 2440587.5) * 86400000000.0)
join agents_with_room a on a.id = b.agent_id
-- Each agent once: by the first of the capabilities that it has.
where not exists (
    select 1 from needs e
    join agent_abilities f on f.name = e.name and f.agent_id = b.agent_id and f.level >= e.level
    where e.class_id = p.class_id and e.number < r.number)
  and (c.target is null or c.target = '@' || a.name
       or exists (
           select 1 from agent_abilities g
           where g.agent_id = a.id
             and g.name = case when instr(c.target, '>=') then substr(c.target, 1, instr(c.target, '>=') - 1)
                               else c.target end
             and g.level >= case when instr(c.target, '>=')
                                 then cast(substr(c.target, instr(c.target, '>=') + 2) as integer)
                                 else 1 end));

create view handoff_opportunities as
select h.id as handoff_id, coalesce(t.code, 't-' || t.id) as task_code, h.from_agent_name, h.to_capability,
       h.confidence_score,
       strftime('%Y-%m-%dT%H:%M:%fZ', h.created_us / 1000000.0, 'unixepoch') as created_at,
       h.estimated_effort_us / 1000000.0 as estimated_effort, t.name as task_name, t.priority as priority_score,
       'pending_handoff' as task_state, a.name as suitable_agent, a.reputation as agent_reputation,
       a.load as agent_load
from handoffs h indexed by handoffs_open
join ready p on p.id = h.task_id and p.flags & 2048
join tasks t on t.id = h.task_id
join agents_with_room a
    on a.name <> h.from_agent_name
       and coalesce(a.principal, a.name)
           <> coalesce((select g.principal from agents g where g.name = h.from_agent_name), h.from_agent_name)
where h.accepted_us is null and h.withdrawn_us is null
  and (a.name = h.to_agent_name
       or exists (
           select 1 from agent_abilities b
           where b.agent_id = a.id
             and b.name = case when instr(h.to_capability, '>=')
                               then substr(h.to_capability, 1, instr(h.to_capability, '>=') - 1)
                               else h.to_capability end
             and b.level >= case when instr(h.to_capability, '>=')
                                 then cast(substr(h.to_capability, instr(h.to_capability, '>=') + 2) as integer)
                                 else 1 end
             and (b.until_us is null or b.until_us > (julianday('now') - 2440587.5) * 86400000000.0)))
order by h.confidence_score desc, t.priority desc, a.reputation desc, a.load, h.id, a.name;

-- In order already: read it with a limit and no order of your own, which would look for the best agent of every task.
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
                              'match_score', case when m.needed = 0 then 1.0 else 1.0 * m.matched / m.needed end,
                              'reputation', a.reputation)
           from (
               select b.agent_id, count(*) as matched,
                      (select count(*) from needs n where n.class_id = w.class_id) as needed
               from needs r
               join agent_abilities b
                   on b.name = r.name and b.level >= r.level
                      and (b.until_us is null or b.until_us > (julianday('now') - 2440587.5) * 86400000000.0)
               where r.class_id = w.class_id
               group by b.agent_id
               union all
               select a.id, 0, 0 from agents a where not exists (select 1 from needs n where n.class_id = w.class_id)
           ) m
           join agents_with_room a on a.id = m.agent_id
           where (c.owner is null or c.owner = a.name)
             and exists (select 1 from json_each(case when json_valid(a.namespaces) then a.namespaces else '[]' end) s
                         where s.value = c.namespace)
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
           p.urgency_score
    from (
        select p.id, p.class_id, p.priority, p.failures, p.bonus,
               p.credit + p.bonus + min(100.0, max(0.0, (clock.now_us - p.rank) / 1800000000.0
                   - case when p.flags & 128 then p.priority * 48000 else p.credit + p.bonus * (p.bonus = 10) end))
                   as urgency_score
        from (select (julianday('now') - 2440587.5) * 86400000000.0 as now_us) clock
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
        order by urgency_score desc, p.id
        limit -1
    ) p
) w
join tasks t on t.id = w.id
join classes c on c.id = w.class_id;
