namespace Longshore.Agents;

/// <summary>
/// What evidence is worth, from 0 to 1: the lower end of the interval in which an agent's probability to do well lies
/// (E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927), at one standard
/// deviation. So a hundred of a hundred is worth more than one of one.
/// </summary>
/// <remarks>
/// Everybody is taken to have done 3 of 4 well before: that makes a newcomer worth exactly 0.5, as source 001 wants it
/// (S1.64), and bad luck at the beginning ends nobody's career (T1.14).
/// </remarks>
internal static class Quality
{
    public const double Unknown = 0.5;

    /// <summary>Trials that everybody is taken to have had.</summary>
    public const double PriorTrials = 4;

    private const double PriorShare = 0.75;

    /// <param name="good">Weight of what went well.</param>
    /// <param name="bad">Weight of what did not.</param>
    /// <param name="before">The part that went well of the trials taken to have been before.</param>
    public static double LowerBound(double good, double bad, double before = PriorShare)
    {
        var trials = good + bad + PriorTrials;
        var share = Mean(good, bad, before);
        var spread = Math.Sqrt((share * (1 - share) / trials) + (1 / (4 * trials * trials)));
        return (share + (1 / (2 * trials)) - spread) / (1 + (1 / trials));
    }

    /// <summary>The part that went well, with the trials taken to have been before.</summary>
    public static double Mean(double good, double bad, double before = PriorShare) =>
        (good + (PriorTrials * before)) / (good + bad + PriorTrials);
}
