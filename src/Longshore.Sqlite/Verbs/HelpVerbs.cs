using Longshore.Assignments;
using Longshore.Events;
using Longshore.Help;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Help requests, and what blockers do to their tasks.</summary>
internal sealed class HelpVerbs(Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, EventLog events)
{
    private readonly HelpRows _rows = new(connection, sql);
    private readonly Statement _add = connection.Prepare(sql["help_add"]);
    private readonly Statement _put = connection.Prepare(sql["help_put"]);
    private readonly Statement _open = connection.Prepare(sql["help_open"]);
    private readonly Statement _close = connection.Prepare(sql["help_close"]);

    public HelpOutcome Ask(NewHelpRequest asked, long nowUs)
    {
        if (live.Agent(asked.Agent) is not { } agent)
        {
            return new HelpOutcome(HelpWriteStatus.UnknownAgent);
        }

        if (stages.Find(asked.TaskId) is not { } standing)
        {
            return new HelpOutcome(HelpWriteStatus.NotFound);
        }

        if (standing.State.IsTerminal())
        {
            return new HelpOutcome(HelpWriteStatus.Refused, standing.State);
        }

        if (Open(asked.TaskId).All >= Limits.OpenRequestsMax)
        {
            return new HelpOutcome(HelpWriteStatus.TooMany, standing.State);
        }

        var isBlocker = asked.Type == HelpType.Blocker;
        var held = isBlocker ? stages.Held(asked.TaskId, asked.Epoch ?? 0, nowUs) : null;
        if (isBlocker && held?.AgentId != agent.Id)
        {
            return new HelpOutcome(HelpWriteStatus.Stale, standing.State);
        }

        if (isBlocker && TaskTransitions.Next(standing.State, TaskOperation.Block) is null)
        {
            return new HelpOutcome(HelpWriteStatus.Refused, standing.State);
        }

        _add.Bind(asked.TaskId).Bind(asked.Agent).Bind(asked.Type.ToWire()).Bind(asked.Description)
            .Bind(asked.Urgency.ToWire()).BindText(JsonColumns.Write(asked.Capabilities)).Bind(nowUs).Read();
        var request = HelpRequest.Of(asked, _add.Long(0), nowUs);
        _add.Run();
        agent.Seen(nowUs);
        Note(EventTypes.HelpRequested, ActorType.Agent, asked.Agent, request, standing, nowUs);
        if (held is not { } claim || standing.State == TaskState.Blocked)
        {
            return new HelpOutcome(HelpWriteStatus.Done, standing.State, request);
        }

        Block(claim, agent.Profile.Name, nowUs);
        return new HelpOutcome(HelpWriteStatus.Done, TaskState.Blocked, request, TaskOperation.Block);
    }

    public HelpOutcome Take(long id, string helper, long nowUs) => Answer(
        id, helper, EventTypes.HelpClaimed, nowUs, (request, by, _) => HelpRules.Take(request, by),
        request => request with
        {
            ClaimedBy = helper,
            ClaimedAt = request.ClaimedAt ?? UnixTime.FromMicroseconds(nowUs),
        });

    public HelpOutcome Resolve(long id, string by, string resolution, long nowUs) => Answer(
        id, by, EventTypes.HelpResolved, nowUs, HelpRules.Resolve,
        request => request with
        {
            ResolvedAt = UnixTime.FromMicroseconds(nowUs),
            ResolvedBy = by,
            Resolution = resolution,
        });

    public HelpOutcome Cancel(long id, string by, long nowUs) => Answer(
        id, by, EventTypes.HelpCancelled, nowUs, (request, actor, _) => HelpRules.Cancel(request, actor),
        request => request with { CancelledAt = UnixTime.FromMicroseconds(nowUs) });

    /// <summary>A task that ended is begun anew: what was asked before stays closed.</summary>
    public void CloseOf(long taskId) => _close.Bind(taskId).Run();

    /// <summary>One step in a request's life, if it may be done.</summary>
    private HelpOutcome Answer(
        long id, string by, string type, long nowUs, Func<HelpRequest, HelpActor, string?, HelpWriteStatus> rule,
        Func<HelpRequest, HelpRequest> change)
    {
        if (_rows.Get(id) is not { } request)
        {
            return new HelpOutcome(HelpWriteStatus.NotFound);
        }

        var standing = stages.Find(request.TaskId)!;
        var agent = live.Agent(by);
        var actor = new HelpActor(by, agent?.Profile.Principal, agent is not null);
        var status = rule(request, actor, live.Agent(request.Agent)!.Profile.Principal);
        var changed = status == HelpWriteStatus.Done ? change(request) : request;
        if (changed == request)
        {
            return new HelpOutcome(status, standing.State, request);
        }

        _put.Bind(id).Bind(changed.ClaimedBy).Bind(changed.ClaimedAt?.ToMicroseconds())
            .Bind(changed.ResolvedAt?.ToMicroseconds()).Bind(changed.ResolvedBy).Bind(changed.Resolution)
            .Bind(changed.CancelledAt?.ToMicroseconds()).Run();
        agent?.Seen(nowUs);
        var sort = actor.IsAgent ? ActorType.Agent : ActorType.Human;
        Note(type, sort, by, changed, standing, nowUs);
        if (changed.IsOpen || changed.Type != HelpType.Blocker || Open(request.TaskId).Blockers > 0)
        {
            return new HelpOutcome(status, standing.State, changed);
        }

        var (operation, state) = Unblock(standing, sort, by, nowUs);
        return new HelpOutcome(status, state, changed, operation);
    }

    private void Block(in ClaimRow claim, string agent, long nowUs)
    {
        var place = claim.Place;
        var rules = live.Rules.Of(live.Classes[place.ClassId].Key.Namespace);
        stages.Hold(
            claim, AssignmentStatus.Blocked, nowUs + rules.BlockedHoldMax.ToMicroseconds(),
            Math.Max(0, claim.LeaseUs - nowUs));
        events.AddSingle(
            new NewEvent(EventTypes.TaskBlocked, ActorType.Agent, agent, place.Id), nowUs, place.Epoch);
    }

    private (TaskOperation Operation, TaskState State) Unblock(
        Standing standing, ActorType sort, string by, long nowUs)
    {
        var operation = standing.Claim is null ? TaskOperation.Reopen : TaskOperation.Unblock;
        var state = TaskTransitions.Next(standing.State, operation)!.Value;
        if (standing.Claim is { } claim)
        {
            stages.Hold(claim, AssignmentStatus.InProgress, nowUs + HelpRules.LeaseAfterUs(claim.PausedUs), 0);
        }
        else
        {
            stages.Remove(standing);
            stages.AddReady(standing.Place);
        }

        events.AddSingle(
            new NewEvent(EventTypes.TaskUnblocked, sort, by, standing.Place.Id, EventPayloads.State(state)),
            nowUs, standing.Place.Epoch);
        return (operation, state);
    }

    private (long All, long Blockers) Open(long taskId)
    {
        _open.Bind(taskId).Read();
        var open = (_open.Long(0), _open.Long(1));
        _open.Reset();
        return open;
    }

    private void Note(string type, ActorType sort, string by, HelpRequest request, Standing standing, long nowUs) =>
        events.AddSingle(
            new NewEvent(
                type, sort, by, request.TaskId, EventPayloads.Help(request.Id, request.Type.ToWire())),
            nowUs, standing.Place.Epoch);
}
