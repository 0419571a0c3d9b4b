-- ?7: who may review it, ?8: its key; ?10: whether it must be what nobody reviewed.
-- name: submitted_page
select s.task_id, s.epoch, a.name, c.namespace, c.kind, s.ended_us
from assignments s
join agents a on a.id = s.agent_id
join tasks t on t.id = s.task_id
join classes c on c.id = t.class_id
where s.outcome = 0 and (s.task_id, s.epoch) > (?1, ?2) and (?3 is null or s.task_id = ?3)
  and (?4 is null or a.name = ?4) and (?5 is null or c.namespace = ?5) and (?6 is null or c.kind = ?6)
  and (not ?10 or not exists (select 1 from reviews r where r.task_id = s.task_id and r.epoch = s.epoch))
  and (?7 is null
       or (a.name <> ?7 and coalesce(a.principal, a.name) <> ?8
           and (select count(*) < ?9 and total(r.reviewer_key = ?8) = 0
                from reviews r where r.task_id = s.task_id and r.epoch = s.epoch)))
order by s.task_id, s.epoch
limit ?11;

-- By way of the reviews, of which there may be few. ?7 to ?9 as above; ?10: the key of who reviewed it.
-- name: reviewed_page
select s.task_id, s.epoch, a.name, c.namespace, c.kind, s.ended_us
from (
    select distinct r.task_id, r.epoch
    from reviews r
    where (r.task_id, r.epoch) > (?1, ?2) and (?3 is null or r.task_id = ?3) and (?10 is null or r.reviewer_key = ?10)
    order by r.task_id, r.epoch
) q
cross join assignments s on s.task_id = q.task_id and s.epoch = q.epoch
cross join agents a on a.id = s.agent_id
cross join tasks t on t.id = s.task_id
cross join classes c on c.id = t.class_id
where (?4 is null or a.name = ?4) and (?5 is null or c.namespace = ?5) and (?6 is null or c.kind = ?6)
  and (?7 is null
       or (a.name <> ?7 and coalesce(a.principal, a.name) <> ?8
           and (select count(*) < ?9 and total(r.reviewer_key = ?8) = 0
                from reviews r where r.task_id = s.task_id and r.epoch = s.epoch)))
order by q.task_id, q.epoch
limit ?11;

-- name: reviews_of
select reviewer, score, comment, at_us from reviews
where task_id = ?1 and epoch = ?2
order by at_us, reviewer_key;
