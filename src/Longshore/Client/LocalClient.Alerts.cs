using Longshore.Alerts;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Alerts.</summary>
internal sealed partial class LocalClient
{
    public async Task<long> TestWebhookAsync(string @namespace, string webhook, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        TaskValidation.Word(webhook, "webhook");
        var rules = await engine.Store.Rules.GetAsync(@namespace, ct).ConfigureAwait(false);
        var names = rules.Alerts?.Webhooks.Select(known => known.Name).ToList() ?? [];
        if (!names.Contains(webhook, StringComparer.Ordinal))
        {
            throw new LongshoreException(
                ErrorCode.NotFound,
                $"namespace '{@namespace}' has no webhook '{webhook}'{NearestName.Among(names, webhook)}",
                "webhook");
        }

        var delivery = Delivery.Test(@namespace, webhook, engine.Time.Now);
        return (await SubmitAsync([delivery], ct).ConfigureAwait(false))[0].Id;
    }
}
