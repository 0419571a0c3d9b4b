using Longshore.Routing;
using Longshore.Rules;

namespace Longshore.Client.Wire;

/// <summary>The rules of a namespace. Durations are seconds; what is missing is as it is by default.</summary>
public sealed record RulesWire
{
    /// <summary>Who takes the initiative: pool, auto or manual.</summary>
    public string? Mode { get; init; }

    /// <summary>
    /// How the distributor chooses: round_robin, least_loaded, performance_weighted, hybrid, first_available, random,
    /// best_match or specialists_first.
    /// </summary>
    public string? Strategy { get; init; }

    /// <summary>What free capacity weighs with hybrid, 0 to 1; performance weighs the rest. 0.6 when missing.</summary>
    public double? CapacityWeight { get; init; }

    /// <summary>
    /// How often the distributor plans everything that waits for all agents, 1 to 3600; it chooses for each task as it
    /// comes when missing.
    /// </summary>
    public double? PlanEverySeconds { get; init; }

    /// <summary>How such a plan is found: greedy, optimal or candidates; optimal when missing.</summary>
    public string? PlanMethod { get; init; }

    /// <summary>In what order tasks are given out: urgency or priority_fifo.</summary>
    public string? Order { get; init; }

    /// <summary>Most tasks that may wait; no bound when missing.</summary>
    public int? MaxPending { get; init; }

    /// <summary>How long an offer stands.</summary>
    public double? OfferTimeoutSeconds { get; init; }

    /// <summary>How long an accepted task may lie still, where the agent does not say.</summary>
    public double? InactivityTimeoutSeconds { get; init; }

    /// <summary>How long a task is kept from an agent that missed an offer of it or was evicted.</summary>
    public double? RejectCooldownSeconds { get; init; }

    /// <summary>An agent that rejected a task may get it again after that time.</summary>
    public bool? ReofferRejected { get; init; }

    /// <summary>How long a rejected task is kept from everybody.</summary>
    public double? TaskCooldownSeconds { get; init; }

    /// <summary>Since when nothing new is given out; missing while it is.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>How much of the namespace may be in progress, and how fast it is given out.</summary>
    public LimitWire? Limit { get; init; }

    /// <summary>
    /// What its tasks weigh beside those of other namespaces for an agent that works in several, 1 to 1000; all
    /// namespaces where it is missing weigh 1 together.
    /// </summary>
    public int? Share { get; init; }

    /// <summary>How often one task may be handed off and taken over.</summary>
    public int? HandoffsMax { get; init; }

    /// <summary>How long a blocked task keeps its holder.</summary>
    public double? BlockedHoldMaxSeconds { get; init; }

    /// <summary>Which steps of one item nobody may do both of.</summary>
    public ExclusionWire? Exclusion { get; init; }

    /// <summary>What becomes of a task that nobody could ever do: wait, escalate, fallback or refuse.</summary>
    public string? Unroutable { get; init; }

    /// <summary>How long it waits before that.</summary>
    public double? UnroutableAfterSeconds { get; init; }

    /// <summary>The requirements that take the place of its own when it falls back.</summary>
    public IReadOnlyList<string>? FallbackRequires { get; init; }

    /// <summary>How long ended tasks are kept; as the server is set when missing.</summary>
    public RetentionWire? Retention { get; init; }

    /// <summary>Who is told when tasks fail or the queue gets deep; nobody when missing.</summary>
    public AlertsWire? Alerts { get; init; }

    /// <summary>Decided otherwise for a kind.</summary>
    public IReadOnlyDictionary<string, StepRulesWire>? Kinds { get; init; }

    /// <summary>Decided otherwise for a step; wins over the kind.</summary>
    public IReadOnlyDictionary<string, StepRulesWire>? Steps { get; init; }

    /// <summary>Grows with each change; when it is sent, only that version is replaced.</summary>
    public long? Version { get; init; }

    /// <summary>The rules meant.</summary>
    public NamespaceRules ToRules()
    {
        var usual = NamespaceRules.Default;
        return new NamespaceRules
        {
            Mode = Mode is null ? usual.Mode : Words.Parse<AssignmentMode>(Mode, "mode"),
            Strategy = Strategy is null
                ? usual.Strategy
                : RoutingStrategyWords.Parse(Strategy, "strategy"),
            Order = Order is null ? usual.Order : Words.Parse<TaskOrder>(Order, "order"),
            CapacityWeight = CapacityWeight ?? usual.CapacityWeight,
            PlanEvery = Words.SecondsOrNull(PlanEverySeconds, "plan_every_seconds"),
            PlanMethod = PlanMethod is null
                ? usual.PlanMethod
                : Words.Parse<PlanMethod>(PlanMethod, "plan_method"),
            MaxPending = MaxPending,
            OfferTimeout = Words.SecondsOrNull(OfferTimeoutSeconds, "offer_timeout_seconds") ?? usual.OfferTimeout,
            InactivityTimeout = Words.SecondsOrNull(InactivityTimeoutSeconds, "inactivity_timeout_seconds")
                ?? usual.InactivityTimeout,
            RejectCooldown = Words.SecondsOrNull(RejectCooldownSeconds, "reject_cooldown_seconds")
                ?? usual.RejectCooldown,
            ReofferRejected = ReofferRejected ?? usual.ReofferRejected,
            PausedAt = PausedAt,
            Limit = Limit?.ToLimit("limit"),
            Share = Share,
            HandoffsMax = HandoffsMax ?? usual.HandoffsMax,
            BlockedHoldMax = Words.SecondsOrNull(BlockedHoldMaxSeconds, "blocked_hold_max_seconds")
                ?? usual.BlockedHoldMax,
            TaskCooldown = Words.SecondsOrNull(TaskCooldownSeconds, "task_cooldown_seconds") ?? usual.TaskCooldown,
            Exclusion = Exclusion?.ToRules() ?? usual.Exclusion,
            Unroutable = Unroutable is null
                ? usual.Unroutable
                : Words.Parse<UnroutablePolicy>(Unroutable, "unroutable"),
            UnroutableAfter = Words.SecondsOrNull(UnroutableAfterSeconds, "unroutable_after_seconds")
                ?? usual.UnroutableAfter,
            FallbackRequires = [.. (FallbackRequires ?? []).Select((text, i) =>
                text ?? throw LongshoreException.Invalid($"fallback_requires[{i}]", "cannot be null"))],
            Retention = Retention?.ToRules("retention"),
            Alerts = Alerts?.ToRules("alerts"),
            Kinds = StepRulesWire.ToRules(Kinds, "kinds"),
            Steps = StepRulesWire.ToRules(Steps, "steps"),
            Version = Version ?? 0,
        };
    }

    /// <summary>The wire form of rules, complete.</summary>
    public static RulesWire Of(NamespaceRules rules) => new()
    {
        Mode = rules.Mode.ToWire(),
        Strategy = rules.Strategy.ToWire(),
        Order = Words.Snake(rules.Order),
        CapacityWeight = rules.CapacityWeight,
        PlanEverySeconds = rules.PlanEvery?.TotalSeconds,
        PlanMethod = rules.PlanMethod.ToWire(),
        MaxPending = rules.MaxPending,
        OfferTimeoutSeconds = rules.OfferTimeout.TotalSeconds,
        InactivityTimeoutSeconds = rules.InactivityTimeout.TotalSeconds,
        RejectCooldownSeconds = rules.RejectCooldown.TotalSeconds,
        ReofferRejected = rules.ReofferRejected,
        TaskCooldownSeconds = rules.TaskCooldown.TotalSeconds,
        PausedAt = rules.PausedAt,
        Limit = LimitWire.Of(rules.Limit),
        Share = rules.Share,
        HandoffsMax = rules.HandoffsMax,
        BlockedHoldMaxSeconds = rules.BlockedHoldMax.TotalSeconds,
        Exclusion = ExclusionWire.Of(rules.Exclusion),
        Unroutable = Words.Snake(rules.Unroutable),
        UnroutableAfterSeconds = rules.UnroutableAfter.TotalSeconds,
        FallbackRequires = rules.FallbackRequires,
        Retention = RetentionWire.Of(rules.Retention),
        Alerts = AlertsWire.Of(rules.Alerts),
        Kinds = StepRulesWire.Of(rules.Kinds),
        Steps = StepRulesWire.Of(rules.Steps),
        Version = rules.Version,
    };
}

/// <summary>Which steps of one item nobody may do both of; an allowed pair wins over an excluded one.</summary>
public sealed record ExclusionWire
{
    /// <summary>What holds for pairs that are not listed; true when missing.</summary>
    public bool? ExcludeAll { get; init; }

    /// <summary>Pairs that nobody may do both of.</summary>
    public IReadOnlyList<StepPairWire>? Exclude { get; init; }

    /// <summary>Pairs that one agent may do both of.</summary>
    public IReadOnlyList<StepPairWire>? Allow { get; init; }

    /// <summary>Agents of one principal count as one; true when missing.</summary>
    public bool? ByPrincipal { get; init; }

    internal ExclusionRules ToRules()
    {
        var usual = new ExclusionRules();
        return new ExclusionRules
        {
            ExcludeAll = ExcludeAll ?? usual.ExcludeAll,
            Exclude = Pairs(Exclude, "exclusion.exclude"),
            Allow = Pairs(Allow, "exclusion.allow"),
            ByPrincipal = ByPrincipal ?? usual.ByPrincipal,
        };
    }

    internal static ExclusionWire Of(ExclusionRules rules) => new()
    {
        ExcludeAll = rules.ExcludeAll,
        Exclude = [.. rules.Exclude.Select(pair => new StepPairWire(pair.First, pair.Second))],
        Allow = [.. rules.Allow.Select(pair => new StepPairWire(pair.First, pair.Second))],
        ByPrincipal = rules.ByPrincipal,
    };

    private static IReadOnlyList<StepPair> Pairs(IReadOnlyList<StepPairWire>? pairs, string field) =>
        [.. (pairs ?? []).Select((pair, i) => pair is null
            ? throw LongshoreException.Invalid($"{field}[{i}]", "cannot be null")
            : new StepPair(pair.First, pair.Second))];
}

/// <summary>Two steps of one item.</summary>
/// <param name="First">One.</param>
/// <param name="Second">The other.</param>
public sealed record StepPairWire(string First, string Second);

/// <summary>What is decided otherwise for a kind or step; what is missing is as in the namespace.</summary>
public sealed record StepRulesWire
{
    /// <summary>pool, auto or manual.</summary>
    public string? Mode { get; init; }

    /// <summary>How the distributor chooses.</summary>
    public string? Strategy { get; init; }

    /// <summary>How long an offer stands.</summary>
    public double? OfferTimeoutSeconds { get; init; }

    /// <summary>How long an accepted task may lie still.</summary>
    public double? InactivityTimeoutSeconds { get; init; }

    /// <summary>Since when nothing new of a kind is given out; missing while it is.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>How long ended tasks of the kind are kept; a step has none.</summary>
    public RetentionWire? Retention { get; init; }

    /// <summary>How much of a kind may be in progress, and how fast it is given out.</summary>
    public LimitWire? Limit { get; init; }

    internal static Dictionary<string, StepRules> ToRules(
        IReadOnlyDictionary<string, StepRulesWire>? rules, string field) =>
        (rules ?? new Dictionary<string, StepRulesWire>()).ToDictionary(
            pair => pair.Key,
            pair => (pair.Value ?? throw LongshoreException.Invalid($"{field}.{pair.Key}", "cannot be null"))
                .ToRules($"{field}.{pair.Key}"),
            StringComparer.Ordinal);

    internal static Dictionary<string, StepRulesWire>? Of(IReadOnlyDictionary<string, StepRules> rules) =>
        rules.Count == 0 ? null : rules.ToDictionary(
            pair => pair.Key,
            pair => new StepRulesWire
            {
                Mode = pair.Value.Mode?.ToWire(),
                Strategy = pair.Value.Strategy?.ToWire(),
                OfferTimeoutSeconds = pair.Value.OfferTimeout?.TotalSeconds,
                InactivityTimeoutSeconds = pair.Value.InactivityTimeout?.TotalSeconds,
                PausedAt = pair.Value.PausedAt,
                Retention = RetentionWire.Of(pair.Value.Retention),
                Limit = LimitWire.Of(pair.Value.Limit),
            },
            StringComparer.Ordinal);

    private StepRules ToRules(string at) => new()
    {
        Mode = Mode is null ? null : Words.Parse<AssignmentMode>(Mode, at + ".mode"),
        Strategy = Strategy is null ? null : RoutingStrategyWords.Parse(Strategy, at + ".strategy"),
        OfferTimeout = Words.SecondsOrNull(OfferTimeoutSeconds, at + ".offer_timeout_seconds"),
        InactivityTimeout = Words.SecondsOrNull(InactivityTimeoutSeconds, at + ".inactivity_timeout_seconds"),
        PausedAt = PausedAt,
        Retention = Retention?.ToRules(at + ".retention"),
        Limit = Limit?.ToLimit(at + ".limit"),
    };
}
