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

/// <summary>What an attempt that did not succeed leads to: reported by its holder, or lost with it.</summary>
internal sealed class FailedAttempts(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, RecentFailures failures,
    BreakerBook breakers, Returns returns, EventLog events, Random chance)
{
    private readonly Statement _addDetail = connection.Prepare(sql["error_detail_add"]);
    private readonly Statement _policy = connection.Prepare(sql["task_policy"]);

    /// <summary>The holder reports failure. The claim is ended already.</summary>
    public FinishOutcome Fail(in ClaimRow claim, Finish finish, long nowUs)
    {
        var (maxAttempts, retry) = PolicyOf(claim.Place.Id);
        var place = claim.Place.Cleared().WithFailures(claim.Place.Failures + 1);
        place = place with { Flags = place.Flags | PlaceFlags.Failed };
        var (failers, trips) = Look(claim, place, maxAttempts, counts: true);
        var operation = AttemptRules.AfterFailure(finish.Retry, place.Attempts, maxAttempts, failers, trips);
        stages.AddAssignment(
            claim, AssignmentStatus.Failed, nowUs, finish.Error, finish.Key,
            finish.Retry ? Verdict.Failure : Verdict.Nothing);
        if (finish.ErrorDetail is { } detail)
        {
            _addDetail.Bind(place.Id).Bind(place.Epoch).Bind(detail).Run();
        }

        live.Agent(claim.AgentId).CountFailed();
        var wait = finish.Delay ?? retry.WaitAfter(place.Failures, chance.NextDouble());
        var (state, untilUs) = Move(place, operation, trips, maxAttempts, wait, claim.AgentId, nowUs, finish.Error);
        events.AddHot(EventTypes.TaskFailed, place.Id, place.Epoch, claim.AgentId, state);
        return new FinishOutcome(ClaimWriteStatus.Accepted, state, untilUs);
    }

    /// <summary>A claim is lost with its holder; ends the claim.</summary>
    public LostClaim Lose(in ClaimRow claim, string why, long nowUs)
    {
        if (claim.IsOffer)
        {
            return returns.LoseOffer(claim, why, nowUs);
        }

        if (claim.Status == AssignmentStatus.Blocked)
        {
            return returns.EndHold(claim, why, nowUs);
        }

        stages.RemoveClaim(claim);
        stages.AddAssignment(
            claim, AssignmentStatus.Expired, nowUs, why, verdict: claim.Single ? Verdict.Failure : Verdict.Nothing);
        var (maxAttempts, retry) = PolicyOf(claim.Place.Id);
        var place = claim.Place with { Flags = claim.Place.Flags | PlaceFlags.Suspect };
        var wait = retry.WaitAfter(place.Failures + 1, chance.NextDouble());
        if (claim.Single)
        {
            place = place.WithFailures(place.Failures + 1);
            place = place with { Flags = place.Flags | PlaceFlags.Failed };
        }

        var (failers, trips) = Look(claim, place, maxAttempts, claim.Single);
        var operation = AttemptRules.AfterLoss(claim.Single, place.Attempts, maxAttempts, failers, trips);
        var (state, _) = Move(place, operation, trips, maxAttempts, wait, claim.AgentId, nowUs, why);
        var agent = live.Agent(claim.AgentId).Profile.Name;
        events.AddSingle(
            new NewEvent(
                EventTypes.TaskClaimLost, ActorType.System, "longshore", place.Id,
                EventPayloads.Claim(place.Epoch, agent, state)),
            nowUs,
            place.Epoch);
        return new LostClaim(place.Id, place.Epoch, agent, state);
    }

    private (TaskState State, long UntilUs) Move(
        in Place place, TaskOperation operation, bool trips, int maxAttempts, TimeSpan wait, long agentId, long nowUs,
        string? error)
    {
        var state = TaskTransitions.Next(TaskState.InProgress, operation)!.Value;
        switch (state)
        {
            case TaskState.Created:
                var untilUs = nowUs + wait.ToMicroseconds();
                stages.Requeue(place, untilUs, nowUs);
                return (state, untilUs);
            case TaskState.Quarantined when trips && place.Attempts < maxAttempts:
                var tripped = place with { Flags = place.Flags | PlaceFlags.Tripped };
                stages.AddParked(tripped, state, breakers.Trip(place, nowUs));
                return (state, 0);
            case TaskState.Quarantined:
                breakers.Forget(place.Id);
                stages.AddParked(place with { Flags = place.Flags & ~PlaceFlags.Tripped }, state);
                return (state, 0);
            default:
                stages.AddFinished(place, state, agentId, nowUs, error: error);
                return (state, 0);
        }
    }

    /// <summary>
    /// How many agents failed the task, this one included, and whether its breaker opens; only worth a look once
    /// attempts are used up or failures are many.
    /// </summary>
    private (int Failers, bool Trips) Look(in ClaimRow claim, in Place place, int maxAttempts, bool counts)
    {
        var threshold = breakers.TaskThreshold;
        var isTripped = (place.Flags & PlaceFlags.Tripped) != 0;
        var mayTrip = threshold > 0 && (isTripped || place.Failures >= threshold);
        if (!counts || (place.Attempts < maxAttempts && !mayTrip))
        {
            return (0, false);
        }

        var agents = failures.AgentsThatFailed(place.Id);
        agents.Add(claim.AgentId);
        var hasTripped = isTripped && breakers.Find(place.Id) is not null;
        return (agents.Count, AttemptRules.Trips(threshold, hasTripped, place.Failures, agents.Count));
    }

    private (int MaxAttempts, RetryPolicy Retry) PolicyOf(long id)
    {
        _policy.Bind(id);
        _policy.Read();
        var policy = (_policy.Int(0), TaskBodies.Policy(_policy.Int(1), _policy.Long(2), _policy.Long(3)));
        _policy.Reset();
        return policy;
    }
}
