using System.Globalization;
using Longshore.Agents;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>What would get a task done, for people.</summary>
internal static class Suggestions
{
    private const int KindsShown = 10;

    public static IEnumerable<string> For(
        WorkTask task, NamespaceRules rules, IReadOnlyList<Candidate> crowd, IReadOnlyList<Candidate> able,
        IReadOnlyList<Candidate> takers, IEnumerable<Obstacle> obstacles)
    {
        if (!task.State.IsQueued())
        {
            yield break;
        }

        if (able.Count == 0 && task.Target is { } target)
        {
            yield return $"withdraw the hand-off to {target}, or register an agent it is meant for";
        }

        if (able.Count == 0)
        {
            foreach (var suggestion in ForUnable(task.Asks, crowd))
            {
                yield return suggestion;
            }

            yield break;
        }

        if (rules.PausedSince(task.Spec.Kind) is not null)
        {
            yield return rules.PausedAt is null
                ? $"resume its kind: longshore resume {task.Spec.Namespace} --kind {task.Spec.Kind}"
                : $"resume its namespace: longshore resume {task.Spec.Namespace}";
        }

        if (takers.Count > 0 && rules.ModeOf(task.Spec.Kind, task.Spec.Step) == AssignmentMode.Manual)
        {
            yield return $"assign it by name: {string.Join(", ", takers.Take(3).Select(c => c.Agent.Name))} can do it";
        }

        var by = obstacles.CountBy(o => o).ToDictionary();
        if (takers.Count == 0 && by.TryGetValue(Obstacle.AtCapacity, out var busy))
        {
            yield return Text($"{busy} who could take it are at capacity; raise max_concurrent or add an agent");
        }

        if (able.All(c => c.Agent.Mode != AgentMode.Available))
        {
            yield return $"set {able[0].Agent.Name} available: everybody who can do it is draining or blocked";
        }
    }

    /// <summary>Whether there are agents where it waits, and none of them takes its kind.</summary>
    public static bool IsOfUnknownKind(NewTask spec, IReadOnlyList<Candidate> crowd)
    {
        var there = crowd.Where(c => IsThere(spec, c)).ToList();
        return there.Count > 0 && there.All(c => c.Agent.Profile.Kinds is { Count: > 0 } kinds
            && !kinds.Contains(spec.Kind, StringComparer.Ordinal));
    }

    private static bool IsThere(NewTask spec, Candidate candidate) =>
        candidate.Agent.Mode != AgentMode.Offline
        && candidate.Agent.Profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal);

    private static IEnumerable<string> ForUnable(NewTask spec, IReadOnlyList<Candidate> crowd)
    {
        if (crowd.Count == 0)
        {
            yield return "register an agent: there is none";
            yield break;
        }

        if (IsOfUnknownKind(spec, crowd))
        {
            var kinds = crowd.Where(c => IsThere(spec, c)).SelectMany(c => c.Agent.Profile.Kinds)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var more = kinds.Count > KindsShown ? ", …" : "";
            yield return $"register an agent that takes the kind '{spec.Kind}', or submit one of those that are taken: "
                + string.Join(", ", kinds.Take(KindsShown)) + more;
        }

        foreach (var dropped in spec.Requires)
        {
            var less = spec with { Requires = [.. spec.Requires.Where(r => r != dropped)] };
            var could = crowd.Where(c => TaskExplainer.CanEver(less, c)).ToList();
            if (could.Count > 0)
            {
                var free = could.Count(c => c.Agent.Load < c.Agent.Profile.MaxConcurrent);
                yield return Text($"without {dropped} {could.Count} agents could do it, {free} of them have room now");
            }
        }

        if (!crowd.Any(c => c.Agent.Profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal)))
        {
            yield return $"let an agent work in namespace {spec.Namespace}: none does";
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
