namespace Longshore.Routing.Strategies;

/// <summary>
/// Source 000's score: half match, three tenths reputation, two tenths free capacity; the best wins, of equals the
/// least loaded (S0.101, S0.102).
/// </summary>
internal sealed class BestMatch : Scored
{
    private const double Match = 0.5;
    private const double Reputation = 0.3;
    private const double FreeLoad = 0.2;

    public override RoutingStrategy Kind => RoutingStrategy.BestMatch;

    protected override double Score(in Choice choice, int slot)
    {
        ref readonly var seat = ref choice.Board[slot];
        return (Match * choice.Eligible.MatchOf(slot)) + (Reputation * choice.PerformanceOf(slot))
            + (FreeLoad * (1 - seat.Ratio));
    }
}
