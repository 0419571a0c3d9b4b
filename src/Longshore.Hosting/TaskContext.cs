using System.Text.Json;
using Longshore.Client;
using Longshore.Engine;
using Longshore.Tasks;
using Longshore.Workflows;
using Microsoft.Extensions.Logging;

namespace Longshore.Hosting;

/// <summary>What a handler may know and say about the task it does.</summary>
public sealed class TaskContext
{
    private readonly IRunningClaim _claim;

    internal TaskContext(
        WorkTask task, IRunningClaim claim, ILongshoreClient client, IServiceProvider services, ILogger logger)
    {
        (Task, _claim, Client, Services, Logger) = (task, claim, client, services, logger);
    }

    /// <summary>The task, as granted.</summary>
    public WorkTask Task { get; }

    /// <summary>Which try this is, from 1.</summary>
    public int Attempt => Task.Attempts;

    /// <summary>
    /// The fencing number of this grant. Task id and epoch together are an idempotency key for effects elsewhere (G3).
    /// </summary>
    public int Epoch => Task.Epoch;

    /// <summary>What caused the task, if its submitter said so; parts submitted here inherit it.</summary>
    public string? CorrelationId => Task.Spec.CorrelationId;

    /// <summary>
    /// The result of a step before this one, read as <typeparamref name="T"/>; null when it was skipped, failed as an
    /// optional step does, or yielded nothing.
    /// </summary>
    /// <param name="step">The name of the step.</param>
    /// <exception cref="JsonException">The result is of another shape; it is read strictly.</exception>
    public T? ResultOf<T>(string step)
    {
        if (Task.Run is not { } run)
        {
            throw new InvalidOperationException("the task is no step of a run");
        }

        using var inputs = JsonDocument.Parse(run.Inputs.Memory);
        return inputs.RootElement.TryGetProperty(step, out var result) && result.ValueKind != JsonValueKind.Null
            ? result.Deserialize<T>(PayloadJson.Options)
            : default;
    }

    /// <summary>
    /// Adds steps to the run of this step: what depends on this step waits for them, too. Adding steps of the same
    /// names again, as another try does, changes nothing.
    /// </summary>
    /// <exception cref="LongshoreException">As <see cref="ILongshoreClient.AddStepsAsync"/>.</exception>
    public Task<WorkflowRun> AddStepsAsync(IReadOnlyList<WorkflowStep> steps, CancellationToken ct = default) =>
        Client.AddStepsAsync(Task.Id, Epoch, steps, ct);

    /// <summary>To look things up, and to submit tasks that are not parts of this one.</summary>
    public ILongshoreClient Client { get; }

    /// <summary>The services of this attempt; they end with it.</summary>
    public IServiceProvider Services { get; }

    /// <summary>A logger under the handler's name.</summary>
    public ILogger Logger { get; }

    /// <summary>Says how far the work is, 0 to 1, and extends the lease.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.StaleClaim"/>: the task is no longer ours.</exception>
    public Task ReportProgressAsync(double progress, CancellationToken ct = default) => _claim.RenewAsync(progress, ct);

    /// <summary>Extends the lease. The host does so by itself while the handler runs; this says it at once.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.StaleClaim"/>: the task is no longer ours.</exception>
    public Task HeartbeatAsync(CancellationToken ct = default) => _claim.RenewAsync(progress: null, ct);

    /// <summary>
    /// Submits parts of this task: they name it as their parent and carry its correlation id, unless they say
    /// otherwise. A part without an idempotency key is submitted again when this task is tried again.
    /// </summary>
    /// <exception cref="LongshoreException">As <see cref="ILongshoreClient.SubmitAsync"/>.</exception>
    public Task<IReadOnlyList<SubmittedTask>> SubmitPartsAsync(
        IEnumerable<NewTask> parts, CancellationToken ct = default) =>
        Client.SubmitAsync(
            [.. parts.Select(part => part with
            {
                ParentId = part.ParentId ?? Task.Id,
                CorrelationId = part.CorrelationId ?? CorrelationId,
            })],
            ct);
}
