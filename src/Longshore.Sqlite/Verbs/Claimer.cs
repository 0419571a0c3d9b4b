using Longshore.Agents;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Gives tasks to agents: decides and reserves in one step, on the one thread that writes.</summary>
internal sealed class Claimer(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, Selector selector,
    TaskBodies bodies, EventLog events)
{
    private readonly Statement _byKey = connection.Prepare(sql["claims_by_key"]);
    private readonly List<Place> _picked = [];

    public ClaimOutcome Claim(ClaimRequest request, long nowUs)
    {
        if (live.Agent(request.Agent) is not { } agent)
        {
            return ClaimOutcome.None(ClaimStatus.UnknownAgent);
        }

        agent.Seen(nowUs);
        if (request.Key is not null && Repeated(agent, request, nowUs) is { } repeated)
        {
            return repeated;
        }

        if (agent.Mode != AgentMode.Available)
        {
            return ClaimOutcome.None(ClaimStatus.Unavailable);
        }

        var room = agent.HoldsSuspect ? 0 : agent.Profile.MaxConcurrent + request.Prefetch - agent.Load;
        if (room <= 0)
        {
            return ClaimOutcome.None(ClaimStatus.AtCapacity);
        }

        _picked.Clear();
        bool drained;
        lock (live.Gate)
        {
            var max = Math.Min(request.Max, room);
            drained = request.TaskIds.Count == 0
                ? selector.ForClaim(agent, request.Kinds, max, nowUs, _picked)
                : PickNamed(agent, request, max, nowUs);
        }

        return _picked.Count == 0
            ? ClaimOutcome.None(drained ? ClaimStatus.Empty : ClaimStatus.AtCapacity)
            : new ClaimOutcome(ClaimStatus.Granted, Grant(agent, request, nowUs));
    }

    private Grant[] Grant(AgentEntry agent, ClaimRequest request, long nowUs)
    {
        var leaseUs = nowUs + request.Lease.ToMicroseconds();
        var leaseUntil = UnixTime.FromMicroseconds(leaseUs);
        var single = _picked.Count == 1 && agent.Load == 0;
        var grants = new Grant[_picked.Count];
        for (var i = 0; i < grants.Length; i++)
        {
            stages.RemoveReady(_picked[i]);
            var granted = _picked[i].Granted();
            stages.AddClaim(granted, agent, single, nowUs, leaseUs, request.Key);
            events.AddHot(EventTypes.TaskClaimed, granted.Id, granted.Epoch, agent.Id, TaskState.InProgress);
            grants[i] = GrantOf(granted, agent, leaseUntil);
        }

        return grants;
    }

    /// <summary>The claims made under this key before, if any still hold; their leases start anew.</summary>
    private ClaimOutcome? Repeated(AgentEntry agent, ClaimRequest request, long nowUs)
    {
        var ids = _byKey.Bind(agent.Id).Bind(request.Key).ReadIds();
        var held = ids.Select(id => stages.GetClaim(id)!.Value).Where(claim => claim.HoldsAt(nowUs)).ToList();
        if (held.Count == 0)
        {
            return null;
        }

        var leaseUs = nowUs + request.Lease.ToMicroseconds();
        return new ClaimOutcome(ClaimStatus.Granted, [.. held.OrderBy(claim => claim.Place).Select(claim =>
        {
            stages.RenewClaim(claim.Place, leaseUs);
            return GrantOf(claim.Place, agent, UnixTime.FromMicroseconds(leaseUs), claim.Progress);
        })]);
    }

    private bool PickNamed(AgentEntry agent, ClaimRequest request, int max, long nowUs)
    {
        var eligible = agent.EligibleAt(nowUs);
        foreach (var place in request.TaskIds.Distinct().Select(stages.FindReady).OfType<Place>().Order())
        {
            var kind = live.Classes[place.ClassId].Key.Kind;
            if (eligible.Admits(place.ClassId, live.Classes)
                && (request.Kinds.Count == 0 || request.Kinds.Contains(kind, StringComparer.Ordinal))
                && !selector.KeepsFrom(agent, place, nowUs)
                && (_picked.Count == max || !Selector.TryTake(agent, place, _picked)))
            {
                return _picked.Count > 0;
            }
        }

        return true;
    }

    private Grant GrantOf(in Place place, AgentEntry agent, DateTimeOffset leaseUntil, double? progress = null)
    {
        var (spec, createdUs) = bodies.Read(place.Id)!.Value;
        return new Grant(
            new WorkTask
            {
                Id = place.Id,
                Spec = spec,
                State = TaskState.InProgress,
                Epoch = place.Epoch,
                Attempts = place.Attempts,
                Failures = place.Failures,
                Suspect = place.IsSuspect,
                CreatedAt = UnixTime.FromMicroseconds(createdUs),
                AvailableAt = UnixTime.FromMicroseconds(place.AvailableUs),
                Agent = agent.Profile.Name,
                LeaseUntil = leaseUntil,
                Progress = progress,
                Error = place.Epoch > 1 ? bodies.LastError(place.Id) : null,
            },
            leaseUntil);
    }
}
