using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>How attempts went.</summary>
internal sealed partial class LocalClient
{
    public async Task<Statistics> GetStatisticsAsync(StatisticsQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.OptionalWord(query.Namespace, "namespace");
        TaskValidation.OptionalWord(query.Kind, "kind");
        TaskValidation.Duration(query.Window, "window_seconds");
        var nowUs = engine.Time.NowUs;
        var asked = new AttemptQuery
        {
            Namespace = query.Namespace,
            Kind = query.Kind,
            SinceUs = nowUs - query.Window.ToMicroseconds(),
        };
        var found = await engine.Store.Queries.ListEndedAttemptsAsync(asked, ct).ConfigureAwait(false);
        return Statistics.Of(found, asked.SinceUs, nowUs);
    }
}
