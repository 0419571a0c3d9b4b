using Longshore.Agents;
using Longshore.Assignments;
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
    public ValueTask<IReadOnlyList<WorkTask>> GetTasksAsync(
        IReadOnlyList<long> ids, CancellationToken ct = default) =>
        _readers.RunAsync<IReadOnlyList<WorkTask>>(
            reader => [.. ids.Distinct().Select(reader.Task).OfType<WorkTask>()], ct);

    /// <inheritdoc/>
    public ValueTask<long?> FindTaskAsync(string @namespace, string code, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.FindTask(@namespace, code), ct);

    /// <inheritdoc/>
    public ValueTask<Page<WorkTask>> ListTasksAsync(TaskQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(
            reader =>
            {
                var page = Paging.PageOf(reader.Lists.Ids(query), query.Limit, Paging.Mark);
                return new Page<WorkTask>([.. page.Items.Select(reader.Task).OfType<WorkTask>()], page.Next);
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

        return ValueTask.FromResult(Paging.PageOf(found, query.Limit, agent => agent.Name));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DiscoveredTask>?> DiscoverAsync(
        DiscoverQuery query, long? nowUs = null, CancellationToken ct = default) =>
        _readers.RunAsync(reader => new Discovery(_live, _options.Store).Find(reader, query, Now(nowUs)), ct);

    /// <inheritdoc/>
    public ValueTask<Page<ReadyTask>> ListReadyAsync(
        TimeSpan age, string? after, int limit, long? nowUs = null, CancellationToken ct = default) =>
        _readers.RunAsync(
            reader => Paging.PageOf(
                reader.Load.ReadySince(Paging.AfterId(after) ?? 0, Now(nowUs) - age.ToMicroseconds(), limit + 1),
                limit,
                task => Paging.Mark(task.Id)),
            ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> ReadAsync(
        long afterPosition, int limit, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Events.Read(afterPosition, limit), ct);

    /// <inheritdoc/>
    public ValueTask<EventSlice> ReadTypesAsync(
        long afterPosition, IReadOnlyList<string> types, int limit, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Events.Read(afterPosition, types, limit), ct);

    /// <inheritdoc/>
    public ValueTask<long?> GetBookmarkAsync(string name, CancellationToken ct = default) =>
        WriteAsync(null, _ => _verbs.Bookmarks.Get(name));

    /// <inheritdoc/>
    public async ValueTask SetBookmarkAsync(string name, long position, CancellationToken ct = default) =>
        await WriteAsync(null, _ => _verbs.Bookmarks.Set(name, position)).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> HistoryAsync(long taskId, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Events.History(taskId), ct);

    /// <inheritdoc/>
    public ValueTask<long> EndAsync(CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Events.End(), ct);
}
