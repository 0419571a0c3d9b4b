using Longshore.Assignments;
using Longshore.Events;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Passes tasks on. A stale epoch changes nothing (G2).</summary>
internal sealed class HandoffVerbs(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, OpenHandoffs open, ClassRows classes,
    EventLog events)
{
    private readonly HandoffRows _rows = new(connection, sql);
    private readonly Statement _add = connection.Prepare(sql["handoff_add"]);
    private readonly Statement _hops = connection.Prepare(sql["handoff_hops"]);

    public HandoffOutcome HandOff(NewHandoff said, long nowUs)
    {
        if (stages.Held(said.TaskId, said.Epoch, nowUs) is not { } claim)
        {
            if (stages.Find(said.TaskId) is not { } standing)
            {
                return new HandoffOutcome(HandoffWriteStatus.NotFound, default);
            }

            var same = _rows.Of(said.TaskId).Find(h => h.Repeats(said));
            var status = same is null ? HandoffWriteStatus.Stale : HandoffWriteStatus.Replayed;
            return new HandoffOutcome(status, standing.State, same);
        }

        if (TaskTransitions.Next(claim.State, TaskOperation.HandOff) is not { } state)
        {
            return new HandoffOutcome(HandoffWriteStatus.Refused, claim.State);
        }

        var key = live.Classes[claim.Place.ClassId].Key;
        if (Hops(said.TaskId) >= live.Rules.Of(key.Namespace).HandoffsMax)
        {
            return new HandoffOutcome(HandoffWriteStatus.TooManyHops, claim.State);
        }

        var agent = live.Agent(claim.AgentId);
        stages.RemoveClaim(claim);
        agent.Seen(nowUs);
        stages.AddAssignment(claim, AssignmentStatus.HandedOff, nowUs);
        var place = claim.Place.GivenBack().HandedOffAs(classes.IdOf(key with { Target = said.To }));
        stages.AddReady(stages.Keep(place, claim.AgentId, long.MaxValue, KeptCause.HandedOff));
        var handoff = Add(said, claim.Place.ClassId, agent.Profile.Name, nowUs);
        events.AddSingle(
            new NewEvent(
                EventTypes.TaskHandedOff, ActorType.Agent, agent.Profile.Name, said.TaskId,
                EventPayloads.HandedOff(handoff)),
            nowUs, place.Epoch);
        return new HandoffOutcome(HandoffWriteStatus.HandedOff, state, handoff);
    }

    public ChangeOutcome Withdraw(long id, ActorType actorType, string actor, string? reason, long nowUs)
    {
        if (stages.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(standing.State, TaskOperation.Withdraw) is not { } state)
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        stages.Remove(standing);
        stages.Requeue(open.Withdraw(standing.Place, nowUs), standing.UntilUs ?? nowUs, nowUs);
        events.AddSingle(
            new NewEvent(EventTypes.HandoffWithdrawn, actorType, actor, id, EventPayloads.Reason(reason)),
            nowUs, standing.Place.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, state);
    }

    private long Hops(long taskId)
    {
        _hops.Bind(taskId).Read();
        var hops = _hops.Long(0);
        _hops.Reset();
        return hops;
    }

    private Handoff Add(NewHandoff said, int classId, string from, long nowUs)
    {
        _add.Bind(said.TaskId).Bind(said.Epoch).Bind(classId).Bind(from).Bind(said.To.Capability?.ToString())
            .Bind(said.To.Agent).Bind(said.Summary).Bind(said.Confidence)
            .BindText(JsonColumns.Write(said.Artifacts)).BindText(JsonColumns.Write(said.KnownLimitations))
            .BindText(JsonColumns.Write(said.NextSteps)).BindText(JsonColumns.Write(said.BlockersResolved))
            .Bind(said.EstimatedEffort?.ToMicroseconds()).Bind(nowUs).Read();
        var (id, threshold) = (_add.Long(0), _add.Double(1));
        _add.Run();
        return Handoff.Of(said, id, from, threshold, nowUs);
    }
}
