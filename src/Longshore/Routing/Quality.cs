namespace Longshore.Routing;

/// <summary>
/// What an agent's record is worth, from 0 to 1: the lower end of the interval in which its probability to complete a
/// task lies (E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927), at one
/// standard deviation. So a hundred of a hundred is worth more than one of one.
/// </summary>
/// <remarks>
/// Everybody is taken to have completed 3 of 4 before: that makes a newcomer worth exactly 0.5, as source 001 wants
/// it (S1.64), and bad luck at the beginning ends nobody's career (T1.14).
/// </remarks>
internal static class Quality
{
    public const double Unknown = 0.5;

    private const double PriorCompleted = 3;
    private const double PriorTrials = 4;

    public static double LowerBound(long completed, long failed)
    {
        var trials = completed + failed + PriorTrials;
        var share = (completed + PriorCompleted) / trials;
        var spread = Math.Sqrt((share * (1 - share) / trials) + (1 / (4 * trials * trials)));
        return (share + (1 / (2 * trials)) - spread) / (1 + (1 / trials));
    }
}
