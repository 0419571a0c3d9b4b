using Longshore.Client.Wire;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Passing tasks on, and asking for help.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<Handoff> HandOffAsync(NewHandoff handoff, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        var path = $"tasks/{Text(handoff.TaskId)}/handoff";
        return (await PostAsync<NewHandoffWire, HandoffWire>(path, NewHandoffWire.Of(handoff), ct)
            .ConfigureAwait(false)).ToHandoff();
    }

    /// <inheritdoc/>
    public async Task<WorkTask> WithdrawHandoffAsync(
        long taskId, string actor, string? reason = null, CancellationToken ct = default)
    {
        var body = new EvictWire { Actor = actor, Reason = reason };
        return (await PostAsync<EvictWire, TaskWire>($"tasks/{Text(taskId)}/handoff/withdraw", body, ct)
            .ConfigureAwait(false)).ToTask();
    }

    /// <inheritdoc/>
    public Task<Page<Handoff>> ListHandoffsAsync(HandoffQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "handoffs" + Query(
            ("task", query.TaskId is { } id ? Text(id) : null),
            ("namespace", query.Namespace),
            ("status", query.Status is { } status ? Words.Snake(status) : null),
            ("after", query.After),
            ("limit", Text(query.Limit)));
        return PageAsync<HandoffWire, Handoff>(path, h => h.ToHandoff(), ct);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Opportunity>> ListOpportunitiesAsync(
        string? agent = null, string? @namespace = null, int limit = 50, CancellationToken ct = default)
    {
        var path = "handoffs/opportunities" + Query(
            ("agent", agent), ("namespace", @namespace), ("limit", Text(limit)));
        var answer = await GetAsync<OpportunityListWire>(path, ct).ConfigureAwait(false);
        return [.. answer.Opportunities.Select(o => o.ToOpportunity())];
    }

    /// <inheritdoc/>
    public async Task<HelpRequest> AskForHelpAsync(NewHelpRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = new NewHelpWire
        {
            Agent = request.Agent,
            Epoch = request.Epoch,
            HelpType = request.Type.ToWire(),
            Description = request.Description,
            Urgency = request.Urgency.ToWire(),
            Capabilities = request.Capabilities,
        };
        return (await PostAsync<NewHelpWire, HelpWire>($"tasks/{Text(request.TaskId)}/help", body, ct)
            .ConfigureAwait(false)).ToRequest();
    }

    /// <inheritdoc/>
    public async Task<HelpRequest> TakeHelpAsync(long id, string agent, CancellationToken ct = default) =>
        (await PostAsync<TakeHelpWire, HelpWire>($"help/{Text(id)}/take", new TakeHelpWire(agent), ct)
            .ConfigureAwait(false)).ToRequest();

    /// <inheritdoc/>
    public async Task<HelpRequest> ResolveHelpAsync(
        long id, string by, string resolution, CancellationToken ct = default) =>
        (await PostAsync<ResolveHelpWire, HelpWire>(
            $"help/{Text(id)}/resolve", new ResolveHelpWire(by, resolution), ct).ConfigureAwait(false)).ToRequest();

    /// <inheritdoc/>
    public async Task<HelpRequest> CancelHelpAsync(long id, string by, CancellationToken ct = default) =>
        (await PostAsync<CancelHelpWire, HelpWire>($"help/{Text(id)}/cancel", new CancelHelpWire { By = by }, ct)
            .ConfigureAwait(false)).ToRequest();

    /// <inheritdoc/>
    public async Task<HelpRequest> GetHelpAsync(long id, CancellationToken ct = default) =>
        (await GetAsync<HelpWire>($"help/{Text(id)}", ct).ConfigureAwait(false)).ToRequest();

    /// <inheritdoc/>
    public Task<Page<HelpRequest>> ListHelpAsync(HelpQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "help" + Query(
            ("task", query.TaskId is { } id ? Text(id) : null),
            ("namespace", query.Namespace),
            ("agent", query.Agent),
            ("type", query.Type?.ToWire()),
            ("open", query.OpenOnly ? "true" : null),
            ("after", query.After),
            ("limit", Text(query.Limit)));
        return PageAsync<HelpWire, HelpRequest>(path, r => r.ToRequest(), ct);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HelpSuggestion>> SuggestHelpersAsync(long id, CancellationToken ct = default)
    {
        var answer = await GetAsync<HelpSuggestionListWire>($"help/{Text(id)}/helpers", ct).ConfigureAwait(false);
        return [.. answer.Helpers.Select(h => h.ToHelper())];
    }
}
