-- Requirements that relax with waiting time.

-- flags of the stage tables, beside the former: 1024 its requirements relax.

create table relaxing (
    task_id integer primary key,
    step    integer not null,                   -- the step in force
    due_us  integer,                            -- when the next one is due; null: never
    skipped integer not null,                   -- bit n: nobody present could meet step n
    steps   text not null                       -- JSON: what it asks for, step by step
);
create index relaxing_due on relaxing (due_us) where due_us is not null;
