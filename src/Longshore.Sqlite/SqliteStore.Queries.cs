using System.Globalization;
using Longshore.Agents;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Live;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Sqlite;

/// <content>The reads.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<WorkTask?> GetTaskAsync(long id, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Task(id), ct);

    /// <inheritdoc/>
    public ValueTask<long?> FindTaskAsync(string @namespace, string code, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.FindTask(@namespace, code), ct);

    /// <inheritdoc/>
    public ValueTask<Page<WorkTask>> ListTasksAsync(TaskQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(
            reader =>
            {
                var ids = reader.Lists.Ids(query);
                var page = ids.Take(query.Limit).ToList();
                var next = ids.Count > query.Limit ? page[^1].ToString(CultureInfo.InvariantCulture) : null;
                return new Page<WorkTask>([.. page.Select(reader.Task).OfType<WorkTask>()], next);
            },
            ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountByStateAsync(
        string? @namespace = null, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Counts(@namespace), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Assignment>> ListAssignmentsAsync(long taskId, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Assignments(taskId), ct);

    /// <inheritdoc/>
    public ValueTask<Agent?> GetAgentAsync(string name, CancellationToken ct = default)
    {
        lock (_live.Gate)
        {
            return ValueTask.FromResult(_live.Agent(name)?.ToAgent());
        }
    }

    /// <inheritdoc/>
    public ValueTask<Page<Agent>> ListAgentsAsync(AgentQuery query, long? nowUs = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var now = UnixTime.FromMicroseconds(Now(nowUs));
        List<Agent> found;
        lock (_live.Gate)
        {
            found = [.. _live.Agents.Select(entry => entry.ToAgent())
                .Where(agent => AgentFilter.Admits(query, agent, now, _options.Store.HeartbeatTimeout))
                .OrderBy(agent => agent.Name, StringComparer.Ordinal)
                .Take(query.Limit + 1)];
        }

        var page = found.Take(query.Limit).ToList();
        return ValueTask.FromResult(new Page<Agent>(page, found.Count > query.Limit ? page[^1].Name : null));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DiscoveredTask>?> DiscoverAsync(
        DiscoverQuery query, long? nowUs = null, CancellationToken ct = default) =>
        _readers.RunAsync(reader => new Discovery(_live, _options.Store).Find(reader, query, Now(nowUs)), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> ReadAsync(
        long afterPosition, int limit, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Events.Read(afterPosition, limit), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> HistoryAsync(long taskId, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Events.History(taskId), ct);

    /// <inheritdoc/>
    public ValueTask<long> EndAsync(CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Events.End(), ct);
}
