-- Instants, the one predicate "can do", and the order in which an agent is given work.

-- The instant a verb works with: the caller's, or the database's own.
create function longshore.instant(p_now_us bigint) returns bigint language sql volatile
return coalesce(p_now_us, (extract(epoch from clock_timestamp()) * 1000000)::bigint);

-- Whether an agent last seen at one instant is to be written down as seen at another. That is worth a write only now
-- and then; whoever brings an instant of his own is taken at his word.
create function longshore.is_news(p_seen_us bigint, p_now_us bigint, p_given_us bigint) returns boolean
language sql immutable
return p_seen_us < p_now_us - case when p_given_us is null then 1000000 else 0 end;

-- Says that this transaction is about to take numbers of the event log. Whoever reads the log stays below the lowest
-- announced number, so that no event is skipped because it commits late.
create function longshore.announce_events() returns void language sql volatile as $$
    select pg_advisory_xact_lock_shared(
        ('longshore.events'::regclass::oid::bigint & 2147483647)::integer,
        (coalesce(pg_sequence_last_value('longshore.event_seq'), 0) & 2147483647)::integer);
$$;

-- The one predicate "can do" (see Capabilities/CapabilitySet.cs), for the rare questions about other agents.
create function longshore.can_do(p_agent integer, p_class integer, p_now_us bigint) returns boolean
language sql stable as $$
    select (c.owner is null or c.owner = a.name)
       and (cardinality(a.kinds) = 0 or c.kind = any (a.kinds))
       and c.namespace = any (a.namespaces)
       and (cardinality(c.requires) = 0 or (
            select count(*)
            from unnest(c.requires, c.levels) as r (name, level)
            where exists (
                select 1
                from unnest(a.capabilities, a.levels, a.expiries_us) as h (name, level, expiry_us)
                where h.name = r.name and h.level >= r.level and (h.expiry_us is null or h.expiry_us > p_now_us)))
           >= greatest(1, ceil(cardinality(c.requires) * c.minimum_match - 0.001)))
    from longshore.agents a, longshore.classes c
    where a.id = p_agent and c.id = p_class;
$$;

-- Whether a task is kept from an agent that failed it of late. Only asked of rows flagged as failed.
-- p_policy: 0 while another present agent could do it, 1 always, 2 never.
create function longshore.kept_from(
    p_agent integer, p_task bigint, p_class integer, p_now_us bigint, p_policy integer, p_window_us bigint,
    p_timeout_us bigint) returns boolean
language plpgsql stable as $$
declare
    v_failers integer[];
begin
    if p_policy = 2 then
        return false;
    end if;
    select array_agg(agent_id) into v_failers
    from longshore.assignments
    where task_id = p_task and (outcome = 1 or (outcome = 2 and single)) and ended_us > p_now_us - p_window_us;
    if v_failers is null or not p_agent = any (v_failers) then
        return false;
    end if;
    return p_policy = 1 or exists (
        select 1
        from longshore.agent_states s
        where not s.agent_id = any (v_failers) and s.mode = 0 and p_now_us - s.seen_us <= p_timeout_us
          and longshore.can_do(s.agent_id, p_class, p_now_us));
end
$$;

-- Why the latest claim that ended badly did.
create function longshore.last_error(p_task bigint) returns text language sql stable as $$
    select error from longshore.assignments where task_id = p_task and error is not null order by epoch desc limit 1;
$$;

-- The ready tasks of these classes in order: where they stand, at most p_max. Walks the common order for a bounded
-- stretch; when that holds too few, it goes class by class, so that others' work never delays this agent's.
create function longshore.pick(
    p_agent integer, p_classes integer[], p_ids bigint[], p_max integer, p_low bigint, p_now_us bigint,
    p_policy integer, p_window_us bigint, p_timeout_us bigint, out at tid[], out suspects boolean[],
    out walked_us bigint)
language plpgsql
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
    v_began timestamptz := clock_timestamp();
    v_high bigint;
    v_reach integer := p_max + 8;
    v_found integer;
begin
    if p_ids is not null then
        select array_agg(t.at order by t.rank, t.id), array_agg(t.flags & 1 = 1 order by t.rank, t.id)
        into at, suspects
        from (select r.ctid as at, r.id, r.rank, r.flags from longshore.ready r
              where r.id = any (p_ids) and (r.class_id in (select unnest(p_classes))) is true
                and (r.flags & 2 = 0 or not longshore.kept_from(
                    p_agent, r.id, r.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
              for update skip locked) t;
        return;
    end if;

    select r.rank into v_high from longshore.ready r
    where r.rank >= p_low
    order by r.rank, r.id
    offset 2 * p_max + 40 limit 1;
    select array_agg(t.at), array_agg(t.flags & 1 = 1) into at, suspects
    from (select r.ctid as at, r.flags from longshore.ready r
          where r.rank >= p_low and r.rank <= coalesce(v_high, 9223372036854775807)
            and (r.class_id in (select unnest(p_classes))) is true
            and (r.flags & 2 = 0 or not longshore.kept_from(
                p_agent, r.id, r.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
          order by r.rank, r.id
          limit p_max
          for update skip locked) t;
    walked_us := extract(epoch from clock_timestamp() - v_began) * 1000000;
    if cardinality(at) = p_max or (v_high is null and p_low = -9223372036854775808) then
        return;
    end if;

    -- Heads of classes are looked up without locks, so others may be taking the same: then it looks further.
    loop
        select array_agg(t.at), array_agg(t.flags & 1 = 1) into at, suspects
        from (select r.ctid as at, r.flags from longshore.ready r
              join (select h.id from unnest(p_classes) c (class_id)
                    cross join lateral (
                        select n.id, n.rank from longshore.ready n
                        where n.class_id = c.class_id
                          and (n.flags & 2 = 0 or not longshore.kept_from(
                              p_agent, n.id, n.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
                        order by n.rank, n.id limit v_reach) h
                    order by h.rank, h.id limit v_reach) head on head.id = r.id
              order by r.rank, r.id
              limit p_max
              for update of r skip locked) t;
        select count(*) into v_found
        from unnest(p_classes) c (class_id)
        cross join lateral (select 1 from longshore.ready n where n.class_id = c.class_id limit v_reach) h;
        exit when cardinality(at) = p_max or v_found < v_reach or v_reach > 100000;
        v_reach := v_reach * 8;
    end loop;
end
$$;

-- The ready tasks an agent could claim now, in order, without locks: as pick, for showing. p_all: suspects as well.
create function longshore.browse(
    p_agent integer, p_classes integer[], p_limit integer, p_least integer, p_codes text[], p_all boolean,
    p_now_us bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint) returns table (id bigint)
language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
    v_high bigint;
    v_ids bigint[];
begin
    select r.rank into v_high from longshore.ready r order by r.rank, r.id offset 4 * p_limit + 100 limit 1;
    select array_agg(t.id) into v_ids
    from (select r.id from longshore.ready r
          where r.rank <= coalesce(v_high, 9223372036854775807)
            and (r.class_id in (select unnest(p_classes))) is true
            and r.priority >= p_least and (p_all or r.flags & 1 = 0)
            and (r.flags & 2 = 0 or not longshore.kept_from(
                p_agent, r.id, r.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
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
                  where r.class_id = c.class_id and r.priority >= p_least and (p_all or r.flags & 1 = 0)
                    and (r.flags & 2 = 0 or not longshore.kept_from(
                        p_agent, r.id, r.class_id, p_now_us, p_policy, p_window_us, p_timeout_us))
                    and (cardinality(p_codes) = 0 or not exists (
                        select 1 from longshore.tasks k
                        where k.id = r.id and coalesce(k.code, 't-' || k.id) = any (p_codes)))
                  order by r.rank, r.id limit p_limit) h
              order by h.rank, h.id limit p_limit) t;
    end if;
    return query select unnest(v_ids);
end
$$;
