using Longshore.Agents;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>How much work there is, and how the store is doing.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<EndedAttempts> ListEndedAttemptsAsync(AttemptQuery query, CancellationToken ct = default) =>
        Atomically(null, _ => EndedAttempts.Of(
            [
                .. _state.Log.Reverse()
                    .Where(e => e.At >= UnixTime.FromMicroseconds(query.SinceUs)
                        && e.Type is EventTypes.TaskCompleted or EventTypes.TaskFailed or EventTypes.TaskClaimLost)
                    .DistinctBy(e => (e.TaskId, EventPayloads.EpochOf(e.Payload)))
                    .Select(AttemptOf).OfType<EndedAttempt>()
                    .Where(a => (query.Namespace ?? a.Namespace) == a.Namespace && (query.Kind ?? a.Kind) == a.Kind)
                    .Take(query.Limit),
            ],
            query,
            null));

    private EndedAttempt? AttemptOf(EventRecord happened)
    {
        if (_state.Find(happened.TaskId!.Value) is not { Task: var task } entry)
        {
            return null;
        }

        var epoch = EventPayloads.EpochOf(happened.Payload);
        var record = entry.Claims.Single(claim => claim.Record.Epoch == epoch).Record;
        var available = task.Spec.ReadyAt > task.CreatedAt ? task.Spec.ReadyAt.Value : task.CreatedAt;
        return new EndedAttempt(
            task.Spec.Namespace, task.Spec.Kind, record.Status, EventPayloads.StateOf(happened.Payload)!.Value,
            record.Epoch, available.ToMicroseconds(), record.GrantedAt.ToMicroseconds(),
            record.EndedAt!.Value.ToMicroseconds());
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReadyLoad>> MeasureReadyAsync(
        IReadOnlyList<string> namespaces, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<ReadyLoad>>(null, _ =>
        [
            .. _state.Open.Values
                .Where(e => e.IsReady && namespaces.Contains(e.Task.Spec.Namespace))
                .GroupBy(e => (e.Task.Spec.Namespace, e.Task.Spec.Kind))
                .OrderBy(g => g.Key.Namespace, StringComparer.Ordinal).ThenBy(g => g.Key.Kind, StringComparer.Ordinal)
                .Select(g => new ReadyLoad(
                    g.Key.Namespace, g.Key.Kind, g.Count(), g.Min(e => e.Task.AvailableAt.ToMicroseconds()))),
        ]);

    /// <inheritdoc/>
    public ValueTask<StoreLoad> MeasureLoadAsync(int agentsMax, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var namespaces = _state.Open.Values
                .Where(e => e.IsReady || e.Task.DeferredUntil is not null || e.Claim is not null)
                .GroupBy(e => e.Task.Spec.Namespace, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new NamespaceLoad(
                    g.Key,
                    g.LongCount(e => e.IsReady),
                    g.LongCount(e => e.Task.DeferredUntil is not null),
                    g.LongCount(e => e.Claim is not null),
                    g.Where(e => e.IsReady).Min(e => (long?)e.Task.AvailableAt.ToMicroseconds())));
            var agents = _state.Agents.Values
                .Where(a => a.Mode != AgentMode.Offline)
                .Select(a => new AgentLoad(a.Name, a.Load, a.Profile.MaxConcurrent))
                .OrderByDescending(a => a.Load).ThenBy(a => a.Agent, StringComparer.Ordinal)
                .ToList();
            return new StoreLoad([.. namespaces], [.. agents.Take(agentsMax)], AgentLoads.Sum(agents.Skip(agentsMax)));
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HealthFinding>> CheckAsync(long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<HealthFinding>>(nowUs, now =>
        [
            HealthFinding.Ok("schema_version", "none: tasks are kept in memory and gone with the process"),
            LeadershipFinding.Of([.. _state.Leaderships.Select(l => Row(l.Key, l.Value))], now),
        ]);

    private static LeaseRow Row(string name, Leadership lead) => new(name, lead.Holder, lead.Epoch, lead.UntilUs);
}
