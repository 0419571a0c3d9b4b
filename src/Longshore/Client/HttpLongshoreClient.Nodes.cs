using System.Text.Json;
using Longshore.Client.Wire;
using Longshore.Events;
using Longshore.Storage;

namespace Longshore.Client;

/// <content>The nodes, and the mode of the server.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken ct = default)
    {
        var answer = await GetAsync<NodeListWire>("nodes", ct).ConfigureAwait(false);
        return [.. answer.Nodes.Select(node => node.ToRecord())];
    }

    /// <inheritdoc/>
    public async Task<NodeMode> GetModeAsync(CancellationToken ct = default) =>
        NodeModes.Parse((await GetAsync<NodeModeWire>("mode", ct).ConfigureAwait(false)).Mode);

    /// <inheritdoc/>
    public async Task SetModeAsync(NodeMode mode, CancellationToken ct = default)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new NodeModeWire(mode.ToWire()), WireJson.Options);
        await SendAsync<NodeModeWire>(HttpMethod.Put, "mode", body, ct).ConfigureAwait(false);
    }
}
