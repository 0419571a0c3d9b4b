using Longshore.Tasks;

namespace Longshore.Matching;

/// <summary>
/// The urgency of source 000 (S0.44–S0.48): <c>10·priority + 2·hours waiting + state + parent − 10·failures</c>.
/// Shown with the age component capped at 100; ordered without the cap, because a capped age lets low priorities starve
/// once everybody is old. Without the cap ageing is linear, so the order is a static key and needs no re-sorting.
/// </summary>
public static class Urgency
{
    /// <summary>Microseconds in which one point of age accrues: half an hour (two points an hour, S0.45).</summary>
    public const long PointUs = 1_800_000_000;

    /// <summary>Largest shown age component (S0.45).</summary>
    public const double AgeMax = 100;

    /// <summary>
    /// No task is overtaken by one that became available later than this after it (G6): the spread of credits, from
    /// priority 10 in the most urgent state with a parent (130 points) to priority 0 with five failures (−50), is
    /// 180 points, so 90 hours.
    /// </summary>
    public static readonly TimeSpan OvertakingMax =
        TimeSpan.FromMicroseconds((double)(CreditMax - CreditMin) * PointUs);

    /// <summary>
    /// How much earlier each level of priority stands in a namespace ordered by priority and arrival: a thousand days,
    /// longer than any task waits.
    /// </summary>
    internal const long PriorityStepUs = 86_400_000_000_000;

    private const int CreditMax = (10 * Limits.PriorityMax) + 20 + 10;
    private const int CreditMin = -50;

    /// <summary>The part of urgency that does not grow with time, in points.</summary>
    public static int Credit(int priority, TaskState state, int failures, bool hasParent) =>
        (10 * priority) + StateComponent(state) - Math.Min(50, 10 * failures) + (hasParent ? 10 : 0);

    /// <summary>
    /// The order key, ascending: <c>available − credit · half an hour</c>, in microseconds. Ties go by id.
    /// </summary>
    public static long Rank(long availableUs, int credit) => availableUs - (credit * PointUs);

    /// <summary>
    /// How much earlier than its arrival a task stands in the order of its namespace, in microseconds: its credit, or
    /// its priority alone.
    /// </summary>
    internal static long HeadStartUs(
        bool isFifo, int priority, TaskState state, int failures, bool hasParent) => isFifo
        ? priority * PriorityStepUs
        : Credit(priority, state, failures, hasParent) * PointUs;

    /// <summary>
    /// The urgency shown to people at an instant. An instant before <paramref name="availableUs"/> counts as age 0
    /// (T0.16).
    /// </summary>
    public static double Score(long nowUs, long availableUs, int credit) =>
        credit + Math.Min(AgeMax, Math.Max(0, nowUs - availableUs) / (double)PointUs);

    private static int StateComponent(TaskState state) => state switch
    {
        TaskState.Blocked => 20,
        TaskState.Review => 15,
        TaskState.PendingHandoff => 10,
        TaskState.InProgress => 5,
        _ => 0,
    };
}
