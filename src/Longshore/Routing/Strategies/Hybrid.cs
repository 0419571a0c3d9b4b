namespace Longshore.Routing.Strategies;

/// <summary>
/// The best weighted sum of free capacity and performance; of equals the least loaded. A newcomer counts as 0.5, so it
/// is given work as soon as the better ones are busy enough (S1.64).
/// </summary>
internal sealed class Hybrid(double capacity = Hybrid.Capacity, double performance = Hybrid.Performance)
    : Scored
{
    public const double Capacity = 0.6;
    public const double Performance = 0.4;

    public override RoutingStrategy Kind => RoutingStrategy.Hybrid;

    protected override double Score(in Choice choice, int slot)
    {
        ref readonly var seat = ref choice.Board[slot];
        return (capacity * (1 - seat.Ratio)) + (performance * choice.PerformanceOf(slot));
    }
}
