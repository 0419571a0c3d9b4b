using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>
/// Writes a workflow as code: <c>new WorkflowBuilder("intake").Step("scan", "scan").Step("read", "ocr", s =&gt;
/// s.After("scan"))</c>. What it makes is checked when it is stored.
/// </summary>
/// <param name="name">Of the workflow.</param>
public sealed class WorkflowBuilder(string name)
{
    private readonly List<WorkflowStep> _steps = [];
    private Workflow _workflow = new() { Name = name, Steps = [] };

    /// <summary>The namespace of the workflow, its runs and their tasks.</summary>
    public WorkflowBuilder In(string @namespace) => With(w => w with { Namespace = @namespace });

    /// <summary>The version, 1 unless said; a version never changes.</summary>
    public WorkflowBuilder Version(int version) => With(w => w with { Version = version });

    /// <summary>What it is for.</summary>
    public WorkflowBuilder Describe(string description) => With(w => w with { Description = description });

    /// <summary>What becomes of a run when a step fails.</summary>
    public WorkflowBuilder OnFailure(FailurePolicy policy) => With(w => w with { OnFailure = policy });

    /// <summary>What is enqueued when a run ends, however it does.</summary>
    public WorkflowBuilder OnEnd(NewTask task) => With(w => w with { OnEnd = task });

    /// <summary>Adds a step.</summary>
    /// <param name="name">Unique in the workflow.</param>
    /// <param name="kind">What sort of work it is.</param>
    /// <param name="configure">Says more of it.</param>
    public WorkflowBuilder Step(string name, string kind, Action<StepBuilder>? configure = null) =>
        Add(new StepBuilder(name, new NewTask { Kind = kind }), configure);

    /// <summary>Adds a step in whose place the steps of another workflow stand.</summary>
    /// <param name="name">Unique in the workflow.</param>
    /// <param name="workflow"><c>name</c>, or <c>name@version</c>.</param>
    /// <param name="configure">Says more of it.</param>
    public WorkflowBuilder Within(string name, string workflow, Action<StepBuilder>? configure = null) =>
        Add(new StepBuilder(name, null, workflow), configure);

    /// <summary>The workflow.</summary>
    public Workflow Build() => _workflow with { Steps = [.. _steps] };

    private WorkflowBuilder Add(StepBuilder step, Action<StepBuilder>? configure)
    {
        configure?.Invoke(step);
        _steps.Add(step.Step);
        return this;
    }

    private WorkflowBuilder With(Func<Workflow, Workflow> change)
    {
        _workflow = change(_workflow);
        return this;
    }
}

/// <summary>Writes a step of a workflow.</summary>
public sealed class StepBuilder
{
    internal StepBuilder(string name, NewTask? task, string? workflow = null) =>
        Step = new WorkflowStep { Name = name, Task = task, Workflow = workflow };

    internal WorkflowStep Step { get; private set; }

    /// <summary>Steps that must have ended before.</summary>
    public StepBuilder After(params string[] steps) =>
        With(s => s with { DependsOn = [.. s.DependsOn, .. steps] });

    /// <summary>It runs only if this value in the result of a step before it compares so; else it is skipped.</summary>
    public StepBuilder When<T>(string step, string path, Comparison comparison, T value) =>
        With(s => s with { When = new StepCondition(step, path, comparison, JsonText.From(value)) });

    /// <summary>It runs only if there is such a value, or, with <see cref="Comparison.Absent"/>, none.</summary>
    public StepBuilder When(string step, string path, Comparison comparison) =>
        With(s => s with { When = new StepCondition(step, path, comparison) });

    /// <summary>Capabilities it needs, such as <c>sql>=3</c>.</summary>
    public StepBuilder Requires(params string[] capabilities) =>
        Task(t => t with { Requires = [.. capabilities.Select(text => Requirement.Parse(text))] });

    /// <summary>Its input; without one it gets the run's.</summary>
    public StepBuilder Payload<T>(T payload) => Task(t => t with { Payload = JsonText.From(payload) });

    /// <summary>Changes anything else of its task: priority, timeout, attempts.</summary>
    public StepBuilder Task(Func<NewTask, NewTask> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return With(s => s with
        {
            Task = change(s.Task ?? throw LongshoreException.Invalid(
                $"steps.{s.Name}.task", "cannot be given: a workflow takes its place")),
        });
    }

    /// <summary>Its failure does not make the run fail.</summary>
    public StepBuilder Optional() => With(s => s with { IsOptional = true });

    /// <summary>Nobody does it who does another exclusive step of the same run.</summary>
    public StepBuilder Exclusive() => With(s => s with { IsExclusive = true });

    /// <summary>What makes up for it.</summary>
    public StepBuilder CompensateBy(string kind, Func<NewTask, NewTask>? change = null)
    {
        var task = new NewTask { Kind = kind };
        return With(s => s with { Compensate = change?.Invoke(task) ?? task });
    }

    /// <summary>Several agents do it until they agree.</summary>
    public StepBuilder Overlap(StepOverlap overlap) => With(s => s with { Overlap = overlap });

    private StepBuilder With(Func<WorkflowStep, WorkflowStep> change)
    {
        Step = change(Step);
        return this;
    }
}
