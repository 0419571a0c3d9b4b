-- Shares: who works in several namespaces takes from them by weight. Start-time fair queueing, where each task costs
-- the same; the same as ShareTags in code.

create table longshore.shares (
    namespace text primary key,                     -- empty: all that have no share
    weight    integer not null,
    end_at    bigint not null                       -- when its last task ended, in virtual time
) with (fillfactor = 50);
insert into longshore.shares values ('', 1, 0);

-- One row: the present of virtual time. Claims read and change it, and the ends, under the lock of limits.
create table longshore.share_time (present bigint not null) with (fillfactor = 50);
insert into longshore.share_time values (0);

create function longshore.set_share(p_namespace text, p_weight integer) returns void language sql as $$
    delete from longshore.shares s where s.namespace = p_namespace and p_weight is null;
    insert into longshore.shares (namespace, weight, end_at)
    select p_namespace, p_weight, 0 where p_weight is not null
    on conflict (namespace) do update set weight = excluded.weight, end_at = 0;
$$;

-- The group of each class and its turn: when its next task starts, when its last ended, which decides among those that
-- start together, and what a task costs.
create function longshore.share_turns(p_classes integer[])
returns table (class_id integer, name text, start_at bigint, end_at bigint, cost bigint)
language sql stable as $$
    select c.id, s.namespace, greatest(s.end_at, t.present), s.end_at, 1000000000::bigint / s.weight
    from longshore.classes c
    left join longshore.shares o on o.namespace = c.namespace
    join longshore.shares s on s.namespace = coalesce(o.namespace, '')
    cross join longshore.share_time t
    where c.id = any (p_classes);
$$;

-- As pick, but in the order of turns. What each group is about to get is reckoned as if all had enough (quota), and
-- only as many heads of its classes are read as that may need; when it was too few, more. What comes behind the last
-- head read of a class of which there may be more is not known (behind), nor what comes after the first turn of a group
-- that is not known (cut). A row that somebody else has locked is passed over, and its turn with it. Plans are kept
-- from reading whole tables: they are made once, for claims of one and of a thousand.
create function longshore.pick_by_share(
    p_agent integer, p_classes integer[], p_levels integer, p_max integer, p_now_us bigint, p_policy integer,
    p_window_us bigint, p_timeout_us bigint, out at tid[], out flags integer[], out marks integer)
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
set enable_mergejoin = off set enable_hashjoin = off set jit = off
as $$
declare
    v_each integer := 2;
    v_want integer := p_max;
    v_reach integer := p_max + 8;
    v_all boolean;
begin
    loop
        with classes as materialized (
            select c.id, coalesce(s.namespace, '') as name
            from longshore.classes c
            left join longshore.shares s on s.namespace = c.namespace
            where c.id = any (p_classes)
        ), groups as materialized (
            select g.*, t.until_at / g.cost as quota
            from (select c.name, c.classes, row_number() over (order by c.name collate "C") as g, s.weight,
                         greatest(s.end_at, t.present) as start_at, s.end_at, 1000000000::bigint / s.weight as cost,
                         t.present
                  from (select c.name, count(*) as classes from classes c group by c.name) c
                  join longshore.shares s on s.namespace = c.name
                  cross join longshore.share_time t) g
            cross join lateral (
                select greatest(0, g.present - g.start_at + g.cost
                    + v_want * 1000000000::bigint / w.weights) as until_at
                from (select sum(s.weight)::bigint as weights
                      from longshore.shares s where s.namespace in (select c.name from classes c)) w) t
        ), known as materialized (
            select h.g, h.id, h.start_at, h.end_at, h.cost, h.is_last, row_number() over heads as n,
                   count(*) filter (where h.is_last) over heads - h.is_last::integer as behind
            from (
                select t.*, h.id, h.rank, h.n = t.reach as is_last
                from (select c.id as class_id, g.g, g.start_at, g.end_at, g.cost,
                             v_each + g.quota * 5 / 4 / g.classes as reach
                      from groups g join classes c on c.name = g.name
                      where g.quota > 0) t
                cross join lateral (
                    select n.id, n.rank, row_number() over (order by n.rank, n.id) as n
                    from longshore.ready n
                    where n.class_id = t.class_id and p_levels >> n.priority & 1 = 1
                      and (n.flags & 114 = 0 or not longshore.is_barred(
                          p_agent, n.id, n.class_id, n.flags, null, null, p_now_us, p_policy, p_window_us,
                          p_timeout_us))
                    order by n.rank, n.id limit t.reach) h) h
            window heads as (partition by h.g order by h.rank, h.id rows unbounded preceding)
        ), cut as materialized (
            select k.start_at, k.start_at as end_at, k.g
            from (select k.g, k.start_at + count(*) filter (where k.behind = 0) * k.cost as start_at
                  from known k group by k.g, k.start_at, k.cost having bool_or(k.is_last)) k
            union all
            select g.start_at, g.end_at, g.g from groups g where g.quota = 0
            order by 1, 2, 3
            limit 1
        ), head as materialized (
            select k.id, k.start_at + (k.n - 1) * k.cost as start_at,
                   case k.n when 1 then k.end_at else k.start_at + (k.n - 1) * k.cost end as end_at, k.g
            from known k
            where k.behind = 0
            order by 2, 3, 4
            limit v_reach
        ), locked as materialized (
            select r.ctid as at, r.flags
            from head h
            join longshore.ready r on r.id = h.id
            where not exists (select 1 from cut c where (h.start_at, h.end_at, h.g) >= (c.start_at, c.end_at, c.g))
            order by h.start_at, h.end_at, h.g
            limit p_max
            for update of r skip locked
        )
        select array_agg(l.at), array_agg(l.flags::integer), bit_or(l.flags),
               (select count(*) from head) < v_reach and not exists (select 1 from cut)
        into at, flags, marks, v_all
        from locked l;
        exit when cardinality(at) = p_max or v_all or v_reach > 100000;
        v_each := v_each * 8;
        v_want := v_want * 8;
        v_reach := v_reach * 8;
    end loop;
end
$$;

-- As choose, but in the order of turns, one by one: what is passed over takes nobody's turn.
create function longshore.choose_by_share(
    p_agent integer, p_classes integer[], p_levels integer, p_want integer, p_at tid[], p_probing text[],
    p_limited boolean, p_now_us bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint,
    out at tid[], out flags integer[])
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    v_names text[];
    v_starts bigint[];
    v_ends bigint[];
    v_costs bigint[];
    v_ranks bigint[];
    v_ids bigint[];
    v_of integer[];
    v_turn integer;
    v_row record;
    v_groups bigint[] := '{}';
    v_steps text[] := '{}';
    v_rooms integer[] := '{}';
    v_scope record;
    v_is_full boolean;
    v_place tid;
begin
    at := '{}';
    flags := '{}';
    if p_limited then
        for v_scope in select r.id, r.room from longshore.rooms(p_now_us) r loop
            v_rooms[v_scope.id] := v_scope.room;
        end loop;
    end if;
    -- Who waits for the lock of an item waits in order of ids.
    perform 1
    from longshore.groups g
    where g.id = any (array(
        select t.group_id from longshore.ready r join longshore.tasks t on t.id = r.id
        where r.ctid = any (p_at) and r.flags & 32 <> 0))
    order by g.id
    for no key update;
    with turns as materialized (select * from longshore.share_turns(p_classes)),
         named as materialized (
             select t.name, t.start_at, t.end_at, t.cost, row_number() over (order by t.name collate "C") as n
             from turns t group by t.name, t.start_at, t.end_at, t.cost)
    select array_agg(g.name order by g.n), array_agg(g.start_at order by g.n), array_agg(g.end_at order by g.n),
           array_agg(g.cost order by g.n), array_fill('-9223372036854775808'::bigint, array[count(*)::integer]),
           array_fill(0::bigint, array[count(*)::integer]),
           (select array_agg(coalesce(o.n, 0) order by a.place)
            from unnest(p_classes) with ordinality a (class_id, place)
            left join turns t on t.class_id = a.class_id left join named o on o.name = t.name)
    into v_names, v_starts, v_ends, v_costs, v_ranks, v_ids, v_of
    from named g;
    while cardinality(at) < p_want loop
        v_turn := null;
        for i in 1..coalesce(cardinality(v_names), 0) loop
            if v_names[i] is not null
                and (v_turn is null or v_starts[i] < v_starts[v_turn]
                     or (v_starts[i] = v_starts[v_turn] and v_ends[i] < v_ends[v_turn])) then
                v_turn := i;
            end if;
        end loop;
        exit when v_turn is null;
        select h.id, h.rank, h.flags, o.class_id, c.kind, c.step, c.namespace, t.group_id
        into v_row
        from unnest(p_classes, v_of) o (class_id, turn)
        cross join lateral (
            select n.id, n.rank, n.flags
            from longshore.ready n
            where n.class_id = o.class_id and (n.rank, n.id) > (v_ranks[v_turn], v_ids[v_turn])
              and p_levels >> n.priority & 1 = 1
              and (n.flags & 114 = 0 or not longshore.is_barred(
                  p_agent, n.id, n.class_id, n.flags, v_groups, v_steps, p_now_us, p_policy, p_window_us,
                  p_timeout_us))
            order by n.rank, n.id limit 1) h
        join longshore.classes c on c.id = o.class_id
        left join longshore.tasks t on t.id = h.id and h.flags & 32 <> 0
        where o.turn = v_turn
        order by h.rank, h.id
        limit 1;
        if not found then
            v_names[v_turn] := null;
            continue;
        end if;
        if p_limited then
            v_is_full := false;
            for v_scope in
                select l.id from longshore.limits l where l.namespace = v_row.namespace and l.kind in ('', v_row.kind)
            loop
                v_is_full := v_is_full or v_rooms[v_scope.id] <= 0;
            end loop;
            if v_is_full then
                -- Room only falls within a claim: all classes without it are out.
                v_of := array(
                    select case when exists (
                        select 1 from longshore.classes c
                        join longshore.limits l on l.namespace = c.namespace and l.kind in ('', c.kind)
                        where c.id = o.class_id and v_rooms[l.id] <= 0) then 0 else o.turn end
                    from unnest(p_classes, v_of) with ordinality o (class_id, turn, place) order by o.place);
                continue;
            end if;
        end if;
        v_ranks[v_turn] := v_row.rank;
        v_ids[v_turn] := v_row.id;
        if v_row.group_id is not null then
            perform 1 from longshore.groups g where g.id = v_row.group_id for no key update skip locked;
            continue when not found;
            continue when longshore.group_bars(p_agent, v_row.id, v_row.class_id, v_groups, v_steps);
        end if;
        select r.ctid into v_place
        from longshore.ready r
        where r.id = v_row.id and r.class_id = v_row.class_id
        for update skip locked;
        continue when not found;
        at := at || v_place;
        flags := flags || v_row.flags::integer;
        v_starts[v_turn] := v_starts[v_turn] + v_costs[v_turn];
        v_ends[v_turn] := v_starts[v_turn];
        -- A suspect is given alone: nothing comes after it.
        exit when v_row.flags & 1 = 1;
        if p_limited then
            for v_scope in
                select l.id from longshore.limits l where l.namespace = v_row.namespace and l.kind in ('', v_row.kind)
            loop
                v_rooms[v_scope.id] := v_rooms[v_scope.id] - 1;
            end loop;
        end if;
        if v_row.group_id is not null then
            v_groups := v_groups || v_row.group_id;
            v_steps := v_steps || v_row.step;
        end if;
        if v_row.kind = any (p_probing) then
            v_of := array(
                select case when c.kind = v_row.kind then 0 else o.turn end
                from unnest(p_classes, v_of) with ordinality o (class_id, turn, place)
                join longshore.classes c on c.id = o.class_id order by o.place);
        end if;
    end loop;
end
$$;

-- What is about to be given takes turns.
create function longshore.take_turns(p_at tid[]) returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_present bigint;
begin
    with served as materialized (
        select s.namespace, greatest(s.end_at, t.present) as start_at, 1000000000::bigint / s.weight as cost, g.tasks
        from (select coalesce(o.namespace, '') as name, sum(r.tasks)::bigint as tasks
              from (select r.class_id, count(*) as tasks from longshore.ready r
                    where r.ctid = any (p_at) group by r.class_id) r
              join longshore.classes c on c.id = r.class_id
              left join longshore.shares o on o.namespace = c.namespace
              group by 1) g
        join longshore.shares s on s.namespace = g.name
        cross join longshore.share_time t
    ), ended as (
        update longshore.shares s
        set end_at = v.start_at + v.tasks * v.cost
        from served v
        where s.namespace = v.namespace
    )
    update longshore.share_time t
    set present = v.start_at
    from (select max(s.start_at + (s.tasks - 1) * s.cost) as start_at from served s) v
    where v.start_at is not null
    returning t.present into v_present;
    -- Time begins anew long before a number overflows.
    if v_present > 1000000000000000000 then
        update longshore.shares s set end_at = greatest(s.end_at - v_present, 0);
        update longshore.share_time t set present = 0;
    end if;
end
$$;

drop function longshore.claim(
    integer, integer, bigint, integer[], bigint, bigint[], integer, integer, bigint, bigint, integer, text,
    text, bigint, integer, bigint, bigint, xid8, boolean, bigint);

-- As before; and p_shared: some of the namespaces that the agent may take from have a share, and take turns. Then what
-- is given comes in the order of the turns.
create function longshore.claim(
    p_agent integer, p_version integer, p_rules bigint, p_classes integer[], p_valid_until_us bigint, p_ids bigint[],
    p_max integer, p_prefetch integer, p_lease_us bigint, p_offer_us bigint, p_by integer, p_actor text, p_key text,
    p_low bigint, p_policy integer, p_window_us bigint, p_timeout_us bigint, p_since xid8, p_limited boolean,
    p_shared boolean, p_now_us bigint)
returns table (
    status integer, unseen integer, id bigint, class_id integer, rank bigint, epoch integer, attempts integer,
    failures integer, priority smallint, flags smallint, lease_us bigint, progress double precision, created_us bigint,
    payload json, code text, name text, description text, confidence_threshold double precision, ready_us bigint,
    deadline_us bigint, timeout_us bigint, max_attempts integer, backoff smallint, backoff_us bigint,
    backoff_cap_us bigint, late smallint, effort_us bigint, parent_id bigint, workflow text, workflow_cursor text,
    tags text[], metadata json, correlation_id text, idempotency_key text, item text, error text, walked_us bigint,
    draft json, claim_status smallint, next_token_us bigint)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
    v_now bigint;
    v_mode smallint;
    v_load integer;
    v_holds_suspect boolean;
    v_seen bigint;
    v_breakers integer;
    v_gate integer := 0;
    v_probing text[];
    v_levels integer;
    v_current boolean;
    v_room integer;
    v_want integer;
    v_status integer := 1;
    v_at tid[];
    v_flags integer[];
    v_marks integer;
    v_walked bigint;
    v_single boolean;
    v_count integer := 0;
    v_unseen integer := 0;
    v_ids bigint[];
    v_token bigint;
begin
    select s.mode, s.load, s.holds_suspect, s.seen_us, s.breakers
    into v_mode, v_load, v_holds_suspect, v_seen, v_breakers
    from longshore.agent_states s where s.agent_id = p_agent for update;
    v_now := longshore.instant(p_now_us);
    if p_key is not null then
        with held as (
            update longshore.claims c set lease_us = v_now + p_lease_us
            where c.agent_id = p_agent and c.key = p_key and c.status <> 16 and (c.flags & 8 = 0 or c.lease_us > v_now)
            returning c.id
        )
        select array_agg(id) into v_ids from held;
    end if;
    if v_breakers > 0 and v_ids is null then
        select g.gate, g.probing, g.classes into v_gate, v_probing, p_classes
        from longshore.gates(p_agent, p_classes, v_now) g;
    end if;

    if v_ids is not null then
        v_status := 0;
    elsif v_mode <> 0 then
        v_status := 3;
    elsif v_gate = 2 then
        v_status := 5;
    else
        select a.max_concurrent + p_prefetch - v_load,
               case a.priority_levels when 0 then 2047 else a.priority_levels end,
               p_rules = (select r.version from longshore.rules_state r)
        into v_room, v_levels, v_current
        from longshore.agents a where a.id = p_agent and a.version = p_version and v_now < p_valid_until_us;
        if v_room is null then
            v_status := 10;
        elsif not v_current then
            v_status := 11;
        elsif v_room <= 0 or v_holds_suspect then
            v_status := 2;
        else
            v_want := least(p_max, v_room, case v_gate when 1 then 1 end);
            if p_limited or p_shared then
                perform 1 from longshore.limits_lock for update;
            end if;
            if p_limited then
                select o.classes, o.next_token_us into p_classes, v_token
                from longshore.open_classes(p_classes, v_now) o;
            end if;
            if p_shared then
                select p.at, p.flags, p.marks into v_at, v_flags, v_marks
                from longshore.pick_by_share(
                    p_agent, p_classes, v_levels, v_want, v_now, p_policy, p_window_us, p_timeout_us) p;
            else
                select p.at, p.flags, p.marks, p.walked_us into v_at, v_flags, v_marks, v_walked
                from longshore.pick(
                    p_agent, p_classes, v_levels, p_ids, v_want, p_low, null, null, null, null, v_now, p_policy,
                    p_window_us, p_timeout_us) p;
            end if;
            if v_marks & 32 <> 0 or v_probing is not null or (p_limited and not longshore.fits(v_at, v_now))
            then
                if p_shared then
                    select c.at, c.flags, 1 into v_at, v_flags, v_marks
                    from longshore.choose_by_share(
                        p_agent, p_classes, v_levels, v_want, v_at, v_probing, p_limited, v_now, p_policy, p_window_us,
                        p_timeout_us) c;
                else
                    select c.at, c.flags, 1 into v_at, v_flags, v_marks
                    from longshore.choose(
                        p_agent, p_classes, v_levels, p_ids, v_want, v_at, v_probing, p_limited, v_now, p_policy,
                        p_window_us, p_timeout_us) c;
                end if;
            end if;
            v_count := least(coalesce(cardinality(v_at), 0), v_want);
            -- A suspect is given alone, to an agent that holds nothing; before one, giving stops.
            if v_marks & 1 = 1 then
                for v_place in 1..v_count loop
                    if v_flags[v_place] & 1 = 1 then
                        v_status := 2;
                        v_count := case when v_place = 1 and v_load = 0 then 1 else v_place - 1 end;
                        exit;
                    end if;
                end loop;
            end if;
            if v_count < v_want and v_status = 1 then
                select count(*) into v_unseen from longshore.classes c where c.xid >= p_since;
            end if;
        end if;
    end if;

    if v_count > 0 then
        v_single := v_count = 1 and v_load = 0;
        if v_gate = 1 or v_probing is not null then
            v_ids := array(select r.id from longshore.ready r where r.ctid = any (v_at[1:v_count]));
        end if;
        if p_limited then
            perform longshore.take_room(v_at[1:v_count], v_now);
        end if;
        if p_shared then
            perform longshore.take_turns(v_at[1:v_count]);
        end if;
        return query
        with gone as (
            delete from longshore.ready r where r.ctid = any (v_at[1:v_count]) returning r.*
        ), held as (
            insert into longshore.claims (id, rank, granted_us, lease_us, class_id, epoch, attempts, failures,
                                          agent_id, priority, flags, single, key, status, group_id)
            select g.id, g.rank, v_now, v_now + coalesce(p_offer_us, p_lease_us), g.class_id, g.epoch + 1,
                   g.attempts + 1, g.failures, p_agent, g.priority, g.flags, v_single, p_key,
                   case when p_offer_us is null then 18 else 16 end,
                   case when g.flags & 32 <> 0 then (select t.group_id from longshore.tasks t where t.id = g.id) end
            from gone g
        ), counted as (
            update longshore.agent_states s
            set load = s.load + v_count, holds_suspect = v_flags[1] & 1 = 1, seen_us = greatest(s.seen_us, v_now)
            where s.agent_id = p_agent
        ), noted as (
            insert into longshore.events (seq, at_us, type, actor_type, count, tasks, epochs, agents, states)
            select nextval('longshore.event_seq'), v_now, 'task_claimed', 0, v_count,
                   array_agg(g.id order by g.rank, g.id), array_agg(g.epoch + 1 order by g.rank, g.id),
                   array_fill(p_agent, array[v_count]), array_fill(3::smallint, array[v_count])
            from longshore.announce_events(), gone g
            where p_offer_us is null
            having count(*) > 0
        ), offered as (
            insert into longshore.events (seq, at_us, type, actor_type, actor, task_id, epoch, payload)
            select nextval('longshore.event_seq'), v_now, 'task_offered', p_by, p_actor, g.id, g.epoch + 1,
                   longshore.claim_payload(g.epoch + 1, a.name, 'assigned')
            from longshore.announce_events(), gone g, longshore.agents a
            where p_offer_us is not null and a.id = p_agent
        )
        select 0, v_unseen, g.id, g.class_id, g.rank, g.epoch + 1, g.attempts + 1, g.failures, g.priority, g.flags,
               v_now + coalesce(p_offer_us, p_lease_us), null::double precision, t.created_us, t.payload, t.code,
               t.name, t.description, t.confidence_threshold, t.ready_us, t.deadline_us, t.timeout_us, t.max_attempts,
               t.backoff, t.backoff_us, t.backoff_cap_us, t.late, t.effort_us, t.parent_id, t.workflow,
               t.workflow_cursor, t.tags, t.metadata, t.correlation_id, t.idempotency_key,
               (select i.name from longshore.groups i where i.id = t.group_id),
               case when g.epoch > 0 then longshore.last_error(g.id) end, v_walked,
               case when g.flags & 256 <> 0 then (select d.body from longshore.drafts d where d.task_id = g.id) end,
               case when p_offer_us is null then 18::smallint else 16::smallint end, null::bigint
        from (select o.*, 0::bigint as turn from gone o where not p_shared
              union all
              select r.*, u.turn
              from unnest(v_at[1:v_count]) with ordinality u (at, turn)
              join longshore.ready r on r.ctid = u.at
              where p_shared) g
        join longshore.tasks t on t.id = g.id
        order by g.turn, g.rank, g.id;
        if v_ids is not null then
            perform longshore.mark_probes(p_agent, v_ids, v_now);
        end if;
        return;
    end if;

    if longshore.is_news(v_seen, v_now, p_now_us) then
        update longshore.agent_states s set seen_us = v_now where s.agent_id = p_agent;
    end if;
    if v_status <> 0 then
        status := v_status;
        unseen := v_unseen;
        next_token_us := v_token;
        return next;
        return;
    end if;
    return query
    select 0, 0, c.id, c.class_id, c.rank, c.epoch, c.attempts, c.failures, c.priority, c.flags, c.lease_us,
           c.progress, t.created_us, t.payload, t.code, t.name, t.description, t.confidence_threshold, t.ready_us,
           t.deadline_us, t.timeout_us, t.max_attempts, t.backoff, t.backoff_us, t.backoff_cap_us, t.late, t.effort_us,
           t.parent_id, t.workflow, t.workflow_cursor, t.tags, t.metadata, t.correlation_id, t.idempotency_key,
           (select i.name from longshore.groups i where i.id = t.group_id),
           case when c.epoch > 1 then longshore.last_error(c.id) end, null::bigint,
           case when c.flags & 256 <> 0 then (select d.body from longshore.drafts d where d.task_id = c.id) end,
           c.status, null::bigint
    from longshore.claims c
    join longshore.tasks t on t.id = c.id
    where c.id = any (v_ids)
    order by c.rank, c.id;
end
$$;
