-- Work that is not for an agent does not slow its claims.

-- As before; but where the stretch of the common order holds too few, only as many heads of each class are read as may
-- be needed, and the rows are found by their keys.
create or replace function longshore.pick(
    p_agent integer, p_classes integer[], p_levels integer, p_ids bigint[], p_max integer, p_low bigint,
    p_after bigint, p_after_id bigint, p_groups bigint[], p_steps text[], p_now_us bigint, p_policy integer,
    p_window_us bigint, p_timeout_us bigint, out at tid[], out flags integer[], out marks integer,
    out walked_us bigint)
language plpgsql
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off
set jit = off
as $$
declare
    v_began timestamptz := clock_timestamp();
    v_from bigint := coalesce(p_after, p_low);
    v_from_id bigint := coalesce(p_after_id, 0);
    v_after bigint := coalesce(p_after, -9223372036854775808);
    v_high bigint;
    v_reach integer := p_max + 8;
    v_each integer := 8 + 2 * p_max / greatest(cardinality(p_classes), 1);
    v_all boolean;
begin
    if p_ids is not null then
        select array_agg(t.at order by t.rank, t.id), array_agg(t.flags::integer order by t.rank, t.id),
               bit_or(t.flags)
        into at, flags, marks
        from (select r.ctid as at, r.id, r.rank, r.flags from longshore.ready r
              where r.id = any (p_ids) and (r.class_id in (select unnest(p_classes))) is true
                and p_levels >> r.priority & 1 = 1
                and (r.flags & 114 = 0 or not longshore.is_barred(
                    p_agent, r.id, r.class_id, r.flags, p_groups, p_steps, p_now_us, p_policy, p_window_us,
                    p_timeout_us))
              for update skip locked) t;
        return;
    end if;

    select r.rank into v_high from longshore.ready r
    where (r.rank, r.id) > (v_from, v_from_id)
    order by r.rank, r.id
    offset 2 * p_max + 40 limit 1;
    select array_agg(t.at), array_agg(t.flags::integer), bit_or(t.flags) into at, flags, marks
    from (select r.ctid as at, r.flags from longshore.ready r
          where (r.rank, r.id) > (v_from, v_from_id) and r.rank <= coalesce(v_high, 9223372036854775807)
            and (r.class_id in (select unnest(p_classes))) is true
            and p_levels >> r.priority & 1 = 1
            and (r.flags & 114 = 0 or not longshore.is_barred(
                p_agent, r.id, r.class_id, r.flags, p_groups, p_steps, p_now_us, p_policy, p_window_us,
                p_timeout_us))
          order by r.rank, r.id
          limit p_max
          for update skip locked) t;
    walked_us := extract(epoch from clock_timestamp() - v_began) * 1000000;
    if cardinality(at) = p_max or (v_high is null and v_from = v_after) then
        return;
    end if;

    -- Heads of classes are looked up without locks, so others may be taking the same: then it looks further. A few of
    -- each class are enough to begin with; what comes behind the last head of a class of which there are more must wait
    -- for those. The rank of a head orders them, not that of the row: else the plan would walk the common order again.
    loop
        with heads as materialized (
            select h.id, h.rank, h.n
            from unnest(p_classes) c (class_id)
            cross join lateral (
                select n.id, n.rank, row_number() over (order by n.rank, n.id) as n
                from longshore.ready n
                where n.class_id = c.class_id and (n.rank, n.id) > (v_after, v_from_id)
                  and p_levels >> n.priority & 1 = 1
                  and (n.flags & 114 = 0 or not longshore.is_barred(
                      p_agent, n.id, n.class_id, n.flags, p_groups, p_steps, p_now_us, p_policy, p_window_us,
                      p_timeout_us))
                order by n.rank, n.id limit v_each) h
        ), cut as materialized (
            select h.rank, h.id from heads h where h.n = v_each order by h.rank, h.id limit 1
        ), head as materialized (
            select h.id, h.rank
            from heads h left join cut c on true
            where c.id is null or (h.rank, h.id) <= (c.rank, c.id)
            order by h.rank, h.id limit v_reach
        ), locked as materialized (
            select r.ctid as at, r.flags
            from head join longshore.ready r on r.id = head.id
            order by head.rank, head.id
            limit p_max
            for update of r skip locked
        )
        select array_agg(l.at), array_agg(l.flags::integer), bit_or(l.flags),
               (select count(*) from head) < v_reach and not exists (select 1 from cut)
        into at, flags, marks, v_all
        from locked l;
        exit when cardinality(at) = p_max or v_all or v_reach > 100000;
        v_each := v_each * 8;
        v_reach := v_reach * 8;
    end loop;
end
$$;
