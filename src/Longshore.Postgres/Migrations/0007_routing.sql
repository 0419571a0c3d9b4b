-- Rules of namespaces, groups of tasks, offers, kept pairs, drafts, breakers: the tables of routing.

alter table longshore.classes
    add column match smallint not null default 0,   -- 0 tiered, 1 strict, 2 flexible
    add column step text;

-- What operators decided about namespaces.
create table longshore.rules (
    namespace   text primary key,
    version     bigint not null,
    body        json not null,                      -- all of it (see Rules/RulesJson.cs)
    exclusion   jsonb not null,                     -- a part of the body: who may not do two steps of one item
    is_fifo     boolean not null,                   -- a part of the body: the order
    max_pending integer                             -- a part of the body
);

-- One row. Grows with each change of any rules: whoever decides by what it has read says by which version.
create table longshore.rules_state (version bigint not null);
insert into longshore.rules_state values (0);

-- Items that tasks are about. The row is the lock under which it is decided who may do another step of the item.
create table longshore.groups (
    id        bigint generated always as identity primary key,
    namespace text not null,
    name      text not null,
    unique (namespace, name)
) with (fillfactor = 80);

alter table longshore.tasks add column group_id bigint;
create index tasks_group on longshore.tasks (group_id) where group_id is not null;

-- Flags of the stage tables: 32 of a group, 64 kept from somebody, 128 ordered by priority and arrival, 256 has a
-- draft, 512 its breaker opened. Who holds or did tasks of a group is found by the two indexes that follow.
alter table longshore.claims
    add column status smallint not null default 18, -- 16 assigned (offered), 17 accepted, 18 in progress
    add column group_id bigint;
alter table longshore.finished add column group_id bigint;
create index claims_group on longshore.claims (group_id, agent_id) where group_id is not null;
create index finished_group on longshore.finished (group_id, agent_id) where group_id is not null and state = 8;
create index claims_offered on longshore.claims (agent_id) where status < 18;

-- Until when a task that its breaker quarantined stays there.
alter table longshore.parked add column until_us bigint;
create index parked_until on longshore.parked (until_us, id) where until_us is not null;

alter table longshore.assignments add column reason smallint; -- why it was rejected; outcomes go on to 8 (handed off)

create table longshore.kept (
    task_id  bigint not null,
    agent_id integer not null,
    until_us bigint not null,                       -- the largest number: for good
    cause    smallint not null,                     -- 0 rejected, 1 missed, 2 evicted
    primary key (task_id, agent_id)
);

create table longshore.drafts (
    task_id bigint primary key,
    body    json not null
);

-- Breakers with something to remember. Those of an agent change only under the lock of its state, which counts them,
-- so that nobody looks for what is not there; those of a task under the lock of its place.
create table longshore.agent_breakers (
    agent_id        integer not null,
    kind            text not null,                  -- '': whatever it does
    failures        integer not null,
    trips           integer not null,
    last_failure_us bigint not null,
    open_until_us   bigint,                         -- null: closed
    probe_task_id   bigint,
    probe_epoch     integer not null,
    primary key (agent_id, kind)
);
alter table longshore.agent_states add column breakers integer not null default 0;

create table longshore.task_breakers (
    task_id         bigint primary key,
    failures        integer not null,
    trips           integer not null,
    last_failure_us bigint not null,
    open_until_us   bigint
);

-- Where the distributor's rounds stand: who was chosen last.
create table longshore.cursors (
    namespace text not null,
    name      text not null,
    agent     text not null,
    primary key (namespace, name)
);

alter table longshore.agents
    add column graces_us bigint[] not null default '{}',     -- beside expiries_us; missing ones are 0
    add column principal text,
    add column priority_levels integer not null default 0,   -- a bit for each it takes; 0: all
    add column unavailable text[] not null default '{}',     -- capabilities it cannot use now
    add column authorised text[];                            -- capabilities it may use; null: all
create index agents_principal on longshore.agents (principal) where principal is not null;

drop function longshore.lock_places(bigint[]);
drop view longshore.places;
drop view longshore.ended_claims;

-- Where every task is.
create view longshore.places as
select id, class_id, rank, epoch, attempts, failures, priority, flags, 1::smallint as state, 'ready' as stage,
       null::bigint as until_us, null::integer as agent_id, null::boolean as single, null::bigint as granted_us,
       null::bigint as lease_us, null::double precision as progress, null::text as key, null::bigint as ended_us,
       null::smallint as outcome, null::json as result, null::text as error, null::smallint as status
from longshore.ready
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags,
       case when status = 16 then 2::smallint else 3::smallint end, 'claims', null, agent_id, single,
       granted_us, lease_us, progress, key, null, null, null, null, status
from longshore.claims
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, 1::smallint, 'deferred', until_us, null, null,
       null, null, null, null, null, null, null, null, null
from longshore.deferred
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, 'parked', until_us, null, null, null,
       null, null, null, null, null, null, null, null
from longshore.parked
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, 'finished', null, agent_id, single,
       granted_us, null, null, key, ended_us, outcome, result, error, null
from longshore.finished;

-- Every ended claim.
create view longshore.ended_claims as
select task_id, epoch, agent_id, granted_us, ended_us, outcome, single, error, key, reason
from longshore.assignments
union all
select id, epoch, agent_id, granted_us, ended_us, outcome, single, error, key, null
from longshore.finished
where granted_us is not null;

-- How much earlier than its arrival a task stands in the order (see Matching/Urgency.cs): half an hour for each point
-- of its credit, or a thousand days for each priority.
create function longshore.head_start_us(p_priority integer, p_failures integer, p_flags integer) returns bigint
language sql immutable
return case when p_flags & 128 <> 0 then p_priority * 86400000000000::bigint
    else (10 * p_priority - least(50, 10 * p_failures) + case when p_flags & 4 <> 0 then 10 else 0 end)
        * 1800000000::bigint end;

-- How many tasks of a namespace wait, deferred ones included.
create function longshore.pending(p_namespace text) returns bigint language sql stable as $$
    select (select count(*) from longshore.ready r
            where r.class_id in (select c.id from longshore.classes c where c.namespace = p_namespace))
         + (select count(*) from longshore.deferred d
            where d.class_id in (select c.id from longshore.classes c where c.namespace = p_namespace));
$$;

-- The ids of groups, in their order and null where there is none; new ones are stored. They are locked against removal,
-- since whoever prunes cannot see their new tasks before this transaction commits.
create function longshore.intern_groups(p_namespaces text[], p_names text[]) returns bigint[] language plpgsql as $$
declare
    v_ids bigint[];
begin
    for v_tries in 1..10 loop
        insert into longshore.groups (namespace, name)
        select distinct w.namespace, w.name
        from unnest(p_namespaces, p_names) as w (namespace, name)
        where w.name is not null and not exists (
            select 1 from longshore.groups g where g.namespace = w.namespace and g.name = w.name)
        order by 1, 2
        on conflict do nothing;
        perform 1
        from longshore.groups g
        where (g.namespace, g.name) in (select * from unnest(p_namespaces, p_names))
        order by g.id
        for key share;
        select array_agg(g.id order by w.n) into v_ids
        from unnest(p_namespaces, p_names) with ordinality as w (namespace, name, n)
        left join longshore.groups g on g.namespace = w.namespace and g.name = w.name;
        if cardinality(array_remove(v_ids, null)) = cardinality(array_remove(p_names, null)) then
            return v_ids;
        end if;
    end loop;
    raise exception 'a group came and went' using errcode = 'serialization_failure';
end
$$;
