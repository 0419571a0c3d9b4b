-- What stands between a task and single agents, and giving out work by it. Only rows with a flag that says so cost a
-- look: 2 somebody failed it, 16 it has a deadline, 32 it is of a group, 64 it is or was kept from somebody.

-- The one predicate "can do" (see Capabilities/CapabilitySet.cs), for the rare questions about other agents.
create or replace function longshore.can_do(p_agent integer, p_class integer, p_now_us bigint) returns boolean
language sql stable as $$
    select (c.owner is null or c.owner = a.name)
       and (cardinality(a.kinds) = 0 or c.kind = any (a.kinds))
       and c.namespace = any (a.namespaces)
       and (cardinality(c.requires) = 0 or (
            select count(*)
            from unnest(c.requires, c.levels) as r (name, level)
            where (a.authorised is null or r.name = any (a.authorised)) and not r.name = any (a.unavailable)
              and exists (
                select 1
                from unnest(a.capabilities, a.levels, a.expiries_us, a.graces_us)
                    as h (name, level, expiry_us, grace_us)
                where h.name = r.name
                  and h.level >= case c.match when 0 then r.level when 1 then greatest(2, r.level) else 1 end
                  and (h.expiry_us is null
                       or h.expiry_us + case c.match when 1 then 0 else coalesce(h.grace_us, 0) end > p_now_us)))
           >= case c.match when 1 then cardinality(c.requires)
                   else greatest(1, ceil(cardinality(c.requires) * c.minimum_match - 0.001)) end)
    from longshore.agents a, longshore.classes c
    where a.id = p_agent and c.id = p_class;
$$;

-- Whether who does the one step may not do the other of the same item (see Rules/ExclusionRules.cs).
create function longshore.excludes(p_exclusion jsonb, p_one text, p_other text) returns boolean
language plpgsql immutable as $$
declare
    v_pair jsonb;
    v_turned jsonb;
begin
    if p_exclusion is null or p_one is not distinct from p_other then
        return true;
    end if;
    v_pair := jsonb_build_array(jsonb_build_object('first', p_one, 'second', p_other));
    v_turned := jsonb_build_array(jsonb_build_object('first', p_other, 'second', p_one));
    return not (p_exclusion -> 'allow' @> v_pair or p_exclusion -> 'allow' @> v_turned)
        and ((p_exclusion -> 'exclude_all')::boolean
             or p_exclusion -> 'exclude' @> v_pair or p_exclusion -> 'exclude' @> v_turned);
end
$$;

-- Whether what an agent, or another of its principal, holds or did in a task's group keeps it from the task. The last
-- two are groups and steps of what it is about to be given.
create function longshore.group_bars(
    p_agent integer, p_task bigint, p_class integer, p_groups bigint[], p_steps text[]) returns boolean
language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
declare
    v_group bigint;
    v_step text;
    v_exclusion jsonb;
    v_principal text;
    v_kin integer[] := array[p_agent];
begin
    select t.group_id, c.step, r.exclusion, a.principal into v_group, v_step, v_exclusion, v_principal
    from longshore.tasks t
    join longshore.agents a on a.id = p_agent
    join longshore.classes c on c.id = p_class
    left join longshore.rules r on r.namespace = c.namespace
    where t.id = p_task;
    if v_principal is not null and coalesce((v_exclusion -> 'by_principal')::boolean, true) then
        v_kin := array(select o.id from longshore.agents o where o.principal = v_principal);
    end if;
    perform 1
    from longshore.claims m join longshore.classes c on c.id = m.class_id
    where m.group_id = v_group and m.agent_id = any (v_kin) and m.id <> p_task
      and longshore.excludes(v_exclusion, v_step, c.step);
    if found then
        return true;
    end if;
    perform 1
    from longshore.finished m join longshore.classes c on c.id = m.class_id
    where m.group_id = v_group and m.agent_id = any (v_kin) and m.state = 8 and m.id <> p_task
      and longshore.excludes(v_exclusion, v_step, c.step);
    if found then
        return true;
    end if;
    for v_place in 1..coalesce(cardinality(p_groups), 0) loop
        if p_groups[v_place] = v_group and longshore.excludes(v_exclusion, v_step, p_steps[v_place]) then
            return true;
        end if;
    end loop;
    return false;
end
$$;

-- Whether a task with one of the flags is not to be given to an agent now.
create function longshore.is_barred(
    p_agent integer, p_task bigint, p_class integer, p_flags integer, p_groups bigint[], p_steps text[],
    p_now_us bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint) returns boolean
language plpgsql stable as $$
begin
    -- Its deadline may have passed before anybody noticed.
    if p_flags & 16 <> 0 then
        perform 1 from longshore.deadlines d where d.task_id = p_task and d.deadline_us <= p_now_us;
        if found then
            return true;
        end if;
    end if;
    if p_flags & 64 <> 0 then
        perform 1 from longshore.kept k
        where k.task_id = p_task and k.agent_id = p_agent and k.until_us > p_now_us;
        if found then
            return true;
        end if;
    end if;
    if p_flags & 2 <> 0 and longshore.kept_from(
        p_agent, p_task, p_class, p_now_us, p_policy, p_window_us, p_timeout_us)
    then
        return true;
    end if;
    return p_flags & 32 <> 0 and longshore.group_bars(p_agent, p_task, p_class, p_groups, p_steps);
end
$$;

drop function longshore.pick(integer, integer[], bigint[], integer, bigint, bigint, integer, bigint, bigint);
drop function longshore.browse(
    integer, integer[], integer, integer, text[], boolean, bigint, integer, bigint, bigint);

-- The ready tasks of these classes and priorities (a bit for each) in order: where they stand, at most p_max; behind a
-- place in the order if one is given. Walks the common order for a bounded stretch; when that holds too few, it goes
-- class by class, so that others' work never delays this agent's. marks: the flags of all of them; those of a group may
-- be given only after another look under the lock of that (see choose). What is switched off makes plans look so dear
-- that they would be compiled, which takes a hundred times as long as running them: so is that.
create function longshore.pick(
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
    v_found integer;
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

    -- Heads of classes are looked up without locks, so others may be taking the same: then it looks further.
    loop
        select array_agg(t.at), array_agg(t.flags::integer), bit_or(t.flags) into at, flags, marks
        from (select r.ctid as at, r.flags from longshore.ready r
              join (select h.id from unnest(p_classes) c (class_id)
                    cross join lateral (
                        select n.id, n.rank from longshore.ready n
                        where n.class_id = c.class_id and (n.rank, n.id) > (v_after, v_from_id)
                          and p_levels >> n.priority & 1 = 1
                          and (n.flags & 114 = 0 or not longshore.is_barred(
                              p_agent, n.id, n.class_id, n.flags, p_groups, p_steps, p_now_us, p_policy, p_window_us,
                              p_timeout_us))
                        order by n.rank, n.id limit v_reach) h
                    order by h.rank, h.id limit v_reach) head on head.id = r.id
              order by r.rank, r.id
              limit p_max
              for update of r skip locked) t;
        select count(*) into v_found
        from unnest(p_classes) c (class_id)
        cross join lateral (
            select 1 from longshore.ready n
            where n.class_id = c.class_id and (n.rank, n.id) > (v_after, v_from_id) limit v_reach) h;
        exit when cardinality(at) = p_max or v_found < v_reach or v_reach > 100000;
        v_reach := v_reach * 8;
    end loop;
end
$$;

-- Of tasks picked and locked, those that go together, decided one by one under the locks of their groups: of a group
-- only what one agent may do, of a kind on probation only one. Looks further while there are fewer than wanted; what it
-- has passed over stays locked until the transaction ends.
create function longshore.choose(
    p_agent integer, p_classes integer[], p_levels integer, p_ids bigint[], p_want integer, p_at tid[],
    p_probing text[], p_now_us bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint,
    out at tid[], out flags integer[])
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    v_at tid[] := p_at;
    v_row record;
    v_groups bigint[] := '{}';
    v_steps text[] := '{}';
    v_tried text[] := '{}';
begin
    at := '{}';
    flags := '{}';
    while v_at is not null loop
        perform 1
        from longshore.groups g
        where g.id = any (array(
            select t.group_id from longshore.ready r join longshore.tasks t on t.id = r.id
            where r.ctid = any (v_at) and r.flags & 32 <> 0))
        order by g.id
        for no key update;
        for v_row in
            select r.ctid as place, r.id, r.class_id, r.rank, r.flags, c.kind, c.step, t.group_id
            from longshore.ready r
            join longshore.classes c on c.id = r.class_id
            left join longshore.tasks t on t.id = r.id and r.flags & 32 <> 0
            where r.ctid = any (v_at)
            order by r.rank, r.id
        loop
            if cardinality(at) = p_want then
                return;
            end if;
            continue when v_row.kind = any (v_tried) or (v_row.group_id is not null and longshore.group_bars(
                p_agent, v_row.id, v_row.class_id, v_groups, v_steps));
            at := at || v_row.place;
            flags := flags || v_row.flags::integer;
            -- A suspect is given alone: nothing comes after it.
            if v_row.flags & 1 = 1 then
                return;
            end if;
            if v_row.group_id is not null then
                v_groups := v_groups || v_row.group_id;
                v_steps := v_steps || v_row.step;
            end if;
            if v_row.kind = any (p_probing) then
                v_tried := v_tried || v_row.kind;
                p_classes := array(
                    select c.id from longshore.classes c where c.id = any (p_classes) and c.kind <> v_row.kind);
            end if;
        end loop;
        exit when cardinality(at) = p_want or p_ids is not null;
        v_at := p.at
        from longshore.pick(
            p_agent, p_classes, p_levels, null, p_want - cardinality(at), v_row.rank, v_row.rank, v_row.id, v_groups,
            v_steps, p_now_us, p_policy, p_window_us, p_timeout_us) p;
    end loop;
end
$$;

-- The ready tasks an agent could claim now, in order, without locks: as pick, for showing. p_all: suspects as well.
create function longshore.browse(
    p_agent integer, p_classes integer[], p_levels integer, p_limit integer, p_codes text[], p_all boolean,
    p_now_us bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint) returns table (id bigint)
language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off
set jit = off
as $$
declare
    v_high bigint;
    v_ids bigint[];
    v_shut text[];
begin
    select array_agg(b.kind) into v_shut
    from longshore.agent_breakers b
    where b.agent_id = p_agent and b.kind <> '' and (b.open_until_us > p_now_us or b.probe_task_id is not null);
    if v_shut is not null then
        p_classes := array(
            select c.id from longshore.classes c where c.id = any (p_classes) and not c.kind = any (v_shut));
    end if;
    select r.rank into v_high from longshore.ready r order by r.rank, r.id offset 4 * p_limit + 100 limit 1;
    select array_agg(t.id) into v_ids
    from (select r.id from longshore.ready r
          where r.rank <= coalesce(v_high, 9223372036854775807)
            and (r.class_id in (select unnest(p_classes))) is true
            and p_levels >> r.priority & 1 = 1 and (p_all or r.flags & 1 = 0)
            and (r.flags & 114 = 0 or not longshore.is_barred(
                p_agent, r.id, r.class_id, r.flags, null, null, p_now_us, p_policy, p_window_us, p_timeout_us))
            and (cardinality(p_codes) = 0 or not exists (
                select 1 from longshore.tasks k
                where k.id = r.id and coalesce(k.code, 't-' || k.id) = any (p_codes)))
          order by r.rank, r.id limit p_limit) t;
    if v_high is not null and coalesce(cardinality(v_ids), 0) < p_limit then
        select array_agg(t.id) into v_ids
        from (select h.id
              from unnest(p_classes) c (class_id)
              cross join lateral (
                  select r.id, r.rank from longshore.ready r
                  where r.class_id = c.class_id and p_levels >> r.priority & 1 = 1 and (p_all or r.flags & 1 = 0)
                    and (r.flags & 114 = 0 or not longshore.is_barred(
                        p_agent, r.id, r.class_id, r.flags, null, null, p_now_us, p_policy, p_window_us, p_timeout_us))
                    and (cardinality(p_codes) = 0 or not exists (
                        select 1 from longshore.tasks k
                        where k.id = r.id and coalesce(k.code, 't-' || k.id) = any (p_codes)))
                  order by r.rank, r.id limit p_limit) h
              order by h.rank, h.id limit p_limit) t;
    end if;
    return query select unnest(v_ids);
end
$$;
