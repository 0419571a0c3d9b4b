namespace Longshore.Routing.Strategies;

/// <summary>
/// Source 000's score: half match, three tenths reputation, two tenths free capacity; the best wins, of equals the
/// least loaded (S0.101, S0.102).
/// </summary>
internal sealed class BestMatch : IRoutingStrategy
{
    private const double Match = 0.5;
    private const double Reputation = 0.3;
    private const double FreeLoad = 0.2;

    public RoutingStrategy Kind => RoutingStrategy.BestMatch;

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

    private static double Score(in Choice choice, int slot)
    {
        ref readonly var seat = ref choice.Board[slot];
        return (Match * choice.Eligible.MatchOf(slot)) + (Reputation * choice.PerformanceOf(slot))
            + (FreeLoad * (1 - seat.Ratio));
    }
}
