using Longshore.Client.Wire;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Alerts.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<long> TestWebhookAsync(string @namespace, string webhook, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        TaskValidation.Word(webhook, "webhook");
        var path = $"namespaces/{Segment(@namespace)}/alerts/test" + Query(("webhook", webhook));
        return (await SendAsync<TriggeredWire>(HttpMethod.Post, path, null, ct).ConfigureAwait(false)).TaskId;
    }
}
