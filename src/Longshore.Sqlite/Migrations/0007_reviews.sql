-- Who reviewed which assignment: each reviewer, or all agents of one principal, once.

create table reviews (
    task_id      integer not null,
    epoch        integer not null,
    reviewer_key text not null,
    reviewer     text not null,
    score        real not null,
    comment      text,
    at_us        integer not null,
    primary key (task_id, epoch, reviewer_key)
) without rowid;
