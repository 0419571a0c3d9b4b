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

/// <summary>Ends claims on their holder's word, and renews them. A stale epoch changes nothing (G2).</summary>
internal sealed class Finisher(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, FailedAttempts attempts, Returns returns,
    EventLog events)
{
    private readonly Statement _assignment = connection.Prepare(sql["assignment_get"]);
    private readonly Statement _late = connection.Prepare(sql["assignment_late"]);

    public FinishOutcome Finish(Finish finish, long nowUs)
    {
        if (stages.Held(finish.TaskId, finish.Epoch, nowUs) is not { } claim)
        {
            return WithoutClaim(finish, nowUs);
        }

        if ((claim.IsOffer && finish.Kind is not (FinishKind.Reject or FinishKind.Release))
            || (claim.Status == AssignmentStatus.Blocked
                && finish.Kind is not (FinishKind.Release or FinishKind.Cancel)))
        {
            return new FinishOutcome(ClaimWriteStatus.Refused, claim.State);
        }

        stages.RemoveClaim(claim);
        live.Agent(claim.AgentId).Seen(nowUs);
        return finish.Kind switch
        {
            FinishKind.Complete => Complete(claim, finish, nowUs),
            FinishKind.Fail => attempts.Fail(claim, finish, nowUs),
            FinishKind.Snooze => GiveBack(
                claim, finish, AssignmentStatus.Snoozed, EventTypes.TaskSnoozed,
                finish.Delay ?? AttemptRules.SnoozeDefault, nowUs),
            FinishKind.Release => GiveBack(
                claim, finish, AssignmentStatus.Released, EventTypes.TaskReleased, TimeSpan.Zero, nowUs),
            FinishKind.Cancel => Cancel(claim, finish, nowUs),
            FinishKind.Reject => returns.Reject(claim, finish, nowUs),
            _ => throw new ArgumentOutOfRangeException(nameof(finish), finish.Kind, null),
        };
    }

    public RenewOutcome Renew(Renewal renewal, long nowUs)
    {
        if (stages.Held(renewal.TaskId, renewal.Epoch, nowUs) is not { } claim)
        {
            return stages.Find(renewal.TaskId) is { } standing
                ? new RenewOutcome(ClaimWriteStatus.Stale, standing.State, 0)
                : new RenewOutcome(ClaimWriteStatus.NotFound, default, 0);
        }

        if (claim.IsOffer && !renewal.Accepts)
        {
            return new RenewOutcome(ClaimWriteStatus.Refused, claim.State, 0);
        }

        // The lease of a blocked task is paused; it begins again with what was asked for last.
        var isBlocked = claim.Status == AssignmentStatus.Blocked;
        var leaseUs = isBlocked ? claim.LeaseUs : nowUs + renewal.Lease.ToMicroseconds();
        stages.RenewClaim(claim, leaseUs, renewal.Progress, StatusAfter(claim.Status, renewal), renewal.Draft);
        var agent = live.Agent(claim.AgentId);
        agent.Seen(nowUs);
        if (isBlocked)
        {
            stages.Hold(claim, claim.Status, leaseUs, renewal.Lease.ToMicroseconds());
        }

        if (claim.IsOffer)
        {
            var (place, name) = (claim.Place, agent.Profile.Name);
            stages.TakeOver(claim, name, nowUs);
            var payload = EventPayloads.Claim(place.Epoch, name, TaskState.InProgress);
            events.AddSingle(
                new NewEvent(EventTypes.TaskAccepted, ActorType.Agent, name, place.Id, payload), nowUs, place.Epoch);
        }

        return new RenewOutcome(ClaimWriteStatus.Accepted, isBlocked ? claim.State : TaskState.InProgress, leaseUs);
    }

    /// <summary>Work begins with its acceptance, unless that says later (S1.70).</summary>
    private static AssignmentStatus StatusAfter(AssignmentStatus status, Renewal renewal) => status switch
    {
        AssignmentStatus.Blocked => AssignmentStatus.Blocked,
        not AssignmentStatus.InProgress when renewal is { Accepts: true, Later: true } => AssignmentStatus.Accepted,
        _ => AssignmentStatus.InProgress,
    };

    private FinishOutcome Complete(in ClaimRow claim, Finish finish, long nowUs)
    {
        var place = claim.Place;
        stages.AddFinished(place, TaskState.Done, claim.AgentId, nowUs, finish.Result);
        stages.AddAssignment(
            claim, AssignmentStatus.Submitted, nowUs, key: finish.Key, verdict: Verdict.Success);
        live.Agent(claim.AgentId).CountCompleted();
        events.AddHot(EventTypes.TaskCompleted, place.Id, place.Epoch, claim.AgentId, TaskState.Done);
        return new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Done);
    }

    private FinishOutcome GiveBack(
        in ClaimRow claim, Finish finish, AssignmentStatus outcome, string type, TimeSpan wait, long nowUs)
    {
        var untilUs = nowUs + wait.ToMicroseconds();
        var state = stages.Return(claim, claim.Place.GivenBack(), untilUs, nowUs);
        stages.AddAssignment(claim, outcome, nowUs, finish.Error, finish.Key);
        events.AddHot(type, claim.Place.Id, claim.Place.Epoch, claim.AgentId, state);
        var readyUs = outcome == AssignmentStatus.Snoozed ? untilUs : 0;
        return new FinishOutcome(ClaimWriteStatus.Accepted, state, readyUs);
    }

    private FinishOutcome Cancel(in ClaimRow claim, Finish finish, long nowUs)
    {
        var place = claim.Place;
        stages.AddFinished(place, TaskState.Cancelled, claim.AgentId, nowUs, error: finish.Error);
        stages.AddAssignment(claim, AssignmentStatus.Cancelled, nowUs, finish.Error, finish.Key);
        var agent = live.Agent(claim.AgentId).Profile.Name;
        events.AddSingle(
            new NewEvent(
                EventTypes.TaskCancelled, ActorType.Agent, agent, place.Id, EventPayloads.Reason(finish.Error)),
            nowUs,
            place.Epoch);
        return new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Cancelled);
    }

    /// <summary>The epoch names no live claim: a repetition, a late result, or stale.</summary>
    private FinishOutcome WithoutClaim(Finish finish, long nowUs)
    {
        if (stages.Find(finish.TaskId) is not { } standing)
        {
            return new FinishOutcome(ClaimWriteStatus.NotFound, default);
        }

        _assignment.Bind(finish.TaskId).Bind(finish.Epoch);
        if (!_assignment.Read())
        {
            return new FinishOutcome(ClaimWriteStatus.Stale, standing.State);
        }

        var agentId = _assignment.Long(0);
        var outcome = (AssignmentStatus)_assignment.Int(3);
        var (error, key) = (_assignment.Text(5), _assignment.Text(6));
        _assignment.Reset();
        if (IsRepetition(finish, standing, outcome, error, key))
        {
            return new FinishOutcome(ClaimWriteStatus.Replayed, standing.State);
        }

        return finish.Kind == FinishKind.Complete && outcome == AssignmentStatus.Expired
            && standing.Place.Epoch == finish.Epoch && (standing.Place.Flags & PlaceFlags.RejectLate) == 0
            && TaskTransitions.Next(standing.State, TaskOperation.CompleteLate) is { } done
                ? CompleteLate(finish, standing, agentId, done, nowUs)
                : new FinishOutcome(ClaimWriteStatus.Stale, standing.State);
    }

    private FinishOutcome CompleteLate(Finish finish, Standing standing, long agentId, TaskState done, long nowUs)
    {
        stages.Remove(standing);
        stages.AddFinished(standing.Place, done, agentId, nowUs, finish.Result);
        _late.Bind(finish.TaskId).Bind(finish.Epoch).Bind(nowUs).Bind(finish.Key).Run();
        var agent = live.Agent(agentId);
        agent.Seen(nowUs);
        agent.CountCompleted();
        agent.Judge(standing.Place.ClassId, Verdict.Success);
        events.AddHot(EventTypes.TaskCompleted, finish.TaskId, finish.Epoch, agentId, done);
        return new FinishOutcome(ClaimWriteStatus.Accepted, done);
    }

    private static bool IsRepetition(
        Finish finish, Standing standing, AssignmentStatus outcome, string? error, string? key)
    {
        var sameKind = outcome == finish.Kind switch
        {
            FinishKind.Complete => AssignmentStatus.Submitted,
            FinishKind.Fail => AssignmentStatus.Failed,
            FinishKind.Snooze => AssignmentStatus.Snoozed,
            FinishKind.Release => AssignmentStatus.Released,
            FinishKind.Reject => AssignmentStatus.Rejected,
            _ => AssignmentStatus.Cancelled,
        };
        if (!sameKind || key != finish.Key)
        {
            return false;
        }

        return key is not null
            || (finish.Kind == FinishKind.Complete ? standing.Result == finish.Result : error == finish.Error);
    }
}
