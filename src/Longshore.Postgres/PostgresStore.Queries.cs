using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres;

/// <content>The reads.</content>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public async ValueTask<WorkTask?> GetTaskAsync(long id, CancellationToken ct = default) =>
        (await _tasks.ReadAsync([id], ct).ConfigureAwait(false)).FirstOrDefault();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<WorkTask>> GetTasksAsync(
        IReadOnlyList<long> ids, CancellationToken ct = default) =>
        await _tasks.ReadAsync([.. ids.Distinct()], ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<long?> FindTaskAsync(string @namespace, string code, CancellationToken ct = default) =>
        _tasks.FindAsync(@namespace, code, ct);

    /// <inheritdoc/>
    public ValueTask<Page<WorkTask>> ListTasksAsync(TaskQuery query, CancellationToken ct = default) =>
        _tasks.ListAsync(query, ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountByStateAsync(
        string? @namespace = null, CancellationToken ct = default) => _tasks.CountAsync(@namespace, ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Assignment>> ListAssignmentsAsync(long taskId, CancellationToken ct = default) =>
        _tasks.AssignmentsAsync(taskId, ct);

    /// <inheritdoc/>
    public async ValueTask<Agent?> GetAgentAsync(string name, CancellationToken ct = default) =>
        (await _agentReader.ReadAsync([name], ct).ConfigureAwait(false)).FirstOrDefault()?.Agent;

    /// <inheritdoc/>
    public async ValueTask<Page<Agent>> ListAgentsAsync(
        AgentQuery query, long? nowUs = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var all = await _agentReader.ReadAsync(null, ct).ConfigureAwait(false);
        var now = UnixTime.FromMicroseconds(_database.Instant(nowUs) ?? _catalog.NowUs);
        var found = all.Select(present => present.Agent)
            .Where(agent => AgentFilter.Admits(query, agent, now, _database.Options.Store.HeartbeatTimeout))
            .OrderBy(agent => agent.Name, StringComparer.Ordinal)
            .Take(query.Limit + 1);
        return Paging.PageOf<Agent>([.. found], query.Limit, agent => agent.Name);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DiscoveredTask>?> DiscoverAsync(
        DiscoverQuery query, long? nowUs = null, CancellationToken ct = default) =>
        _discovery.FindAsync(query, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<Page<ReadyTask>> ListReadyAsync(
        TimeSpan age, string? after, int limit, long? nowUs = null, CancellationToken ct = default)
    {
        var afterId = Paging.AfterId(after) ?? 0;
        return _database.RunAsync(
            () => new Round().Add(_database.Sql["ready_since"])
                .With((long?)afterId).With((long?)age.ToMicroseconds()).With(_database.Instant(nowUs))
                .With((int?)(limit + 1)),
            async row =>
            {
                var found = new List<ReadyTask>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    found.Add(new ReadyTask(
                        row.GetInt64(0), row.GetString(1), row.GetInt16(2), row.GetInt64(3)));
                }

                return Paging.PageOf(found, limit, task => Paging.Mark(task.Id));
            },
            ct);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> ReadAsync(
        long afterPosition, int limit, CancellationToken ct = default) =>
        _events.ReadAsync(afterPosition, limit, ct);

    /// <inheritdoc/>
    public ValueTask<EventSlice> ReadTypesAsync(
        long afterPosition, IReadOnlyList<string> types, int limit, CancellationToken ct = default) =>
        _events.ReadAsync(afterPosition, types, limit, ct);

    /// <inheritdoc/>
    public ValueTask<long?> GetBookmarkAsync(string name, CancellationToken ct = default) =>
        _events.BookmarkAsync(name, ct);

    /// <inheritdoc/>
    public async ValueTask SetBookmarkAsync(string name, long position, CancellationToken ct = default) =>
        await _events.SetBookmarkAsync(name, position, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> HistoryAsync(long taskId, CancellationToken ct = default) =>
        _events.HistoryAsync(taskId, ct);

    /// <inheritdoc/>
    public ValueTask<long> EndAsync(CancellationToken ct = default) => _events.EndAsync(ct);

    /// <summary>What must hold between any two verbs and does not; empty when all is well.</summary>
    internal ValueTask<IReadOnlyList<string>> CheckInvariantsAsync(CancellationToken ct = default) =>
        _database.RunAsync<IReadOnlyList<string>>(
            () => new Round().Add(_database.Sql["checks_are_whole"]).Add(_database.Sql["check_invariants"]),
            async row =>
            {
                await row.NextResultAsync(ct).ConfigureAwait(false);
                var broken = new List<string>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    broken.Add(row.GetString(0));
                }

                return broken;
            },
            ct);
}
