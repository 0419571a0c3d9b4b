using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>A task as it is submitted. Durations are seconds.</summary>
public record NewTaskWire
{
    /// <summary>What sort of work it is.</summary>
    public required string Kind { get; init; }

    /// <summary>Tenant, project or queue family; <c>default</c> when missing.</summary>
    public string? Namespace { get; init; }

    /// <summary>Unique in its namespace; given by Longshore when missing.</summary>
    public string? Code { get; init; }

    /// <summary>A short title.</summary>
    public string? Name { get; init; }

    /// <summary>What is to be done.</summary>
    public string? Description { get; init; }

    /// <summary>Input of the work: any JSON.</summary>
    public JsonText Payload { get; init; }

    /// <summary>Capabilities needed: <c>rust</c>, <c>sql>=3</c>.</summary>
    public IReadOnlyList<string>? Requires { get; init; }

    /// <summary>Part of the requirements that must be met, above 0 to 1.</summary>
    public double? MinimumMatch { get; init; }

    /// <summary>How requirements are compared: tiered, strict or flexible; <c>tiered</c> when missing.</summary>
    public string? Match { get; init; }

    /// <summary>What it asks for instead once it has waited so long, in the order of waiting time.</summary>
    public IReadOnlyList<RelaxStepWire>? Relax { get; init; }

    /// <summary>Only this agent may do it for <c>prefer_for_seconds</c>, then everybody able.</summary>
    public string? Prefer { get; init; }

    /// <summary>How long the preferred agent comes first.</summary>
    public double? PreferForSeconds { get; init; }

    /// <summary>The item it is about; whoever does one task of a group may be kept from its others.</summary>
    public string? Group { get; init; }

    /// <summary>Which step of its item it is.</summary>
    public string? Step { get; init; }

    /// <summary>Least trusted confidence, 0 to 1.</summary>
    public double? ConfidenceThreshold { get; init; }

    /// <summary>0 to 10.</summary>
    public int? Priority { get; init; }

    /// <summary>Not before this instant.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>Expires if not finished by then.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Longest run of one attempt.</summary>
    public double? TimeoutSeconds { get; init; }

    /// <summary>How often it may be tried, the first time included.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Waits between attempts.</summary>
    public RetryWire? Retry { get; init; }

    /// <summary><c>accept_if_not_replaced</c> or <c>reject</c>.</summary>
    public string? Late { get; init; }

    /// <summary>How long the work is thought to take.</summary>
    public double? EstimatedEffortSeconds { get; init; }

    /// <summary>Id of the task this is a part of.</summary>
    public long? ParentId { get; init; }

    /// <summary>The only agent who may do it.</summary>
    public string? Owner { get; init; }

    /// <summary>Workflow this belongs to.</summary>
    public string? Workflow { get; init; }

    /// <summary>Where in the workflow.</summary>
    public string? WorkflowCursor { get; init; }

    /// <summary>Words to search by.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Free name-value pairs.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Links events to their cause.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Submitting again under it yields the same task.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>What limits per key count it under.</summary>
    public string? LimitKey { get; init; }

    /// <summary>At most one live task of its key.</summary>
    public UniqueWire? Unique { get; init; }

    /// <summary>The task meant. <paramref name="at"/> is the prefix of fields in errors.</summary>
    public NewTask ToNewTask(string at = "")
    {
        var usual = new NewTask { Kind = Kind };
        return usual with
        {
            Namespace = Namespace ?? usual.Namespace,
            Code = Code,
            Name = Name,
            Description = Description,
            Payload = Payload,
            Requires = [.. (Requires ?? []).Select((text, i) => Requirement.Parse(
                text ?? throw LongshoreException.Invalid($"{at}requires[{i}]", "cannot be null"),
                $"{at}requires[{i}]"))],
            MinimumMatch = MinimumMatch ?? usual.MinimumMatch,
            Match = Match is null ? usual.Match : Words.Parse<MatchMode>(Match, at + "match"),
            Relax = Relax is not { Count: > 0 } ? usual.Relax : [.. Relax.Select((step, i) => (
                step ?? throw LongshoreException.Invalid($"{at}relax[{i}]", "cannot be null"))
                .ToStep($"{at}relax[{i}]"))],
            Prefer = Prefer,
            PreferFor = Words.SecondsOrNull(PreferForSeconds, at + "prefer_for_seconds"),
            Group = Group,
            Step = Step,
            ConfidenceThreshold = ConfidenceThreshold ?? usual.ConfidenceThreshold,
            Priority = Priority ?? usual.Priority,
            ReadyAt = ReadyAt,
            Deadline = Deadline,
            Timeout = Words.SecondsOrNull(TimeoutSeconds, at + "timeout_seconds"),
            MaxAttempts = MaxAttempts ?? usual.MaxAttempts,
            Retry = Retry?.ToPolicy(at) ?? usual.Retry,
            Late = Late is null ? usual.Late : Words.Parse<LatePolicy>(Late, at + "late"),
            EstimatedEffort = Words.SecondsOrNull(EstimatedEffortSeconds, at + "estimated_effort_seconds"),
            ParentId = ParentId,
            Owner = Owner,
            Workflow = Workflow,
            WorkflowCursor = WorkflowCursor,
            Tags = Tags ?? usual.Tags,
            Metadata = Metadata ?? usual.Metadata,
            CorrelationId = CorrelationId,
            IdempotencyKey = IdempotencyKey,
            LimitKey = LimitKey,
            Unique = Unique?.ToUnique(at),
        };
    }

    /// <summary>The wire form of a task to submit.</summary>
    public static NewTaskWire Of(NewTask task) => Fill(new NewTaskWire { Kind = task.Kind }, task);

    private protected static T Fill<T>(T wire, NewTask task)
        where T : NewTaskWire => wire with
        {
            Namespace = task.Namespace,
            Code = task.Code,
            Name = task.Name,
            Description = task.Description,
            Payload = task.Payload.IsNone ? JsonText.EmptyObject : task.Payload,
            Requires = [.. task.Requires.Select(r => r.ToString())],
            MinimumMatch = task.MinimumMatch,
            Match = task.Match.ToWire(),
            Relax = task.Relax.Count == 0 ? null : [.. task.Relax.Select(RelaxStepWire.Of)],
            Prefer = task.Prefer,
            PreferForSeconds = task.PreferFor?.TotalSeconds,
            Group = task.Group,
            Step = task.Step,
            ConfidenceThreshold = task.ConfidenceThreshold,
            Priority = task.Priority,
            ReadyAt = task.ReadyAt,
            Deadline = task.Deadline,
            TimeoutSeconds = task.Timeout?.TotalSeconds,
            MaxAttempts = task.MaxAttempts,
            Retry = RetryWire.Of(task.Retry),
            Late = Words.Snake(task.Late),
            EstimatedEffortSeconds = task.EstimatedEffort?.TotalSeconds,
            ParentId = task.ParentId,
            Owner = task.Owner,
            Workflow = task.Workflow,
            WorkflowCursor = task.WorkflowCursor,
            Tags = task.Tags,
            Metadata = task.Metadata,
            CorrelationId = task.CorrelationId,
            IdempotencyKey = task.IdempotencyKey,
            LimitKey = task.LimitKey,
            Unique = task.Unique is null ? null : UniqueWire.Of(task.Unique),
        };
}

/// <summary>Waits between attempts, in seconds.</summary>
public sealed record RetryWire
{
    /// <summary><c>exponential</c> or <c>fixed</c>.</summary>
    public string Backoff { get; init; } = "exponential";

    /// <summary>The first, or the fixed, wait.</summary>
    public double? DelaySeconds { get; init; }

    /// <summary>The longest wait; the fixed wait itself when the backoff is fixed.</summary>
    public double? CapSeconds { get; init; }

    internal RetryPolicy ToPolicy(string at)
    {
        var backoff = Words.Parse<BackoffKind>(Backoff, at + "retry.backoff");
        var delay = Words.SecondsOrNull(DelaySeconds, at + "retry.delay_seconds") ?? RetryPolicy.Default.Delay;
        var cap = Words.SecondsOrNull(CapSeconds, at + "retry.cap_seconds");
        var usualCap = RetryPolicy.Default.Cap;
        return backoff == BackoffKind.Fixed
            ? RetryPolicy.FixedDelay(delay)
            : RetryPolicy.ExponentialDelay(delay, cap ?? (delay > usualCap ? delay : usualCap));
    }

    internal static RetryWire Of(RetryPolicy policy) => new()
    {
        Backoff = Words.Snake(policy.Backoff),
        DelaySeconds = policy.Delay.TotalSeconds,
        CapSeconds = policy.Cap.TotalSeconds,
    };
}

/// <summary>A task as it stands: what was submitted, and where it is in its life.</summary>
public sealed record TaskWire : NewTaskWire
{
    /// <summary>Unique in the store.</summary>
    public required long Id { get; init; }

    /// <summary>Where it is.</summary>
    public required string State { get; init; }

    /// <summary>Number of the latest grant.</summary>
    public int Epoch { get; init; }

    /// <summary>Attempts used.</summary>
    public int Attempts { get; init; }

    /// <summary>Attempts that failed.</summary>
    public int Failures { get; init; }

    /// <summary>It is granted alone, since an agent vanished with it.</summary>
    public bool Suspect { get; init; }

    /// <summary>When it was submitted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it first became claimable, or will.</summary>
    public DateTimeOffset AvailableAt { get; init; }

    /// <summary>When a deferred task comes back.</summary>
    public DateTimeOffset? DeferredUntil { get; init; }

    /// <summary>Who holds it, or ended it.</summary>
    public string? Agent { get; init; }

    /// <summary>Until when the claim holds, or the offer stands.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What it yielded.</summary>
    public JsonText? Result { get; init; }

    /// <summary>The latest error.</summary>
    public string? Error { get; init; }

    /// <summary>Unfinished work that a holder saved.</summary>
    public JsonText? Draft { get; init; }

    /// <summary>
    /// To whom it is handed off, while nobody has taken it: a capability, or an agent behind an <c>@</c>.
    /// </summary>
    public string? Target { get; init; }

    /// <summary>Its latest hand-off.</summary>
    public HandoffWire? Handoff { get; init; }

    /// <summary>Progress last reported, 0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>Of which run it is a step; missing when it is none.</summary>
    public TaskRunWire? Run { get; init; }

    /// <summary>How far its requirements have relaxed; missing when they never do.</summary>
    public RelaxationWire? Relaxing { get; init; }

    /// <summary>The wire form of a task.</summary>
    public static TaskWire Of(WorkTask task) => Fill(
        new TaskWire { Kind = task.Spec.Kind, Id = task.Id, State = task.State.ToWire() }, task.Spec) with
    {
        Code = task.Code,
        Epoch = task.Epoch,
        Attempts = task.Attempts,
        Failures = task.Failures,
        Suspect = task.Suspect,
        CreatedAt = task.CreatedAt,
        AvailableAt = task.AvailableAt,
        DeferredUntil = task.DeferredUntil,
        Agent = task.Agent,
        LeaseUntil = task.LeaseUntil,
        EndedAt = task.EndedAt,
        Result = task.Result.IsNone ? null : task.Result,
        Error = task.Error,
        Draft = task.Draft.IsNone ? null : task.Draft,
        Target = task.Target?.ToString(),
        Handoff = task.Handoff is null ? null : HandoffWire.Of(task.Handoff),
        Progress = task.Progress,
        Run = TaskRunWire.Of(task.Run),
        Relaxing = RelaxationWire.Of(task),
    };

    /// <summary>The task meant.</summary>
    public WorkTask ToTask() => new()
    {
        Id = Id,
        Spec = ToNewTask() with { Code = Code == WorkTask.AutoCode(Id) ? null : Code },
        State = TaskStates.Parse(State),
        Epoch = Epoch,
        Attempts = Attempts,
        Failures = Failures,
        Suspect = Suspect,
        CreatedAt = CreatedAt,
        AvailableAt = AvailableAt,
        DeferredUntil = DeferredUntil,
        Agent = Agent,
        LeaseUntil = LeaseUntil,
        EndedAt = EndedAt,
        Result = Result ?? default,
        Error = Error,
        Draft = Draft ?? default,
        Target = HandoffTarget.Read(Target),
        Handoff = Handoff?.ToHandoff(),
        Progress = Progress,
        Run = Run?.ToRun(),
        Relaxing = Relaxing?.ToRelaxation(),
    };
}

/// <summary>The run of a workflow that a task is a step of.</summary>
/// <param name="Id">The run.</param>
/// <param name="Step">The name of the step.</param>
/// <param name="Inputs">The results of the steps before it, by their names; said of granted tasks only.</param>
public sealed record TaskRunWire(long Id, string Step, JsonText? Inputs)
{
    internal static TaskRunWire? Of(TaskRun? run) => run is null
        ? null
        : new TaskRunWire(run.Id, run.Step, run.Inputs.IsNone ? null : run.Inputs);

    internal TaskRun ToRun() => new(Id, Step, Inputs ?? default);
}
