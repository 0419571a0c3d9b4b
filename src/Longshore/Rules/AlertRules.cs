using System.Text.Json.Serialization;
using Longshore.Tasks;

namespace Longshore.Rules;

/// <summary>Who is told when tasks fail or a queue gets deep (S2.62, S2.63).</summary>
public sealed record AlertRules
{
    /// <summary>Who is told; each alert goes to every one that wants it.</summary>
    public IReadOnlyList<Webhook> Webhooks { get; init; } = [];

    /// <summary>When the queue counts as deep.</summary>
    public IReadOnlyList<DepthAlert> Depths { get; init; } = [];

    /// <summary>The same without the secrets: what is read never tells them.</summary>
    internal AlertRules Hidden() => this with
    {
        Webhooks = [.. Webhooks.Select(webhook => webhook with { Secret = null })],
    };

    /// <summary>The same where a webhook without a secret keeps the one that its name had before.</summary>
    internal AlertRules WithSecretsOf(AlertRules? former) => this with
    {
        Webhooks = [.. Webhooks.Select(webhook => webhook.Secret is not null ? webhook : webhook with
        {
            Secret = former?.Webhooks.FirstOrDefault(known => known.Name == webhook.Name)?.Secret,
        })],
    };

    internal void Check(string field)
    {
        TaskValidation.Range(Webhooks.Count, 0, Limits.AlertsMax, field + ".webhooks.length");
        TaskValidation.Range(Depths.Count, 0, Limits.AlertsMax, field + ".depths.length");
        for (var i = 0; i < Webhooks.Count; i++)
        {
            Webhooks[i].Check($"{field}.webhooks[{i}]");
        }

        for (var i = 0; i < Depths.Count; i++)
        {
            Depths[i].Check($"{field}.depths[{i}]");
        }

        Unique(Webhooks.Select(webhook => webhook.Name), field + ".webhooks");
        Unique(Depths.Select(depth => depth.Name), field + ".depths");
    }

    private static void Unique(IEnumerable<string> names, string field)
    {
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw LongshoreException.Invalid(field, $"has two called '{twice.Key}'");
        }
    }
}

/// <summary>An address that is told by POST, signed with a secret.</summary>
public sealed record Webhook
{
    private const int SecretLengthMin = 16;

    /// <summary>Unique in the namespace; names the secret that is kept when none is given.</summary>
    public required string Name { get; init; }

    /// <summary>Where to POST: http or https, without user and password.</summary>
    public required string Url { get; init; }

    /// <summary>
    /// What signs the deliveries, at least 16 characters. Only written: what is read has none, and a webhook that is
    /// written without one keeps what its name had before.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>
    /// To what state a task must have come: failed, quarantined, cancelled or expired; failed and quarantined unless
    /// given.
    /// </summary>
    public IReadOnlyList<TaskState> On { get; init; } = [TaskState.Failed, TaskState.Quarantined];

    /// <summary>Only of these kinds; empty means all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    internal bool Wants(string? kind) => Kinds.Count == 0 || (kind is not null && Kinds.Contains(kind));

    internal void Check(string field)
    {
        TaskValidation.Word(Name, field + ".name");
        if (Url.Length > Limits.DescriptionLengthMax || !Uri.TryCreate(Url, UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            throw LongshoreException.Invalid(
                field + ".url", $"'{Url}' is no http or https address without user and password");
        }

        if (Secret is not { Length: >= SecretLengthMin and <= Limits.WordLengthMax })
        {
            throw LongshoreException.Invalid(
                field + ".secret", $"must have {SecretLengthMin} to {Limits.WordLengthMax} characters");
        }

        foreach (var state in On)
        {
            if (state is not (TaskState.Failed or TaskState.Quarantined or TaskState.Cancelled or TaskState.Expired))
            {
                throw LongshoreException.Invalid(
                    field + ".on", $"'{state.ToWire()}' is none of failed, quarantined, cancelled, expired");
            }
        }

        TaskValidation.Range(Kinds.Count, 0, Limits.AgentListMax, field + ".kinds.length");
        foreach (var kind in Kinds)
        {
            TaskValidation.Word(kind, field + ".kinds");
        }
    }
}

/// <summary>
/// When a queue counts as deep: more is ready, or the oldest has waited longer, than given. It is told once, and again
/// only after both have fallen to four fifths of it, which is told, too.
/// </summary>
public sealed record DepthAlert
{
    /// <summary>Unique in the namespace.</summary>
    public required string Name { get; init; }

    /// <summary>Of this kind; null means of all kinds together.</summary>
    public string? Kind { get; init; }

    /// <summary>Most tasks that may be ready.</summary>
    public int? ReadyMax { get; init; }

    /// <summary>Longest that the oldest of them may have waited.</summary>
    [JsonPropertyName("age_max_seconds")]
    public TimeSpan? AgeMax { get; init; }

    /// <summary>Whether it is deep now, given whether it was.</summary>
    internal bool IsDeep(long ready, TimeSpan age, bool wasDeep)
    {
        var part = wasDeep ? 0.8 : 1;
        return ready > ReadyMax * part || age > AgeMax * part;
    }

    internal void Check(string field)
    {
        TaskValidation.Word(Name, field + ".name");
        TaskValidation.OptionalWord(Kind, field + ".kind");
        TaskValidation.Duration(AgeMax, field + ".age_max_seconds");
        if (ReadyMax is { } most)
        {
            TaskValidation.Range(most, 0, int.MaxValue, field + ".ready_max");
        }
        else if (AgeMax is null)
        {
            throw LongshoreException.Invalid(field, "needs ready_max or age_max_seconds");
        }
    }
}
