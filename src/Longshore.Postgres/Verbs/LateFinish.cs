using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Verbs;

/// <summary>The epoch names no claim that holds: a repetition, a late result, or stale (G2).</summary>
internal static class LateFinish
{
    public static FinishOutcome Decide(Moves moves, Standing standing, Finish finish)
    {
        var stale = new FinishOutcome(ClaimWriteStatus.Stale, standing.State);
        if (moves.Ended(finish.TaskId, finish.Epoch) is not { } ended)
        {
            return stale;
        }

        if (IsRepetition(finish, standing, ended))
        {
            return stale with { Status = ClaimWriteStatus.Replayed };
        }

        return finish.Kind == FinishKind.Complete && ended.Outcome == AssignmentStatus.Expired
            && standing.Place.Epoch == finish.Epoch && (standing.Place.Flags & PlaceFlags.RejectLate) == 0
            && TaskTransitions.Next(standing.State, TaskOperation.CompleteLate) is { } done
                ? CompleteLate(moves, standing, ended, finish, done)
                : stale;
    }

    private static FinishOutcome CompleteLate(
        Moves moves, Standing standing, ClaimRecord ended, Finish finish, TaskState done)
    {
        moves.MakeLate(ended, finish.Key);
        moves.Finish(moves.Done(standing.Place), done, ended.AgentId, finish.Result);
        moves.Change(ended.AgentId, a => a with { Completed = a.Completed + 1, Seen = true });
        moves.Learn(ended.AgentId, standing.Place.ClassId, Verdict.Success);
        moves.NoteClaim(EventTypes.TaskCompleted, ended, done);
        return new FinishOutcome(ClaimWriteStatus.Accepted, done);
    }

    /// <summary>The record of the claim's end says what this finish says.</summary>
    private static bool IsRepetition(Finish finish, Standing standing, ClaimRecord ended)
    {
        var outcome = finish.Kind switch
        {
            FinishKind.Complete => AssignmentStatus.Submitted,
            FinishKind.Fail => AssignmentStatus.Failed,
            FinishKind.Snooze => AssignmentStatus.Snoozed,
            FinishKind.Release => AssignmentStatus.Released,
            FinishKind.Reject => AssignmentStatus.Rejected,
            _ => AssignmentStatus.Cancelled,
        };
        if (ended.Outcome != outcome || ended.Key != finish.Key)
        {
            return false;
        }

        return finish.Key is not null
            || (finish.Kind == FinishKind.Complete ? standing.Result == finish.Result : ended.Error == finish.Error);
    }
}
