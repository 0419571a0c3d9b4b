using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Explain;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Passing tasks on, and who could take them.</summary>
internal sealed partial class LocalClient
{
    public async Task<Handoff> HandOffAsync(NewHandoff handoff, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        var said = handoff.Checked();
        var task = await GetTaskAsync(said.TaskId, ct).ConfigureAwait(false);
        await CheckTargetAsync(task, said, ct).ConfigureAwait(false);
        var outcomes = await engine.Store.Handoffs.HandOffAsync([said], ct: ct).ConfigureAwait(false);
        var (status, state, done) = outcomes[0];
        if (status == HandoffWriteStatus.HandedOff)
        {
            engine.OnLost([new LostClaim(said.TaskId, said.Epoch, done!.From, state)], LossCause.HandedOff);
        }

        return status switch
        {
            HandoffWriteStatus.NotFound => throw UnknownTask(said.TaskId),
            HandoffWriteStatus.Stale => throw new LongshoreException(
                ErrorCode.StaleClaim,
                $"epoch {said.Epoch} of task {said.TaskId} no longer holds; the task is {state.ToWire()}",
                "epoch"),
            HandoffWriteStatus.Refused => throw new LongshoreException(
                ErrorCode.WrongState,
                $"task {said.TaskId}: {TaskTransitions.Refusal(state, TaskOperation.HandOff)}"),
            HandoffWriteStatus.TooManyHops => throw new LongshoreException(
                ErrorCode.HopLimit,
                $"task {said.TaskId} was passed on as often as the rules of namespace '{task.Spec.Namespace}' allow "
                + "(handoffs_max); complete it, fail it or give it back"),
            _ => done!,
        };
    }

    public async Task<WorkTask> WithdrawHandoffAsync(
        long taskId, string actor, string? reason = null, CancellationToken ct = default)
    {
        CheckActor(actor, reason);
        var isAgent = await _queries.GetAgentAsync(actor, ct).ConfigureAwait(false) is not null;
        var outcomes = await engine.Store.Handoffs
            .WithdrawAsync([taskId], isAgent ? ActorType.Agent : ActorType.Human, actor, reason, ct: ct)
            .ConfigureAwait(false);
        Demand(outcomes[0], taskId, TaskOperation.Withdraw);
        engine.OnReady(1);
        return await GetTaskAsync(taskId, ct).ConfigureAwait(false);
    }

    public async Task<Page<Handoff>> ListHandoffsAsync(HandoffQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        return await engine.Store.Handoffs.ListAsync(query, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Opportunity>> ListOpportunitiesAsync(
        string? agent = null, string? @namespace = null, int limit = 50, CancellationToken ct = default)
    {
        TaskValidation.Range(limit, 1, Limits.PageMax, "limit");
        var crowd = await new Crowd(engine.Store).ReadAsync(engine.Time.Now, ct).ConfigureAwait(false);
        if (agent is not null && !crowd.Any(c => c.Agent.Name == agent))
        {
            throw UnknownAgent(agent);
        }

        var open = await engine.Store.Handoffs.ListOpenAsync(@namespace, Limits.OpportunitiesMax, ct)
            .ConfigureAwait(false);
        var found = new List<Opportunity>();
        (double, int)? place = null;
        foreach (var handoff in open)
        {
            if (await _queries.GetTaskAsync(handoff.TaskId, ct).ConfigureAwait(false) is not { } task)
            {
                continue;
            }

            // What comes later in the order cannot come before what is found.
            var next = (handoff.Confidence, task.Spec.Priority);
            if (found.Count >= limit && next != place)
            {
                break;
            }

            place = next;
            found.AddRange(await SuitableAsync(handoff, task, crowd, agent, ct).ConfigureAwait(false));
        }

        return
        [
            .. found
                .OrderByDescending(o => o.Handoff.Confidence).ThenByDescending(o => o.Task.Spec.Priority)
                .ThenByDescending(o => o.Reputation).ThenBy(o => o.Load).ThenBy(o => o.Handoff.Id)
                .ThenBy(o => o.Agent, StringComparer.Ordinal)
                .Take(limit),
        ];
    }

    /// <summary>Who could take a task by its hand-off: whose claim would get it, whatever the mode.</summary>
    private async Task<IEnumerable<Opportunity>> SuitableAsync(
        Handoff handoff, WorkTask task, IReadOnlyList<Candidate> crowd, string? agent, CancellationToken ct)
    {
        var now = engine.Time.Now;
        var rules = await engine.Store.Rules.GetAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var guards = await _queries.GetGuardsAsync(task.Id, now.ToMicroseconds(), ct).ConfigureAwait(false);
        var limits = await engine.Store.Rules.LimitsAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var eligibility = new Eligibility(
            rules.InPool(), guards ?? TaskGuards.None, limits, engine.Store.Info, now);
        return crowd
            .Where(c => agent is null || c.Agent.Name == agent)
            .Where(c => c.Agent.StatusAt(now, engine.Store.Info.HeartbeatTimeout)
                is AgentStatus.Idle or AgentStatus.Active)
            .Where(c => eligibility.Find(task, c, crowd) == Obstacle.None)
            .Select(c => new Opportunity(
                handoff, task, c.Agent.Name, Performance(c.Agent, task.Spec.Requires), c.Agent.Load));
    }

    /// <summary>How well an agent may be expected to do what is required, as its record stands now.</summary>
    private double Performance(Agent agent, IReadOnlyList<Requirement> requires) =>
        (agent with { Record = agent.Record.At(engine.Time.NowUs, engine.Store.Info.ReputationHalfLife) })
            .PerformanceFor(requires);

    private async Task CheckTargetAsync(WorkTask task, NewHandoff said, CancellationToken ct)
    {
        if (task.Spec.Owner is { } owner)
        {
            throw new LongshoreException(
                ErrorCode.WrongState,
                $"task {task.Id} belongs to '{owner}', who alone may do it; give it back instead");
        }

        if (said.To.Agent is not { } name)
        {
            return;
        }

        var receiver = await _queries.GetAgentAsync(name, ct).ConfigureAwait(false) ?? throw UnknownAgent(name);
        var giver = task.Agent is { } holder && task.Epoch == said.Epoch
            ? await _queries.GetAgentAsync(holder, ct).ConfigureAwait(false)
            : null;
        if (giver?.Name == name
            || (giver?.Profile.Principal is { } principal && principal == receiver.Profile.Principal))
        {
            throw LongshoreException.Invalid("to_agent", $"'{name}' is the giver, or of the same principal");
        }
    }

    /// <summary>Grants with what their givers left, where somebody passed the task on.</summary>
    private async ValueTask<IReadOnlyList<Grant>> WithNotesAsync(IReadOnlyList<Grant> grants, CancellationToken ct)
    {
        if (!grants.Any(grant => grant.Task.WasHandedOff))
        {
            return grants;
        }

        var ids = grants.Where(grant => grant.Task.WasHandedOff).Select(grant => grant.TaskId).ToList();
        var latest = await engine.Store.Handoffs.LatestAsync(ids, ct).ConfigureAwait(false);
        return [.. grants.Select(grant => grant with
        {
            Task = grant.Task with { Handoff = latest.GetValueOrDefault(grant.TaskId) },
        })];
    }
}
