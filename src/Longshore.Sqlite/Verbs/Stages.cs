using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// The moves between stage tables. Every move of a verb goes through here, so that the ready table and the
/// in-memory index, and an agent's load and its claims, change together.
/// </summary>
internal sealed class Stages(
    Connection connection, SqlCatalog sql, LiveIndex live, BreakerBook breakers, OpenHandoffs handoffs)
{
    private readonly ClaimRows _claims = new(connection, sql);
    private readonly Statement _readyAdd = connection.Prepare(sql["ready_add"]);
    private readonly Statement _readyChange = connection.Prepare(sql["ready_change"]);
    private readonly Statement _deferredChange = connection.Prepare(sql["deferred_change"]);
    private readonly Statement _claimChange = connection.Prepare(sql["claim_change"]);
    private readonly Statement _parkedChange = connection.Prepare(sql["parked_change"]);
    private readonly Statement _readyRemove = connection.Prepare(sql["ready_remove"]);
    private readonly Statement _readyGet = connection.Prepare(sql["ready_get"]);
    private readonly Statement _deferredAdd = connection.Prepare(sql["deferred_add"]);
    private readonly Statement _deferredRemove = connection.Prepare(sql["deferred_remove"]);
    private readonly Statement _deferredGet = connection.Prepare(sql["deferred_get"]);
    private readonly Statement _parkedAdd = connection.Prepare(sql["parked_add"]);
    private readonly Statement _parkedRemove = connection.Prepare(sql["parked_remove"]);
    private readonly Statement _parkedGet = connection.Prepare(sql["parked_get"]);
    private readonly Statement _finishedAdd = connection.Prepare(sql["finished_add"]);
    private readonly Statement _finishedRemove = connection.Prepare(sql["finished_remove"]);
    private readonly Statement _finishedGet = connection.Prepare(sql["finished_get"]);
    private readonly Statement _claimAdd = connection.Prepare(sql["claim_add"]);
    private readonly Statement _claimRenew = connection.Prepare(sql["claim_renew"]);
    private readonly Statement _claimHold = connection.Prepare(sql["claim_hold"]);
    private readonly Statement _claimTakeOver = connection.Prepare(sql["claim_take_over"]);
    private readonly Statement _claimRemove = connection.Prepare(sql["claim_remove"]);
    private readonly Statement _draftPut = connection.Prepare(sql["draft_put"]);
    private readonly Statement _draftRemove = connection.Prepare(sql["draft_remove"]);
    private readonly Statement _keptPut = connection.Prepare(sql["kept_put"]);
    private readonly Statement _keptRemove = connection.Prepare(sql["task_delete_guards"]);
    private readonly Statement _assignmentAdd = connection.Prepare(sql["assignment_add"]);
    private readonly Statement _limitKey = connection.Prepare(sql["task_limit_key"]);

    /// <summary>Steps of runs that ended, of which the runs have not been told.</summary>
    public List<(long TaskId, TaskState State)> EndedSteps { get; } = [];

    public void AddReady(in Place place)
    {
        _readyAdd.Bind(place).Run();
        live.Pending.Add(place.ClassId, live.Classes, 1);
        Enqueue(place);
    }

    /// <summary>Gives a task that has not ended another class and flags where it is; it keeps its place.</summary>
    public void Change(Standing standing, in Place to)
    {
        var statement = standing.Stage switch
        {
            Stage.Ready => _readyChange,
            Stage.Deferred => _deferredChange,
            Stage.Claims => _claimChange,
            Stage.Parked => _parkedChange,
            _ => throw new ArgumentOutOfRangeException(nameof(standing), standing.Stage, "what ended does not change"),
        };
        statement.Bind(to.Id).Bind(to.ClassId).Bind((long)to.Flags).Run();
        if (standing.Stage == Stage.Ready)
        {
            Dequeue(standing.Place);
            Enqueue(to);
        }
    }

    public void AddDeferred(in Place place, long untilUs)
    {
        _deferredAdd.Bind(place).Bind(untilUs).Run();
        live.Pending.Add(place.ClassId, live.Classes, 1);
    }

    /// <summary>Back to the queue: at once when the wait is over, else when it is.</summary>
    public void Requeue(in Place place, long untilUs, long nowUs)
    {
        if (untilUs > nowUs)
        {
            AddDeferred(place, untilUs);
        }
        else
        {
            AddReady(place);
        }
    }

    /// <summary>
    /// Where a task goes whose claim ended without an attempt: to the queue, or, when it is blocked, to wait for that
    /// without a holder.
    /// </summary>
    public TaskState Return(in ClaimRow claim, in Place place, long untilUs, long nowUs)
    {
        if (claim.Status == AssignmentStatus.Blocked)
        {
            AddParked(place, TaskState.Blocked);
            return TaskState.Blocked;
        }

        Requeue(place, untilUs, nowUs);
        return place.QueuedState;
    }

    /// <summary>A task that waits to be claimed; null when it is anywhere else.</summary>
    public Place? FindReady(long id) => One(_readyGet, id, Stage.Ready)?.Place;

    public void RemoveDeferred(in Place place)
    {
        _deferredRemove.Bind(place.Id).Run();
        live.Pending.Add(place.ClassId, live.Classes, -1);
    }

    public void AddParked(in Place place, TaskState state, long? untilUs = null) =>
        _parkedAdd.Bind(place.Cleared()).Bind((long)state).Bind(untilUs).Run();

    public void RemoveParked(long id) => _parkedRemove.Bind(id).Run();

    /// <summary>Ends a task; what was remembered for further tries is forgotten.</summary>
    public void AddFinished(
        in Place place, TaskState state, long? agentId, long nowUs, JsonText result = default, string? error = null)
    {
        var flags = place.Flags;
        if ((flags & PlaceFlags.Tripped) != 0)
        {
            breakers.Forget(place.Id);
            flags &= ~PlaceFlags.Tripped;
        }

        if (state == TaskState.Done && (flags & PlaceFlags.HasDraft) != 0)
        {
            _draftRemove.Bind(place.Id).Run();
            flags &= ~PlaceFlags.HasDraft;
        }

        var ended = handoffs.Withdraw(place.Cleared() with { Flags = flags & ~PlaceFlags.Suspect }, nowUs);
        _finishedAdd.Bind(ended).Bind((long)state).Bind(agentId)
            .Bind(nowUs).BindText(result.Utf8).Bind(error).Run();
        if ((flags & PlaceFlags.InRun) != 0)
        {
            EndedSteps.Add((place.Id, state));
        }
    }

    public void RemoveFinished(long id) => _finishedRemove.Bind(id).Run();

    /// <summary>A ready task becomes an agent's claim. Answers its place from now on.</summary>
    public Place Grant(
        in Place ready, AgentEntry agent, bool single, long nowUs, long leaseUs, string? key, AssignmentStatus status)
    {
        DeleteReady(ready);
        var granted = ready.Granted();
        var held = status == AssignmentStatus.Assigned
            ? granted
            : handoffs.TakeOver(granted, agent.Profile.Name, nowUs);
        _claimAdd.Bind(held).Bind(agent.Id).Bind(single ? 1 : 0).Bind(nowUs).Bind(leaseUs).Bind(key)
            .Bind((long)status).Run();
        agent.Took(ready.IsSuspect);
        lock (live.Gate)
        {
            live.Rations.Granted(ready.ClassId, nowUs);
            if ((ready.Flags & PlaceFlags.Keyed) == 0)
            {
                live.Ready.Remove(ready);
            }
            else
            {
                live.Keys.Grant(ready, held, nowUs);
            }
        }

        return granted;
    }

    /// <summary>The claim that a holder names, if it still holds.</summary>
    public ClaimRow? Held(long id, int epoch, long nowUs) =>
        GetClaim(id) is { } claim && claim.Place.Epoch == epoch && claim.HoldsAt(nowUs) ? claim : null;

    /// <summary>The live claim of a task.</summary>
    public ClaimRow? GetClaim(long id) => _claims.Get(id);

    /// <summary>Extends a live claim; keeps the progress when none is said.</summary>
    public void RenewClaim(
        in ClaimRow claim, long leaseUs, double? progress = null, AssignmentStatus? status = null,
        JsonText draft = default)
    {
        if (!draft.IsNone)
        {
            _draftPut.Bind(claim.Place.Id).BindText(draft.Utf8).Run();
        }

        _claimRenew.Bind(claim.Place.Id).Bind(claim.Place.Epoch).Bind(leaseUs).Bind(progress)
            .Bind((long)(status ?? claim.Status)).Bind(draft.IsNone ? 0 : (long)PlaceFlags.HasDraft).Run();
    }

    /// <summary>Blocks a claim, goes on blocking it, or unblocks it.</summary>
    public void Hold(in ClaimRow claim, AssignmentStatus status, long leaseUs, long pausedUs) =>
        _claimHold.Bind(claim.Place.Id).Bind((long)status).Bind(leaseUs).Bind(pausedUs).Run();

    /// <summary>The offer of a task that was handed off is accepted.</summary>
    public void TakeOver(in ClaimRow offer, string agent, long nowUs)
    {
        var place = handoffs.TakeOver(offer.Place, agent, nowUs);
        if (place != offer.Place)
        {
            _claimTakeOver.Bind(place.Id).Bind(place.ClassId).Bind(place.Rank).Bind((long)place.Flags).Run();
        }
    }

    /// <summary>Keeps a task from an agent; answers the task's place that says so.</summary>
    public Place Keep(in Place place, long agentId, long untilUs, KeptCause cause)
    {
        _keptPut.Bind(place.Id).Bind(agentId).Bind(untilUs).Bind((long)cause).Run();
        return place with { Flags = place.Flags | PlaceFlags.Kept };
    }

    /// <summary>Forgets from whom a task is kept.</summary>
    public void ForgetKept(long id) => _keptRemove.Bind(id).Run();

    /// <summary>Removes a claim; its agent has room again.</summary>
    public void RemoveClaim(in ClaimRow claim)
    {
        _claimRemove.Bind(claim.Place.Id).Run();
        live.Agent(claim.AgentId).GaveUp();
        lock (live.Gate)
        {
            live.Rations.Ended(claim.Place.ClassId);
            if ((claim.Place.Flags & PlaceFlags.Keyed) != 0)
            {
                live.Keys.End(claim.Place);
            }
        }
    }

    /// <summary>Records the end of a claim, and what it says of its agent.</summary>
    public void AddAssignment(
        in ClaimRow claim, AssignmentStatus status, long nowUs, string? error = null, string? key = null,
        Verdict verdict = Verdict.Nothing, RejectReason? reason = null)
    {
        _assignmentAdd.Bind(claim.Place.Id).Bind(claim.Place.Epoch).Bind(claim.AgentId).Bind(claim.GrantedUs)
            .Bind(nowUs).Bind((long)status).Bind(claim.Single ? 1 : 0).Bind(error).Bind(key).Bind((long?)reason).Run();
        var agent = live.Agent(claim.AgentId);
        agent.Judge(claim.Place.ClassId, verdict);
        breakers.Judge(agent, claim.Place, verdict, nowUs);
    }

    /// <summary>Where a task is, whatever its stage; null when there is no such task.</summary>
    public Standing? Find(long id)
    {
        if (GetClaim(id) is { } claim)
        {
            return new Standing(Stage.Claims, claim.State, claim.Place) { Claim = claim };
        }

        return One(_readyGet, id, Stage.Ready)
            ?? One(_deferredGet, id, Stage.Deferred)
            ?? One(_finishedGet, id, Stage.Finished)
            ?? One(_parkedGet, id, Stage.Parked);
    }

    /// <summary>
    /// Takes a task out of its stage, whatever it is; answers the claim that this ended, if it was held.
    /// </summary>
    public LostClaim? Take(Standing standing, AssignmentStatus status, TaskState state, string? why, long nowUs)
    {
        if (standing.Claim is not { } claim)
        {
            Remove(standing);
            return null;
        }

        RemoveClaim(claim);
        AddAssignment(claim, status, nowUs, why);
        return new LostClaim(claim.Place.Id, claim.Place.Epoch, live.Agent(claim.AgentId).Profile.Name, state);
    }

    /// <summary>Takes a task that is not held out of its stage.</summary>
    public void Remove(Standing standing)
    {
        switch (standing.Stage)
        {
            case Stage.Ready:
                DeleteReady(standing.Place);
                Dequeue(standing.Place);
                break;
            case Stage.Deferred:
                RemoveDeferred(standing.Place);
                break;
            case Stage.Parked:
                RemoveParked(standing.Place.Id);
                break;
            case Stage.Finished:
                RemoveFinished(standing.Place.Id);
                break;
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(standing), standing.Stage, "a claim is ended, not removed");
        }
    }

    private void DeleteReady(in Place place)
    {
        _readyRemove.Bind(place.Id).Run();
        live.Pending.Add(place.ClassId, live.Classes, -1);
    }

    private void Enqueue(in Place place)
    {
        var limitKey = LimitKeyOf(place);
        lock (live.Gate)
        {
            if (limitKey is null)
            {
                live.Ready.Add(place);
            }
            else
            {
                live.Keys.Add(place, limitKey);
            }
        }
    }

    private void Dequeue(in Place place)
    {
        lock (live.Gate)
        {
            if ((place.Flags & PlaceFlags.Keyed) == 0)
            {
                live.Ready.Remove(place);
            }
            else
            {
                live.Keys.Remove(place);
            }
        }
    }

    private string? LimitKeyOf(in Place place)
    {
        if ((place.Flags & PlaceFlags.Keyed) == 0)
        {
            return null;
        }

        var key = _limitKey.Bind(place.Id).Read() ? _limitKey.Text(0) : null;
        _limitKey.Reset();
        return key;
    }

    private static Standing? One(Statement statement, long id, Stage stage)
    {
        statement.Bind(id);
        if (!statement.Read())
        {
            return null;
        }

        var place = statement.ReadPlace();
        var state = stage is Stage.Ready or Stage.Deferred
            ? place.QueuedState
            : (TaskState)statement.Int(PlaceColumns.Count);
        var standing = new Standing(stage, state, place)
        {
            UntilUs = stage == Stage.Deferred ? statement.Long(PlaceColumns.Count) : null,
        };
        if (stage == Stage.Finished)
        {
            standing = standing with
            {
                AgentId = statement.LongOrNull(9),
                Result = statement.Json(11),
                Error = statement.Text(12),
            };
        }

        statement.Reset();
        return standing;
    }
}

/// <summary>The stage tables.</summary>
internal enum Stage
{
    Ready,
    Claims,
    Deferred,
    Parked,
    Finished,
}

/// <summary>Where a task is.</summary>
internal sealed record Standing(Stage Stage, TaskState State, Place Place)
{
    public ClaimRow? Claim { get; init; }

    /// <summary>Deferred: until when.</summary>
    public long? UntilUs { get; init; }

    /// <summary>Finished: who held it then.</summary>
    public long? AgentId { get; init; }

    public JsonText Result { get; init; }

    public string? Error { get; init; }
}
