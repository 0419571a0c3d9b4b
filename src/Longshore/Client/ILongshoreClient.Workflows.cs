using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client;

/// <content>Workflows: tasks that depend on each other.</content>
public partial interface ILongshoreClient
{
    /// <summary>Stores a version of a workflow. The same again changes nothing.</summary>
    /// <exception cref="LongshoreException">
    /// invalid_input: what is wrong, and where; wrong_state: that version says something else already.
    /// </exception>
    Task<Workflow> PutWorkflowAsync(Workflow workflow, CancellationToken ct = default);

    /// <summary>A version of a workflow, its newest when none is named.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<Workflow> GetWorkflowAsync(
        string @namespace, string name, int? version = null, CancellationToken ct = default);

    /// <summary>A page of workflows, each in its newest version, by namespace and name.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Page<Workflow>> ListWorkflowsAsync(WorkflowQuery query, CancellationToken ct = default);

    /// <summary>Starts a run: all its tasks are stored in one transaction, those that nothing precedes ready.</summary>
    /// <exception cref="LongshoreException">
    /// not_found: no such workflow; invalid_input; duplicate_code: the code names another run; queue_full.
    /// </exception>
    Task<StartedRun> StartRunAsync(RunRequest request, CancellationToken ct = default);

    /// <summary>A run as it stands.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<WorkflowRun> GetRunAsync(long id, CancellationToken ct = default);

    /// <summary>The run of a code.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<WorkflowRun> FindRunAsync(string @namespace, string code, CancellationToken ct = default);

    /// <summary>A page of runs, the newest first.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Page<WorkflowRun>> ListRunsAsync(RunQuery query, CancellationToken ct = default);

    /// <summary>All tasks of a run, by place.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<IReadOnlyList<RunStepInfo>> ListRunStepsAsync(long id, CancellationToken ct = default);

    /// <summary>
    /// Adds steps to a run while one of its steps is held: what depends on that one waits for them, too. They may
    /// depend on each other. Adding steps of the same names again changes nothing.
    /// </summary>
    /// <param name="taskId">The step that is held.</param>
    /// <param name="epoch">The epoch of its grant.</param>
    /// <param name="steps">What to add; their names are put under that of the step.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">not_found; invalid_input; stale_claim.</exception>
    Task<WorkflowRun> AddStepsAsync(
        long taskId, int epoch, IReadOnlyList<WorkflowStep> steps, CancellationToken ct = default);

    /// <summary>Calls a run off; what was done is compensated where its steps say how.</summary>
    /// <exception cref="LongshoreException">not_found; wrong_state: it has ended.</exception>
    Task<WorkflowRun> CancelRunAsync(long id, string? reason = null, CancellationToken ct = default);

    /// <summary>Begins a run anew where it failed or was called off; what was done stays done.</summary>
    /// <exception cref="LongshoreException">
    /// not_found; wrong_state: it goes on, is done, or what was done was compensated.
    /// </exception>
    Task<WorkflowRun> RetryRunAsync(long id, CancellationToken ct = default);

    /// <summary>Settles a step by hand: it is done with this result, and what depends on it goes on.</summary>
    /// <exception cref="LongshoreException">
    /// not_found: no such run or step; wrong_state: somebody holds it, or it is done.
    /// </exception>
    Task<WorkflowRun> ResolveStepAsync(long id, string step, JsonText result, CancellationToken ct = default);
}
