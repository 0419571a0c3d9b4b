-- The hot path: calls of the functions that the migrations define.

-- name: hot_lock
select longshore.lock_agents($1, $2);

-- name: hot_event
insert into longshore.events (seq, at_us, type, actor_type, actor, task_id, payload, correlation_id, epoch)
select nextval('longshore.event_seq'), longshore.instant($7), $1, $2, $3, $4, $5, $6, $8
from longshore.announce_events();

-- name: hot_complete
select longshore.complete($1, $2, $3, $4, $5, $6, $7);

-- name: hot_complete_steps
select longshore.complete_steps($1, $2, $3, $4, $5, $6, $7);

-- name: hot_insert
select longshore.insert_tasks(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
    $26, $27, $28, $29, $30, $31);

-- name: hot_insert_relaxing
select longshore.relax_inserted(
    longshore.insert_tasks(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
        $25, $26, $27, $28, $29, $30, $33),
    $31, $32);

-- name: hot_insert_unique
with keys as materialized (
    select longshore.free_keys($33, $30) as digests
), new as materialized (
    select longshore.insert_tasks(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
        $25, $26, $27, $28, $29, $30, $37) as ids
    from keys
    where keys.digests is not null
)
select longshore.hold_keys(
    case when $31::text[] is null then new.ids else longshore.relax_inserted(new.ids, $31, $32) end,
    $33, $34, $35, $36, $30)
from new;

-- name: hot_renew
select id, epoch, lease_us, state, refused from longshore.renew($1, $2, $3, $4, $5, $6, $7);

-- Functions are called only for the tasks that need them: a call that answers nothing still costs microseconds.
-- name: hot_claim
select c.*, case when c.flags & 1024 <> 0 then longshore.relaxation(c.id, c.flags) end,
       case when c.flags & 16384 <> 0 then longshore.unique_body(c.id, c.flags) end
from longshore.claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21) c;

-- name: hot_cursors
insert into longshore.cursors (namespace, name, agent)
select * from unnest($1, $2, $3)
on conflict (namespace, name) do update set agent = excluded.agent;

-- name: announce_tasks
select longshore.announce_tasks($1);
