using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Sqlite;

/// <content>The nodes that share the store: those of one process, since it owns the file.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<NodeBeatOutcome> BeatAsync(
        NodeBeat beat, TimeSpan timeout, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Nodes.Beat(beat, now, timeout.ToMicroseconds()));

    /// <inheritdoc/>
    public async ValueTask LeaveAsync(string name, string session, CancellationToken ct = default) =>
        await WriteAsync(null, _ => _verbs.Nodes.Leave(name, session)).ConfigureAwait(false);

    /// <inheritdoc/>
    ValueTask<IReadOnlyList<NodeRecord>> INodeStore.ListAsync(CancellationToken ct) =>
        WriteAsync(null, _ => _verbs.Nodes.List());
}
