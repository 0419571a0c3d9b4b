namespace Longshore.Routing.Strategies;

/// <summary>Of those who are free the one with the best score; of equals the least loaded.</summary>
internal abstract class Scored : IRoutingStrategy
{
    public abstract RoutingStrategy Kind { get; }

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

    protected abstract double Score(in Choice choice, int slot);
}
