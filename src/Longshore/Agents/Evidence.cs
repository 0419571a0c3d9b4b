namespace Longshore.Agents;

/// <summary>
/// How much speaks for an agent and how much against it. An outcome or a review weighs one; older evidence weighs less:
/// half after each half-life, which is a setting of the store (30 days unless set otherwise).
/// </summary>
/// <remarks>
/// Exponential forgetting is the forgetting factor of A. Jøsang and R. Ismail, The Beta Reputation System, 2002. It is
/// kept as whole millionths, and fades in steps of a 1024th of the half-life, from a grid that is the same everywhere:
/// so it comes to the same number in every store, however what happened was grouped into transactions, and does not
/// wear off by rounding when something happens every millisecond.
/// </remarks>
public readonly record struct Evidence
{
    /// <summary>One trial, as it is kept.</summary>
    internal const long One = 1_000_000;

    private const int StepsPerHalfLife = 1024;

    // After so many half-lives nothing that fits is left.
    private const long StepsMax = 64 * StepsPerHalfLife;

    /// <summary>Weight of what went well; 0 or more.</summary>
    public double Good => (double)GoodMillionths / One;

    /// <summary>Weight of what did not; 0 or more.</summary>
    public double Bad => (double)BadMillionths / One;

    /// <summary>How many trials, in the end, this is worth.</summary>
    public double Trials => Good + Bad;

    internal long GoodMillionths { get; init; }

    internal long BadMillionths { get; init; }

    /// <summary>The instant at which it weighs so much, in microseconds since 1970.</summary>
    internal long AsOfUs { get; init; }

    internal static Evidence Of(double good, double bad) => new()
    {
        GoodMillionths = Millionths(good),
        BadMillionths = Millionths(bad),
    };

    /// <summary>What is left of it at an instant; nothing changes backwards in time.</summary>
    internal Evidence At(long nowUs, TimeSpan halfLife)
    {
        var step = StepUs(halfLife);
        var steps = (nowUs - AsOfUs) / step;
        return steps <= 0 ? this : new Evidence
        {
            GoodMillionths = Faded(GoodMillionths, steps),
            BadMillionths = Faded(BadMillionths, steps),
            AsOfUs = AsOfUs + (steps * step),
        };
    }

    /// <summary>The number of an instant's step on the grid; within one step nothing fades.</summary>
    internal static long StepAt(long nowUs, TimeSpan halfLife) => nowUs / StepUs(halfLife);

    /// <summary>When the next step after an instant's begins.</summary>
    internal static long NextStepUs(long nowUs, TimeSpan halfLife) =>
        (StepAt(nowUs, halfLife) + 1) * StepUs(halfLife);

    /// <summary>With more; what is taken back never leaves less than nothing.</summary>
    internal Evidence Plus(long goodMillionths, long badMillionths, long nowUs, TimeSpan halfLife)
    {
        var present = At(nowUs, halfLife);
        return present with
        {
            GoodMillionths = Math.Max(0, present.GoodMillionths + goodMillionths),
            BadMillionths = Math.Max(0, present.BadMillionths + badMillionths),
        };
    }

    internal static long Millionths(double weight) => (long)Math.Round(weight * One);

    /// <summary>What is left of a weight between two instants.</summary>
    internal static long Faded(long millionths, long fromUs, long toUs, TimeSpan halfLife) =>
        new Evidence { GoodMillionths = millionths, AsOfUs = fromUs }.At(toUs, halfLife).GoodMillionths;

    private static long StepUs(TimeSpan halfLife) =>
        halfLife.Ticks / TimeSpan.TicksPerMicrosecond / StepsPerHalfLife;

    private static long Faded(long millionths, long steps) => millionths == 0
        ? 0
        : (long)Math.Round(millionths * Math.Pow(2, -Math.Min(steps, StepsMax) / (double)StepsPerHalfLife));
}
