using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>
/// Why an agent would, or would not, get a task if it claimed it by name now: every store's claim in words. Proven
/// against the claims of every store, in both directions.
/// </summary>
internal sealed class Eligibility(
    NamespaceRules rules, TaskGuards guards, IReadOnlyList<LimitStatus> limits, StoreInfo store, DateTimeOffset now)
{
    private readonly long _nowUs = now.ToMicroseconds();

    /// <summary>The first filter that keeps the agent from the task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="candidate">The agent.</param>
    /// <param name="others">Everybody; asked only where a recent failure gives precedence to others.</param>
    public Obstacle Find(WorkTask task, Candidate candidate, IReadOnlyList<Candidate> others) =>
        Find(task, candidate, others, withCapabilities: true);

    /// <summary>
    /// The first filter but those of capabilities, for who knows what these say; of the two the lower one comes first.
    /// </summary>
    public Obstacle FindBesideCapabilities(WorkTask task, Candidate candidate, IReadOnlyList<Candidate> others) =>
        Find(task, candidate, others, withCapabilities: false);

    private Obstacle Find(
        WorkTask task, Candidate candidate, IReadOnlyList<Candidate> others, bool withCapabilities)
    {
        var agent = candidate.Agent;
        if (!task.State.IsQueued() || task.DeferredUntil is not null || task.Spec.Deadline <= now)
        {
            return Obstacle.NotReady;
        }

        if (agent.Mode != AgentMode.Available)
        {
            return Obstacle.AgentUnavailable;
        }

        if (candidate.GateAt(_nowUs) == BreakerGate.Shut)
        {
            return Obstacle.AgentBreakerOpen;
        }

        var obstacle = OfClass(task, candidate, withCapabilities);
        return obstacle != Obstacle.None ? obstacle : OfPair(task, candidate, others);
    }

    /// <summary>What keeps the agent from all tasks alike in who may do them, capacity and presence apart.</summary>
    private static Obstacle OfClass(WorkTask task, Candidate candidate, bool withCapabilities)
    {
        var spec = task.Asks;
        var profile = candidate.Agent.Profile;
        if (!profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal))
        {
            return Obstacle.OtherNamespace;
        }

        if (profile.Kinds.Count > 0 && !profile.Kinds.Contains(spec.Kind, StringComparer.Ordinal))
        {
            return Obstacle.OtherKind;
        }

        if (spec.Owner is not null && spec.Owner != profile.Name)
        {
            return Obstacle.OtherOwner;
        }

        if (profile.PriorityLevels.Count > 0 && !profile.PriorityLevels.Contains(spec.Priority))
        {
            return Obstacle.OtherPriority;
        }

        var obstacle = withCapabilities ? OfCapabilities(spec, candidate) : Obstacle.None;
        return obstacle == Obstacle.None && task.Target?.Admits(profile.Name, candidate.Usable) == false
            ? Obstacle.HandedToOthers
            : obstacle;
    }

    /// <summary>What of its capabilities keeps the agent from a task.</summary>
    public static Obstacle OfCapabilities(NewTask spec, Candidate candidate)
    {
        if (!candidate.Declared.CanDo(spec.Requires, spec.MinimumMatch, spec.Match))
        {
            return Obstacle.LacksCapability;
        }

        if (!candidate.Available.CanDo(spec.Requires, spec.MinimumMatch, spec.Match))
        {
            return Obstacle.CapabilityUnavailable;
        }

        return candidate.Usable.CanDo(spec.Requires, spec.MinimumMatch, spec.Match)
            ? Obstacle.None
            : Obstacle.NotAuthorised;
    }

    private Obstacle OfPair(WorkTask task, Candidate candidate, IReadOnlyList<Candidate> others)
    {
        var agent = candidate.Agent;
        if (guards.Members.Any(m => rules.Exclusion.KeepsFrom(
            agent.Name, agent.Profile.Principal, task.Spec.Step, m)))
        {
            return Obstacle.Excluded;
        }

        var kept = guards.Kept.FirstOrDefault(
            k => k.KeepsFrom(agent.Name, agent.Profile.Principal, _nowUs));
        if (kept.Agent is not null)
        {
            return kept.Cause switch
            {
                KeptCause.Rejected => Obstacle.Rejected,
                KeptCause.HandedOff => Obstacle.HandedItOff,
                _ => Obstacle.CoolingDown,
            };
        }

        if (HasFailedOfLate(task, agent, others))
        {
            return Obstacle.FailedRecently;
        }

        if (candidate.GateAt(_nowUs, task.Spec.Kind) == BreakerGate.Shut)
        {
            return Obstacle.KindBreakerOpen;
        }

        if (rules.PausedSince(task.Spec.Kind) is not null)
        {
            return Obstacle.Paused;
        }

        if (limits.Any(limit => limit.Concerns(task.Spec) && limit.RoomAt(_nowUs) <= 0))
        {
            return Obstacle.AtLimit;
        }

        if (candidate.HoldsSuspect || agent.Load >= agent.Profile.MaxConcurrent)
        {
            return Obstacle.AtCapacity;
        }

        if (task.Suspect && agent.Load > 0)
        {
            return Obstacle.SuspectNeedsIdle;
        }

        return rules.ModeOf(task.Spec.Kind, task.Spec.Step) == AssignmentMode.Pool
            ? Obstacle.None
            : Obstacle.NotForClaiming;
    }

    private bool HasFailedOfLate(WorkTask task, Agent agent, IReadOnlyList<Candidate> others) =>
        store.RecentFailure != RecentFailurePolicy.Off
        && guards.Failers.Contains(agent.Name, StringComparer.Ordinal)
        && (store.RecentFailure == RecentFailurePolicy.Strict
            || others.Any(other => IsLeft(task, other)));

    /// <summary>An agent that is there, could do the task and has not failed it.</summary>
    private bool IsLeft(WorkTask task, Candidate other)
    {
        var spec = task.Asks;
        var profile = other.Agent.Profile;
        return !guards.Failers.Contains(profile.Name, StringComparer.Ordinal)
            && other.Agent.StatusAt(now, store.HeartbeatTimeout) <= AgentStatus.AtCapacity
            && profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal)
            && (profile.Kinds.Count == 0 || profile.Kinds.Contains(spec.Kind, StringComparer.Ordinal))
            && (spec.Owner is null || spec.Owner == profile.Name)
            && other.Usable.CanDo(spec.Requires, spec.MinimumMatch, spec.Match)
            && task.Target?.Admits(profile.Name, other.Usable) != false;
    }
}
