-- Lists of reviews.

-- As whom somebody reviews: agents of one principal are one.
create function longshore.reviewer_key(p_reviewer text) returns text language sql stable as $$
    select coalesce((select a.principal from longshore.agents a where a.name = p_reviewer), p_reviewer)
$$;

-- What was said of an assignment, the oldest first.
create function longshore.reviews_of(
    p_task bigint, p_epoch integer, out keys text[], out reviewers text[], out scores double precision[],
    out comments text[], out at_us bigint[]) language sql stable as $$
    select coalesce(array_agg(r.reviewer_key order by r.at_us, r.reviewer_key collate "C"), '{}'),
           coalesce(array_agg(r.reviewer order by r.at_us, r.reviewer_key collate "C"), '{}'),
           coalesce(array_agg(r.score order by r.at_us, r.reviewer_key collate "C"), '{}'),
           coalesce(array_agg(r.comment order by r.at_us, r.reviewer_key collate "C"), '{}'),
           coalesce(array_agg(r.at_us order by r.at_us, r.reviewer_key collate "C"), '{}')
    from longshore.reviews r
    where r.task_id = p_task and r.epoch = p_epoch
$$;

-- Whether somebody may review what an agent did and these have reviewed (see Assignments/Review.cs).
create function longshore.may_review(
    p_reviewer text, p_agent text, p_principal text, p_keys text[], p_most integer) returns boolean
language sql stable as $$
    select p_reviewer <> p_agent and longshore.reviewer_key(p_reviewer) <> coalesce(p_principal, p_agent)
       and not longshore.reviewer_key(p_reviewer) = any (p_keys) and cardinality(p_keys) < p_most
$$;
