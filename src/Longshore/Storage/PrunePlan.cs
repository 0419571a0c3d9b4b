using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>What is old enough to be deleted.</summary>
public sealed record PrunePlan
{
    /// <summary>Events of before this instant, in microseconds.</summary>
    public required long EventsBeforeUs { get; init; }

    /// <summary>
    /// Ended tasks. Of the rules that fit one, that of its kind wins, then that of its namespace; what none fits is
    /// kept.
    /// </summary>
    public required IReadOnlyList<PruneRule> Rules { get; init; }

    /// <summary>Before this instant there may be something to delete.</summary>
    internal long LatestUs => Rules.Aggregate(EventsBeforeUs, (us, rule) => Math.Max(us, rule.EndedBeforeUs));

    /// <summary>Everything of before an instant.</summary>
    public static PrunePlan Everything(long beforeUs) => new()
    {
        EventsBeforeUs = beforeUs,
        Rules = [.. RetentionRules.States.Select(state => new PruneRule(null, null, state, beforeUs))],
    };

    /// <summary>What operators decided, at an instant.</summary>
    /// <param name="nowUs">The instant.</param>
    /// <param name="usual">How long everything is kept of which nothing else is decided, events included.</param>
    /// <param name="byState">What is decided for all namespaces.</param>
    /// <param name="rules">What is decided for some.</param>
    internal static PrunePlan At(
        long nowUs, TimeSpan usual, RetentionRules byState, IReadOnlyDictionary<string, NamespaceRules> rules)
    {
        var all = new List<PruneRule>();
        foreach (var state in RetentionRules.States)
        {
            Add(null, null, state, byState.Of(state) ?? usual);
            foreach (var (name, decided) in rules)
            {
                Add(name, null, state, decided.Retention?.Of(state));
                foreach (var (kind, ofKind) in decided.Kinds)
                {
                    Add(name, kind, state, ofKind.Retention?.Of(state));
                }
            }
        }

        return new PrunePlan { EventsBeforeUs = nowUs - usual.ToMicroseconds(), Rules = all };

        void Add(string? @namespace, string? kind, TaskState state, TimeSpan? age)
        {
            if (age is { } kept)
            {
                all.Add(new PruneRule(@namespace, kind, state, nowUs - kept.ToMicroseconds()));
            }
        }
    }

    /// <summary>Of before which instant ended tasks go, or runs (without a kind).</summary>
    internal long BeforeUs(string @namespace, string? kind, TaskState state) =>
        (Find(@namespace, kind, state) ?? Find(@namespace, null, state) ?? Find(null, null, state))?.EndedBeforeUs
        ?? long.MinValue;

    private PruneRule? Find(string? @namespace, string? kind, TaskState state)
    {
        for (var i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].State == state && Rules[i].Namespace == @namespace && Rules[i].Kind == kind)
            {
                return Rules[i];
            }
        }

        return null;
    }
}

/// <summary>Which ended tasks are old.</summary>
/// <param name="Namespace">Of this namespace; null means all of which nothing else is said.</param>
/// <param name="Kind">Of this kind; null means all of which nothing else is said.</param>
/// <param name="State">That ended so.</param>
/// <param name="EndedBeforeUs">Before this instant.</param>
public sealed record PruneRule(string? Namespace, string? Kind, TaskState State, long EndedBeforeUs);

/// <summary>What one step of pruning did.</summary>
/// <param name="Pruned">How many tasks were deleted.</param>
/// <param name="HasMore">There may be more to do.</param>
public readonly record struct PruneOutcome(int Pruned, bool HasMore);
