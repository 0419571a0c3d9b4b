using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Sqlite.Live;

/// <summary>A limit and what is left of it.</summary>
/// <param name="at">Of which namespace and kind; the empty word for all kinds.</param>
/// <param name="key">Of which limit key; null for all tasks together.</param>
/// <param name="limit">What is decided.</param>
internal sealed class Allowance((string Namespace, string Kind) at, string? key, LimitRules limit)
{
    public string Namespace => at.Namespace;

    public string Kind => at.Kind;

    public LimitRules Limit => limit;

    public int Held { get; set; }

    /// <summary>Picked by the claim in hand.</summary>
    public int Picked { get; set; }

    /// <summary>When its bucket is full.</summary>
    public long FullUs { get; set; }

    /// <summary>Whether as many are held as may be.</summary>
    public bool IsFull => limit.InProgress <= Held;

    public LimitStatus Status => new(Namespace, Kind.Length == 0 ? null : Kind, limit, Held, FullUs, key);

    /// <summary>Whether there is none left beside what was picked.</summary>
    public bool IsShutAt(long nowUs) => limit.RoomAt(nowUs, Held, FullUs) <= Picked;

    public int RoomAt(long nowUs) => limit.RoomAt(nowUs, Held, FullUs);

    /// <summary>Whether only time can make room.</summary>
    public bool IsOutOfTokens(long nowUs) => limit.Rate?.TokensAt(nowUs, FullUs) == 0;

    /// <summary>When there is a token more; null without a rate and while the bucket is full.</summary>
    public long? NextTokenUs(long nowUs) => limit.Rate is { } rate && FullUs > nowUs
        ? FullUs - ((rate.Size - 1 - rate.TokensAt(nowUs, FullUs)) * rate.IntervalUs)
        : null;

    /// <summary>Takes a token; answers whether there is a rate.</summary>
    public bool Take(long nowUs)
    {
        FullUs = limit.Rate?.AfterTaking(nowUs, FullUs) ?? FullUs;
        return limit.Rate is not null;
    }
}
