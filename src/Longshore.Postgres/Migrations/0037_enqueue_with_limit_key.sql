-- Enqueuing under a limit key.

drop function longshore.enqueue(
    text, json, text, text[], integer, timestamptz, timestamptz, integer, text, text, text, text[], text, text,
    double precision, text, text, text, jsonb, text, interval);

-- Stores a task and answers its id. requires lists capabilities as name or name>=level. With an idempotency key a
-- repetition answers the first task's id. relax is an array of steps, each with after_seconds and requires, and with a
-- minimum_match if that changes: '[{"after_seconds": 60, "requires": ["sql>=2"]}]'. prefer names the only agent who may
-- do it for as long as prefer_for. limit_key says under which key of the namespace's limits per key it counts. When the
-- transaction commits, nodes that wait for the namespace hear of it, and of steps the node that leads.
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
    match text default 'tiered',
    relax jsonb default null,
    prefer text default null,
    prefer_for interval default null,
    limit_key text default null) returns bigint
language plpgsql as $$
#variable_conflict use_variable
declare
    v_now bigint := longshore.instant(null);
    v_word record;
    v_asked record;
    v_relax record;
    v_digest bytea;
    v_class integer;
    v_id bigint;
    v_first record;
    v_rules record;
    v_flags integer;
    v_match integer := array_position(array['tiered', 'strict', 'flexible'], match) - 1;
    v_ready bigint := extract(epoch from ready_at) * 1000000;
    v_deadline bigint := extract(epoch from deadline) * 1000000;
    v_prefer_for bigint := extract(epoch from prefer_for) * 1000000;
begin
    for v_word in select * from (values
        ('kind', kind, true, 200), ('namespace', namespace, true, 200), ('code', code, false, 200),
        ('idempotency_key', idempotency_key, false, 200), ('correlation_id', correlation_id, false, 200),
        ('owner', owner, false, 50), ('name', name, false, 500), ('group', "group", false, 200),
        ('step', step, false, 200), ('limit_key', limit_key, false, 200)) as w (field, word, needed, longest)
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
    elsif cardinality(tags) > 50 then
        perform longshore.refuse('tags', 'at most 50 are allowed');
    elsif code ~ '^t-[0-9]+$' then
        perform longshore.refuse('code', 'codes of the form t-NUMBER are given by Longshore; choose another');
    elsif v_match is null then
        perform longshore.refuse('match', format('must be tiered, strict or flexible, not %s', match));
    elsif v_deadline <= greatest(v_now, v_ready) then
        perform longshore.refuse('deadline', 'must be later than now and than ready_at');
    end if;

    if prefer is null and prefer_for is not null then
        perform longshore.refuse('prefer_for', 'needs the preferred agent, in prefer');
    elsif length(prefer) not between 3 and 50 then
        perform longshore.refuse(
            'prefer', format('an agent name has 3 to 50 characters, this has %s', length(prefer)));
    elsif prefer !~ '^[a-z0-9]+(-[a-z0-9]+)*$' or prefer = 'all' then
        perform longshore.refuse('prefer', format(
            'no agent is named ''%s'': use lower-case letters, digits and single inner hyphens', prefer));
    elsif prefer is not null and prefer_for is null then
        perform longshore.refuse('prefer_for', 'is required with prefer: for how long only that agent may do it');
    elsif v_prefer_for <= 0 or v_prefer_for > 315360000000000 then
        perform longshore.refuse('prefer_for', format(
            'must be longer than 0 and at most 3650 days, not %s seconds', v_prefer_for / 1000000.0));
    elsif prefer is not null and owner is not null then
        perform longshore.refuse(
            'prefer', format('cannot be combined with owner: only ''%s'' may ever do it', owner));
    end if;

    v_asked := longshore.canonical_requires('requires', requires);
    v_relax := longshore.relax_steps(
        relax, prefer, v_prefer_for, v_asked.names, v_asked.levels, minimum_match);

    if idempotency_key is not null then
        v_digest := sha256(convert_to(jsonb_build_array(
            kind, payload, namespace, v_asked.names, v_asked.levels, priority, ready_at, deadline, max_attempts, code,
            name, tags, correlation_id, owner, minimum_match)::text
            || case when num_nonnulls("group", step) + v_match > 0 then jsonb_build_array("group", step, match)::text
                    else '' end
            || coalesce(v_relax.steps, '')
            || case when limit_key is null then '' else jsonb_build_array('limit_key', limit_key)::text end, 'UTF8'));
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
        + case when v_rules.is_fifo then 128 else 0 end + case when v_relax.steps is null then 0 else 1024 end
        + case when limit_key is null then 0 else -32768 end;
    v_class := longshore.intern_class(
        namespace, kind, v_asked.names, v_asked.levels, minimum_match, coalesce(prefer, owner), v_match, step);
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
        case when "group" is not null then array["group"] end, null, v_now,
        case when limit_key is not null then array[limit_key] end))[1];
    if v_relax.steps is not null then
        perform longshore.relax_inserted(array[v_id], array[v_relax.steps], array[v_relax.first_us]);
    end if;
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
            tags, correlation_id, owner, minimum_match, "group", step, match, relax, prefer, prefer_for,
            limit_key);
end
$$;
