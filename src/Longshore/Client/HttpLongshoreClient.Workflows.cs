using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client;

/// <content>Workflows.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<Workflow> PutWorkflowAsync(Workflow workflow, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        return (await PutAsync<WorkflowWire, WorkflowWire>(
            WorkflowPath(workflow.Namespace, workflow.Name), WorkflowWire.Of(workflow), ct)
            .ConfigureAwait(false)).ToWorkflow();
    }

    /// <inheritdoc/>
    public async Task<Workflow> GetWorkflowAsync(
        string @namespace, string name, int? version = null, CancellationToken ct = default)
    {
        var path = WorkflowPath(@namespace, name) + Query(("version", version is { } v ? Text(v) : null));
        return (await GetAsync<WorkflowWire>(path, ct).ConfigureAwait(false)).ToWorkflow();
    }

    /// <inheritdoc/>
    public Task<Page<Workflow>> ListWorkflowsAsync(WorkflowQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "workflows" + Query(
            ("namespace", query.Namespace), ("after", query.After), ("limit", Text(query.Limit)));
        return PageAsync<WorkflowWire, Workflow>(path, w => w.ToWorkflow(), ct);
    }

    /// <inheritdoc/>
    public async Task<StartedRun> StartRunAsync(RunRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (name, version) = WorkflowValidation.Reference(request.Workflow, "workflow");
        var body = new RunRequestWire
        {
            Version = version,
            Code = request.Code,
            Input = request.Input.IsNone ? null : request.Input,
            CorrelationId = request.CorrelationId,
        };
        return (await PostAsync<RunRequestWire, StartedRunWire>(
            WorkflowPath(request.Namespace, name) + "/runs", body, ct).ConfigureAwait(false)).ToStarted();
    }

    /// <inheritdoc/>
    public async Task<WorkflowRun> GetRunAsync(long id, CancellationToken ct = default) =>
        (await GetAsync<RunWire>($"runs/{Text(id)}", ct).ConfigureAwait(false)).ToRun();

    /// <inheritdoc/>
    public async Task<WorkflowRun> FindRunAsync(string @namespace, string code, CancellationToken ct = default)
    {
        TaskValidation.Word(code, "code");
        var path = "runs/by-code" + Query(("namespace", @namespace), ("code", code));
        return (await GetAsync<RunWire>(path, ct).ConfigureAwait(false)).ToRun();
    }

    /// <inheritdoc/>
    public Task<Page<WorkflowRun>> ListRunsAsync(RunQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "runs" + Query(
            ("namespace", query.Namespace), ("workflow", query.Workflow), ("state", query.State?.ToWire()),
            ("after", query.After), ("limit", Text(query.Limit)));
        return PageAsync<RunWire, WorkflowRun>(path, r => r.ToRun(), ct);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunStepInfo>> ListRunStepsAsync(long id, CancellationToken ct = default) =>
        [.. (await GetAsync<RunStepListWire>($"runs/{Text(id)}/steps", ct).ConfigureAwait(false))
            .Steps.Select(step => step.ToStep())];

    /// <inheritdoc/>
    public async Task<WorkflowRun> AddStepsAsync(
        long taskId, int epoch, IReadOnlyList<WorkflowStep> steps, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var body = new MoreStepsWire { Epoch = epoch, Steps = [.. steps.Select(StepWire.Of)] };
        return (await PostAsync<MoreStepsWire, RunWire>($"tasks/{Text(taskId)}/steps", body, ct)
            .ConfigureAwait(false)).ToRun();
    }

    /// <inheritdoc/>
    public async Task<WorkflowRun> CancelRunAsync(long id, string? reason = null, CancellationToken ct = default) =>
        (await PostAsync<ReasonWire, RunWire>($"runs/{Text(id)}/cancel", new ReasonWire { Reason = reason }, ct)
            .ConfigureAwait(false)).ToRun();

    /// <inheritdoc/>
    public async Task<WorkflowRun> RetryRunAsync(long id, CancellationToken ct = default) =>
        (await PostAsync<object, RunWire>($"runs/{Text(id)}/retry", new object(), ct).ConfigureAwait(false)).ToRun();

    /// <inheritdoc/>
    public async Task<WorkflowRun> ResolveStepAsync(
        long id, string step, JsonText result, CancellationToken ct = default)
    {
        var body = new ResolveStepWire { Step = step, Result = result.IsNone ? null : result };
        return (await PostAsync<ResolveStepWire, RunWire>($"runs/{Text(id)}/resolve", body, ct)
            .ConfigureAwait(false)).ToRun();
    }

    private static string WorkflowPath(string @namespace, string name)
    {
        TaskValidation.Word(@namespace, "namespace");
        WorkflowValidation.Name(name, "name");
        return $"namespaces/{Segment(@namespace)}/workflows/{Segment(name)}";
    }
}
