-- Reading the in-memory index from the tables.

-- name: load_classes
select id, namespace, kind, requires, minimum_match, owner from classes order by id;

-- name: load_agents
select id, name, type, description, capabilities, specializations, kinds, namespaces, max_concurrent, preferences,
       metadata, session, mode, load, reputation, completed, failed, registered_us, seen_us
from agents;

-- name: load_ready
select id, class_id, rank, epoch, attempts, failures, priority, flags from ready;

-- name: load_suspect_holders
select distinct agent_id from claims where flags & 1;

-- name: load_last_task_id
select max(id) from tasks
union all
select value from counters where name = 'last_task_id';
