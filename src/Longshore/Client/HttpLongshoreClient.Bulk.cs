using Longshore.Client.Wire;

namespace Longshore.Client;

/// <content>Changes of many tasks at once.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<BulkOutcome> ChangeTasksAsync(BulkChange change, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var path = "tasks/" + Words.Snake(change.Checked().Action);
        var done = await PostAsync<BulkWire, BulkOutcomeWire>(path, BulkWire.Of(change), ct).ConfigureAwait(false);
        return new BulkOutcome(done.Matched, done.Changed, done.Refused, done.Next);
    }
}
