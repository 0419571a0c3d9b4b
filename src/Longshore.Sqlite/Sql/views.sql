-- name: first_of_available_tasks
select * from available_tasks limit 100;

-- name: first_of_task_agent_matches
select * from task_agent_matches limit 100;

-- name: first_of_handoff_opportunities
select * from handoff_opportunities limit 100;

-- name: first_of_work_queue
select * from work_queue limit 100;
