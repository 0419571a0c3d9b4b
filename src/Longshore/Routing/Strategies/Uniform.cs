namespace Longshore.Routing.Strategies;

/// <summary>By lot, each candidate with the same chance.</summary>
internal sealed class Uniform : IRoutingStrategy
{
    private const int Throws = 64;
    private const ulong Step = 0x9E3779B97F4A7C15;

    public RoutingStrategy Kind => RoutingStrategy.Random;

    public int Choose(in Choice choice)
    {
        var candidates = choice.Among(choice.Board.Free);

        // A slot drawn from all of them, until it is a candidate, is a fair draw, and quick while many are.
        if (choice.Eligible.Slots.Count > choice.Board.Capacity / Throws)
        {
            var state = (ulong)choice.Random.NextInt64();
            for (var i = 0; i < Throws; i++)
            {
                var slot = (int)(Mix(state += Step) & (ulong)(choice.Board.Capacity - 1));
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

    // SplitMix64 (Steele, Lea and Flood 2014) goes on from one draw: a seeded Random is slow to ask thirty times. The
    // capacity is a power of two, so its lowest bits are a slot.
    private static ulong Mix(ulong state)
    {
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
        state = (state ^ state >> 27) * 0x94D049BB133111EB;
        return state ^ state >> 31;
    }
}
