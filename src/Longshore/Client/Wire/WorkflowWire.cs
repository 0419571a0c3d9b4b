using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client.Wire;

/// <summary>A version of a workflow. Durations are seconds; what is missing is as it is by default.</summary>
public sealed record WorkflowWire
{
    /// <summary>Unique in its namespace, with the version; the path says it over HTTP.</summary>
    public string? Name { get; init; }

    /// <summary>Of the workflow, its runs and their tasks; the path says it over HTTP.</summary>
    public string? Namespace { get; init; }

    /// <summary>1 when missing. A version never changes.</summary>
    public int? Version { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The steps.</summary>
    public required IReadOnlyList<StepWire> Steps { get; init; }

    /// <summary>cancel_rest or carry_on.</summary>
    public string? OnFailure { get; init; }

    /// <summary>Enqueued when a run ends.</summary>
    public NewTaskWire? OnEnd { get; init; }

    /// <summary>The workflow meant.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    public Workflow ToWorkflow()
    {
        var usual = new Workflow { Name = Name ?? "", Steps = StepWire.ToSteps(Steps) };
        return usual with
        {
            Namespace = Namespace ?? usual.Namespace,
            Version = Version ?? usual.Version,
            Description = Description,
            OnFailure = OnFailure is null ? usual.OnFailure : Words.Parse<FailurePolicy>(OnFailure, "on_failure"),
            OnEnd = OnEnd?.ToNewTask("on_end."),
        };
    }

    /// <summary>The wire form of a workflow.</summary>
    public static WorkflowWire Of(Workflow workflow) => new()
    {
        Name = workflow.Name,
        Namespace = workflow.Namespace,
        Version = workflow.Version,
        Description = workflow.Description,
        Steps = [.. workflow.Steps.Select(StepWire.Of)],
        OnFailure = Words.Snake(workflow.OnFailure),
        OnEnd = StepWire.Of(workflow.OnEnd),
    };
}

/// <summary>One step of a workflow.</summary>
public sealed record StepWire
{
    /// <summary>Unique in the workflow.</summary>
    public required string Name { get; init; }

    /// <summary>Its task; without a payload it gets the run's input.</summary>
    public NewTaskWire? Task { get; init; }

    /// <summary>The workflow in its place: name, or name@version.</summary>
    public string? Workflow { get; init; }

    /// <summary>Steps that must have ended before.</summary>
    public IReadOnlyList<string>? DependsOn { get; init; }

    /// <summary>It runs only if this holds.</summary>
    public ConditionWire? When { get; init; }

    /// <summary>Its failure does not make the run fail.</summary>
    public bool? Optional { get; init; }

    /// <summary>Nobody does two exclusive steps of one run.</summary>
    public bool? Exclusive { get; init; }

    /// <summary>What makes up for it.</summary>
    public NewTaskWire? Compensate { get; init; }

    /// <summary>Several agents do it until they agree.</summary>
    public OverlapWire? Overlap { get; init; }

    /// <summary>The steps meant; errors say which.</summary>
    internal static IReadOnlyList<WorkflowStep> ToSteps(IReadOnlyList<StepWire?> steps) =>
        [.. steps.Select((step, i) => (step
            ?? throw LongshoreException.Invalid($"steps[{i}]", "cannot be null")).ToStep($"steps[{i}]."))];

    /// <summary>The wire form of a step.</summary>
    public static StepWire Of(WorkflowStep step) => new()
    {
        Name = step.Name,
        Task = Of(step.Task),
        Workflow = step.Workflow,
        DependsOn = step.DependsOn.Count == 0 ? null : step.DependsOn,
        When = step.When is null ? null : ConditionWire.Of(step.When),
        Optional = step.IsOptional ? true : null,
        Exclusive = step.IsExclusive ? true : null,
        Compensate = Of(step.Compensate),
        Overlap = step.Overlap is null ? null : OverlapWire.Of(step.Overlap),
    };

    /// <summary>A task whose payload may be missing.</summary>
    internal static NewTaskWire? Of(NewTask? task) =>
        task is null ? null : NewTaskWire.Of(task) with { Payload = task.Payload };

    private WorkflowStep ToStep(string at) => new()
    {
        Name = Name,
        Task = Task?.ToNewTask(at + "task."),
        Workflow = Workflow,
        DependsOn = DependsOn ?? [],
        When = When?.ToCondition(at + "when."),
        IsOptional = Optional ?? false,
        IsExclusive = Exclusive ?? false,
        Compensate = Compensate?.ToNewTask(at + "compensate."),
        Overlap = Overlap?.ToOverlap(),
    };
}

/// <summary>A value in the result of a step on which another depends.</summary>
public sealed record ConditionWire
{
    /// <summary>The step whose result is looked at.</summary>
    public required string Step { get; init; }

    /// <summary>Members and indexes by dots; the whole result when missing.</summary>
    public string? Path { get; init; }

    /// <summary>equal, not_equal, less, at_most, greater, at_least, present or absent.</summary>
    public required string Is { get; init; }

    /// <summary>With what it is compared.</summary>
    public JsonText? Value { get; init; }

    internal StepCondition ToCondition(string at) =>
        new(Step, Path ?? "", Words.Parse<Comparison>(Is, at + "is"), Value ?? default);

    internal static ConditionWire Of(StepCondition when) => new()
    {
        Step = when.Step,
        Path = when.Path.Length == 0 ? null : when.Path,
        Is = Words.Snake(when.Is),
        Value = when.Value.IsNone ? null : when.Value,
    };
}

/// <summary>How many agents do a step, and when they agree.</summary>
public sealed record OverlapWire
{
    /// <summary>How many are asked at first; 3 when missing.</summary>
    public int? Answers { get; init; }

    /// <summary>How many are asked at most.</summary>
    public int? Most { get; init; }

    /// <summary>Which part of a result is the answer; all of it when missing.</summary>
    public string? Path { get; init; }

    /// <summary>Answers weigh by what the record of each agent is worth.</summary>
    public bool? Weighted { get; init; }

    /// <summary>How sure the leading answer must be; 0.6 when missing.</summary>
    public double? Enough { get; init; }

    /// <summary>How many different answers are possible; 2 when missing.</summary>
    public int? Choices { get; init; }

    internal StepOverlap ToOverlap()
    {
        var usual = new StepOverlap();
        return new StepOverlap
        {
            Answers = Answers ?? usual.Answers,
            Most = Most,
            Path = Path ?? usual.Path,
            IsWeighted = Weighted ?? usual.IsWeighted,
            Enough = Enough ?? usual.Enough,
            Choices = Choices ?? usual.Choices,
        };
    }

    internal static OverlapWire Of(StepOverlap overlap) => new()
    {
        Answers = overlap.Answers,
        Most = overlap.Most,
        Path = overlap.Path.Length == 0 ? null : overlap.Path,
        Weighted = overlap.IsWeighted,
        Enough = overlap.Enough,
        Choices = overlap.Choices,
    };
}
