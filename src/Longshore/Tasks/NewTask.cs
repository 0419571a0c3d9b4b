using System.Text.Json.Serialization;
using Longshore.Capabilities;

namespace Longshore.Tasks;

/// <summary>
/// What is done with a result that arrives after its lease ran out and before anybody else got the task (G2).
/// </summary>
public enum LatePolicy
{
    /// <summary>Take it: the work is done and nobody has started it again.</summary>
    AcceptIfNotReplaced = 0,

    /// <summary>Refuse it.</summary>
    Reject = 1,
}

/// <summary>A task as its submitter describes it. Everything but <see cref="Kind"/> has a default.</summary>
public sealed record NewTask
{
    /// <summary>What sort of work it is; picks the typed handler.</summary>
    public required string Kind { get; init; }

    /// <summary>Tenant, project or queue family.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Unique in its namespace and friendly to people; <c>t-ID</c> when not given.</summary>
    public string? Code { get; init; }

    /// <summary>A short title.</summary>
    public string? Name { get; init; }

    /// <summary>What is to be done, for people and AI agents.</summary>
    public string? Description { get; init; }

    /// <summary>Input of the work.</summary>
    public JsonText Payload { get; init; }

    /// <summary>Capabilities needed.</summary>
    public IReadOnlyList<Requirement> Requires { get; init; } = [];

    /// <summary>Part of the requirements that must be met, in (0, 1]; 1 means all.</summary>
    public double MinimumMatch { get; init; } = 1.0;

    /// <summary>How requirements are compared with what an agent can do (S1.65).</summary>
    public MatchMode Match { get; init; }

    /// <summary>
    /// What it asks for instead once it has waited so long, in the order of waiting time; at most
    /// <see cref="Limits.RelaxStepsMax"/> steps.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RelaxStep> Relax { get; init; } = [];

    /// <summary>
    /// Only this agent may do it for <see cref="PreferFor"/>, then everybody able; null prefers nobody.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Prefer { get; init; }

    /// <summary>How long the preferred agent comes first, since the task became available.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? PreferFor { get; init; }

    /// <summary>
    /// The item the task is about, in its namespace. Whoever did or does one task of a group may be kept from its
    /// others: from the same step always, from other steps by the namespace's rules (S1.5, S1.66).
    /// </summary>
    public string? Group { get; init; }

    /// <summary>Which step of its item it is: <c>annotate</c>, <c>review</c>.</summary>
    public string? Step { get; init; }

    /// <summary>Least confidence with which a result or handoff is trusted, in [0, 1] (S0.125).</summary>
    public double ConfidenceThreshold { get; init; } = 0.7;

    /// <summary>0 (whenever) to 10 (now).</summary>
    public int Priority { get; init; } = 5;

    /// <summary>Not before this instant.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>If not finished by then, the task expires.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Longest run of one attempt; null leaves it to the handler or agent.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often it may be tried, the first time included (T2.7).</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>Waits between attempts.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>What a late result is worth.</summary>
    public LatePolicy Late { get; init; }

    /// <summary>How long the work is thought to take.</summary>
    public TimeSpan? EstimatedEffort { get; init; }

    /// <summary>Id of the task this is a part of; parts come ten urgency points earlier (S0.48).</summary>
    public long? ParentId { get; init; }

    /// <summary>The only agent who may do it; null means anybody able (T0.8).</summary>
    public string? Owner { get; init; }

    /// <summary>Workflow this belongs to.</summary>
    public string? Workflow { get; init; }

    /// <summary>Where in the workflow.</summary>
    public string? WorkflowCursor { get; init; }

    /// <summary>Words to search by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Free name-value pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = EmptyMetadata;

    /// <summary>Links the task's events to what caused it.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>
    /// Submitting twice with one key and content yields the first task; with other content it is refused.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// What limits per key count it under: a customer, an account, a device. Null: no limit per key concerns it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LimitKey { get; init; }

    /// <summary>At most one live task of its key; null for any number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Unique? Unique { get; init; }

    /// <summary>What it is unique by, worked out where it is validated, so that no store's writer has to.</summary>
    internal byte[]? UniqueDigest { get; init; }

    /// <summary>Its <see cref="TaskDigest"/> as submitted, when another one changed it before it was stored.</summary>
    internal byte[]? SubmittedDigest { get; init; }

    internal static readonly IReadOnlyDictionary<string, string> EmptyMetadata =
        new Dictionary<string, string>(StringComparer.Ordinal);
}
