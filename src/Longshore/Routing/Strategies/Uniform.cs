namespace Longshore.Routing.Strategies;

/// <summary>By lot, each candidate with the same chance.</summary>
internal sealed class Uniform : IRoutingStrategy
{
    private const int Throws = 16;

    public RoutingStrategy Kind => RoutingStrategy.Random;

    public int Choose(in Choice choice)
    {
        var candidates = choice.Among(choice.Board.Free);

        // A slot drawn from all of them, until it is a candidate, is a fair draw, and quick while many are.
        if (choice.Eligible.Slots.Count > choice.Board.Capacity / Throws)
        {
            for (var i = 0; i < Throws; i++)
            {
                var slot = choice.Random.Next(choice.Board.Capacity);
                if (candidates.Contains(slot))
                {
                    return slot;
                }
            }
        }

        var count = candidates.Count();
        return count == 0 ? -1 : candidates.At(choice.Random.Next(count));
    }

    public double? TotalOf(in Choice choice, int slot) => null;
}
