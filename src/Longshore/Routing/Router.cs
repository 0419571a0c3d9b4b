namespace Longshore.Routing;

/// <summary>Chooses agents of one board, and lets nobody who fails everything draw the work to himself.</summary>
internal static class Router
{
    /// <summary>
    /// Longest that an agent sits out for each failure in a row when those who could do the task instead are busy: a
    /// task is not kept for ever from the only one with room.
    /// </summary>
    public const long RestMaxUs = 60_000_000;

    private const int RestsMax = 10;

    /// <summary>Seeds the draws of explanations, so that asking changes no later choice.</summary>
    private const int ExplanationSeed = 0;

    /// <summary>
    /// The slot of an agent that is eligible, online, has room and was not refused, or −1. Nothing is reserved: the
    /// caller offers, and asks again with the agent among the refused when the store says no.
    /// </summary>
    public static int Choose(IRoutingStrategy strategy, in Choice choice)
    {
        var slot = strategy.Choose(choice);
        return slot < 0 && choice.Board.Resting.Count > 0 ? ChooseResting(choice) : slot;
    }

    /// <summary>The choice became a grant or an offer: takes the room and moves the turn on.</summary>
    public static void Reserve(in Choice choice, int slot)
    {
        choice.Cursor.LastAgent = choice.Board[slot].Name;
        choice.Board.Reserve(slot, choice.Eligible, choice.NowUs);
    }

    /// <summary>
    /// The parts of who would be chosen, and of who next if that one refused, and so on, at most
    /// <see cref="ScoreParts.ShownMax"/>. To be asked before the choice is reserved; changes nothing.
    /// </summary>
    public static IReadOnlyList<ScoreParts> Explain(IRoutingStrategy strategy, in Choice choice, int chosen)
    {
        var refused = new SlotSet(choice.Board.Capacity);
        if (choice.Refused is { } before)
        {
            for (var slot = before.Next(0); slot >= 0; slot = before.Next(slot + 1))
            {
                refused.Add(slot);
            }
        }

        var cursor = new RouteCursor();
        var again = new Choice(choice.Board, choice.Eligible, cursor, new Random(ExplanationSeed))
        {
            Refused = refused,
            Priority = choice.Priority,
            NowUs = choice.NowUs,
        };
        var shown = new List<ScoreParts>();
        for (var slot = chosen; slot >= 0 && shown.Count < ScoreParts.ShownMax; slot = Choose(strategy, again))
        {
            ref readonly var seat = ref choice.Board[slot];
            shown.Add(new ScoreParts(
                seat.Name!, choice.Eligible.MatchOf(slot), choice.PerformanceOf(slot), 1 - seat.Ratio,
                seat.FailuresInRow, strategy.TotalOf(choice, slot)));
            refused.Add(slot);
            (cursor.LastAgent, cursor.SampleFrom) = (choice.Cursor.LastAgent, choice.Cursor.SampleFrom);
        }

        return shown;
    }

    /// <summary>
    /// Everybody who could do it with room sits out. Somebody else who is merely busy is waited for, a while; where
    /// there is nobody else, the one that failed least is better than none.
    /// </summary>
    private static int ChooseResting(in Choice choice)
    {
        Span<int> some = stackalloc int[Choice.SampleSize];
        var hasOthers = choice.Among(choice.Board.Steady).Next(0) >= 0;
        var best = -1;
        foreach (var slot in some[..choice.Sample(choice.Board.Resting, some)])
        {
            ref readonly var seat = ref choice.Board[slot];
            if (seat.HasRoom
                && (!hasOthers || choice.NowUs - seat.RestSinceUs >= RestMaxUs * Math.Min(seat.FailuresInRow, RestsMax))
                && (best < 0 || seat.FailuresInRow < choice.Board[best].FailuresInRow))
            {
                best = slot;
            }
        }

        return best;
    }
}
