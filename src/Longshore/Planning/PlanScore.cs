using Longshore.Routing.Batch;

namespace Longshore.Planning;

/// <summary>What a pair is worth: 0.5 · match + 0.3 · performance + 0.2 · free load (S0.100, S0.101).</summary>
internal static class PlanScore
{
    private const double Match = 0.5;
    private const double Performance = 0.3;
    private const double FreeLoad = 0.2;

    public static double Of(double match, double performance, double freeLoad) =>
        (Match * match) + (Performance * performance) + (FreeLoad * freeLoad);

    /// <summary>How much less each further task of one agent is worth: the load it has by then (S0.105).</summary>
    public static int Crowding(int capacity) => AssignmentProblem.FromScore(FreeLoad / Math.Max(1, capacity));
}
