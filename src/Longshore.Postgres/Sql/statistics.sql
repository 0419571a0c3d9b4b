-- How the latest attempts went. Only so many of the newest events are looked at.

-- name: attempts_ended
select i.id, i.epoch, c.namespace, c.kind, a.outcome, i.state, i.word,
       greatest(t.created_us, coalesce(t.ready_us, 0)), a.granted_us, a.ended_us
from (
    select e.seq, u.place, u.id, u.epoch, u.state, e.payload ->> 'state' as word
    from (select r.* from (select * from longshore.events order by seq desc limit $4) r
          where r.at_us >= $1 and r.type in ('task_completed', 'task_failed', 'task_claim_lost')) e,
         unnest(coalesce(e.tasks, array[e.task_id]), coalesce(e.epochs, array[e.epoch]), e.states)
             with ordinality as u (id, epoch, state, place)
) i
join longshore.ended_claims a on a.task_id = i.id and a.epoch = i.epoch
join longshore.tasks t on t.id = i.id
join longshore.classes c on c.id = t.class_id
where ($2::text is null or c.namespace = $2) and ($3::text is null or c.kind = $3)
order by i.seq desc, i.place desc
limit $5;

-- name: events_looked_at
select at_us from longshore.events order by seq desc limit 1 offset $1 - 1;
