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
    EventLog events, Random chance)
{
    private readonly Statement _policy = connection.Prepare(sql["task_policy"]);

    /// <summary>The holder reports failure. The claim is ended already.</summary>
    public FinishOutcome Fail(in ClaimRow claim, Finish finish, long nowUs)
    {
        var (maxAttempts, retry) = PolicyOf(claim.Place.Id);
        var place = claim.Place.Cleared().WithFailures(claim.Place.Failures + 1);
        place = place with { Flags = place.Flags | PlaceFlags.Failed };
        var operation = AttemptRules.AfterFailure(
            finish.Retry, place.Attempts, maxAttempts, FailersOf(claim, place.Attempts >= maxAttempts));
        stages.AddAssignment(claim, AssignmentStatus.Failed, nowUs, finish.Error, finish.Key);
        live.Agent(claim.AgentId).CountFailed();
        var wait = finish.Delay ?? retry.WaitAfter(place.Failures, chance.NextDouble());
        var (state, untilUs) = Move(place, operation, wait, claim.AgentId, nowUs, finish.Error);
        events.AddHot(EventTypes.TaskFailed, place.Id, place.Epoch, claim.AgentId, state);
        return new FinishOutcome(ClaimWriteStatus.Accepted, state, untilUs);
    }

    /// <summary>A claim is lost with its holder; ends the claim.</summary>
    public LostClaim Lose(in ClaimRow claim, string why, long nowUs)
    {
        stages.RemoveClaim(claim);
        stages.AddAssignment(claim, AssignmentStatus.Expired, nowUs, why);
        var (maxAttempts, retry) = PolicyOf(claim.Place.Id);
        var place = claim.Place with { Flags = claim.Place.Flags | PlaceFlags.Suspect };
        var wait = retry.WaitAfter(place.Failures + 1, chance.NextDouble());
        if (claim.Single)
        {
            place = place.WithFailures(place.Failures + 1);
            place = place with { Flags = place.Flags | PlaceFlags.Failed };
        }

        var operation = AttemptRules.AfterLoss(
            claim.Single, place.Attempts, maxAttempts, FailersOf(claim, place.Attempts >= maxAttempts));
        var (state, _) = Move(place, operation, wait, claim.AgentId, nowUs, why);
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
        in Place place, TaskOperation operation, TimeSpan wait, long agentId, long nowUs, string? error)
    {
        var state = TaskTransitions.Next(TaskState.InProgress, operation)!.Value;
        switch (state)
        {
            case TaskState.Created:
                var untilUs = nowUs + wait.ToMicroseconds();
                stages.Requeue(place, untilUs, nowUs);
                return (state, untilUs);
            case TaskState.Quarantined:
                stages.AddParked(place, state);
                return (state, 0);
            default:
                stages.AddFinished(place, state, agentId, nowUs, error: error);
                return (state, 0);
        }
    }

    /// <summary>
    /// How many agents failed the task, this one included; only worth knowing once attempts are used up.
    /// </summary>
    private int FailersOf(in ClaimRow claim, bool usedUp)
    {
        if (!usedUp)
        {
            return 0;
        }

        var agents = failures.AgentsThatFailed(claim.Place.Id);
        agents.Add(claim.AgentId);
        return agents.Count;
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
