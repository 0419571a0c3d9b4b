using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>Who is told when tasks fail or a queue gets deep.</summary>
public sealed record AlertsWire
{
    /// <summary>Who is told.</summary>
    public IReadOnlyList<WebhookWire>? Webhooks { get; init; }

    /// <summary>When the queue counts as deep.</summary>
    public IReadOnlyList<DepthAlertWire>? Depths { get; init; }

    internal static AlertsWire? Of(AlertRules? rules) => rules is null ? null : new AlertsWire
    {
        Webhooks = [.. rules.Webhooks.Select(WebhookWire.Of)],
        Depths = [.. rules.Depths.Select(DepthAlertWire.Of)],
    };

    internal AlertRules ToRules(string field) => new()
    {
        Webhooks = [.. (Webhooks ?? []).Select((w, i) => NotNull(w, $"{field}.webhooks[{i}]").ToWebhook())],
        Depths = [.. (Depths ?? []).Select((d, i) => NotNull(d, $"{field}.depths[{i}]")
            .ToDepth($"{field}.depths[{i}]"))],
    };

    private static T NotNull<T>(T? item, string field)
        where T : class => item ?? throw LongshoreException.Invalid(field, "cannot be null");
}

/// <summary>An address that is told by POST.</summary>
public sealed record WebhookWire
{
    /// <summary>Unique in the namespace.</summary>
    public required string Name { get; init; }

    /// <summary>Where to POST: http or https.</summary>
    public required string Url { get; init; }

    /// <summary>What signs the deliveries; only written. When missing, what the name had before is kept.</summary>
    public string? Secret { get; init; }

    /// <summary>failed, quarantined, cancelled, expired; the first two when missing.</summary>
    public IReadOnlyList<string>? On { get; init; }

    /// <summary>Only of these kinds; all when missing.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    internal static WebhookWire Of(Webhook webhook) => new()
    {
        Name = webhook.Name,
        Url = webhook.Url,
        Secret = webhook.Secret,
        On = [.. webhook.On.Select(state => state.ToWire())],
        Kinds = webhook.Kinds.Count == 0 ? null : webhook.Kinds,
    };

    internal Webhook ToWebhook()
    {
        var webhook = new Webhook { Name = Name, Url = Url, Secret = Secret, Kinds = Kinds ?? [] };
        return On is null ? webhook : webhook with { On = [.. On.Select(word => TaskStates.Parse(word))] };
    }
}

/// <summary>When a queue counts as deep.</summary>
public sealed record DepthAlertWire
{
    /// <summary>Unique in the namespace.</summary>
    public required string Name { get; init; }

    /// <summary>Of this kind; of all together when missing.</summary>
    public string? Kind { get; init; }

    /// <summary>Most tasks that may be ready.</summary>
    public int? ReadyMax { get; init; }

    /// <summary>Longest that the oldest of them may have waited.</summary>
    public double? AgeMaxSeconds { get; init; }

    internal static DepthAlertWire Of(DepthAlert depth) => new()
    {
        Name = depth.Name,
        Kind = depth.Kind,
        ReadyMax = depth.ReadyMax,
        AgeMaxSeconds = depth.AgeMax?.TotalSeconds,
    };

    internal DepthAlert ToDepth(string field) => new()
    {
        Name = Name,
        Kind = Kind,
        ReadyMax = ReadyMax,
        AgeMax = Words.SecondsOrNull(AgeMaxSeconds, field + ".age_max_seconds"),
    };
}
