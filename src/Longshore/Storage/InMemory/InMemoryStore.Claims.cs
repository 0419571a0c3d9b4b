using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Giving out work, and extending leases.</content>
public sealed partial class InMemoryStore
{
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

        var room = HoldsSuspect(agent.Name) ? 0 : agent.Profile.MaxConcurrent + request.Prefetch - agent.Load;
        if (room <= 0)
        {
            return ClaimOutcome.None(ClaimStatus.AtCapacity);
        }

        var candidates = Claimable(agent, request.Kinds, nowUs)
            .Where(e => request.TaskIds.Count == 0 || request.TaskIds.Contains(e.Task.Id));
        var (picked, mustDrain) = Pick(candidates, Math.Min(request.Max, room), agent.Load > 0);
        if (picked.Count == 0)
        {
            return ClaimOutcome.None(mustDrain ? ClaimStatus.AtCapacity : ClaimStatus.Empty);
        }

        var isSingle = picked.Count == 1 && agent.Load == 0;
        return new ClaimOutcome(
            ClaimStatus.Granted, [.. picked.Select(e => Grant(e, agent.Name, isSingle, request, nowUs))]);
    }

    /// <summary>The first candidates. A suspect is given alone, to an agent that holds nothing (G7).</summary>
    private static (List<TaskEntry> Picked, bool MustDrain) Pick(
        IEnumerable<TaskEntry> candidates, int max, bool holdsSome)
    {
        var picked = new List<TaskEntry>();
        foreach (var candidate in candidates)
        {
            if (picked.Count == max)
            {
                break;
            }

            if (candidate.Task.Suspect)
            {
                // The agent drains first, instead of passing the suspect over for ever.
                return holdsSome || picked.Count > 0 ? (picked, true) : ([candidate], false);
            }

            picked.Add(candidate);
        }

        return (picked, false);
    }

    /// <summary>What an agent may be given, in order.</summary>
    private IEnumerable<TaskEntry> Claimable(Agent agent, IReadOnlyList<string> kinds, long nowUs)
    {
        var capabilities = new CapabilitySet(agent.Profile.Capabilities, UnixTime.FromMicroseconds(nowUs));
        return _state.Open.Values
            .Where(e => e.IsReady && CanDo(agent, capabilities, e.Task.Spec))
            .Where(e => kinds.Count == 0 || kinds.Contains(e.Task.Spec.Kind, StringComparer.Ordinal))
            .Where(e => !IsKeptFrom(agent, e, nowUs))
            .OrderBy(e => e.Rank).ThenBy(e => e.Task.Id);
    }

    private static bool CanDo(Agent agent, CapabilitySet capabilities, NewTask spec) =>
        (spec.Owner is null || spec.Owner == agent.Name)
        && (agent.Profile.Kinds.Count == 0 || agent.Profile.Kinds.Contains(spec.Kind, StringComparer.Ordinal))
        && agent.Profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal)
        && capabilities.CanDo(spec.Requires, spec.MinimumMatch);

    /// <summary>The agent failed the task of late, and the policy says that this matters (S0.60).</summary>
    private bool IsKeptFrom(Agent agent, TaskEntry entry, long nowUs)
    {
        if (_options.RecentFailure == RecentFailurePolicy.Off)
        {
            return false;
        }

        var now = UnixTime.FromMicroseconds(nowUs);
        var failers = entry.Claims
            .Where(c => c.IsFailure && c.Record.EndedAt > now - _options.RecentFailureWindow)
            .Select(c => c.Record.Agent)
            .ToHashSet(StringComparer.Ordinal);
        return failers.Contains(agent.Name)
            && (_options.RecentFailure == RecentFailurePolicy.Strict
                || _state.Agents.Values.Any(other => !failers.Contains(other.Name)
                    && other.StatusAt(now, _options.HeartbeatTimeout) <= AgentStatus.AtCapacity
                    && CanDo(other, new CapabilitySet(other.Profile.Capabilities, now), entry.Task.Spec)));
    }

    private Grant Grant(TaskEntry entry, string agent, bool isSingle, ClaimRequest request, long nowUs)
    {
        var leaseUntil = UnixTime.FromMicroseconds(nowUs + request.Lease.ToMicroseconds());
        var granted = entry with
        {
            Task = entry.Task with
            {
                State = After(entry.Task.State, TaskOperation.Claim),
                Epoch = entry.Task.Epoch + 1,
                Attempts = entry.Task.Attempts + 1,
                Agent = agent,
                LeaseUntil = leaseUntil,
            },
            Claim = new LiveClaim(agent, UnixTime.FromMicroseconds(nowUs), isSingle, request.Key),
        };
        _state.Put(granted);
        Change(agent, a => a with { Load = a.Load + 1 });
        RecordClaim(EventTypes.TaskClaimed, granted.Task, agent, nowUs);
        return new Grant(granted.Task, leaseUntil);
    }

    private bool HoldsSuspect(string agent) =>
        _state.Open.Values.Any(e => e.Task.Suspect && e.Claim?.Agent == agent);

    private List<TaskEntry> HeldUnder(string key, string agent, long nowUs) =>
        [.. _state.Open.Values
            .Where(e => e.Claim is { } claim && claim.Agent == agent && claim.Key == key)
            .Where(e => Holds(e, e.Task.Epoch, nowUs))
            .OrderBy(e => e.Rank).ThenBy(e => e.Task.Id)];

    private RenewOutcome Renew(Renewal renewal, long nowUs)
    {
        if (_state.Find(renewal.TaskId) is not { } entry)
        {
            return new RenewOutcome(ClaimWriteStatus.NotFound, default, 0);
        }

        if (TaskTransitions.Next(entry.Task.State, TaskOperation.Renew) is not { } state
            || !Holds(entry, renewal.Epoch, nowUs))
        {
            return new RenewOutcome(ClaimWriteStatus.Stale, entry.Task.State, 0);
        }

        var progress = renewal.Progress ?? entry.Task.Progress;
        var grant = Extend(entry with { Task = entry.Task with { Progress = progress } }, renewal.Lease, nowUs);
        Saw(entry.Claim!.Agent, nowUs);
        return new RenewOutcome(ClaimWriteStatus.Accepted, state, grant.LeaseUntil.ToMicroseconds());
    }

    private Grant Extend(TaskEntry entry, TimeSpan lease, long nowUs)
    {
        var until = UnixTime.FromMicroseconds(nowUs + lease.ToMicroseconds());
        var extended = entry with { Task = entry.Task with { LeaseUntil = until } };
        _state.Put(extended);
        return new Grant(extended.Task, until);
    }

    /// <summary>
    /// An epoch names the live claim. Whether a lease that ran out still counts before anybody noticed is the task's
    /// choice (G2).
    /// </summary>
    private static bool Holds(TaskEntry entry, int epoch, long nowUs) =>
        entry.Claim is not null && entry.Task.Epoch == epoch
        && (entry.Task.Spec.Late != LatePolicy.Reject || entry.Task.LeaseUntil > UnixTime.FromMicroseconds(nowUs));
}
