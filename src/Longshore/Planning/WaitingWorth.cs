using Longshore.Matching;
using Longshore.Routing.Batch;
using Longshore.Rules;

namespace Longshore.Planning;

/// <summary>
/// What a standing plan gives a task for its urgency, beyond what its pairs are worth. A point of urgency, which half
/// an hour of waiting brings, is worth a tenth of the highest score. So a task that has waited five hours longer than
/// another goes before it wherever both could be done, however badly it scores, and nothing starves (G6).
/// </summary>
internal static class WaitingWorth
{
    private const double ScoresPerPoint = 0.1;
    private const double Unit = AssignmentProblem.UnitsPerScore;

    // Leaves room below the solver's highest score for what a pair is worth.
    private const double ScoresMax = 900;

    // By priority and arrival: a level is worth more than any waiting within one.
    private const double ScoresPerLevel = 80;
    private const double ScoresWithinLevelMax = 70;

    /// <summary>For each task, in millionths.</summary>
    /// <param name="order">How the namespace orders its tasks.</param>
    /// <param name="tasks">Place in the order, and priority.</param>
    public static long[] Of(TaskOrder order, IReadOnlyList<(long Rank, int Priority)> tasks)
    {
        var isFifo = order == TaskOrder.PriorityFifo;
        var latest = tasks.Count == 0 ? 0 : tasks.Max(task => ArrivalOf(task, isFifo));
        return
        [
            .. tasks.Select(task =>
            {
                var waited = (latest - ArrivalOf(task, isFifo)) / (double)Urgency.PointUs * ScoresPerPoint;
                return (long)(Unit * (isFifo
                    ? (task.Priority * ScoresPerLevel) + Math.Min(waited, ScoresWithinLevelMax)
                    : Math.Min(waited, ScoresMax)));
            }),
        ];
    }

    private static long ArrivalOf((long Rank, int Priority) task, bool isFifo) =>
        isFifo ? task.Rank + (task.Priority * Urgency.PriorityStepUs) : task.Rank;
}
