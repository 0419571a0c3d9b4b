using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using Longshore.Capabilities;
using Longshore.Routing;
using Longshore.Tasks;

namespace Longshore.Rules;

/// <summary>
/// What an operator decides about a namespace. Changed while running; every node follows within seconds.
/// </summary>
public sealed record NamespaceRules
{
    /// <summary>What holds where nothing was decided.</summary>
    public static readonly NamespaceRules Default = new();

    /// <summary>Who takes the initiative.</summary>
    public AssignmentMode Mode { get; init; }

    /// <summary>How the distributor chooses among those who can do a task (S1.64).</summary>
    public RoutingStrategy Strategy { get; init; } = RoutingStrategy.Hybrid;

    /// <summary>
    /// What free capacity weighs with <see cref="RoutingStrategy.Hybrid"/>, 0 to 1; performance weighs the rest
    /// (S1.64).
    /// </summary>
    public double CapacityWeight { get; init; } = 0.6;

    /// <summary>
    /// Instead of choosing for each task as it comes, the distributor gathers what waits and plans all of it this often
    /// for all agents: 1 second to an hour. Null: it chooses one by one.
    /// </summary>
    [JsonPropertyName("plan_every_seconds")]
    public TimeSpan? PlanEvery { get; init; }

    /// <summary>How such a plan is found; a best plan over very many pairs is looked for among candidates.</summary>
    public PlanMethod PlanMethod { get; init; } = PlanMethod.Optimal;

    /// <summary>In what order tasks are given out; decided for each task when it comes in.</summary>
    public TaskOrder Order { get; init; }

    /// <summary>
    /// Most tasks that may wait, deferred ones included; further ones are refused. Null means no bound
    /// (source 004's is 10,000, S4.40).
    /// </summary>
    public int? MaxPending { get; init; }

    /// <summary>How long an offer stands.</summary>
    [JsonPropertyName("offer_timeout_seconds")]
    public TimeSpan OfferTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an accepted task may lie still, where the agent does not say (S1.74).</summary>
    [JsonPropertyName("inactivity_timeout_seconds")]
    public TimeSpan InactivityTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// How long a task is kept from an agent that let an offer run out or was evicted, and, with
    /// <see cref="ReofferRejected"/>, from one that rejected it (S1.72).
    /// </summary>
    [JsonPropertyName("reject_cooldown_seconds")]
    public TimeSpan RejectCooldown { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>False: an agent that rejected a task never gets it again (T1.9).</summary>
    public bool ReofferRejected { get; init; }

    /// <summary>How long a rejected task is kept from everybody; 0 for not at all (S1.50, S1.53).</summary>
    [JsonPropertyName("task_cooldown_seconds")]
    public TimeSpan TaskCooldown { get; init; }

    /// <summary>Since when nothing new is given out, of any kind; null while it is. What is held goes on.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>How much of it may be in progress, and how fast it is given out; null for no limit.</summary>
    public LimitRules? Limit { get; init; }

    /// <summary>
    /// What its tasks weigh beside those of other namespaces, 1 to 1000, where an agent claims that works in several.
    /// Null: it has no share of its own; all such namespaces together weigh 1.
    /// </summary>
    public int? Share { get; init; }

    /// <summary>How often one task may be handed off and taken over; further hand-offs are refused.</summary>
    public int HandoffsMax { get; init; } = 5;

    /// <summary>How long a blocked task keeps its holder, and so the holder's room.</summary>
    [JsonPropertyName("blocked_hold_max_seconds")]
    public TimeSpan BlockedHoldMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Who may not do two steps of one item.</summary>
    public ExclusionRules Exclusion { get; init; } = new();

    /// <summary>What becomes of a task that nobody could ever do.</summary>
    public UnroutablePolicy Unroutable { get; init; }

    /// <summary>How long such a task waits before it escalates or falls back.</summary>
    [JsonPropertyName("unroutable_after_seconds")]
    public TimeSpan UnroutableAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The requirements that take the place of the task's own when it falls back.</summary>
    public IReadOnlyList<string> FallbackRequires { get; init; } = [];

    /// <summary>How long ended tasks are kept; null leaves it to the node. A kind may have its own.</summary>
    public RetentionRules? Retention { get; init; }

    /// <summary>Who is told when tasks fail or the queue gets deep; null: nobody.</summary>
    public AlertRules? Alerts { get; init; }

    /// <summary>Decided otherwise for a kind.</summary>
    public IReadOnlyDictionary<string, StepRules> Kinds { get; init; } = ReadOnlyDictionary<string, StepRules>.Empty;

    /// <summary>Decided otherwise for a step; wins over the kind.</summary>
    public IReadOnlyDictionary<string, StepRules> Steps { get; init; } = ReadOnlyDictionary<string, StepRules>.Empty;

    /// <summary>Grows with each change; 0 when nothing was decided.</summary>
    public long Version { get; init; }

    /// <summary>Who takes the initiative for a kind and step.</summary>
    public AssignmentMode ModeOf(string kind, string? step) => Of(kind, step, r => r.Mode) ?? Mode;

    /// <summary>How the distributor chooses for a kind and step.</summary>
    public RoutingStrategy StrategyOf(string kind, string? step) => Of(kind, step, r => r.Strategy) ?? Strategy;

    /// <summary>Since when nothing new of a kind is given out; null while it is.</summary>
    public DateTimeOffset? PausedSince(string kind)
    {
        var ofKind = Kinds.TryGetValue(kind, out var rules) ? rules.PausedAt : null;
        return PausedAt is null || ofKind < PausedAt ? ofKind : PausedAt;
    }

    /// <summary>Whether anything of the namespace is limited.</summary>
    internal bool HasLimits => Limit is not null || Kinds.Values.Any(kind => kind.Limit is not null);

    /// <summary>What is limited: kinds, and under the empty word the namespace as a whole.</summary>
    internal IEnumerable<(string Kind, LimitRules Limit)> Scopes => Kinds
        .Select(kind => (kind.Key, kind.Value.Limit))
        .Append(("", Limit))
        .Where(scope => scope.Limit is not null)
        .Select(scope => (scope.Item1, scope.Limit!));

    /// <summary>What limits a kind: under its name, and under the empty word.</summary>
    internal IEnumerable<(string Kind, LimitRules Limit)> ScopesOf(string kind)
    {
        if (Limit is { } limit)
        {
            yield return ("", limit);
        }

        if (Kinds.Count > 0 && Kinds.TryGetValue(kind, out var rules) && rules.Limit is { } ofKind)
        {
            yield return (kind, ofKind);
        }
    }

    /// <summary>What limits a task: all of its kind or namespace (the key is the empty word), and its key.</summary>
    internal IEnumerable<(string Kind, string Key, LimitRules Limit)> ScopesOf(string kind, string? key)
    {
        foreach (var (of, limit) in ScopesOf(kind))
        {
            if (limit.LimitsAll)
            {
                yield return (of, "", limit);
            }

            if (key is not null && limit.PerKey is { } perKey)
            {
                yield return (of, key, perKey);
            }
        }
    }

    /// <summary>Agents may claim everything: nobody need ask who may have what.</summary>
    internal bool IsOpen => Mode == AssignmentMode.Pool && PausedAt is null
        && Kinds.Values.Concat(Steps.Values).All(o => o.Mode is null or AssignmentMode.Pool && o.PausedAt is null);

    /// <summary>The same rules where everything is for agents to claim.</summary>
    internal NamespaceRules InPool() => this with
    {
        Mode = AssignmentMode.Pool,
        Kinds = Kinds.ToDictionary(kind => kind.Key, kind => kind.Value with { Mode = null }, StringComparer.Ordinal),
        Steps = ReadOnlyDictionary<string, StepRules>.Empty,
    };

    /// <summary>Some kind or step is the distributor's to give out.</summary>
    internal bool HasAuto => Mode == AssignmentMode.Auto
        || Kinds.Values.Concat(Steps.Values).Any(rules => rules.Mode == AssignmentMode.Auto);

    /// <summary>How often the distributor's tasks are planned together; null where they never are.</summary>
    internal TimeSpan? PlansEvery => HasAuto ? PlanEvery : null;

    /// <summary>How long an offer of a kind and step stands.</summary>
    public TimeSpan OfferTimeoutOf(string kind, string? step) => Of(kind, step, r => r.OfferTimeout) ?? OfferTimeout;

    /// <summary>How long an accepted task of a kind and step may lie still.</summary>
    public TimeSpan InactivityTimeoutOf(string kind, string? step) =>
        Of(kind, step, r => r.InactivityTimeout) ?? InactivityTimeout;

    /// <summary>Checks the rules.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>.</exception>
    public NamespaceRules Checked()
    {
        if (MaxPending is { } pending)
        {
            TaskValidation.Range(pending, 1, int.MaxValue, "max_pending");
        }

        TaskValidation.Unit(CapacityWeight, "capacity_weight");
        Limit?.Check("limit");
        if (Share is { } share)
        {
            TaskValidation.Range(share, 1, Limits.ShareMax, "share");
        }

        CheckPlanning();
        CheckTimeout(OfferTimeout, "offer_timeout_seconds");
        CheckTimeout(InactivityTimeout, "inactivity_timeout_seconds");
        TaskValidation.Range(HandoffsMax, 0, Limits.HandoffsMax, "handoffs_max");
        CheckTimeout(BlockedHoldMax, "blocked_hold_max_seconds");
        CheckWait(RejectCooldown, "reject_cooldown_seconds");
        CheckWait(TaskCooldown, "task_cooldown_seconds");
        TaskValidation.Duration(UnroutableAfter, "unroutable_after_seconds");
        Retention?.Check("retention");
        Alerts?.Check("alerts");
        CheckPairs(Exclusion.Exclude, "exclusion.exclude");
        CheckPairs(Exclusion.Allow, "exclusion.allow");
        var fallback = Requirement.Canonical(
            FallbackRequires.Select((text, i) => Requirement.Parse(text, $"fallback_requires[{i}]")),
            "fallback_requires");
        foreach (var (place, rules) in new[] { ("kinds", Kinds), ("steps", Steps) })
        {
            TaskValidation.Range(rules.Count, 0, Limits.AgentListMax, place + ".length");
            foreach (var (word, step) in rules)
            {
                TaskValidation.Word(word, place);
                CheckTimeout(step.OfferTimeout, $"{place}.{word}.offer_timeout_seconds");
                CheckTimeout(step.InactivityTimeout, $"{place}.{word}.inactivity_timeout_seconds");
                step.Limit?.Check($"{place}.{word}.limit");
                if (place == "steps" && step.PausedAt is not null)
                {
                    throw LongshoreException.Invalid($"steps.{word}.paused_at", "only kinds and namespaces are paused");
                }

                if (place == "steps" && step.Limit is not null)
                {
                    throw LongshoreException.Invalid($"steps.{word}.limit", "only kinds and namespaces are limited");
                }

                step.Retention?.Check($"{place}.{word}.retention");
                if (place == "steps" && step.Retention is not null)
                {
                    throw LongshoreException.Invalid(
                        $"{place}.{word}.retention", "is decided for a namespace or a kind, not for a step");
                }
            }
        }

        return this with { FallbackRequires = [.. fallback.Select(r => r.ToString())] };
    }

    private void CheckPlanning()
    {
        if (PlanEvery < Limits.PlanEveryMin || PlanEvery > Limits.PlanEveryMax)
        {
            throw LongshoreException.Invalid(
                "plan_every_seconds",
                $"must be from {Limits.PlanEveryMin.TotalSeconds:0} to {Limits.PlanEveryMax.TotalSeconds:0} seconds");
        }

        if (!Enum.IsDefined(PlanMethod))
        {
            throw LongshoreException.Invalid("plan_method", "is none of greedy, optimal, candidates");
        }
    }

    private T? Of<T>(string kind, string? step, Func<StepRules, T?> part)
        where T : struct =>
        (step is not null && Steps.TryGetValue(step, out var ofStep) ? part(ofStep) : null)
        ?? (Kinds.TryGetValue(kind, out var ofKind) ? part(ofKind) : null);

    private static void CheckTimeout(TimeSpan? value, string field)
    {
        if (value < Limits.LeaseMin || value > Limits.LeaseMax)
        {
            throw LongshoreException.Invalid(
                field, $"must be from {Limits.LeaseMin.TotalSeconds:0} to {Limits.LeaseMax.TotalSeconds:0} seconds");
        }
    }

    private static void CheckWait(TimeSpan value, string field)
    {
        if (value < TimeSpan.Zero || value > Limits.DurationMax)
        {
            throw LongshoreException.Invalid(field, $"must be from 0 to {Limits.DurationMax.TotalDays:0} days");
        }
    }

    private static void CheckPairs(IReadOnlyList<StepPair> pairs, string field)
    {
        TaskValidation.Range(pairs.Count, 0, Limits.AgentListMax, field + ".length");
        for (var i = 0; i < pairs.Count; i++)
        {
            TaskValidation.Word(pairs[i].First, $"{field}[{i}].first");
            TaskValidation.Word(pairs[i].Second, $"{field}[{i}].second");
            if (pairs[i].First == pairs[i].Second)
            {
                throw LongshoreException.Invalid(
                    $"{field}[{i}]",
                    $"pairs {pairs[i].First} with itself; nobody does one step of an item twice anyway");
            }
        }
    }
}

/// <summary>What is decided otherwise for a kind or step; null leaves it as in the namespace.</summary>
public sealed record StepRules
{
    /// <summary>Who takes the initiative.</summary>
    public AssignmentMode? Mode { get; init; }

    /// <summary>How the distributor chooses.</summary>
    public RoutingStrategy? Strategy { get; init; }

    /// <summary>How long an offer stands.</summary>
    [JsonPropertyName("offer_timeout_seconds")]
    public TimeSpan? OfferTimeout { get; init; }

    /// <summary>How long an accepted task may lie still.</summary>
    [JsonPropertyName("inactivity_timeout_seconds")]
    public TimeSpan? InactivityTimeout { get; init; }

    /// <summary>How much of the kind may be in progress, and how fast it is given out. Kinds only.</summary>
    public LimitRules? Limit { get; init; }

    /// <summary>Since when nothing new of the kind is given out; null while it is. Kinds only.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>How long ended tasks of the kind are kept; a step has none.</summary>
    public RetentionRules? Retention { get; init; }
}
