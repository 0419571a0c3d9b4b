using System.Numerics;

namespace Longshore.Routing.Strategies;

/// <summary>
/// Whoever can do the fewest of the board's classes, so that the versatile stay free for what only they can do: where
/// they are no faster, using a dedicated server before a flexible one is optimal (Chevalier, Shumsky and Tabordon 2004,
/// for systems that turn away what finds nobody free). Of equals the least loaded. Exact when no more than
/// <see cref="Choice.SampleSize"/> can do the task; otherwise among so many of those in the lowest tier of breadth that
/// has any.
/// </summary>
internal sealed class SpecialistsFirst : IRoutingStrategy
{
    public RoutingStrategy Kind => RoutingStrategy.SpecialistsFirst;

    public int Choose(in Choice choice)
    {
        if (choice.Eligible.Slots.Count <= Choice.SampleSize)
        {
            return NarrowestOf(choice, choice.Board.Free);
        }

        var breadths = choice.Board.Breadths;
        for (var used = breadths.Used; used != 0; used &= used - 1)
        {
            var slot = NarrowestOf(choice, breadths[BitOperations.TrailingZeroCount(used)]);
            if (slot >= 0)
            {
                return slot;
            }
        }

        return -1;
    }

    /// <summary>1 for whoever can do nothing but this, a half for who can do one class more, and so on.</summary>
    public double? TotalOf(in Choice choice, int slot) => 1.0 / Math.Max(1, choice.Board[slot].Breadth);

    private static int NarrowestOf(in Choice choice, SlotSet set)
    {
        Span<int> some = stackalloc int[Choice.SampleSize];
        var best = -1;
        foreach (var slot in some[..choice.Sample(set, some)])
        {
            if (best < 0 || Compare(choice.Board, slot, best) < 0)
            {
                best = slot;
            }
        }

        return best;
    }

    private static int Compare(AgentBoard board, int a, int b) =>
        board[a].Breadth.CompareTo(board[b].Breadth) is not 0 and var order ? order : Load.Compare(board, a, b);
}
