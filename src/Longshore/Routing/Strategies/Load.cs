namespace Longshore.Routing.Strategies;

/// <summary>The order of agents by load, which also decides between equal scores.</summary>
internal static class Load
{
    /// <summary>Below zero: <paramref name="a"/> comes first. No two are equal, since names differ.</summary>
    public static int Compare(AgentBoard board, int a, int b)
    {
        ref readonly var first = ref board[a];
        ref readonly var second = ref board[b];
        return first.Ratio != second.Ratio ? first.Ratio.CompareTo(second.Ratio)
            : first.Load != second.Load ? first.Load.CompareTo(second.Load)
            : first.LastGrantUs != second.LastGrantUs ? first.LastGrantUs.CompareTo(second.LastGrantUs)
            : a.CompareTo(b);
    }
}
