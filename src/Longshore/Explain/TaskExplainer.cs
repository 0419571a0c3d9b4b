using System.Globalization;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>Explains tasks: those that are there, and those that might be submitted.</summary>
internal sealed class TaskExplainer(IStore store, Func<DateTimeOffset> clock)
{
    private const int NamesMax = 10;
    private const int MissesMax = 5;

    private readonly Crowd _crowd = new(store);

    /// <summary>Why a task is where it is; null when there is none.</summary>
    public async Task<TaskExplanation?> ExplainAsync(long id, CancellationToken ct)
    {
        var now = clock();
        var task = await store.Queries.GetTaskAsync(id, ct).ConfigureAwait(false);
        var guards = await store.Queries.GetGuardsAsync(id, now.ToMicroseconds(), ct).ConfigureAwait(false);
        return task is null || guards is null ? null : await ExplainAsync(task, guards, now, ct).ConfigureAwait(false);
    }

    /// <summary>What would become of a task if it were submitted now; it is not.</summary>
    public async Task<TaskExplanation> DryRunAsync(NewTask task, CancellationToken ct)
    {
        var now = clock();
        var ready = new WorkTask
        {
            Id = 0,
            Spec = task,
            State = TaskState.Created,
            CreatedAt = now,
            AvailableAt = now,
            DeferredUntil = task.ReadyAt > now ? task.ReadyAt : null,
            Relaxing = RelaxSteps.FirstOf(task, (task.ReadyAt > now ? task.ReadyAt.Value : now).ToMicroseconds()),
        };
        return await ExplainAsync(ready, TaskGuards.None, now, ct).ConfigureAwait(false);
    }

    private async Task<TaskExplanation> ExplainAsync(
        WorkTask task, TaskGuards guards, DateTimeOffset now, CancellationToken ct)
    {
        var rules = await store.Rules.GetAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var crowd = await _crowd.ReadAsync(now, ct).ConfigureAwait(false);
        var limits = await store.Rules.LimitsAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var eligibility = new Eligibility(rules, guards, limits, store.Info, now);

        // The funnel is about who could take it; a task that does not wait is looked at as if it did.
        var asReady = task with { State = TaskState.Created, DeferredUntil = null };
        var found = crowd.Select(c => (Candidate: c, Obstacle: eligibility.Find(asReady, c, crowd))).ToList();
        var able = crowd.Where(c => CanEver(task.Asks, c) && IsMeant(task, guards, c)).ToList();
        var takers = found
            .Where(f => f.Obstacle is Obstacle.None or Obstacle.NotForClaiming).Select(f => f.Candidate).ToList();
        var steps = new StepExplainer(crowd, store.Info.HeartbeatTimeout, now);
        var (reason, sentence) = WithTurns(ReasonOf(task, rules, able, takers, now), rules, able);
        if (reason is StateReason.NobodyFree or StateReason.ReadyForSomebody or StateReason.WaitsForAssignment
            && limits.Where(l => l.Concerns(task.Spec)).Select(l => l.Hindrance(now))
                .FirstOrDefault(h => h is not null) is { } full)
        {
            (reason, sentence) = (StateReason.AtLimit, full);
        }

        if (reason == StateReason.NobodyCan && task.Target is null && Suggestions.IsOfUnknownKind(task.Spec, crowd))
        {
            sentence = $"no registered agent takes the kind '{task.Spec.Kind}'; it waits for one that does";
        }

        IReadOnlyList<WaitedStep> waitsFor = [];
        if (task is { State: TaskState.Waiting, Run: { } part })
        {
            reason = StateReason.WaitsForSteps;
            (sentence, waitsFor) = await new StepWait(store).OfAsync(part, ct).ConfigureAwait(false);
        }

        var ahead = task.State.IsQueued()
            ? await new QueueAhead(store).CountAsync(task, able, ct).ConfigureAwait(false)
            : 0;
        return new TaskExplanation
        {
            TaskId = task.Id,
            State = task.State,
            Reason = reason,
            Sentence = sentence,
            Funnel = FunnelOf([.. found.Select(f => f.Obstacle)]),
            Clauses = [.. task.Asks.Requires.Select(r => ClauseOf(r, task.Spec.Match, crowd))],
            NearestMisses = able.Count > 0 ? [] : MissesOf(task, guards, crowd),
            Suggestions =
            [
                .. steps.Suggest(task),
                .. Suggestions.For(task, rules, crowd, able, takers, found.Select(f => f.Obstacle)),
            ],
            Steps = steps.Explain(task),
            WaitsFor = waitsFor,
            ClaimableBy = task.State.IsQueued() && task.DeferredUntil is null
                ? [.. found.Where(f => f.Obstacle == Obstacle.None).Select(f => f.Candidate.Agent.Name).Take(NamesMax)]
                : [],
            Ahead = ahead,
            EstimatedWait = Estimate(task, ahead, able),
        };
    }

    /// <summary>Whether a hand-off, if there is one, is meant for an agent.</summary>
    private static bool IsMeant(WorkTask task, TaskGuards guards, Candidate candidate)
    {
        var profile = candidate.Agent.Profile;
        return task.Target is null
            || (task.Target.Admits(profile.Name, candidate.Usable) && !HandedItOff(guards, candidate));
    }

    private static bool HandedItOff(TaskGuards guards, Candidate candidate) => guards.Kept.Any(
        k => k.Cause == Assignments.KeptCause.HandedOff
            && k.KeepsFrom(candidate.Agent.Name, candidate.Agent.Profile.Principal, 0));

    /// <summary>Registered, not signed off, and able: presence, room and cooldowns pass, this does not.</summary>
    internal static bool CanEver(NewTask spec, Candidate candidate)
    {
        var profile = candidate.Agent.Profile;
        return candidate.Agent.Mode != AgentMode.Offline
            && profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal)
            && (profile.Kinds.Count == 0 || profile.Kinds.Contains(spec.Kind, StringComparer.Ordinal))
            && (spec.Owner is null || spec.Owner == profile.Name)
            && (profile.PriorityLevels.Count == 0 || profile.PriorityLevels.Contains(spec.Priority))
            && Eligibility.OfCapabilities(spec, candidate) is Obstacle.None or Obstacle.CapabilityUnavailable;
    }

    private (StateReason Reason, string Sentence) ReasonOf(
        WorkTask task, NamespaceRules rules, List<Candidate> able, List<Candidate> takers, DateTimeOffset now) =>
        task switch
        {
            { State: TaskState.Assigned } => (
                StateReason.Offered,
                $"it is offered to {task.Agent} until {task.LeaseUntil:u} and waits to be accepted"),
            { State: TaskState.Quarantined, DeferredUntil: { } until } => (
                StateReason.Quarantined, $"several agents failed it; it comes back for one more try at {until:u}"),
            { State: TaskState.Quarantined } => (
                StateReason.Quarantined, "several agents failed it until its attempts were used up; look and retry it"),
            { State: TaskState.Blocked } => (
                StateReason.AsStated,
                (task.Agent is null ? "nobody holds it" : $"{task.Agent} holds it")
                + " and it is blocked until its help requests are answered"),
            { State: not (TaskState.Created or TaskState.PendingHandoff) } => (
                StateReason.AsStated,
                task.Agent is null ? $"it is {task.State.ToWire()}" : $"it is {task.State.ToWire()}, by {task.Agent}"),
            { DeferredUntil: { } until, Error: { } why } => (
                StateReason.Deferred, $"it waits until {until:u}, since it came back: {why}"),
            { DeferredUntil: { } until } => (StateReason.Deferred, $"it waits until {until:u}"),
            _ when able.Count == 0 && task.Relaxing is { NextAt: { } nextAt } => (
                StateReason.NobodyCan,
                $"no registered agent could do what it asks for until {nextAt:u}; see its steps"),
            { Target: { } target } when able.Count == 0 => (
                StateReason.NobodyCan,
                $"it is handed off to {target} and nobody else who is registered could ever take it; "
                + "see the nearest misses"),
            _ when able.Count == 0 => (
                StateReason.NobodyCan, "no registered agent could ever do it; see the nearest misses"),
            _ when rules.PausedSince(task.Spec.Kind) is { } since => (
                StateReason.Paused,
                $"{Paused(task.Spec, rules)} is paused since {since:u}; nothing of it is given out"),
            _ => ReasonOf(rules.ModeOf(task.Spec.Kind, task.Spec.Step), takers, now),
        };

    private static (StateReason Reason, string Sentence) WithTurns(
        (StateReason Reason, string Sentence) why, NamespaceRules rules, List<Candidate> able) =>
        rules.Share is { } share && (why.Reason is StateReason.NobodyFree or StateReason.ReadyForSomebody)
        && able.Exists(c => c.Agent.Profile.Namespaces.Count > 1)
            ? why with
            {
                Sentence = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{why.Sentence}; who works in several namespaces takes turns, the share of this one is {share}"),
            }
            : why;

    private static string Paused(NewTask spec, NamespaceRules rules) => rules.PausedAt is null
        ? $"kind '{spec.Kind}' of namespace '{spec.Namespace}'"
        : $"namespace '{spec.Namespace}'";

    /// <summary>Why a ready task that somebody could do is not taken.</summary>
    private (StateReason Reason, string Sentence) ReasonOf(
        AssignmentMode mode, List<Candidate> takers, DateTimeOffset now) => mode switch
        {
            AssignmentMode.Manual when takers.Count > 0 => (
                StateReason.WaitsForAssignment, "an administrator must assign it by name"),
            AssignmentMode.Manual => (
                StateReason.NobodyFree,
                "an administrator must assign it by name, but those who can do it are busy or kept from it for now; "
                + "see the funnel"),
            AssignmentMode.Auto when takers.Exists(t => IsThere(t, now)) => (
                StateReason.WaitsForAssignment, "the distributor will offer it to one of those who can do it"),
            AssignmentMode.Pool when takers.Count > 0 => (
                StateReason.ReadyForSomebody, "somebody who can do it has room and need only ask for work"),
            _ => (
                StateReason.NobodyFree, "those who can do it are busy, absent or kept from it for now; see the funnel"),
        };

    // To claim is a sign of life, to be offered something is not: the distributor passes over whoever is silent.
    private bool IsThere(Candidate candidate, DateTimeOffset now) =>
        candidate.Agent.StatusAt(now, store.Info.HeartbeatTimeout) <= AgentStatus.AtCapacity;

    private static List<FunnelStep> FunnelOf(List<Obstacle> obstacles)
    {
        var left = obstacles.Count;
        var funnel = new List<FunnelStep>();
        foreach (var filter in Enum.GetValues<Obstacle>()
            .Where(o => o is > Obstacle.NotReady and not Obstacle.NotForClaiming))
        {
            left -= obstacles.Count(o => o == filter);
            funnel.Add(new FunnelStep(filter, left));
        }

        return funnel;
    }

    private static ClauseCount ClauseOf(Requirement requirement, MatchMode mode, IReadOnlyList<Candidate> crowd)
    {
        var have = crowd.Where(c => c.Usable.Meets(requirement, mode)).ToList();
        return new ClauseCount(requirement.ToString(), have.Count, have.Count(HasRoom));
    }

    private static List<NearMiss> MissesOf(WorkTask task, TaskGuards guards, IReadOnlyList<Candidate> crowd) =>
    [
        .. crowd
            .Where(c => c.Agent.Profile.Namespaces.Contains(task.Spec.Namespace, StringComparer.Ordinal))
            .Select(c => new NearMiss(c.Agent.Name, [.. Missing(task.Asks, c), .. MissingOf(task, guards, c)]))
            .Where(miss => miss.Missing.Count > 0)
            .OrderBy(miss => miss.Missing.Count).ThenBy(miss => miss.Agent, StringComparer.Ordinal)
            .Take(MissesMax),
    ];

    private static IEnumerable<string> MissingOf(WorkTask task, TaskGuards guards, Candidate candidate)
    {
        if (task.Target is { } target && !target.Admits(candidate.Agent.Name, candidate.Usable))
        {
            yield return $"{target}, to whom it is handed off";
        }

        if (HandedItOff(guards, candidate))
        {
            yield return "a principal of its own: it handed the task off";
        }
    }

    private static IEnumerable<string> Missing(NewTask spec, Candidate candidate)
    {
        var profile = candidate.Agent.Profile;
        if (profile.Kinds.Count > 0 && !profile.Kinds.Contains(spec.Kind, StringComparer.Ordinal))
        {
            yield return $"kind {spec.Kind}";
        }

        if (profile.PriorityLevels.Count > 0 && !profile.PriorityLevels.Contains(spec.Priority))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"priority {spec.Priority}");
        }

        foreach (var requirement in spec.Requires.Where(r => !candidate.Usable.Meets(r, spec.Match)))
        {
            var level = candidate.Declared.LevelOf(requirement.Name);
            yield return level == 0
                ? requirement.ToString()
                : string.Create(CultureInfo.InvariantCulture, $"{requirement} (has {level})");
        }
    }

    private static bool HasRoom(Candidate candidate) =>
        candidate.Agent.Mode == AgentMode.Available && !candidate.HoldsSuspect
        && candidate.Agent.Load < candidate.Agent.Profile.MaxConcurrent;

    private static TimeSpan? Estimate(WorkTask task, int ahead, List<Candidate> able)
    {
        var slots = able.Sum(c => (long)c.Agent.Profile.MaxConcurrent);
        var busy = able.Sum(c => (long)c.Agent.Load);
        return !task.State.IsQueued() || task.Spec.EstimatedEffort is not { } effort || slots == 0
            ? null
            : effort * Math.Ceiling(Math.Max(0, ahead + 1 + busy - slots) / (double)slots);
    }
}
