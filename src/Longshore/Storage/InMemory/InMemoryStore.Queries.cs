using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Reads.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<WorkTask?> GetTaskAsync(long id, CancellationToken ct = default) =>
        Looking(null, _ => _state.Find(id)?.Task);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WorkTask>> GetTasksAsync(
        IReadOnlyList<long> ids, CancellationToken ct = default) =>
        Looking<IReadOnlyList<WorkTask>>(
            null, _ => [.. ids.Distinct().Select(_state.Find).OfType<TaskEntry>().Select(entry => entry.Task)]);

    /// <inheritdoc/>
    public ValueTask<long?> FindTaskAsync(string @namespace, string code, CancellationToken ct = default) =>
        Looking<long?>(null, _ =>
        {
            if (_state.Codes.TryGetValue((@namespace, code), out var id))
            {
                return id;
            }

            return WorkTask.IdFromAutoCode(code) is { } auto && _state.Find(auto) is { } entry
                && entry.Task.Spec.Code is null && entry.Task.Spec.Namespace == @namespace
                    ? auto
                    : null;
        });

    /// <inheritdoc/>
    public ValueTask<Page<WorkTask>> ListTasksAsync(TaskQuery query, CancellationToken ct = default) =>
        Looking(null, _ =>
        {
            var after = Paging.AfterId(query.After);
            var found = _state.Open.Values.Concat(_state.Ended.Values)
                .Select(e => e.Task)
                .Where(t => Admits(query, t))
                .Where(t => after is null || (query.Descending ? t.Id < after : t.Id > after));
            var ordered = query.Descending ? found.OrderByDescending(t => t.Id) : found.OrderBy(t => t.Id);
            return Paging.PageOf([.. ordered.Take(query.Limit + 1)], query.Limit, t => Paging.Mark(t.Id));
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountByStateAsync(
        string? @namespace = null, CancellationToken ct = default) =>
        Looking<IReadOnlyDictionary<TaskState, long>>(null, _ =>
        {
            var tasks = _state.Open.Values.Concat(_state.Ended.Values)
                .Select(e => e.Task)
                .Where(t => @namespace is null || t.Spec.Namespace == @namespace)
                .ToLookup(t => t.State);
            return Enum.GetValues<TaskState>().ToDictionary(state => state, state => tasks[state].LongCount());
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Assignment>> ListAssignmentsAsync(long taskId, CancellationToken ct = default) =>
        Looking<IReadOnlyList<Assignment>>(null, _ => [.. _state.Find(taskId)?.Claims.Select(c => c.Record) ?? []]);

    /// <inheritdoc/>
    public ValueTask<Agent?> GetAgentAsync(string name, CancellationToken ct = default) =>
        Looking(null, _ => _state.Agents.GetValueOrDefault(name));

    /// <inheritdoc/>
    public ValueTask<Page<Agent>> ListAgentsAsync(
        AgentQuery query, long? nowUs = null, CancellationToken ct = default) =>
        Looking(nowUs, now =>
        {
            var at = UnixTime.FromMicroseconds(now);
            var found = new List<Agent>();
            foreach (var (_, agent) in _state.Agents)
            {
                if (AgentFilter.Admits(query, agent, at, _options.HeartbeatTimeout))
                {
                    found.Add(agent);
                    if (found.Count > query.Limit)
                    {
                        break;
                    }
                }
            }

            return Paging.PageOf(found, query.Limit, a => a.Name);
        });

    /// <inheritdoc/>
    public ValueTask<Page<ReadyTask>> ListReadyAsync(
        TimeSpan age, string? after, int limit, long? nowUs = null, CancellationToken ct = default) =>
        Looking(nowUs, now =>
        {
            var afterId = Paging.AfterId(after) ?? 0;
            var before = now - age.ToMicroseconds();
            var found = _state.Open.Values
                .Where(e => e.IsReady && e.Task.Id > afterId && e.Task.AvailableAt.ToMicroseconds() <= before)
                .Take(limit + 1)
                .Select(e => new ReadyTask(
                    e.Task.Id, e.Task.Spec.Namespace, e.Task.Spec.Priority, e.Task.AvailableAt.ToMicroseconds()));
            return Paging.PageOf([.. found], limit, t => Paging.Mark(t.Id));
        });

    private static bool Admits(TaskQuery query, WorkTask task) =>
        (query.Namespace is null || task.Spec.Namespace == query.Namespace)
        && (query.Kind is null || task.Spec.Kind == query.Kind)
        && (query.States.Count == 0 || query.States.Contains(task.State))
        && !query.ExcludeCodes.Contains(task.Code, StringComparer.Ordinal)
        && (query.MinPriority is not { } least || task.Spec.Priority >= least)
        && (query.Tag is not { } tag || task.Spec.Tags.Contains(tag, StringComparer.Ordinal))
        && (query.ParentId is not { } parent || task.Spec.ParentId == parent)
        && (query.Agent is null
            || (task.State is TaskState.InProgress or TaskState.Assigned or TaskState.Blocked
                && task.Agent == query.Agent))
        && (query.CorrelationId is null || task.Spec.CorrelationId == query.CorrelationId);
}
