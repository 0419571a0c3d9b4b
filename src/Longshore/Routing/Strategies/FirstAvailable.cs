namespace Longshore.Routing.Strategies;

/// <summary>The first by name that has room: fills one agent after the other.</summary>
internal sealed class FirstAvailable : IRoutingStrategy
{
    public RoutingStrategy Kind => RoutingStrategy.FirstAvailable;

    public int Choose(in Choice choice) => choice.Among(choice.Board.Free).Next(0);

    public double? TotalOf(in Choice choice, int slot) => null;
}
