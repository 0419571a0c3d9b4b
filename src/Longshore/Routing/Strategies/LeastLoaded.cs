using System.Numerics;

namespace Longshore.Routing.Strategies;

/// <summary>
/// The smallest part of the capacity in use; of equals the fewest tasks, then who was given something longest ago, then
/// the first by name. Exact when no more than <see cref="Choice.SampleSize"/> can do the task or are alike; otherwise
/// among so many of those in the lowest load bucket (a 62nd of the capacity).
/// </summary>
internal sealed class LeastLoaded : IRoutingStrategy
{
    public RoutingStrategy Kind => RoutingStrategy.LeastLoaded;

    public int Choose(in Choice choice)
    {
        if (choice.Eligible.Slots.Count <= Choice.SampleSize)
        {
            return LeastOf(choice, choice.Board.Free);
        }

        var loads = choice.Board.Loads;
        for (var used = loads.Used; used != 0; used &= used - 1)
        {
            var slot = LeastOf(choice, loads[BitOperations.TrailingZeroCount(used)]);
            if (slot >= 0)
            {
                return slot;
            }
        }

        return -1;
    }

    public double? TotalOf(in Choice choice, int slot) => 1 - choice.Board[slot].Ratio;

    private static int LeastOf(in Choice choice, SlotSet set)
    {
        Span<int> some = stackalloc int[Choice.SampleSize];
        var best = -1;
        foreach (var slot in some[..choice.Sample(set, some)])
        {
            if (best < 0 || Load.Compare(choice.Board, slot, best) < 0)
            {
                best = slot;
            }
        }

        return best;
    }
}
