-- Batches: runs whose steps depend on nothing, counted as they end.

alter table runs add column cancelled integer not null default 0;   -- tasks of a batch that were cancelled
alter table runs add column batch integer not null default 0;       -- 0 a workflow's run, 1 open batch, 2 closed batch

-- Answers, compensations and what the end of a run enqueues, found without looking at every step.
create index run_steps_aside on run_steps (run_id, place) where role <> 0;
