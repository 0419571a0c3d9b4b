using Longshore.Events;
using Longshore.Storage;

namespace Longshore.Client;

/// <summary>The nodes, and the mode of this one.</summary>
internal sealed partial class LocalClient
{
    public async Task<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken ct = default) =>
        await engine.Store.Nodes.ListAsync(ct).ConfigureAwait(false);

    public Task<NodeMode> GetModeAsync(CancellationToken ct = default) => Task.FromResult(engine.Mode);

    public Task SetModeAsync(NodeMode mode, CancellationToken ct = default)
    {
        engine.SwitchMode(mode);
        return Task.CompletedTask;
    }
}
