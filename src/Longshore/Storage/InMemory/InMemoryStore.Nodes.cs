using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>The nodes that share the store.</content>
public sealed partial class InMemoryStore
{
    // How many times the timeout a silent node stays in the list.
    private const int ForgottenAfter = 10;

    /// <inheritdoc/>
    public ValueTask<NodeBeatOutcome> BeatAsync(
        NodeBeat beat, TimeSpan timeout, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var had = _state.Nodes.GetValueOrDefault(beat.Name);
            var isMine = had?.Session == beat.Session;
            if (!beat.TakesOver && had is not null && !isMine && had.HeardUs > now - timeout.ToMicroseconds())
            {
                return new NodeBeatOutcome(false, now);
            }

            var present = new NodeRecord(
                beat.Name,
                beat.Session,
                beat.Version,
                beat.Mode,
                [.. beat.Interests.Order(StringComparer.Ordinal)],
                isMine ? had!.StartedUs : now,
                now);
            var forgotten = now - (ForgottenAfter * timeout.ToMicroseconds());
            _state.Nodes = _state.Nodes
                .RemoveRange(_state.Nodes.Where(n => n.Value.HeardUs <= forgotten).Select(n => n.Key))
                .SetItem(beat.Name, present);
            return new NodeBeatOutcome(true, now);
        });

    /// <inheritdoc/>
    public async ValueTask LeaveAsync(string name, string session, CancellationToken ct = default) =>
        await Atomically(null, _ =>
        {
            if (_state.Nodes.GetValueOrDefault(name)?.Session == session)
            {
                _state.Nodes = _state.Nodes.Remove(name);
            }

            return true;
        }).ConfigureAwait(false);

    /// <inheritdoc/>
    ValueTask<IReadOnlyList<NodeRecord>> INodeStore.ListAsync(CancellationToken ct) =>
        Atomically<IReadOnlyList<NodeRecord>>(null, _ => [.. _state.Nodes.Values]);
}
