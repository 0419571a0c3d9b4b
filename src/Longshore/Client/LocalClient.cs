using System.Globalization;
using Longshore.Assignments;
using Longshore.Engine;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;

namespace Longshore.Client;

/// <summary>
/// The façade in process: checks what comes in, and turns the store's outcomes into answers and errors.
/// </summary>
internal sealed partial class LocalClient(LongshoreEngine engine) : ILongshoreClient
{
    private readonly TimeProvider _clock = engine.Options.Clock;
    private readonly IQueryStore _queries = engine.Store.Queries;

    public async Task<IReadOnlyList<SubmittedTask>> SubmitAsync(
        IReadOnlyList<NewTask> tasks, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        TaskValidation.Range(tasks.Count, 0, Limits.BatchMax, "tasks.length");
        if (tasks.Count == 0)
        {
            return [];
        }

        ct.ThrowIfCancellationRequested();
        using var span = Spans.StartEnqueue(tasks);
        var context = TraceContext.Present();
        var now = _clock.GetUtcNow();
        var checkedTasks = new NewTask[tasks.Count];
        for (var i = 0; i < checkedTasks.Length; i++)
        {
            var at = tasks.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"tasks[{i}].");
            var task = TaskValidation.Checked(tasks[i], now, at);
            checkedTasks[i] = context?.Stamp(task) ?? task;
        }

        await RefuseUnroutableAsync(checkedTasks, ct).ConfigureAwait(false);
        var command = new InsertCommand(checkedTasks);
        engine.Processor.Send(command);
        var outcomes = await command.Completion.ConfigureAwait(false);
        var answers = new SubmittedTask[outcomes.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = SubmittedTask.Of(outcomes[i], checkedTasks[i]);
        }

        span?.SetTag("longshore.task.id", answers[0].Id);
        return answers;
    }

    public async Task<WorkTask> GetTaskAsync(long id, CancellationToken ct = default)
    {
        var task = await _queries.GetTaskAsync(id, ct).ConfigureAwait(false) ?? throw UnknownTask(id);
        if (!task.WasHandedOff)
        {
            return task;
        }

        var latest = await engine.Store.Handoffs.LatestAsync([id], ct).ConfigureAwait(false);
        return task with { Handoff = latest.GetValueOrDefault(id) };
    }

    public async Task<long> FindTaskAsync(string @namespace, string code, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        TaskValidation.Word(code, "code");
        return await _queries.FindTaskAsync(@namespace, code, ct).ConfigureAwait(false)
            ?? throw new LongshoreException(
                ErrorCode.NotFound, $"there is no task with code '{code}' in namespace '{@namespace}'", "code");
    }

    public async Task<Page<WorkTask>> ListTasksAsync(TaskQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        return await _queries.ListTasksAsync(query, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyDictionary<TaskState, long>> CountByStateAsync(
        string? @namespace = null, CancellationToken ct = default) =>
        await _queries.CountByStateAsync(@namespace, ct).ConfigureAwait(false);

    public async Task<WorkTask> CancelAsync(long id, string? reason = null, CancellationToken ct = default)
    {
        TaskValidation.Text(reason, Limits.ErrorLengthMax, "reason");
        var outcomes = await engine.Store.Tasks.CancelAsync([id], reason, ct: ct).ConfigureAwait(false);
        Demand(outcomes[0], id, TaskOperation.Cancel);
        var lost = outcomes[0].Lost ?? new LostClaim(id, 0, null, outcomes[0].State);
        engine.OnLost([lost, .. outcomes[0].Runs?.AsLost() ?? []], LossCause.Cancelled);
        return await GetTaskAsync(id, ct).ConfigureAwait(false);
    }

    public async Task<WorkTask> RetryAsync(long id, CancellationToken ct = default)
    {
        var outcomes = await engine.Store.Tasks.RetryAsync([id], ct: ct).ConfigureAwait(false);
        Demand(outcomes[0], id, TaskOperation.Retry);
        engine.Metrics.Retried.Add(1, new KeyValuePair<string, object?>("cause", "request"));
        engine.OnReady(1);
        return await GetTaskAsync(id, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Assignment>> ListAssignmentsAsync(long id, CancellationToken ct = default)
    {
        var assignments = await _queries.ListAssignmentsAsync(id, ct).ConfigureAwait(false);
        if (assignments.Count == 0)
        {
            await GetTaskAsync(id, ct).ConfigureAwait(false);
        }

        return assignments;
    }

    private static void Demand(ChangeOutcome outcome, long id, TaskOperation operation)
    {
        if (outcome.Status == ChangeStatus.NotFound)
        {
            throw UnknownTask(id);
        }

        if (outcome.Status == ChangeStatus.KeyTaken)
        {
            throw new LongshoreException(
                ErrorCode.DuplicateTask,
                $"task {id}: its unique key is that of task {outcome.HolderId} by now",
                "unique");
        }

        if (outcome.Status == ChangeStatus.Refused)
        {
            throw new LongshoreException(
                ErrorCode.WrongState, $"task {id}: {TaskTransitions.Refusal(outcome.State, operation)}");
        }
    }

    private static LongshoreException UnknownTask(long id) =>
        new(ErrorCode.NotFound, $"there is no task {id}", "id");

    private static LongshoreException UnknownAgent(string name) =>
        new(ErrorCode.NotFound, $"there is no agent '{name}'; register it first", "agent");
}
