using System.Diagnostics;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>A run that begins: nothing is known but its new steps. Answers which can be claimed at once.</summary>
internal sealed class StartLedger(WorkflowRun run, IReadOnlyList<RunStep> steps, long nowUs) : IRunLedger
{
    private readonly Dictionary<long, RunStep> _steps = steps.ToDictionary(step => step.TaskId);

    public long NowUs => nowUs;

    public long RunId => run.Id;

    /// <summary>Tasks that can be claimed.</summary>
    public List<long> First { get; } = [];

    /// <summary>All steps as they are to be stored.</summary>
    public IReadOnlyList<RunStep> Steps => StepsOf(run.Id);

    /// <summary>Lets those go that nothing precedes.</summary>
    public StartLedger Begin()
    {
        new RunAdvance(this).Begin(steps);
        return this;
    }

    public RunStep? FindStep(long taskId) => _steps.GetValueOrDefault(taskId);

    public WorkflowRun GetRun(long id) => run;

    public IReadOnlyList<RunStep> StepsOf(long runId) => [.. steps.Select(step => _steps[step.TaskId])];

    public IReadOnlyList<long> DependentsOf(long taskId) => [];

    public IReadOnlyList<long> PredecessorsOf(long taskId) => [];

    public StepTask TaskOf(long taskId) => new(TaskState.Waiting);

    public void Put(RunStep step) => _steps[step.TaskId] = step;

    public void Proceed(long taskId) => First.Add(taskId);

    public void Put(WorkflowRun run) => throw new UnreachableException();

    public void AddDependency(long taskId, long dependsOn) => throw new UnreachableException();

    public void Cancel(long taskId, string why) => throw new UnreachableException();

    public void Conclude(long taskId, JsonText result) => throw new UnreachableException();

    public void Await(long taskId) => throw new UnreachableException();

    public IReadOnlyList<RunStep> AsideOf(long runId) => throw new UnreachableException();

    public void Fill(long taskId, JsonText payload) => throw new UnreachableException();

    public void Note(string type, WorkflowRun run, RunStep? step = null, string? reason = null) =>
        throw new UnreachableException();
}
