using System.Text.Json.Serialization;
using Longshore.Tasks;

namespace Longshore.Rules;

/// <summary>How much of a namespace or kind may be in progress, and how fast it is given out.</summary>
public sealed record LimitRules
{
    /// <summary>
    /// Most tasks held at once, from the offer or grant until the claim ends: offered, in progress or blocked. 1 to
    /// <see cref="Limits.InProgressMax"/>; null for any number.
    /// </summary>
    public int? InProgress { get; init; }

    /// <summary>How fast tasks are given out; null for as fast as they are asked for.</summary>
    public RateRule? Rate { get; init; }

    /// <summary>
    /// The same for each <see cref="NewTask.LimitKey"/> by itself: at most so many for each customer, say. Null for no
    /// limit; it has no limits per key of its own.
    /// </summary>
    public LimitRules? PerKey { get; init; }

    /// <summary>Whether it limits all of its tasks together.</summary>
    internal bool LimitsAll => InProgress is not null || Rate is not null;

    /// <summary>How many more may be granted where so many are held and the bucket is full at an instant.</summary>
    internal int RoomAt(long nowUs, int held, long fullUs) => Math.Min(
        InProgress is { } most ? most - held : int.MaxValue, Rate?.TokensAt(nowUs, fullUs) ?? int.MaxValue);

    /// <summary>Checks what is decided.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>.</exception>
    internal void Check(string at)
    {
        if (!LimitsAll && PerKey is null)
        {
            throw LongshoreException.Invalid(at, "limits nothing; give in_progress, rate or per_key, or leave it out");
        }

        if (PerKey?.PerKey is not null)
        {
            throw LongshoreException.Invalid(at + ".per_key.per_key", "is not allowed: a key has no keys");
        }

        PerKey?.Check(at + ".per_key");

        if (InProgress is { } most)
        {
            TaskValidation.Range(most, 1, Limits.InProgressMax, at + ".in_progress");
        }

        Rate?.Check(at + ".rate");
    }
}

/// <summary>
/// A token bucket: each grant takes a token, tokens come evenly, and so many are kept. A grant that is given back has
/// had its token.
/// </summary>
public sealed record RateRule
{
    /// <summary>So many tasks, 1 to a million, …</summary>
    public required int Tasks { get; init; }

    /// <summary>… in this time, from a millisecond to a day, but no more than one task in a microsecond.</summary>
    [JsonPropertyName("per_seconds")]
    public required TimeSpan Per { get; init; }

    /// <summary>How many may be given out at once after a pause; as many as <see cref="Tasks"/> when null.</summary>
    public int? Burst { get; init; }

    /// <summary>How many tokens the bucket holds.</summary>
    internal int Size => Burst ?? Tasks;

    /// <summary>The time between two tokens; rounded up, so that the rate is never exceeded.</summary>
    internal long IntervalUs => (Per.ToMicroseconds() + Tasks - 1) / Tasks;

    /// <summary>How many tokens there are, if the bucket is full at an instant.</summary>
    internal int TokensAt(long nowUs, long fullUs) =>
        (int)Math.Max(0, Size - ((Math.Max(0, fullUs - nowUs) + IntervalUs - 1) / IntervalUs));

    /// <summary>The instant of the first token.</summary>
    internal long NextUs(long fullUs) => fullUs - ((Size - 1) * IntervalUs);

    /// <summary>When the bucket is full if a token is taken.</summary>
    internal long AfterTaking(long nowUs, long fullUs) => Math.Max(nowUs, fullUs) + IntervalUs;

    internal void Check(string at)
    {
        TaskValidation.Range(Tasks, 1, Limits.RateTasksMax, at + ".tasks");
        if (Per < Limits.RatePeriodMin || Per > Limits.RatePeriodMax)
        {
            throw LongshoreException.Invalid(at + ".per_seconds", "must be from 0.001 to 86400 seconds");
        }

        if (Per.ToMicroseconds() < Tasks)
        {
            throw LongshoreException.Invalid(at + ".tasks", "is more than one task in a microsecond");
        }

        if (Burst is { } burst)
        {
            TaskValidation.Range(burst, 1, Limits.RateTasksMax, at + ".burst");
        }
    }
}
