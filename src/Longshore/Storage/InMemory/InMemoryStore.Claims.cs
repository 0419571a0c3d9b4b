using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Giving out work, and extending leases.</content>
public sealed partial class InMemoryStore
{
    // What agents can do was computed once for each profile; an entry that does not fit is computed again.
    private readonly Dictionary<string, (Agent Agent, long AtUs, CapabilitySet Skills)> _skills =
        new(StringComparer.Ordinal);

    private ClaimOutcome Claim(ClaimRequest request, long nowUs)
    {
        if (!_state.Agents.TryGetValue(request.Agent, out var agent))
        {
            return ClaimOutcome.None(ClaimStatus.UnknownAgent);
        }

        Saw(agent.Name, nowUs);
        if (request.Key is { } key && HeldUnder(key, agent.Name, nowUs) is { Count: > 0 } held)
        {
            return new ClaimOutcome(ClaimStatus.Granted, [.. held.Select(e => Extend(e, request.Lease, nowUs))]);
        }

        if (agent.Mode != AgentMode.Available)
        {
            return ClaimOutcome.None(ClaimStatus.Unavailable);
        }

        var gate = GateOf(new BreakerKey(BreakerScope.Agent, agent.Name), nowUs);
        if (gate == BreakerGate.Shut)
        {
            return ClaimOutcome.None(ClaimStatus.BreakerOpen);
        }

        var room = HoldsSuspect(agent) ? 0 : agent.Profile.MaxConcurrent + request.Prefetch - agent.Load;
        if (room <= 0)
        {
            return ClaimOutcome.None(ClaimStatus.AtCapacity);
        }

        var among = request.TaskIds.Count == 0
            ? _state.InOrder()
            : request.TaskIds.Distinct().Select(id => _state.Open.GetValueOrDefault(id)).OfType<TaskEntry>()
                .Where(e => e.IsReady)
                .OrderBy(e => e.Rank).ThenBy(e => e.Task.Id);
        var candidates = Claimable(among, agent, request.Kinds, request.By, nowUs);
        var max = gate == BreakerGate.Probe ? 1 : Math.Min(request.Max, room);
        var ration = new Ration(this, nowUs);
        _state.Shares = _state.Shares.Begun();
        var turns = new Turns(this, candidates, IsShared(agent, request));
        var (picked, mustDrain) = Pick(turns, agent, max, ration, nowUs);
        if (picked.Count == 0)
        {
            return mustDrain
                ? ClaimOutcome.None(ClaimStatus.AtCapacity)
                : ClaimOutcome.None(ClaimStatus.Empty) with { NextTokenUs = ration.NextTokenUs };
        }

        var isSingle = picked.Count == 1 && agent.Load == 0;
        return new ClaimOutcome(
            ClaimStatus.Granted, [.. picked.Select(e => Grant(e, agent.Name, isSingle, request, nowUs))]);
    }

    /// <summary>
    /// The first candidates that go together: of a kind whose breaker is half-open only one, of a group only what one
    /// agent may do. A suspect is given alone, to an agent that holds nothing (G7).
    /// </summary>
    private (List<TaskEntry> Picked, bool MustDrain) Pick(
        Turns turns, Agent agent, int max, Ration ration, long nowUs)
    {
        var picked = new List<TaskEntry>();
        while (picked.Count < max && turns.Next() is { } candidate)
        {
            if (!ration.Allows(candidate.Task.Spec)
                || picked.Exists(p => IsSecondProbe(agent.Name, p, candidate, nowUs) || AreExclusive(p, candidate)))
            {
                continue;
            }

            if (candidate.Task.Suspect)
            {
                // The agent drains first, instead of passing the suspect over for ever.
                if (agent.Load > 0 || picked.Count > 0)
                {
                    return (picked, true);
                }

                turns.Take(candidate);
                return ([candidate], false);
            }

            picked.Add(candidate);
            ration.Take(candidate.Task.Spec);
            turns.Take(candidate);
        }

        return (picked, false);
    }

    private bool IsSecondProbe(string agent, TaskEntry picked, TaskEntry candidate, long nowUs) =>
        picked.Task.Spec.Kind == candidate.Task.Spec.Kind
        && GateOf(new BreakerKey(BreakerScope.AgentKind, agent, candidate.Task.Spec.Kind), nowUs) == BreakerGate.Probe;

    private bool AreExclusive(TaskEntry picked, TaskEntry candidate) =>
        AreOfOneGroup(picked.Task.Spec, candidate.Task.Spec)
        && RulesOf(candidate.Task.Spec.Namespace).Exclusion.Excludes(picked.Task.Spec.Step, candidate.Task.Spec.Step);

    private static bool AreOfOneGroup(NewTask one, NewTask other) =>
        one.Group is not null && one.Group == other.Group && one.Namespace == other.Namespace;

    /// <summary>What of some ready tasks an agent may be given.</summary>
    private IEnumerable<TaskEntry> Claimable(
        IEnumerable<TaskEntry> ready, Agent agent, IReadOnlyList<string> kinds, ClaimedBy by, long nowUs)
    {
        var capabilities = SkillsOf(agent, nowUs);
        foreach (var entry in ready)
        {
            var spec = entry.Task.Spec;
            if (!IsTooLate(entry, nowUs)
                && CanDo(agent, capabilities, entry.Task) && IsFor(by, spec)
                && (kinds.Count == 0 || kinds.Contains(spec.Kind, StringComparer.Ordinal))
                && (agent.Profile.PriorityLevels.Count == 0 || agent.Profile.PriorityLevels.Contains(spec.Priority))
                && GateOf(new BreakerKey(BreakerScope.AgentKind, agent.Name, spec.Kind), nowUs) != BreakerGate.Shut
                && !IsKeptFrom(agent, entry, nowUs))
            {
                yield return entry;
            }
        }
    }

    private CapabilitySet SkillsOf(Agent agent, long nowUs)
    {
        if (_skills.TryGetValue(agent.Name, out var known) && known.Agent.HasSkillsOf(agent) && nowUs >= known.AtUs
            && (known.Skills.ValidUntil is not { } until || nowUs < until.ToMicroseconds()))
        {
            return known.Skills;
        }

        var skills = new CapabilitySet(agent.Usable, UnixTime.FromMicroseconds(nowUs));
        _skills[agent.Name] = (agent, nowUs, skills);
        return skills;
    }

    private static bool CanDo(Agent agent, CapabilitySet capabilities, WorkTask task) =>
        CanDo(agent, capabilities, task.Asks) && task.Target?.Admits(agent.Name, capabilities) != false;

    private static bool CanDo(Agent agent, CapabilitySet capabilities, NewTask spec) =>
        (spec.Owner is null || spec.Owner == agent.Name)
        && (agent.Profile.Kinds.Count == 0 || agent.Profile.Kinds.Contains(spec.Kind, StringComparer.Ordinal))
        && agent.Profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal)
        && capabilities.CanDo(spec.Requires, spec.MinimumMatch, spec.Match);

    /// <summary>Its deadline passed, whether or not somebody has noticed (S4.14).</summary>
    private static bool IsTooLate(TaskEntry entry, long nowUs) =>
        entry.Task.Spec.Deadline <= UnixTime.FromMicroseconds(nowUs);

    private bool IsFor(ClaimedBy by, NewTask spec) => RulesOf(spec.Namespace).LeaveTo(by, spec.Kind, spec.Step);

    private bool IsKeptFrom(Agent agent, TaskEntry entry, long nowUs) =>
        entry.Kept.Exists(k => WithPrincipal(k).KeepsFrom(agent.Name, agent.Profile.Principal, nowUs))
        || MembersOf(entry.Task).Exists(m => RulesOf(entry.Task.Spec.Namespace).Exclusion.KeepsFrom(
            agent.Name, agent.Profile.Principal, entry.Task.Spec.Step, m))
        || HasFailedOfLate(agent, entry, nowUs);

    /// <summary>Who holds or did the other tasks of a group.</summary>
    private List<GroupMember> MembersOf(WorkTask task) => task.Spec.Group is null
        ? []
        : [.. _state.Groups[(task.Spec.Namespace, task.Spec.Group)]
            .Where(id => id != task.Id)
            .Select(id => _state.Find(id)!)
            .Where(e => e.Claim is not null || e.Task.State == TaskState.Done)
            .Select(e => new GroupMember(
                e.Task.Id,
                e.Task.Spec.Step,
                e.Task.Agent!,
                _state.Agents[e.Task.Agent!].Profile.Principal,
                e.Task.State == TaskState.Done))];

    /// <summary>The agent failed the task of late, and the policy says that this matters (S0.60).</summary>
    private bool HasFailedOfLate(Agent agent, TaskEntry entry, long nowUs)
    {
        if (_options.RecentFailure == RecentFailurePolicy.Off || entry.Claims.IsEmpty)
        {
            return false;
        }

        var now = UnixTime.FromMicroseconds(nowUs);
        var failers = FailersOf(entry, now);
        return failers.Contains(agent.Name)
            && (_options.RecentFailure == RecentFailurePolicy.Strict
                || _state.Agents.Values.Any(other => !failers.Contains(other.Name)
                    && other.StatusAt(now, _options.HeartbeatTimeout) <= AgentStatus.AtCapacity
                    && CanDo(other, SkillsOf(other, nowUs), entry.Task)));
    }

    /// <summary>Who failed the task within the window that counts.</summary>
    private SortedSet<string> FailersOf(TaskEntry entry, DateTimeOffset now) => new(
        entry.Claims
            .Where(c => c.IsFailure && c.Record.EndedAt > now - _options.RecentFailureWindow)
            .Select(c => c.Record.Agent),
        StringComparer.Ordinal);

    private Grant Grant(TaskEntry entry, string agent, bool isSingle, ClaimRequest request, long nowUs)
    {
        var term = request.Offer ?? request.Lease;
        var leaseUntil = UnixTime.FromMicroseconds(nowUs + term.ToMicroseconds());
        var operation = request.Offer is null ? TaskOperation.Claim : TaskOperation.Offer;
        var status = request.Offer is null ? AssignmentStatus.InProgress : AssignmentStatus.Assigned;
        var taken = request.Offer is null ? TakenOver(entry, agent, nowUs) : entry;
        var granted = taken with
        {
            Task = taken.Task with
            {
                State = After(entry.Task.State, operation),
                Epoch = entry.Task.Epoch + 1,
                Attempts = entry.Task.Attempts + 1,
                Agent = agent,
                LeaseUntil = leaseUntil,
            },
            Claim = new LiveClaim(agent, UnixTime.FromMicroseconds(nowUs), isSingle, request.Key, status),
        };
        _state.Put(granted);
        TakeTokens(granted.Task.Spec, nowUs);
        Change(agent, a => a with { Load = a.Load + 1 });
        MarkProbe(agent, granted.Task, nowUs);
        if (request.Offer is null)
        {
            RecordClaim(EventTypes.TaskClaimed, granted.Task, agent, nowUs);
        }
        else
        {
            RecordOffer(granted.Task, agent, request, nowUs);
        }

        return new Grant(WithInputs(granted.Task), leaseUntil);
    }

    private void RecordOffer(WorkTask offered, string agent, ClaimRequest request, long nowUs)
    {
        var (sort, actor) = request.By == ClaimedBy.Administrator
            ? (ActorType.Human, request.Actor ?? "api")
            : (ActorType.System, "distributor");
        var payload = EventPayloads.Claim(offered.Epoch, agent, offered.State);
        Record(new NewEvent(EventTypes.TaskOffered, sort, actor, offered.Id, payload), nowUs);
    }

    private bool HoldsSuspect(Agent agent) =>
        agent.Load > 0 && _state.Open.Values.Any(e => e.Task.Suspect && e.Claim?.Agent == agent.Name);

    private List<TaskEntry> HeldUnder(string key, string agent, long nowUs) =>
        [.. _state.Open.Values
            .Where(e => e.Claim is { } claim && claim.Agent == agent && claim.Key == key)
            .Where(e => e.Task.State == TaskState.InProgress)
            .Where(e => Holds(e, e.Task.Epoch, nowUs))
            .OrderBy(e => e.Rank).ThenBy(e => e.Task.Id)];
}
