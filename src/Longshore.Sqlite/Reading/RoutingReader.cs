using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>What routing and explanations look at.</summary>
internal sealed class RoutingReader(Connection connection, SqlCatalog sql, LiveIndex live, StoreOptions options)
{
    private readonly Guards _guards = new(connection, sql, live, options);
    private readonly Statement _place = connection.Prepare(sql["guarded_place"]);
    private readonly Statement _kept = connection.Prepare(sql["kept_list"]);
    private readonly Statement _breakers = connection.Prepare(sql["breakers_list"]);
    private readonly Statement _breaker = connection.Prepare(sql["breaker_of_task"]);
    private readonly Statement _relaxing = connection.Prepare(sql["relaxing_groups"]);
    private readonly Statement _cursors = connection.Prepare(sql["cursors_list"]);

    /// <summary>What stands between a task and single agents; null when there is no such task.</summary>
    public TaskGuards? Guards(long taskId, long nowUs)
    {
        if (!_place.Bind(taskId).Read())
        {
            return null;
        }

        var classId = _place.Int(0);
        _place.Reset();
        var kept = new List<KeptPair>();
        _kept.Bind(taskId);
        while (_kept.Read())
        {
            var (agentId, cause) = (_kept.Long(0), (KeptCause)_kept.Int(2));
            var principal = cause == KeptCause.HandedOff ? live.PrincipalOf(agentId) : null;
            kept.Add(new KeptPair(live.NameOf(agentId), _kept.Long(1), cause, principal));
        }

        var breaker = _breaker.Bind(taskId).Read() ? _breaker.ReadBreaker(live) : null;
        _breaker.Reset();
        lock (live.Gate)
        {
            var failers = _guards.Failures.AgentsThatFailed(
                taskId, nowUs - options.RecentFailureWindow.ToMicroseconds());
            return new TaskGuards(
                [.. kept.OrderBy(k => k.Agent, StringComparer.Ordinal)],
                _guards.MembersOf(taskId, classId),
                [.. failers.Select(id => live.Agent(id).Profile.Name).Order(StringComparer.Ordinal)],
                breaker);
        }
    }

    public IReadOnlyList<Breaker> Breakers(string? agent, bool openOnly)
    {
        var agentId = agent is null ? null : live.IdOf(agent);
        if (agent is not null && agentId is null)
        {
            return [];
        }

        var found = new List<Breaker>();
        _breakers.Bind(agentId).Bind(openOnly ? 1 : 0);
        while (_breakers.Read())
        {
            found.Add(_breakers.ReadBreaker(live));
        }

        return
        [
            .. found.OrderBy(b => b.Key.Scope)
                .ThenBy(b => b.Key.Agent, StringComparer.Ordinal)
                .ThenBy(b => b.Key.Kind, StringComparer.Ordinal)
                .ThenBy(b => b.Key.TaskId)
                .Take(Limits.PageMax),
        ];
    }

    public IReadOnlyList<RelaxingGroup> Relaxing(int limit) => _relaxing.Bind(limit).ReadGroups();

    public IReadOnlyList<RoutingCursor> Cursors(string @namespace)
    {
        var found = new List<RoutingCursor>();
        _cursors.Bind(@namespace);
        while (_cursors.Read())
        {
            found.Add(new RoutingCursor(@namespace, _cursors.Text(0)!, _cursors.Text(1)!));
        }

        return found;
    }

    /// <summary>The first ready tasks of each class, from the index in memory.</summary>
    public static IReadOnlyList<QueueHead> Heads(
        LiveIndex live, string? @namespace, int perClass, int limit, long nowUs)
    {
        var heads = new List<QueueHead>();
        lock (live.Gate)
        {
            live.Keys.Begin(nowUs);
            for (var at = 0; at < live.Ready.ClassCount; at++)
            {
                var classId = live.Ready.HeapClass(at);
                var key = live.Classes[classId].Key;
                if (@namespace is null || key.Namespace == @namespace)
                {
                    AddFirst(heads, live.Ready.List(classId)!, key, perClass);
                }
            }
        }

        return [.. heads.OrderBy(head => head.Rank).ThenBy(head => head.TaskId).Take(limit)];
    }

    private static void AddFirst(List<QueueHead> heads, RankedList list, ClassKey key, int count)
    {
        int chunk = 0, offset = 0;
        do
        {
            ref readonly var place = ref list.At(chunk, offset);
            heads.Add(new QueueHead(
                place.Id, place.Rank, place.AvailableUs, key.Namespace, key.Kind, key.Step, place.ClassId,
                key.Target));
        }
        while (--count > 0 && list.MoveNext(ref chunk, ref offset));
    }
}
