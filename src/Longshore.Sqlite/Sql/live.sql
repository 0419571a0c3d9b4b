-- Reading the in-memory index from the tables.

-- name: load_classes
select id, namespace, kind, requires, minimum_match, owner, match, step, target from classes order by id;

-- name: load_agents
select id, name, type, description, capabilities, specializations, kinds, namespaces, max_concurrent, preferences,
       metadata, session, mode, load, reputation, completed, failed, registered_us, seen_us,
       priority_levels, principal, unavailable, authorised, good, bad, as_of_us
from agents;

-- name: load_agent_records
select agent_id, capability, good, bad, as_of_us from agent_records order by agent_id;

-- name: load_ready
select r.id, r.class_id, r.rank, r.epoch, r.attempts, r.failures, r.priority, r.flags,
       case when r.flags & 32768 <> 0 then (select t.limit_key from tasks t where t.id = r.id) end
from ready r;

-- name: load_deferred
select class_id, count(*) from deferred group by class_id;

-- name: load_rules
select namespace, rules from namespace_rules;

-- name: load_breakers
select scope, agent_id, kind, task_id, failures, trips, last_failure_us, open_until_us, probe_task_id, probe_epoch
from breakers
where scope < 2;

-- name: load_suspect_holders
select distinct agent_id from claims where flags & 1;

-- name: load_last_task_id
select max(id) from tasks
union all
select value from counters where name = 'last_task_id';
