using System.Collections.Immutable;

namespace Longshore.Rules;

/// <summary>
/// Whose turn it is among groups that share by weight: start-time fair queueing (Goyal, Vin and Cheng, 1996) where each
/// task costs the same. A group is a namespace with a share; all the others together are one of weight 1. Its next
/// task starts where its last one ended, but never before the present of virtual time: so who was idle saved up
/// nothing.
/// </summary>
internal sealed record ShareTags
{
    /// <summary>The group of namespaces without a share.</summary>
    public const string Others = "";

    /// <summary>What a task costs at weight 1, in virtual time: whole numbers are exact enough.</summary>
    public const long UnitCost = 1_000_000_000;

    /// <summary>When the present is this late, time begins anew, long before a number overflows.</summary>
    public const long PresentMax = 1_000_000_000_000_000_000;

    public static readonly ShareTags Empty = new();

    private readonly ImmutableDictionary<string, long> _ends =
        ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    private readonly long _present;

    /// <summary>The turn of a group: of those that have something to give, the least comes first.</summary>
    public ShareTurn TurnOf(string group)
    {
        var end = _ends.GetValueOrDefault(group);
        return new ShareTurn(Math.Max(end, _present), end, group);
    }

    /// <summary>A task of a group is given out, of so much weight.</summary>
    public ShareTags Served(string group, int weight)
    {
        var start = TurnOf(group).Start;
        return new ShareTags(_ends.SetItem(group, start + CostOf(weight)), start);
    }

    /// <summary>The same turns with time begun anew, if it is late.</summary>
    public ShareTags Begun() => _present <= PresentMax ? this : new ShareTags(
        _ends.ToImmutableDictionary(
            end => end.Key, end => Math.Max(end.Value - _present, 0), StringComparer.Ordinal),
        0);

    /// <summary>What a namespace weighs has changed: it begins anew.</summary>
    public ShareTags Without(string group) => new(_ends.Remove(group), _present);

    /// <summary>What a task costs in virtual time.</summary>
    public static long CostOf(int weight) => UnitCost / weight;

    private ShareTags(ImmutableDictionary<string, long> ends, long present) => (_ends, _present) = (ends, present);

    private ShareTags()
    {
    }
}

/// <summary>
/// When a group is next. Of those that begin at once the one comes first that had its last task longest ago: else,
/// while agents that may not take of them carry time along, the first by name would always win.
/// </summary>
/// <param name="Start">Where its next task starts.</param>
/// <param name="End">Where its last one ended.</param>
/// <param name="Group">Its name.</param>
internal readonly record struct ShareTurn(long Start, long End, string Group)
{
    public static readonly IComparer<ShareTurn> Order = Comparer<ShareTurn>.Create((one, other) =>
    {
        var order = one.Start.CompareTo(other.Start);
        order = order != 0 ? order : one.End.CompareTo(other.End);
        return order != 0 ? order : string.CompareOrdinal(one.Group, other.Group);
    });
}
