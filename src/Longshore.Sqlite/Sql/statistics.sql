-- How the latest attempts went. Only so many of the newest events are looked at.

-- name: attempts_ended
select a.task_id, a.epoch, c.namespace, c.kind, a.outcome, json_extract(i.value, '$[3]'),
       json_extract(e.payload, '$.state'), max(t.created_us, coalesce(t.ready_us, 0)), a.granted_us, a.ended_us
from (select * from (select seq, at_us, type, task_id, epoch, payload, items from events order by seq desc limit ?4) r
      where r.at_us >= ?1 and r.type in ('task_completed', 'task_failed', 'task_claim_lost')) e,
     json_each(coalesce(e.items, json_array(json_array(e.task_id, e.epoch)))) i
join assignments a on a.task_id = json_extract(i.value, '$[0]') and a.epoch = json_extract(i.value, '$[1]')
join tasks t on t.id = a.task_id
join classes c on c.id = t.class_id
where (?2 is null or c.namespace = ?2) and (?3 is null or c.kind = ?3)
order by e.seq desc, i.key desc
limit ?5;

-- name: events_looked_at
select at_us from events order by seq desc limit 1 offset ?1 - 1;
