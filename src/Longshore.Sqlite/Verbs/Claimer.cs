using Longshore.Agents;
using Longshore.Assignments;
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
    TaskBodies bodies, BreakerBook breakers, EventLog events)
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

        var gate = agent.GateAt(nowUs);
        if (gate == BreakerGate.Shut)
        {
            return ClaimOutcome.None(ClaimStatus.BreakerOpen);
        }

        var room = agent.HoldsSuspect ? 0 : agent.Profile.MaxConcurrent + request.Prefetch - agent.Load;
        if (room <= 0)
        {
            return ClaimOutcome.None(ClaimStatus.AtCapacity);
        }

        _picked.Clear();
        var (drained, nextTokenUs) = Pick(
            agent, request, gate == BreakerGate.Probe ? 1 : Math.Min(request.Max, room), nowUs);
        return _picked.Count == 0
            ? ClaimOutcome.None(drained ? ClaimStatus.Empty : ClaimStatus.AtCapacity) with { NextTokenUs = nextTokenUs }
            : new ClaimOutcome(ClaimStatus.Granted, Grant(agent, request, nowUs));
    }

    private (bool Drained, long NextTokenUs) Pick(AgentEntry agent, ClaimRequest request, int max, long nowUs)
    {
        lock (live.Gate)
        {
            var drained = PickUnderGate(agent, request, max, nowUs);
            return (drained, drained ? NextTokenUs : 0);
        }
    }

    private long NextTokenUs => (live.Rations.NextTokenUs, live.Keys.NextTokenUs) switch
    {
        (0, var ofKey) => ofKey,
        (var ofAll, 0) => ofAll,
        (var ofAll, var ofKey) => Math.Min(ofAll, ofKey),
    };

    private bool PickUnderGate(AgentEntry agent, ClaimRequest request, int max, long nowUs)
    {
        if (request.TaskIds.Count > 0)
        {
            return PickNamed(agent, request, max, nowUs);
        }

        var eligible = request.By == ClaimedBy.Agent
            ? agent.ClaimableAt(nowUs, live.Rules)
            : new EligibleClasses(
                agent.Profile, agent.EligibleAt(nowUs).Capabilities, c => live.Rules.IsFor(request.By, c.Key));
        var isShared = request.By == ClaimedBy.Agent && live.Shares.Concerns(agent.Profile);
        return selector.ForClaim(agent, eligible, request.Kinds, isShared, max, nowUs, _picked);
    }

    private Grant[] Grant(AgentEntry agent, ClaimRequest request, long nowUs)
    {
        var leaseUs = nowUs + (request.Offer ?? request.Lease).ToMicroseconds();
        var leaseUntil = UnixTime.FromMicroseconds(leaseUs);
        var status = request.Offer is null ? AssignmentStatus.InProgress : AssignmentStatus.Assigned;
        var single = _picked.Count == 1 && agent.Load == 0;
        var grants = new Grant[_picked.Count];
        for (var i = 0; i < grants.Length; i++)
        {
            var granted = stages.Grant(_picked[i], agent, single, nowUs, leaseUs, request.Key, status);
            breakers.MarkProbe(agent, granted, nowUs);
            if (request.Offer is null)
            {
                events.AddHot(EventTypes.TaskClaimed, granted.Id, granted.Epoch, agent.Id, TaskState.InProgress);
            }
            else
            {
                NoteOffer(agent, granted, request, nowUs);
            }

            grants[i] = GrantOf(granted, agent, leaseUntil, status);
        }

        return grants;
    }

    private void NoteOffer(AgentEntry agent, in Place granted, ClaimRequest request, long nowUs)
    {
        var (sort, actor) = request.By == ClaimedBy.Administrator
            ? (ActorType.Human, request.Actor ?? "api")
            : (ActorType.System, "distributor");
        var payload = EventPayloads.Claim(granted.Epoch, agent.Profile.Name, TaskState.Assigned);
        events.AddSingle(
            new NewEvent(EventTypes.TaskOffered, sort, actor, granted.Id, payload), nowUs, granted.Epoch);
    }

    /// <summary>The claims made under this key before, if any still hold; their leases start anew.</summary>
    private ClaimOutcome? Repeated(AgentEntry agent, ClaimRequest request, long nowUs)
    {
        var ids = _byKey.Bind(agent.Id).Bind(request.Key).ReadIds();
        var held = ids.Select(id => stages.GetClaim(id)!.Value)
            .Where(claim => !claim.IsOffer && claim.HoldsAt(nowUs))
            .ToList();
        if (held.Count == 0)
        {
            return null;
        }

        var leaseUs = nowUs + request.Lease.ToMicroseconds();
        return new ClaimOutcome(ClaimStatus.Granted, [.. held.OrderBy(claim => claim.Place).Select(claim =>
        {
            stages.RenewClaim(claim, leaseUs);
            return GrantOf(
                claim.Place, agent, UnixTime.FromMicroseconds(leaseUs), claim.Status, claim.Progress);
        })]);
    }

    private bool PickNamed(AgentEntry agent, ClaimRequest request, int max, long nowUs)
    {
        var eligible = agent.EligibleAt(nowUs);
        live.Rations.Begin(nowUs);
        live.Keys.Begin(nowUs);
        foreach (var place in request.TaskIds.Distinct().Select(stages.FindReady).OfType<Place>().Order())
        {
            var key = live.Classes[place.ClassId].Key;
            if (eligible.Admits(place.ClassId, live.Classes) && live.Rules.IsFor(request.By, key)
                && (request.Kinds.Count == 0 || request.Kinds.Contains(key.Kind, StringComparer.Ordinal))
                && selector.HasRoom(place) && selector.MayTake(agent, place, nowUs, _picked)
                && (_picked.Count == max || !selector.Take(agent, place, _picked)))
            {
                return _picked.Count > 0;
            }
        }

        return true;
    }

    private Grant GrantOf(
        in Place place, AgentEntry agent, DateTimeOffset leaseUntil, AssignmentStatus status, double? progress = null)
    {
        var (spec, createdUs, relaxing) = bodies.Read(place)!;
        return new Grant(
            new WorkTask
            {
                Id = place.Id,
                Spec = spec,
                State = status == AssignmentStatus.Assigned ? TaskState.Assigned : TaskState.InProgress,
                Epoch = place.Epoch,
                Attempts = place.Attempts,
                Failures = place.Failures,
                Suspect = place.IsSuspect,
                Target = status == AssignmentStatus.Assigned ? live.TargetOf(place) : null,
                WasHandedOff = (place.Flags & PlaceFlags.WasHandedOff) != 0,
                CreatedAt = UnixTime.FromMicroseconds(createdUs),
                AvailableAt = UnixTime.FromMicroseconds(place.AvailableUs),
                Agent = agent.Profile.Name,
                LeaseUntil = leaseUntil,
                Progress = progress,
                Run = bodies.Grant(place),
                Relaxing = relaxing,
                Draft = bodies.Draft(place),
                Error = place.Epoch > 1 ? bodies.LastError(place.Id) : null,
            },
            leaseUntil);
    }
}
