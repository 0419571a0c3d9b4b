using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Extending leases, and accepting offers.</content>
public sealed partial class InMemoryStore
{
    private RenewOutcome Renew(Renewal renewal, long nowUs)
    {
        if (_state.Find(renewal.TaskId) is not { } entry)
        {
            return new RenewOutcome(ClaimWriteStatus.NotFound, default, 0);
        }

        if (!Holds(entry, renewal.Epoch, nowUs))
        {
            return new RenewOutcome(ClaimWriteStatus.Stale, entry.Task.State, 0);
        }

        var isOffer = entry.Claim!.Status == AssignmentStatus.Assigned;
        if (isOffer && !renewal.Accepts)
        {
            return new RenewOutcome(ClaimWriteStatus.Refused, entry.Task.State, 0);
        }

        var operation = renewal.Accepts ? TaskOperation.Accept : TaskOperation.Renew;
        var taken = isOffer ? TakenOver(entry, entry.Claim.Agent, nowUs) : entry;
        var renewed = taken with
        {
            Task = taken.Task with
            {
                State = After(entry.Task.State, operation),
                Progress = renewal.Progress ?? entry.Task.Progress,
                Draft = renewal.Draft.IsNone ? entry.Task.Draft : renewal.Draft,
            },
            Claim = entry.Claim with { Status = StatusAfter(entry.Claim.Status, renewal) },
        };
        var grant = entry.Claim.Status == AssignmentStatus.Blocked
            ? Pause(renewed, renewal.Lease)
            : Extend(renewed, renewal.Lease, nowUs);
        if (isOffer)
        {
            RecordClaim(EventTypes.TaskAccepted, grant.Task, entry.Claim.Agent, nowUs);
        }

        Saw(entry.Claim.Agent, nowUs);
        return new RenewOutcome(ClaimWriteStatus.Accepted, grant.Task.State, grant.LeaseUntil.ToMicroseconds());
    }

    /// <summary>Work begins with its acceptance, unless that says later (S1.70).</summary>
    private static AssignmentStatus StatusAfter(AssignmentStatus status, Renewal renewal) =>
        status == AssignmentStatus.Blocked
            ? AssignmentStatus.Blocked
            : renewal is { Accepts: true, Later: true } && status != AssignmentStatus.InProgress
                ? AssignmentStatus.Accepted
                : AssignmentStatus.InProgress;

    /// <summary>The lease of a blocked task is paused; it begins again with what was asked for last.</summary>
    private Grant Pause(TaskEntry entry, TimeSpan lease)
    {
        var paused = entry with { Claim = entry.Claim! with { PausedUs = lease.ToMicroseconds() } };
        _state.Put(paused);
        return new Grant(WithInputs(paused.Task), paused.Task.LeaseUntil!.Value);
    }

    private Grant Extend(TaskEntry entry, TimeSpan lease, long nowUs)
    {
        var until = UnixTime.FromMicroseconds(nowUs + lease.ToMicroseconds());
        var extended = entry with { Task = entry.Task with { LeaseUntil = until } };
        _state.Put(extended);
        return new Grant(WithInputs(extended.Task), until);
    }

    /// <summary>
    /// An epoch names the live claim. Whether a lease that ran out still counts before anybody noticed is the task's
    /// choice (G2); an offer that ran out never does.
    /// </summary>
    private static bool Holds(TaskEntry entry, int epoch, long nowUs) =>
        entry.Claim is { } claim && entry.Task.Epoch == epoch
        && ((claim.Status != AssignmentStatus.Assigned && entry.Task.Spec.Late != LatePolicy.Reject)
            || entry.Task.LeaseUntil > UnixTime.FromMicroseconds(nowUs));
}
