using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Client.Wire;

/// <summary>How much of a namespace or kind may be in progress, and how fast it is given out.</summary>
public sealed record LimitWire
{
    /// <summary>Most tasks held at once; any number when missing.</summary>
    public int? InProgress { get; init; }

    /// <summary>How fast tasks are given out; no rate when missing.</summary>
    public RateWire? Rate { get; init; }

    /// <summary>The same for each limit key by itself; no limit per key when missing.</summary>
    public LimitWire? PerKey { get; init; }

    internal LimitRules ToLimit(string at) => new()
    {
        InProgress = InProgress,
        PerKey = PerKey?.ToLimit(at + ".per_key"),
        Rate = Rate is null ? null : new RateRule
        {
            Tasks = Rate.Tasks,
            Per = Words.SecondsOrNull(Rate.PerSeconds, at + ".rate.per_seconds") ?? TimeSpan.Zero,
            Burst = Rate.Burst,
        },
    };

    internal static LimitWire? Of(LimitRules? limit) => limit is null ? null : new LimitWire
    {
        InProgress = limit.InProgress,
        PerKey = Of(limit.PerKey),
        Rate = limit.Rate is { } rate ? new RateWire(rate.Tasks, rate.Per.TotalSeconds, rate.Burst) : null,
    };
}

/// <summary>A token bucket.</summary>
/// <param name="Tasks">So many tasks, …</param>
/// <param name="PerSeconds">… in so many seconds.</param>
/// <param name="Burst">How many may be given out at once after a pause; as many as <c>tasks</c> when missing.</param>
public sealed record RateWire(int Tasks, double PerSeconds, int? Burst = null);

/// <summary>How a limit stands.</summary>
public sealed record LimitStatusWire
{
    /// <summary>Of which kind; missing for the namespace as a whole.</summary>
    public string? Kind { get; init; }

    /// <summary>Of which limit key; missing for all tasks together.</summary>
    public string? Key { get; init; }

    /// <summary>What is decided.</summary>
    public required LimitWire Limit { get; init; }

    /// <summary>How many of its tasks are held.</summary>
    public int InProgress { get; init; }

    /// <summary>How many tokens there are; missing without a rate.</summary>
    public int? Tokens { get; init; }

    /// <summary>When there is a token; missing while there is one.</summary>
    public DateTimeOffset? NextTokenAt { get; init; }

    /// <summary>When the bucket is full.</summary>
    public DateTimeOffset? FullAt { get; init; }

    internal static LimitStatusWire Of(LimitStatus status, DateTimeOffset now) => new()
    {
        Kind = status.Kind,
        Key = status.Key,
        Limit = LimitWire.Of(status.Limit)!,
        InProgress = status.InProgress,
        Tokens = status.TokensAt(now),
        NextTokenAt = status.NextTokenAt(now),
        FullAt = status.Limit.Rate is null ? null : Tasks.UnixTime.FromMicroseconds(status.FullUs),
    };

    internal LimitStatus ToStatus(string @namespace) => new(
        @namespace, Kind, Limit.ToLimit("limit"), InProgress,
        FullAt is { } full ? Tasks.UnixTime.ToMicroseconds(full) : 0, Key);
}

/// <summary>The limits of a namespace.</summary>
/// <param name="Limits">The namespace's own first, then by kind; of each, first of all tasks, then by key.</param>
public sealed record LimitListWire(IReadOnlyList<LimitStatusWire> Limits);
