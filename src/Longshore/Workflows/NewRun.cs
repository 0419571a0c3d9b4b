using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>A run to start: everything that will be stored, in one transaction.</summary>
internal sealed record NewRun
{
    public required string Code { get; init; }

    public required string Namespace { get; init; }

    public required string Workflow { get; init; }

    public required int Version { get; init; }

    public JsonText Input { get; init; }

    public FailurePolicy OnFailure { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>In an order in which nothing depends on what comes later.</summary>
    public required IReadOnlyList<NewStep> Steps { get; init; }

    /// <summary>A batch, and whether more may be added to it.</summary>
    public BatchStage Batch { get; init; }

    /// <summary>The first tasks of a batch; they can be claimed at once, or when they say so.</summary>
    public IReadOnlyList<NewTask> Members { get; init; } = [];

    /// <summary>The run as it begins.</summary>
    public WorkflowRun Begun(long id, DateTimeOffset now)
    {
        var steps = Steps.Count(step => step.Role == StepRole.Step) + Members.Count;
        return new WorkflowRun
        {
            Id = id,
            Code = Code,
            Namespace = Namespace,
            Workflow = Workflow,
            Version = Version,
            Input = Input,
            OnFailure = OnFailure,
            CorrelationId = CorrelationId,
            Steps = steps,
            Open = steps + (Batch == BatchStage.Open ? 1 : 0),
            Batch = Batch,
            StartedAt = now,
        };
    }

    /// <summary>No step has a condition or overlaps: its dependents tell what the end of one leads to.</summary>
    public bool IsPlain => Steps.All(step => step.Terms.IsPlain);

    /// <summary>Whether a run is what was to be started under its code.</summary>
    public bool IsSame(WorkflowRun run) =>
        (run.Workflow, run.Version) == (Workflow, Version) && run.Input == Input;
}

/// <summary>A step to add to a run.</summary>
/// <param name="Name">Unique in the run.</param>
/// <param name="Task">Its task.</param>
/// <param name="Role">What it is for.</param>
/// <param name="DependsOn">Places in the list of new steps, all before its own.</param>
internal sealed record NewStep(string Name, NewTask Task, StepRole Role, IReadOnlyList<int> DependsOn)
{
    public StepTerms Terms { get; init; } = StepTerms.Usual;

    /// <summary>The place of the step it answers or makes up for.</summary>
    public int? Of { get; init; }

    /// <summary>As it is stored; the steps before it are stored.</summary>
    public RunStep ToStep(long taskId, long runId, int place, IReadOnlyList<RunStep> before) => new()
    {
        TaskId = taskId,
        RunId = runId,
        Place = place,
        Name = Name,
        Role = Role,
        Of = Of is { } of ? before[of].TaskId : null,
        Open = DependsOn.Count,
        Terms = Terms,
    };
}
