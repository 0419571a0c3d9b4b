-- What a holder told of an error beyond its text, such as the stack of an exception.
create table error_details (
    task_id integer not null,
    epoch   integer not null,
    detail  text not null,
    primary key (task_id, epoch)
) without rowid;
