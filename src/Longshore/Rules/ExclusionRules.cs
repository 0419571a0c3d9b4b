namespace Longshore.Rules;

/// <summary>Two steps of one item.</summary>
/// <param name="First">One.</param>
/// <param name="Second">The other; the order means nothing (S1.66).</param>
public sealed record StepPair(string First, string Second)
{
    internal bool Joins(string? one, string? other) =>
        (First == one && Second == other) || (First == other && Second == one);
}

/// <summary>
/// Which steps of one item (group) nobody may do both of. Nobody does one step of an item twice. Of different steps an
/// allowed pair wins over an excluded one, and that over the default (S1.66).
/// </summary>
public sealed record ExclusionRules
{
    /// <summary>What holds for pairs that are not listed: true keeps everybody to one step of an item.</summary>
    public bool ExcludeAll { get; init; } = true;

    /// <summary>Pairs that nobody may do both of.</summary>
    public IReadOnlyList<StepPair> Exclude { get; init; } = [];

    /// <summary>Pairs that one agent may do both of.</summary>
    public IReadOnlyList<StepPair> Allow { get; init; } = [];

    /// <summary>Agents of one principal count as one.</summary>
    public bool ByPrincipal { get; init; } = true;

    /// <summary>Whether who does the one step may not do the other, of the same item.</summary>
    public bool Excludes(string? one, string? other) =>
        one == other || (!Lists(Allow, one, other) && (ExcludeAll || Lists(Exclude, one, other)));

    /// <summary>Whether somebody's work in a group keeps an agent from a task of a step in it.</summary>
    internal bool KeepsFrom(string agent, string? principal, string? step, Assignments.GroupMember member) =>
        AreOne(agent, principal, member) && Excludes(step, member.Step);

    /// <summary>Whether somebody who worked in a group counts as this agent.</summary>
    internal bool AreOne(string agent, string? principal, Assignments.GroupMember member) =>
        member.Agent == agent || (ByPrincipal && principal is not null && member.Principal == principal);

    private static bool Lists(IReadOnlyList<StepPair> pairs, string? one, string? other)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            if (pairs[i].Joins(one, other))
            {
                return true;
            }
        }

        return false;
    }
}
