using Longshore.Rules;

namespace Longshore.Client.Wire;

/// <summary>How long ended tasks are kept, in seconds; what is missing is as decided elsewhere.</summary>
public sealed record RetentionWire
{
    /// <summary>Finished well.</summary>
    public double? DoneSeconds { get; init; }

    /// <summary>Finished badly.</summary>
    public double? FailedSeconds { get; init; }

    /// <summary>Called off.</summary>
    public double? CancelledSeconds { get; init; }

    /// <summary>Their deadline passed first.</summary>
    public double? ExpiredSeconds { get; init; }

    internal static RetentionWire? Of(RetentionRules? rules) => rules is null ? null : new RetentionWire
    {
        DoneSeconds = rules.Done?.TotalSeconds,
        FailedSeconds = rules.Failed?.TotalSeconds,
        CancelledSeconds = rules.Cancelled?.TotalSeconds,
        ExpiredSeconds = rules.Expired?.TotalSeconds,
    };

    internal RetentionRules ToRules(string field) => new()
    {
        Done = Words.SecondsOrNull(DoneSeconds, field + ".done_seconds"),
        Failed = Words.SecondsOrNull(FailedSeconds, field + ".failed_seconds"),
        Cancelled = Words.SecondsOrNull(CancelledSeconds, field + ".cancelled_seconds"),
        Expired = Words.SecondsOrNull(ExpiredSeconds, field + ".expired_seconds"),
    };
}
