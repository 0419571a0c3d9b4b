-- Enqueuing with a group, a step and a match mode, by the rules of the namespace.

drop function longshore.enqueue(
    text, json, text, text[], integer, timestamptz, timestamptz, integer, text, text, text, text[], text, text,
    double precision);
drop function longshore.intern_class(text, text, text[], integer[], double precision, text);

-- The id of a task class, stored if it is new. Two transactions may store the same at once, which does no harm.
create function longshore.intern_class(
    p_namespace text, p_kind text, p_requires text[], p_levels integer[], p_minimum_match double precision,
    p_owner text, p_match integer, p_step text) returns integer
language plpgsql as $$
declare
    v_id integer;
begin
    select c.id into v_id
    from longshore.classes c
    where c.namespace = p_namespace and c.kind = p_kind and c.requires = p_requires and c.levels = p_levels
      and c.minimum_match = p_minimum_match and c.owner is not distinct from p_owner
      and c.match = p_match and c.step is not distinct from p_step
    order by c.id
    limit 1;
    if v_id is null then
        insert into longshore.classes (namespace, kind, requires, levels, minimum_match, owner, match, step)
        values (p_namespace, p_kind, p_requires, p_levels, p_minimum_match, p_owner, p_match, p_step)
        returning id into v_id;
    end if;
    return v_id;
end
$$;

-- Stores a task and answers its id. requires lists capabilities as name or name>=level. With an idempotency key a
-- repetition answers the first task's id. Nodes that wait for the namespace hear of it when the transaction commits.
create function longshore.enqueue(
    kind text,
    payload json default '{}',
    namespace text default 'default',
    requires text[] default '{}',
    priority integer default 5,
    ready_at timestamptz default null,
    deadline timestamptz default null,
    max_attempts integer default 5,
    code text default null,
    idempotency_key text default null,
    name text default null,
    tags text[] default null,
    correlation_id text default null,
    owner text default null,
    minimum_match double precision default 1.0,
    "group" text default null,
    step text default null,
    match text default 'tiered') returns bigint
language plpgsql as $$
#variable_conflict use_variable
declare
    v_now bigint := longshore.instant(null);
    v_word record;
    v_names text[] := '{}';
    v_levels integer[] := '{}';
    v_digest bytea;
    v_class integer;
    v_id bigint;
    v_first record;
    v_rules record;
    v_flags integer;
    v_match integer := array_position(array['tiered', 'strict', 'flexible'], match) - 1;
    v_ready bigint := extract(epoch from ready_at) * 1000000;
    v_deadline bigint := extract(epoch from deadline) * 1000000;
begin
    for v_word in select * from (values
        ('kind', kind, true, 200), ('namespace', namespace, true, 200), ('code', code, false, 200),
        ('idempotency_key', idempotency_key, false, 200), ('correlation_id', correlation_id, false, 200),
        ('owner', owner, false, 50), ('name', name, false, 500), ('group', "group", false, 200),
        ('step', step, false, 200)) as w (field, word, needed, longest)
    loop
        if v_word.needed and coalesce(trim(v_word.word), '') = '' then
            perform longshore.refuse(v_word.field, 'is required and cannot be blank');
        elsif v_word.word = '' or length(v_word.word) > v_word.longest
            or (v_word.field <> 'name' and v_word.word ~ '[\x01-\x1f]')
        then
            perform longshore.refuse(
                v_word.field, format('must have 1 to %s characters and no control characters', v_word.longest));
        end if;
    end loop;
    if priority is null or priority not between 0 and 10 then
        perform longshore.refuse('priority', format('must be from 0 to 10, not %s', priority));
    elsif max_attempts is null or max_attempts not between 1 and 1000 then
        perform longshore.refuse('max_attempts', format('must be from 1 to 1000, not %s', max_attempts));
    elsif minimum_match is null or not (minimum_match > 0 and minimum_match <= 1) then
        perform longshore.refuse(
            'minimum_match', format('must be greater than 0 and at most 1, not %s', minimum_match));
    elsif payload is null or octet_length(payload::text) > 1048576 then
        perform longshore.refuse('payload', 'must be a JSON document of at most 1048576 bytes');
    elsif cardinality(requires) > 32 then
        perform longshore.refuse('requires', 'at most 32 capabilities are allowed');
    elsif cardinality(tags) > 50 then
        perform longshore.refuse('tags', 'at most 50 are allowed');
    elsif code ~ '^t-[0-9]+$' then
        perform longshore.refuse('code', 'codes of the form t-NUMBER are given by Longshore; choose another');
    elsif v_match is null then
        perform longshore.refuse('match', format('must be tiered, strict or flexible, not %s', match));
    elsif v_deadline <= greatest(v_now, v_ready) then
        perform longshore.refuse('deadline', 'must be later than now and than ready_at');
    end if;

    for v_word in
        select r.text, longshore.capability_name(split_part(r.text, '>=', 1)) as capability,
               case when r.text like '%>=%' then trim(split_part(r.text, '>=', 2)) else '1' end as level
        from unnest(requires) as r (text)
    loop
        if v_word.level !~ '^[0-9]{1,3}$' or v_word.level::integer not between 1 and 100 then
            perform longshore.refuse('requires', format('the level in ''%s'' must be from 1 to 100', v_word.text));
        end if;
        v_names := v_names || v_word.capability;
        v_levels := v_levels || v_word.level::integer;
    end loop;
    select coalesce(array_agg(r.capability order by r.capability collate "C"), '{}'),
           coalesce(array_agg(r.level order by r.capability collate "C"), '{}')
    into v_names, v_levels
    from (select n.capability, max(n.level) as level
          from unnest(v_names, v_levels) as n (capability, level) group by n.capability) r;

    if idempotency_key is not null then
        v_digest := sha256(convert_to(jsonb_build_array(
            kind, payload, namespace, v_names, v_levels, priority, ready_at, deadline, max_attempts, code, name, tags,
            correlation_id, owner, minimum_match)::text
            || case when num_nonnulls("group", step) + v_match > 0 then jsonb_build_array("group", step, match)::text
                    else '' end, 'UTF8'));
        select k.task_id, k.digest into v_first
        from longshore.insert_keys k where k.namespace = enqueue.namespace and k.key = enqueue.idempotency_key;
        if found and v_first.digest = v_digest then
            return v_first.task_id;
        elsif found then
            raise exception 'idempotency_key: ''%'' was used before with other content, for task %',
                idempotency_key, v_first.task_id using errcode = 'unique_violation';
        end if;
    end if;

    select r.is_fifo, r.max_pending into v_rules from longshore.rules r where r.namespace = enqueue.namespace;
    if v_rules.max_pending is not null then
        -- Under the lock nobody else fills the room that is counted.
        select r.is_fifo, r.max_pending into v_rules
        from longshore.rules r where r.namespace = enqueue.namespace for update;
        if longshore.pending(namespace) >= v_rules.max_pending then
            raise exception 'namespace ''%'' is full: % tasks wait there, as many as its rules allow',
                namespace, v_rules.max_pending using errcode = 'program_limit_exceeded';
        end if;
    end if;
    v_flags := case when v_deadline is null then 0 else 16 end + case when "group" is null then 0 else 32 end
        + case when v_rules.is_fifo then 128 else 0 end;
    v_class := longshore.intern_class(namespace, kind, v_names, v_levels, minimum_match, owner, v_match, step);
    v_id := (longshore.insert_tasks(
        array[v_class], array[priority::smallint], array[longshore.head_start_us(priority, 0, v_flags)],
        array[v_flags::smallint], array[payload],
        case when code is not null then array[code] end, case when name is not null then array[name] end, null, null,
        case when v_ready is not null then array[v_ready] end,
        case when v_deadline is not null then array[v_deadline] end, null,
        case when max_attempts <> 5 then array[max_attempts] end, null, null, null, null, null, null, null, null,
        case when tags is not null then array[to_json(tags)] end, null,
        case when correlation_id is not null then array[correlation_id] end,
        case when idempotency_key is not null then array[idempotency_key] end, array[namespace],
        case when idempotency_key is not null then array[v_digest] end,
        case when "group" is not null then array["group"] end, null, v_now))[1];
    perform longshore.announce_tasks(array[v_id]);
    return v_id;
exception
    when sqlstate 'LS002' then
        raise exception 'code: ''%'' is taken in namespace ''%''', code, namespace using errcode = 'unique_violation';
    when unique_violation then
        if current_setting('transaction_isolation') <> 'read committed' or v_class is null then
            raise;
        end if;
        -- Another transaction stored the same key or code meanwhile and has committed: now it is seen.
        return longshore.enqueue(
            kind, payload, namespace, requires, priority, ready_at, deadline, max_attempts, code, idempotency_key, name,
            tags, correlation_id, owner, minimum_match, "group", step, match);
end
$$;
