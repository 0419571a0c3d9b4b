namespace Longshore.Storage;

/// <summary>What became of the items of a batch.</summary>
internal static class Outcomes
{
    /// <summary>Does a verb to each item, in order; answers the outcomes in the same order.</summary>
    public static TOutcome[] Of<TItem, TOutcome>(IReadOnlyList<TItem> items, Func<TItem, TOutcome> verb)
    {
        if (items.Count == 0)
        {
            return [];
        }

        var outcomes = new TOutcome[items.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = verb(items[i]);
        }

        return outcomes;
    }
}
