using Longshore.Client.Wire;
using Longshore.Explain;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Why something is as it is.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<TaskExplanation> ExplainTaskAsync(long id, CancellationToken ct = default) =>
        (await GetAsync<TaskExplanationWire>($"tasks/{Text(id)}/explain", ct).ConfigureAwait(false)).ToExplanation();

    /// <inheritdoc/>
    public async Task<TaskExplanation> DryRunAsync(NewTask task, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        var answer = await PostAsync<NewTaskWire, TaskExplanationWire>("explain", NewTaskWire.Of(task), ct)
            .ConfigureAwait(false);
        return answer.ToExplanation();
    }

    /// <inheritdoc/>
    public async Task<AgentExplanation> ExplainAgentAsync(string name, CancellationToken ct = default)
    {
        var answer = await GetAsync<AgentExplanationWire>($"agents/{Segment(name)}/explain", ct).ConfigureAwait(false);
        return answer.ToExplanation();
    }

    /// <inheritdoc/>
    public async Task<AssignmentExplanation> ExplainAssignmentAsync(long id, CancellationToken ct = default)
    {
        var answer = await GetAsync<AssignmentExplanationWire>($"tasks/{Text(id)}/explain-assignment", ct)
            .ConfigureAwait(false);
        return answer.ToExplanation();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PendingReason>> ExplainPendingAsync(
        string? @namespace = null, CancellationToken ct = default)
    {
        var answer = await GetAsync<PendingListWire>("explain/pending" + Query(("namespace", @namespace)), ct)
            .ConfigureAwait(false);
        return [.. answer.Pending.Select(p => p.ToReason())];
    }

    /// <inheritdoc/>
    public async Task<DistributionReport> GetDistributionAsync(CancellationToken ct = default) =>
        (await GetAsync<DistributionWire>("distribution", ct).ConfigureAwait(false)).ToReport();
}
