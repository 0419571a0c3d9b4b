using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>
/// The runs of one store inside one transaction: what <see cref="RunAdvance"/> may know and change. The runs are
/// locked; nobody else moves their steps meanwhile.
/// </summary>
internal interface IRunLedger
{
    /// <summary>The instant of the transaction.</summary>
    long NowUs { get; }

    /// <summary>The step that a task is, with what was changed so far; null when it is none.</summary>
    RunStep? FindStep(long taskId);

    /// <summary>The run, with what was changed so far.</summary>
    WorkflowRun GetRun(long id);

    /// <summary>All tasks of a run, by place.</summary>
    IReadOnlyList<RunStep> StepsOf(long runId);

    /// <summary>
    /// The tasks of a run that are no steps, by place: answers, compensations, what its end enqueues.
    /// </summary>
    IReadOnlyList<RunStep> AsideOf(long runId);

    /// <summary>The steps that depend on a task, by id.</summary>
    IReadOnlyList<long> DependentsOf(long taskId);

    /// <summary>The tasks a step depends on, by id.</summary>
    IReadOnlyList<long> PredecessorsOf(long taskId);

    /// <summary>A task as it is now.</summary>
    StepTask TaskOf(long taskId);

    /// <summary>Changes a step.</summary>
    void Put(RunStep step);

    /// <summary>Changes a run.</summary>
    void Put(WorkflowRun run);

    /// <summary>Makes a step depend on another one.</summary>
    void AddDependency(long taskId, long dependsOn);

    /// <summary>Performs proceed: the task can be claimed from now on.</summary>
    void Proceed(long taskId);

    /// <summary>Performs cancel, whoever holds the task.</summary>
    void Cancel(long taskId, string why);

    /// <summary>Performs conclude: the task is done with this result, and nobody has done it.</summary>
    void Conclude(long taskId, JsonText result);

    /// <summary>Performs await: the task waits for its predecessors again.</summary>
    void Await(long taskId);

    /// <summary>Gives a task that waits its payload.</summary>
    void Fill(long taskId, JsonText payload);

    /// <summary>Notes what became of a run.</summary>
    void Note(string type, WorkflowRun run, RunStep? step = null, string? reason = null);
}

/// <summary>What a run wants to know of one of its tasks.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Result">What it yielded.</param>
/// <param name="Error">Why it ended badly.</param>
/// <param name="Agent">Who held it last.</param>
/// <param name="Quality">What the record of that agent is worth, 0 to 1.</param>
internal readonly record struct StepTask(
    TaskState State, JsonText Result = default, string? Error = null, string? Agent = null, double Quality = 0);
