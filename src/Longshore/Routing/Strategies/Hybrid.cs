namespace Longshore.Routing.Strategies;

/// <summary>
/// The best weighted sum of free capacity and performance; of equals the least loaded. A newcomer counts as 0.5, so it
/// is given work as soon as the better ones are busy enough (S1.64).
/// </summary>
internal sealed class Hybrid(double capacity = Hybrid.Capacity, double performance = Hybrid.Performance)
    : IRoutingStrategy
{
    public const double Capacity = 0.6;
    public const double Performance = 0.4;

    public RoutingStrategy Kind => RoutingStrategy.Hybrid;

    public int Choose(in Choice choice)
    {
        Span<int> some = stackalloc int[Choice.SampleSize];
        var (best, bestScore) = (-1, 0.0);
        foreach (var slot in some[..choice.Sample(choice.Board.Free, some)])
        {
            var score = Score(choice, slot);
            if (best < 0 || score > bestScore
                || (score == bestScore && Load.Compare(choice.Board, slot, best) < 0))
            {
                (best, bestScore) = (slot, score);
            }
        }

        return best;
    }

    public double? TotalOf(in Choice choice, int slot) => Score(choice, slot);

    private double Score(in Choice choice, int slot)
    {
        ref readonly var seat = ref choice.Board[slot];
        return (capacity * (1 - seat.Ratio)) + (performance * choice.PerformanceOf(slot));
    }
}
