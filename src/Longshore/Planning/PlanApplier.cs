using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// Makes a plan real (T0.36): all its assignments as offers in one step of the store, which asks for each anew whether
/// it may be. What changed meanwhile is told, and never forced.
/// </summary>
internal sealed class PlanApplier(IStore store, Func<DateTimeOffset> clock)
{
    private readonly TaskPicker _tasks = new(store);

    /// <summary>Checks a plan that came from outside.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    public static void Check(IReadOnlyList<PlannedAssignment> assignments)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        TaskValidation.Range(assignments.Count, 1, Limits.BatchMax, "assignments.length");
        var tasks = new HashSet<long>();
        for (var i = 0; i < assignments.Count; i++)
        {
            AgentNames.Check(assignments[i].Agent, $"assignments[{i}].agent");
            if (assignments[i].Epoch < 0)
            {
                throw LongshoreException.Invalid($"assignments[{i}].epoch", "cannot be negative");
            }

            if (!tasks.Add(assignments[i].TaskId))
            {
                throw LongshoreException.Invalid(
                    $"assignments[{i}].task_id", $"task {assignments[i].TaskId} is assigned twice");
            }
        }
    }

    /// <summary>Applies checked assignments; answers what became of each, and the offers made.</summary>
    public async Task<(AppliedPlan Applied, IReadOnlyList<Grant> Offers)> ApplyAsync(
        IReadOnlyList<PlannedAssignment> assignments, string actor, CancellationToken ct)
    {
        var items = new AppliedAssignment?[assignments.Count];
        var before = await ReadAsync(assignments, ct).ConfigureAwait(false);
        var batch = new TaskBatch();
        var asked = new List<int>();
        var rules = new Dictionary<string, NamespaceRules>(StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Settled(assignments[i], before.GetValueOrDefault(assignments[i].TaskId));
            if (items[i] is null)
            {
                var spec = before[assignments[i].TaskId].Spec;
                if (!rules.TryGetValue(spec.Namespace, out var decided))
                {
                    decided = await store.Rules.GetAsync(spec.Namespace, ct).ConfigureAwait(false);
                    rules.Add(spec.Namespace, decided);
                }

                asked.Add(i);
                batch.Claims.Add(OfferOf(assignments[i], decided.OfferTimeoutOf(spec.Kind, spec.Step), actor));
            }
        }

        var offers = new List<Grant>();
        if (!batch.IsEmpty)
        {
            var outcome = await store.Tasks.CommitAsync(batch, ct).ConfigureAwait(false);
            for (var i = 0; i < asked.Count; i++)
            {
                if (outcome.Claims[i].Grants is [var grant, ..])
                {
                    offers.Add(grant);
                    items[asked[i]] = new AppliedAssignment(
                        grant.TaskId, assignments[asked[i]].Agent, AppliedStatus.Offered, grant.Epoch,
                        grant.LeaseUntil);
                }
            }
        }

        await ExplainAsync(assignments, items, ct).ConfigureAwait(false);
        return (new AppliedPlan([.. items.Select(item => item!)]), offers);
    }

    private static ClaimRequest OfferOf(PlannedAssignment assignment, TimeSpan stands, string actor) => new()
    {
        Agent = assignment.Agent,
        TaskIds = [assignment.TaskId],
        Offer = stands,
        By = ClaimedBy.Administrator,
        Actor = actor,
    };

    /// <summary>What is decided without asking for it: what is done already, and what is no longer as it was.</summary>
    private static AppliedAssignment? Settled(PlannedAssignment assignment, WorkTask? task) => task switch
    {
        null => Refusal(assignment, Obstacle.NotReady, "there is no such task"),
        { State: TaskState.Assigned or TaskState.InProgress } when task.Agent == assignment.Agent
            && task.Epoch == assignment.Epoch + 1 =>
            new AppliedAssignment(task.Id, assignment.Agent, AppliedStatus.Repeated, task.Epoch, task.LeaseUntil),
        _ when task.Epoch != assignment.Epoch => Refusal(
            assignment, Obstacle.NotReady,
            task.State is TaskState.Assigned or TaskState.InProgress
                ? $"it was given to {task.Agent} since the plan was made"
                : $"it was given out since the plan was made, and is {task.State.ToWire()}"),
        _ => null,
    };

    private static AppliedAssignment Refusal(PlannedAssignment assignment, Obstacle obstacle, string sentence) =>
        new(assignment.TaskId, assignment.Agent, AppliedStatus.Refused, Obstacle: obstacle, Sentence: sentence);

    private async Task<Dictionary<long, WorkTask>> ReadAsync(
        IEnumerable<PlannedAssignment> assignments, CancellationToken ct) =>
        (await _tasks.ReadAllAsync(assignments.Select(one => one.TaskId), ct).ConfigureAwait(false))
            .ToDictionary(task => task.Id);

    /// <summary>Says of what the store did not give out what stands between now.</summary>
    private async Task ExplainAsync(
        IReadOnlyList<PlannedAssignment> assignments, AppliedAssignment?[] items, CancellationToken ct)
    {
        var open = Enumerable.Range(0, items.Length).Where(i => items[i] is null).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var now = clock();
        var crowd = await new Crowd(store).ReadAsync(now, ct).ConfigureAwait(false);
        var byName = crowd.ToDictionary(candidate => candidate.Agent.Name, StringComparer.Ordinal);
        var tasks = await ReadAsync(open.Select(i => assignments[i]), ct).ConfigureAwait(false);
        foreach (var i in open)
        {
            var (one, task) = (assignments[i], tasks.GetValueOrDefault(assignments[i].TaskId));
            items[i] = Settled(one, task) ?? (byName.TryGetValue(one.Agent, out var candidate)
                ? await ExplainAsync(one, task!, candidate, crowd, now, ct).ConfigureAwait(false)
                : Refusal(one, Obstacle.AgentUnavailable, $"there is no agent '{one.Agent}'"));
        }
    }

    private async Task<AppliedAssignment> ExplainAsync(
        PlannedAssignment assignment, WorkTask task, Candidate candidate, IReadOnlyList<Candidate> crowd,
        DateTimeOffset now, CancellationToken ct)
    {
        var rules = await store.Rules.GetAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var guards = await store.Queries.GetGuardsAsync(task.Id, now.ToMicroseconds(), ct).ConfigureAwait(false);
        var limits = await store.Rules.LimitsAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var obstacle = new Eligibility(rules.InPool(), guards ?? TaskGuards.None, limits, store.Info, now)
            .Find(task, candidate, crowd);
        return Refusal(
            assignment, obstacle,
            obstacle == Obstacle.None ? "it could not be offered a moment ago; plan again" : obstacle.Sentence());
    }
}
