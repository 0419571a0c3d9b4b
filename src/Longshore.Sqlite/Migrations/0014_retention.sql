-- How long ended tasks are kept depends on how they ended, on their kind and namespace.

-- Tasks that pruning came past on its walk over the log and that are to be kept longer. A row whose task lives again,
-- or ended again since, means nothing.
create table retained (
    state    integer not null,
    class_id integer not null,
    ended_us integer not null,
    task_id  integer not null,
    primary key (state, class_id, ended_us, task_id)
) without rowid;

drop index runs_ended;
create index runs_ended on runs (namespace, state, ended_us) where ended_us is not null;
