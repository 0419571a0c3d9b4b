-- $7: who may review it; $8: whether it must be what nobody reviewed.
-- name: submitted_page
select e.task_id, e.epoch, a.name, c.namespace, c.kind, e.ended_us,
       said.reviewers, said.scores, said.comments, said.at_us
from longshore.ended_claims e
join longshore.agents a on a.id = e.agent_id
join longshore.tasks t on t.id = e.task_id
join longshore.classes c on c.id = t.class_id
cross join lateral longshore.reviews_of(e.task_id, e.epoch) said
where e.outcome = 0 and (e.task_id, e.epoch) > ($1, $2) and ($3::bigint is null or e.task_id = $3)
  and ($4::text is null or a.name = $4) and ($5::text is null or c.namespace = $5)
  and ($6::text is null or c.kind = $6) and (not $8 or cardinality(said.keys) = 0)
  and ($7::text is null or longshore.may_review($7, a.name, a.principal, said.keys, $9))
order by e.task_id, e.epoch
limit $10;

-- By way of the reviews, of which there may be few. $8: who reviewed it.
-- name: reviewed_page
select e.task_id, e.epoch, a.name, c.namespace, c.kind, e.ended_us,
       said.reviewers, said.scores, said.comments, said.at_us
from (
    select distinct r.task_id, r.epoch
    from longshore.reviews r
    where (r.task_id, r.epoch) > ($1, $2) and ($3::bigint is null or r.task_id = $3)
      and ($8::text is null or r.reviewer_key = longshore.reviewer_key($8))
) q
join longshore.ended_claims e on e.task_id = q.task_id and e.epoch = q.epoch
join longshore.agents a on a.id = e.agent_id
join longshore.tasks t on t.id = e.task_id
join longshore.classes c on c.id = t.class_id
cross join lateral longshore.reviews_of(e.task_id, e.epoch) said
where ($4::text is null or a.name = $4) and ($5::text is null or c.namespace = $5)
  and ($6::text is null or c.kind = $6)
  and ($7::text is null or longshore.may_review($7, a.name, a.principal, said.keys, $9))
order by q.task_id, q.epoch
limit $10;
