using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>What time brings: due tasks, lapsed leases, passed deadlines.</summary>
internal sealed class Upkeep(
    Connection connection, SqlCatalog sql, Stages stages, Deadlines deadlines, FailedAttempts attempts,
    EventLog events)
{
    private readonly Statement _due = connection.Prepare(sql["deferred_due"]);
    private readonly Statement _nextDue = connection.Prepare(sql["deferred_next"]);
    private readonly Statement _lapsed = connection.Prepare(sql["claims_lapsed"]);

    public int Stage(int limit, long nowUs)
    {
        var due = new List<(Place Place, bool IsParked)>();
        _due.Bind(nowUs).Bind(limit);
        while (_due.Read())
        {
            due.Add((_due.ReadPlace(), _due.Int(9) != 0));
        }

        foreach (var (place, isParked) in due)
        {
            if (isParked)
            {
                stages.RemoveParked(place.Id);
            }
            else
            {
                stages.RemoveDeferred(place);
            }

            stages.AddReady(place);
            events.AddReady(place.Id);
        }

        return due.Count;
    }

    public long? NextDue()
    {
        _nextDue.Read();
        var next = _nextDue.LongOrNull(0);
        _nextDue.Reset();
        return next;
    }

    public IReadOnlyList<LostClaim> Rescue(int limit, long nowUs) =>
        [.. _lapsed.Bind(nowUs).Bind(limit).ReadIds()
            .Select(id => attempts.Lose(stages.GetClaim(id)!.Value, EndReasons.LeaseRanOut, nowUs))];

    public IReadOnlyList<LostClaim> Expire(int limit, long nowUs)
    {
        var expired = new List<LostClaim>();
        while (expired.Count < limit)
        {
            var due = deadlines.Due(nowUs, limit - expired.Count);
            if (due.Count == 0)
            {
                break;
            }

            foreach (var id in due)
            {
                deadlines.Remove(id);
                if (Expire(id, nowUs) is { } lost)
                {
                    expired.Add(lost);
                }
            }
        }

        return expired;
    }

    private LostClaim? Expire(long id, long nowUs)
    {
        // A deadline's row outlives the end of its task; then there is nothing to do.
        if (stages.Find(id) is not { } standing
            || TaskTransitions.Next(standing.State, TaskOperation.Expire) is not { } state)
        {
            return null;
        }

        var lost = stages.Take(standing, AssignmentStatus.Expired, state, EndReasons.DeadlinePassed, nowUs);
        stages.AddFinished(standing.Place, state, standing.Claim?.AgentId, nowUs, error: EndReasons.DeadlinePassed);
        events.AddSingle(
            new NewEvent(EventTypes.TaskExpired, ActorType.System, "longshore", id), nowUs, standing.Place.Epoch);
        return lost ?? new LostClaim(id, 0, null, state);
    }
}
