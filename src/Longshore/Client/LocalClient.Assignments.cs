using Longshore.Assignments;
using Longshore.Engine;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Offers and assignments: what an administrator gives and takes, and who has what.</summary>
internal sealed partial class LocalClient
{
    public async Task<DateTimeOffset> AcceptAsync(
        long taskId, int epoch, TimeSpan? lease = null, bool later = false, CancellationToken ct = default)
    {
        var term = lease ?? await InactivityTimeoutAsync(taskId, ct).ConfigureAwait(false);
        return await ExtendAsync(new Renewal(taskId, epoch, term) { Accepts = true, Later = later }, ct)
            .ConfigureAwait(false);
    }

    public async Task<Grant> AssignAsync(
        long taskId, string agent, string actor, string? reason = null, bool replace = false,
        CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        CheckActor(actor, reason);
        var task = await GetTaskAsync(taskId, ct).ConfigureAwait(false);
        var rules = await engine.Store.Rules.GetAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        LostClaim? taken = null;
        if (replace && task.State is TaskState.Assigned or TaskState.InProgress && task.Agent != agent)
        {
            await DemandAssignableAsync(task with { State = TaskState.Created }, agent, ct).ConfigureAwait(false);
            taken = await TakeAsync(taskId, actor, reason, ct).ConfigureAwait(false);
        }

        try
        {
            var offer = new ClaimRequest
            {
                Agent = agent,
                TaskIds = [taskId],
                Offer = rules.OfferTimeoutOf(task.Spec.Kind, task.Spec.Step),
                By = ClaimedBy.Administrator,
                Actor = actor,
            };
            if (await AskAsync(offer, TimeSpan.Zero, ct).ConfigureAwait(false) is [var grant])
            {
                engine.OnOffered(grant);
                return grant;
            }
        }
        finally
        {
            // Whoever waits is woken by this, so it comes after the agent that is meant to have the task.
            engine.OnLost(taken is null ? [] : [taken], LossCause.Evicted);
        }

        task = await GetTaskAsync(taskId, ct).ConfigureAwait(false);
        await DemandAssignableAsync(task, agent, ct).ConfigureAwait(false);
        throw new LongshoreException(
            ErrorCode.AgentUnavailable,
            $"agent '{agent}' could not be given task {taskId} a moment ago; try again",
            "agent");
    }

    public async Task<WorkTask> EvictAsync(
        long taskId, string actor, string? reason = null, CancellationToken ct = default)
    {
        CheckActor(actor, reason);
        var taken = await TakeAsync(taskId, actor, reason, ct).ConfigureAwait(false);
        engine.OnLost(taken is null ? [] : [taken], LossCause.Evicted);
        return await GetTaskAsync(taskId, ct).ConfigureAwait(false);
    }

    public async Task<Page<Assignment>> FindAssignmentsAsync(AssignmentQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        return await _queries.FindAssignmentsAsync(query, ct).ConfigureAwait(false);
    }

    public async Task<bool> HasWorkedAsync(
        string agent, long taskId, IReadOnlyList<string> conflictingSteps, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(conflictingSteps);
        var known = await _queries.GetAgentAsync(agent, ct).ConfigureAwait(false) ?? throw UnknownAgent(agent);
        var task = await GetTaskAsync(taskId, ct).ConfigureAwait(false);
        var rules = await engine.Store.Rules.GetAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var guards = await _queries.GetGuardsAsync(taskId, ct: ct).ConfigureAwait(false) ?? TaskGuards.None;
        var isHolder = task.Agent == agent
            && task.State is TaskState.Assigned or TaskState.InProgress or TaskState.Blocked or TaskState.Done;
        return (isHolder && IsAmong(task.Spec.Step)) || guards.Members.Any(member =>
            IsAmong(member.Step) && rules.Exclusion.AreOne(agent, known.Profile.Principal, member));

        bool IsAmong(string? step) => step is not null && conflictingSteps.Contains(step, StringComparer.Ordinal);
    }

    /// <summary>Takes a task from its agent, and tells nobody yet.</summary>
    private async Task<LostClaim?> TakeAsync(long taskId, string actor, string? reason, CancellationToken ct)
    {
        var outcomes = await engine.Store.Tasks.EvictAsync([taskId], actor, reason, ct: ct).ConfigureAwait(false);
        Demand(outcomes[0], taskId, TaskOperation.Evict);
        return outcomes[0].Lost;
    }

    /// <summary>Throws what stands between a task and an agent, if anything does.</summary>
    private async Task DemandAssignableAsync(WorkTask task, string name, CancellationToken ct)
    {
        var agent = await _queries.GetAgentAsync(name, ct).ConfigureAwait(false) ?? throw UnknownAgent(name);
        var hindrance = new Hindrance(engine.Store, engine.Time.Now);
        if (await hindrance.FindAsync(task, agent, ct).ConfigureAwait(false) is { } refusal)
        {
            throw refusal;
        }
    }

    private async Task<TimeSpan> InactivityTimeoutAsync(long taskId, CancellationToken ct)
    {
        var spec = (await GetTaskAsync(taskId, ct).ConfigureAwait(false)).Spec;
        var rules = await engine.Store.Rules.GetAsync(spec.Namespace, ct).ConfigureAwait(false);
        return rules.InactivityTimeoutOf(spec.Kind, spec.Step);
    }

    private static void CheckActor(string actor, string? reason)
    {
        TaskValidation.Word(actor, "actor");
        TaskValidation.Text(reason, Limits.ErrorLengthMax, "reason");
    }
}
