using Longshore.Client.Wire;

namespace Longshore.Client;

/// <content>How attempts went.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<Statistics> GetStatisticsAsync(StatisticsQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "statistics" + Query(
            ("namespace", query.Namespace), ("kind", query.Kind), ("window_seconds", Text(query.Window.TotalSeconds)));
        return (await GetAsync<StatisticsWire>(path, ct).ConfigureAwait(false)).ToStatistics();
    }
}
