-- Workflows and their runs.

-- flags of the stage tables, beside the former: 8192 it is a step of a run.

create table workflows (
    namespace   text not null,
    name        text not null,
    version     integer not null,
    body        text not null,                  -- see Workflows/WorkflowJson.cs
    created_us  integer not null,
    primary key (namespace, name, version)
) without rowid;

create table runs (
    id             integer primary key autoincrement,
    namespace      text not null,
    code           text not null,
    workflow       text not null,
    version        integer not null,
    input          text not null,
    on_failure     integer not null,            -- 0 cancel_rest, 1 carry_on
    state          integer not null,            -- 0 running, 1 compensating, 2 done, 3 failed, 4 cancelled
    reason         text,
    steps          integer not null,
    open           integer not null,            -- steps that have not ended
    failed         integer not null,
    correlation_id text,
    started_us     integer not null,
    ended_us       integer
);
create unique index runs_code on runs (namespace, code);
create index runs_ended on runs (ended_us) where ended_us is not null;

create table run_steps (
    task_id integer primary key,
    run_id  integer not null,
    place   integer not null,                   -- no step depends on a later one, save on those added later
    name    text not null,
    role    integer not null,                   -- 0 step, 1 answer, 2 compensation, 3 end
    outcome integer not null,                   -- 0 none, 1 done, 2 failed, 3 skipped, 4 cancelled
    open    integer not null,                   -- predecessors that have not ended
    led     integer not null,                   -- predecessors that ended and were not skipped
    of_id   integer,                            -- answer, compensation: of which step
    asked   integer not null,                   -- overlapping: how many answers were asked for
    terms   text                                -- see Workflows/StepTerms.cs; null: the usual
);
create unique index run_steps_run on run_steps (run_id, place);

create table dependencies (
    task_id    integer not null,
    depends_on integer not null,
    primary key (depends_on, task_id)
) without rowid;
create index dependencies_task on dependencies (task_id, depends_on);
