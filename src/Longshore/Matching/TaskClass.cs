using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Matching;

/// <summary>What decides who may do a task, and nothing else. Tasks alike in this share one class.</summary>
internal sealed record ClassKey(
    string Namespace, string Kind, IReadOnlyList<Requirement> Requires, double MinimumMatch, string? Owner,
    MatchMode Match = MatchMode.Tiered, string? Step = null, HandoffTarget? Target = null)
{
    /// <summary>The class of a new task; as long as it prefers an agent, it is that agent's alone.</summary>
    public static ClassKey Of(NewTask task) => new(
        task.Namespace, task.Kind, task.Requires, task.MinimumMatch, task.Prefer ?? task.Owner, task.Match, task.Step);

    /// <summary>The class of a task as it stands: what it asks for now, and to whom it is handed off.</summary>
    public static ClassKey Of(WorkTask task) => Of(task.Asks) with { Target = task.Target };

    /// <summary>A task of the class that says nothing else.</summary>
    public NewTask ToTask() => new()
    {
        Kind = Kind,
        Namespace = Namespace,
        Requires = Requires,
        MinimumMatch = MinimumMatch,
        Owner = Owner,
        Match = Match,
        Step = Step,
    };

    public bool Equals(ClassKey? other) =>
        other is not null && Namespace == other.Namespace && Kind == other.Kind && Owner == other.Owner
        && Match == other.Match && Step == other.Step && Target == other.Target
        && MinimumMatch.Equals(other.MinimumMatch) && Requires.SequenceEqual(other.Requires);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Namespace, StringComparer.Ordinal);
        hash.Add(Kind, StringComparer.Ordinal);
        hash.Add(Step, StringComparer.Ordinal);
        hash.Add(Target);
        for (var i = 0; i < Requires.Count; i++)
        {
            hash.Add(Requires[i].Name, StringComparer.Ordinal);
            hash.Add(Requires[i].MinLevel);
        }

        return hash.ToHashCode();
    }
}

/// <summary>An interned <see cref="ClassKey"/>.</summary>
/// <param name="Id">Dense, from 0.</param>
/// <param name="Key">What it stands for.</param>
internal sealed record TaskClass(int Id, ClassKey Key)
{
    /// <summary>Whether an agent of this name, profile and present capabilities may do tasks of the class.</summary>
    public bool Admits(Agents.AgentRegistration agent, CapabilitySet capabilities) =>
        (Key.Owner is null || Key.Owner == agent.Name)
        && (agent.Kinds.Count == 0 || agent.Kinds.Contains(Key.Kind, StringComparer.Ordinal))
        && agent.Namespaces.Contains(Key.Namespace, StringComparer.Ordinal)
        && capabilities.CanDo(Key.Requires, Key.MinimumMatch, Key.Match)
        && Key.Target?.Admits(agent.Name, capabilities) != false;
}
