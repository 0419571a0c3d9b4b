namespace Longshore.Routing.Strategies;

/// <summary>
/// The next by name after the one who had the last turn, even when that one has left since: so turns are within one of
/// each other as agents come and go, and after a restart.
/// </summary>
internal sealed class RoundRobin : IRoutingStrategy
{
    public RoutingStrategy Kind => RoutingStrategy.RoundRobin;

    public int Choose(in Choice choice) => choice.Among(choice.Board.Free).NextAround(
        choice.Cursor.LastAgent is { } last ? choice.Board.After(last) : 0);

    public double? TotalOf(in Choice choice, int slot) => null;
}
