-- How long ended tasks are kept depends on how they ended, on their kind and namespace.

-- How far somebody has come.
create table longshore.bookmarks (
    name     text primary key,
    position bigint not null
);

-- Tasks that pruning came past on its walk over the log and that are to be kept longer. A row whose task lives again,
-- or ended again since, means nothing.
create table longshore.retained (
    state    smallint not null,
    class_id integer not null,
    ended_us bigint not null,
    task_id  bigint not null,
    primary key (state, class_id, ended_us, task_id)
);

drop index longshore.runs_ended;
create index runs_ended on longshore.runs (namespace, state, ended_us) where ended_us is not null;

-- Before which instant what ended so is old: the rule of the kind wins, then that of the namespace.
create function longshore.old_before_us(
    p_namespace text, p_kind text, p_state smallint,
    p_namespaces text[], p_kinds text[], p_states smallint[], p_befores bigint[])
returns bigint language sql immutable as $$
    select r.before_us
    from unnest(p_namespaces, p_kinds, p_states, p_befores) as r (namespace, kind, state, before_us)
    where r.state = p_state and (r.namespace is null or r.namespace = p_namespace)
      and (r.kind is null or r.kind = p_kind)
    order by r.kind is null, r.namespace is null
    limit 1
$$;

drop function longshore.prune(bigint, integer);
drop function longshore.prune_runs(bigint, integer);

-- Walks the log on from the bookmark: the events there name the tasks that ended then, so no index over all ends is
-- kept on the hot path. What is old is deleted, what is kept longer is set aside. Looks at no more tasks than p_limit
-- that are there and 40 times as many that are not. Answers how many it deleted and set aside, and how far it came.
create function longshore.prune_log(
    p_latest_us bigint, p_namespaces text[], p_kinds text[], p_states smallint[], p_befores bigint[], p_limit integer,
    out pruned integer, out done integer, out is_full boolean, out walked_to bigint)
language plpgsql as $$
declare
    v_last bigint;
    v_rows integer;
    v_row record;
    v_over bigint[];
    v_aside integer;
    v_looked bigint := 0;
begin
    pruned := 0;
    done := 0;
    is_full := false;
    insert into longshore.bookmarks values ('prune', 0) on conflict do nothing;
    select b.position into walked_to from longshore.bookmarks b where b.name = 'prune' for update;
    <<walk>> loop
        -- Instants need not be in order: the walk goes up to the last old one.
        select max(e.seq) filter (where e.at_us < p_latest_us), count(*) into v_last, v_rows
        from (select seq, at_us from longshore.events
              where seq > walked_to and seq <= longshore.events_bound() order by seq limit 256) e;
        exit when v_last is null;
        for v_row in
            select e.seq, coalesce(e.tasks, array[e.task_id]) as tasks
            from longshore.events e where e.seq > walked_to and e.seq <= v_last order by e.seq
        loop
            with ended as (
                select f.id, f.class_id, f.state, f.ended_us,
                       f.ended_us < longshore.old_before_us(
                           k.namespace, k.kind, f.state, p_namespaces, p_kinds, p_states, p_befores) as is_old
                from longshore.finished f
                join longshore.classes k on k.id = f.class_id
                where f.id = any (v_row.tasks) and f.flags & 8192 = 0
                order by f.id
                for update of f
            ), aside as (
                insert into longshore.retained (state, class_id, ended_us, task_id)
                select e.state, e.class_id, e.ended_us, e.id from ended e where e.is_old is distinct from true
                on conflict do nothing
                returning 1
            )
            select array(select e.id from ended e where e.is_old order by e.id limit p_limit - done),
                   (select count(*) from aside)
            into v_over, v_aside;
            perform longshore.remove_tasks(v_over);
            pruned := pruned + cardinality(v_over);
            done := done + cardinality(v_over) + v_aside;
            v_looked := v_looked + cardinality(v_row.tasks);
            is_full := done >= p_limit;
            exit walk when is_full;
            walked_to := v_row.seq;
            is_full := v_looked >= 40 * p_limit::bigint;
            exit walk when is_full;
        end loop;
        exit when v_rows < 256;
    end loop;
    update longshore.bookmarks b set position = walked_to where b.name = 'prune' and b.position <> walked_to;
end
$$;

-- Deletes what was set aside and is old by now. Answers how many it deleted and looked at.
create function longshore.prune_retained(
    p_namespaces text[], p_kinds text[], p_states smallint[], p_befores bigint[], p_limit integer,
    out pruned integer, out done integer)
language plpgsql as $$
declare
    v_group record;
    v_over bigint[];
    v_due integer;
begin
    pruned := 0;
    done := 0;
    for v_group in
        with recursive g as (
            (select r.state, r.class_id from longshore.retained r order by 1, 2 limit 1)
            union all
            select n.state, n.class_id
            from g, lateral (
                select r.state, r.class_id from longshore.retained r
                where (r.state, r.class_id) > (g.state, g.class_id) order by 1, 2 limit 1) n
        )
        select g.state, g.class_id,
               longshore.old_before_us(
                   k.namespace, k.kind, g.state, p_namespaces, p_kinds, p_states, p_befores) as before_us
        from g
        join longshore.classes k on k.id = g.class_id
    loop
        exit when done >= p_limit;
        with due as (
            delete from longshore.retained r
            using (select o.ended_us, o.task_id from longshore.retained o
                   where o.state = v_group.state and o.class_id = v_group.class_id and o.ended_us < v_group.before_us
                   order by o.ended_us, o.task_id limit p_limit - done) d
            where r.state = v_group.state and r.class_id = v_group.class_id and r.ended_us = d.ended_us
              and r.task_id = d.task_id
            returning r.task_id, r.ended_us
        )
        select array(select f.id from due d join longshore.finished f on f.id = d.task_id and f.ended_us = d.ended_us
                     where f.state = v_group.state and f.class_id = v_group.class_id order by f.id for update of f),
               (select count(*) from due)
        into v_over, v_due;
        perform longshore.remove_tasks(v_over);
        pruned := pruned + cardinality(v_over);
        done := done + v_due;
    end loop;
end
$$;

-- One step of deleting old tasks and events.
create function longshore.prune(
    p_events_before_us bigint, p_namespaces text[], p_kinds text[], p_states smallint[], p_befores bigint[],
    p_limit integer, out pruned integer, out has_more boolean)
language plpgsql as $$
declare
    v_walk record;
    v_kept record;
    v_events integer;
begin
    select * into v_walk from longshore.prune_log(
        (select max(b) from unnest(p_befores || p_events_before_us) b), p_namespaces, p_kinds, p_states, p_befores,
        p_limit);
    select * into v_kept from longshore.prune_retained(
        p_namespaces, p_kinds, p_states, p_befores, p_limit - v_walk.done);
    delete from longshore.events where seq in (
        select o.seq from (select e.seq, e.at_us from longshore.events e where e.seq <= v_walk.walked_to
                           order by e.seq limit 1024) o
        where o.at_us < p_events_before_us);
    get diagnostics v_events = row_count;
    pruned := v_walk.pruned + v_kept.pruned;
    has_more := v_walk.is_full or v_walk.done + v_kept.done >= p_limit or v_events = 1024;
end
$$;

-- Deletes runs that are old and of which no task lives, with their tasks; answers how many tasks. A run is as old as
-- tasks that ended like it (its states 2 to 4 are theirs 8 to 10).
create function longshore.prune_runs(
    p_namespaces text[], p_kinds text[], p_states smallint[], p_befores bigint[], p_limit integer,
    out pruned integer, out has_more boolean)
language plpgsql as $$
declare
    v_run bigint;
    v_tasks bigint[];
begin
    pruned := 0;
    for v_run in
        with recursive g as (
            (select r.namespace, r.state from longshore.runs r where r.ended_us is not null order by 1, 2 limit 1)
            union all
            select n.namespace, n.state
            from g, lateral (
                select r.namespace, r.state from longshore.runs r
                where r.ended_us is not null and (r.namespace, r.state) > (g.namespace, g.state)
                order by 1, 2 limit 1) n
        ), old as materialized (
            select o.id
            from g, lateral (
                select r.id from longshore.runs r
                where r.namespace = g.namespace and r.state = g.state
                  and r.ended_us < longshore.old_before_us(
                      g.namespace, null, (g.state + 6)::smallint, p_namespaces, p_kinds, p_states, p_befores)
                order by r.ended_us limit p_limit) o
            limit p_limit
        )
        select r.id from longshore.runs r where r.id in (select old.id from old) order by r.ended_us
        for update skip locked
    loop
        exit when pruned >= p_limit;
        v_tasks := array(select s.task_id from longshore.run_steps s where s.run_id = v_run);
        continue when exists (
            select 1 from unnest(v_tasks) as t (id)
            where not exists (select 1 from longshore.finished f where f.id = t.id));
        perform longshore.remove_tasks(v_tasks);
        delete from longshore.dependencies d where d.task_id = any (v_tasks);
        delete from longshore.run_steps s where s.run_id = v_run;
        delete from longshore.runs r where r.id = v_run;
        pruned := pruned + cardinality(v_tasks);
    end loop;
    has_more := pruned >= p_limit;
end
$$;
