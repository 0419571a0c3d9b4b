using System.Globalization;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Client.Wire;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Tasks, agents and work.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<SubmittedTask>> SubmitAsync(
        IReadOnlyList<NewTask> tasks, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        if (tasks.Count == 0)
        {
            return [];
        }

        var body = new TaskBatchWire { Tasks = [.. tasks.Select(NewTaskWire.Of)] };
        var answer = await PostAsync<TaskBatchWire, SubmittedBatchWire>("tasks/batch", body, ct).ConfigureAwait(false);
        return [.. answer.Tasks.Select(t =>
            new SubmittedTask(Words.Parse<InsertStatus>(t.Status, "status"), t.Id, t.Code))];
    }

    /// <inheritdoc/>
    public async Task<WorkTask> GetTaskAsync(long id, CancellationToken ct = default) =>
        (await GetAsync<TaskWire>($"tasks/{Text(id)}", ct).ConfigureAwait(false)).ToTask();

    /// <inheritdoc/>
    public async Task<long> FindTaskAsync(string @namespace, string code, CancellationToken ct = default)
    {
        TaskValidation.Word(code, "code");
        var path = "tasks/by-code" + Query(("namespace", @namespace), ("code", code));
        return (await GetAsync<TaskWire>(path, ct).ConfigureAwait(false)).Id;
    }

    /// <inheritdoc/>
    public Task<Page<WorkTask>> ListTasksAsync(TaskQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        (string, string?)[] filters =
        [
            ("namespace", query.Namespace), ("kind", query.Kind), ("tag", query.Tag), ("agent", query.Agent),
            ("correlation_id", query.CorrelationId), ("min_priority", query.MinPriority is { } p ? Text(p) : null),
            ("parent_id", query.ParentId is { } id ? Text(id) : null), ("after", query.After),
            ("limit", Text(query.Limit)), ("order", query.Descending ? "desc" : null),
            .. query.States.Select(state => ("state", (string?)state.ToWire())),
            .. query.ExcludeCodes.Select(code => ("exclude_code", (string?)code)),
        ];
        return PageAsync<TaskWire, WorkTask>("tasks" + Query(filters), t => t.ToTask(), ct);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<TaskState, long>> CountByStateAsync(
        string? @namespace = null, CancellationToken ct = default)
    {
        var path = "tasks/counts" + Query(("namespace", @namespace));
        var counts = await GetAsync<Dictionary<string, long>>(path, ct).ConfigureAwait(false);
        return counts.ToDictionary(pair => TaskStates.Parse(pair.Key), pair => pair.Value);
    }

    /// <inheritdoc/>
    public async Task<WorkTask> CancelAsync(long id, string? reason = null, CancellationToken ct = default) =>
        (await PostAsync<ReasonWire, TaskWire>($"tasks/{Text(id)}/cancel", new ReasonWire { Reason = reason }, ct)
            .ConfigureAwait(false)).ToTask();

    /// <inheritdoc/>
    public async Task<WorkTask> RetryAsync(long id, CancellationToken ct = default) =>
        (await SendAsync<TaskWire>(HttpMethod.Post, $"tasks/{Text(id)}/retry", null, ct).ConfigureAwait(false))
            .ToTask();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Assignment>> ListAssignmentsAsync(long id, CancellationToken ct = default)
    {
        var answer = await GetAsync<AssignmentListWire>($"tasks/{Text(id)}/assignments", ct).ConfigureAwait(false);
        return [.. answer.Assignments.Select(a => a.ToAssignment())];
    }

    /// <inheritdoc/>
    public async Task<Agent> RegisterAsync(AgentRegistration registration, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(registration);
        var answer = await PostAsync<NewAgentWire, AgentWire>("agents", NewAgentWire.Of(registration), ct)
            .ConfigureAwait(false);
        return answer.ToAgent();
    }

    /// <inheritdoc/>
    public Task HeartbeatAsync(string agent, CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        return SendAsync<object>(HttpMethod.Post, $"agents/{Segment(agent)}/heartbeat", null, ct);
    }

    /// <inheritdoc/>
    public async Task<Agent> GetAgentAsync(string name, CancellationToken ct = default) =>
        (await GetAsync<AgentWire>($"agents/{Segment(name)}", ct).ConfigureAwait(false)).ToAgent();

    /// <inheritdoc/>
    public Task<Page<Agent>> ListAgentsAsync(AgentQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "agents" + Query(
            ("status", query.Status?.ToWire()),
            ("capability", query.Capability),
            ("has_capacity", query.HasCapacity is { } room ? (room ? "true" : "false") : null),
            ("min_reputation", query.MinReputation is { } least ? Text(least) : null),
            ("specialization", query.Specialization),
            ("after", query.After),
            ("limit", Text(query.Limit)));
        return PageAsync<AgentWire, Agent>(path, a => a.ToAgent(), ct);
    }

    /// <inheritdoc/>
    public Task SetAgentModeAsync(string name, AgentMode mode, CancellationToken ct = default) =>
        PostAsync<ModeWire, AgentWire>($"agents/{Segment(name)}/mode", new ModeWire { Mode = Words.Snake(mode) }, ct);

    /// <inheritdoc/>
    public Task DeregisterAsync(string name, CancellationToken ct = default) =>
        SendAsync<object>(HttpMethod.Delete, $"agents/{Segment(name)}", null, ct);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DiscoveredTask>> DiscoverAsync(
        DiscoverQuery query, TimeSpan wait = default, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var body = new DiscoverWire
        {
            Agent = query.Agent,
            Limit = query.Limit,
            Kinds = query.Kinds,
            ExcludeCodes = query.ExcludeCodes,
            MinPriority = query.MinPriority,
            WaitSeconds = Math.Min(wait.TotalSeconds, Limits.WaitMax.TotalSeconds),
        };
        var answer = await PostAsync<DiscoverWire, DiscoveredListWire>("discover", body, ct).ConfigureAwait(false);
        return [.. answer.Tasks.Select(t => t.ToDiscovered())];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Grant>> ClaimAsync(
        ClaimRequest request, TimeSpan wait = default, CancellationToken ct = default)
    {
        CallRules.Check(request);
        var body = new ClaimWire
        {
            Agent = request.Agent,
            Max = request.Max,
            Kinds = request.Kinds,
            TaskIds = request.TaskIds,
            LeaseSeconds = request.Lease.TotalSeconds,
            WaitSeconds = Math.Min(wait.TotalSeconds, Limits.WaitMax.TotalSeconds),
            Key = request.Key,
        };
        var answer = await PostAsync<ClaimWire, GrantListWire>("claims", body, ct).ConfigureAwait(false);
        return answer.ToGrants();
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset> RenewAsync(Renewal renewal, CancellationToken ct = default)
    {
        CallRules.Check(renewal);
        var body = new RenewWire
        {
            LeaseSeconds = renewal.Lease.TotalSeconds,
            Progress = renewal.Progress,
            Draft = renewal.Draft.IsNone ? null : renewal.Draft,
        };
        var path = ClaimPath(renewal.TaskId, renewal.Epoch, "renew");
        return (await PostAsync<RenewWire, RenewedWire>(path, body, ct).ConfigureAwait(false)).LeaseUntil;
    }

    /// <inheritdoc/>
    public async Task<FinishOutcome> FinishAsync(Finish finish, CancellationToken ct = default)
    {
        CallRules.Check(finish);
        if (finish.Kind == FinishKind.Reject)
        {
            return (await RejectAsync(finish, ct).ConfigureAwait(false)).ToOutcome();
        }

        var isFail = finish.Kind == FinishKind.Fail;
        var body = new FinishWire
        {
            Result = finish.Result.IsNone ? null : finish.Result,
            Error = isFail ? finish.Error : null,
            ErrorDetail = isFail ? finish.ErrorDetail : null,
            Reason = isFail ? null : finish.Error,
            Retry = isFail ? finish.Retry : null,
            DelaySeconds = finish.Delay?.TotalSeconds,
            Key = finish.Key,
        };
        var path = ClaimPath(finish.TaskId, finish.Epoch, Words.Snake(finish.Kind));
        return (await PostAsync<FinishWire, FinishedWire>(path, body, ct).ConfigureAwait(false)).ToOutcome();
    }

    private static string ClaimPath(long taskId, int epoch, string verb) =>
        string.Create(CultureInfo.InvariantCulture, $"claims/{taskId}/{epoch}/{verb}");
}
