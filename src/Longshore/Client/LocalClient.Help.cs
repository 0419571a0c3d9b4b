using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Explain;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Asking for help, giving it, and who could.</summary>
internal sealed partial class LocalClient
{
    private const int HelpersMax = 20;

    public async Task<HelpRequest> AskForHelpAsync(NewHelpRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        AgentNames.Check(request.Agent, "agent");
        HandoffTexts.CheckText(request.Description, "description");
        if (request is { Type: HelpType.Blocker, Epoch: null })
        {
            throw LongshoreException.Invalid("epoch", "is required of a blocker: only the holder can ask for one");
        }

        var needs = Requirement.Canonical(
            request.Capabilities.Select((text, i) => Requirement.Parse(text, $"capabilities[{i}]")), "capabilities");
        TaskValidation.Range(needs.Count, 0, Limits.RequirementsMax, "capabilities.length");
        var asked = request with { Capabilities = [.. needs.Select(need => need.ToString())] };
        var outcome = await engine.Store.Help.AskAsync(asked, ct: ct).ConfigureAwait(false);
        return outcome.Status switch
        {
            HelpWriteStatus.Done => Told(outcome),
            HelpWriteStatus.UnknownAgent => throw UnknownAgent(request.Agent),
            HelpWriteStatus.NotFound => throw UnknownTask(request.TaskId),
            HelpWriteStatus.Stale => throw new LongshoreException(
                ErrorCode.StaleClaim,
                $"'{request.Agent}' does not hold task {request.TaskId} with epoch {request.Epoch}; "
                + $"the task is {outcome.State.ToWire()}",
                "epoch"),
            HelpWriteStatus.TooMany => throw new LongshoreException(
                ErrorCode.WrongState,
                $"task {request.TaskId} has {Limits.OpenRequestsMax} unanswered requests; answer or call off some"),
            _ => throw new LongshoreException(
                ErrorCode.WrongState,
                $"task {request.TaskId} is {outcome.State.ToWire()}; "
                + (outcome.State.IsTerminal() ? "nobody needs help with it" : "accept it before you are blocked")),
        };
    }

    public async Task<HelpRequest> TakeHelpAsync(long id, string agent, CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        return Demand(
            await engine.Store.Help.TakeAsync(id, agent, ct: ct).ConfigureAwait(false), id, agent,
            "asked for it itself");
    }

    public async Task<HelpRequest> ResolveHelpAsync(
        long id, string by, string resolution, CancellationToken ct = default)
    {
        TaskValidation.Word(by, "by");
        HandoffTexts.CheckText(resolution, "resolution");
        return Demand(
            await engine.Store.Help.ResolveAsync(id, by, resolution, ct: ct).ConfigureAwait(false), id, by,
            "escalated it, or is of the same principal; somebody else decides it");
    }

    public async Task<HelpRequest> CancelHelpAsync(long id, string by, CancellationToken ct = default)
    {
        TaskValidation.Word(by, "by");
        return Demand(
            await engine.Store.Help.CancelAsync(id, by, ct: ct).ConfigureAwait(false), id, by,
            "did not ask for it; whoever asked, or a person, calls it off");
    }

    public async Task<HelpRequest> GetHelpAsync(long id, CancellationToken ct = default) =>
        await engine.Store.Help.GetAsync(id, ct).ConfigureAwait(false) ?? throw UnknownRequest(id);

    public async Task<Page<HelpRequest>> ListHelpAsync(HelpQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        return await engine.Store.Help.ListAsync(query, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<HelpSuggestion>> SuggestHelpersAsync(long id, CancellationToken ct = default)
    {
        var request = await GetHelpAsync(id, ct).ConfigureAwait(false);
        var task = await GetTaskAsync(request.TaskId, ct).ConfigureAwait(false);
        var needs = request.Capabilities.Count > 0
            ? [.. request.Capabilities.Select(text => Requirement.Parse(text))]
            : task.Spec.Requires;
        var now = engine.Time.Now;
        var crowd = await new Crowd(engine.Store).ReadAsync(now, ct).ConfigureAwait(false);
        var asker = crowd.FirstOrDefault(c => c.Agent.Name == request.Agent)?.Agent.Profile.Principal;
        return
        [
            .. crowd
                .Where(c => c.Agent.Name != request.Agent && needs.All(need => c.Usable.Meets(need)))
                .Where(c => c.Agent.StatusAt(now, engine.Store.Info.HeartbeatTimeout) <= AgentStatus.AtCapacity)
                .Where(c => request.Type != HelpType.Escalation || asker is null
                    || c.Agent.Profile.Principal != asker)
                .Select(c => Helper(c, needs))
                .OrderByDescending(h => h.Quality).ThenBy(h => (double)h.Load / h.MaxConcurrent)
                .ThenBy(h => h.Agent, StringComparer.Ordinal)
                .Take(HelpersMax),
        ];
    }

    private HelpSuggestion Helper(Candidate candidate, IReadOnlyList<Requirement> needs)
    {
        var agent = candidate.Agent;
        List<string> reasons =
        [
            needs.Count == 0
                ? "no capability is needed"
                : "has " + string.Join(
                    ", ", needs.Select(need => $"{need.Name}:{candidate.Usable.LevelOf(need.Name)}")),
            $"completed {agent.TotalCompleted} tasks, failed {agent.TotalFailed}",
            $"holds {agent.Load} of at most {agent.Profile.MaxConcurrent}",
        ];
        return new HelpSuggestion(
            agent.Name, Performance(agent, needs), agent.Load, agent.Profile.MaxConcurrent, reasons);
    }

    private HelpRequest Demand(HelpOutcome outcome, long id, string by, string notAllowed) => outcome.Status switch
    {
        HelpWriteStatus.Done => Told(outcome),
        HelpWriteStatus.NotFound => throw UnknownRequest(id),
        HelpWriteStatus.UnknownAgent => throw UnknownAgent(by),
        HelpWriteStatus.NotAllowed => throw new LongshoreException(
            ErrorCode.NotAllowed, $"help request {id}: '{by}' {notAllowed}"),
        _ => throw new LongshoreException(
            ErrorCode.WrongState,
            $"help request {id} is {outcome.Request!.Status.ToWire()}"
            + (outcome.Request.ClaimedBy is { } helper ? $", by '{helper}'" : "")),
    };

    /// <summary>Tells those concerned what a request did to its task.</summary>
    private HelpRequest Told(HelpOutcome outcome)
    {
        var request = outcome.Request!;
        if (outcome.Change == TaskOperation.Reopen)
        {
            engine.OnReady(1);
        }

        engine.OnRecorded(outcome.Change is null ? null : request.TaskId, outcome.State);
        return request;
    }

    private static LongshoreException UnknownRequest(long id) =>
        new(ErrorCode.NotFound, $"there is no help request {id}", "id");
}
