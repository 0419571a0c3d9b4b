using Longshore.Assignments;
using Longshore.Events;
using Longshore.Help;
using Longshore.Postgres.Reading;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// Help requests, and what blockers do to their tasks. All that is asked about a task changes under the lock of its
/// place.
/// </summary>
internal sealed class HelpVerbs(Database database, HelpReader requests, MovesReader reader, MovesWriter writer)
{
    public ValueTask<HelpOutcome> AskAsync(NewHelpRequest asked, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                var agents = await AgentsAsync(connection, [asked.Agent], ct).ConfigureAwait(false);
                if (!agents.TryGetValue(asked.Agent, out var agent))
                {
                    return new HelpOutcome(HelpWriteStatus.UnknownAgent);
                }

                var moves = await reader.LockAsync(connection, [asked.TaskId], nowUs, ct, [agent.Id])
                    .ConfigureAwait(false);
                if (moves.Find(asked.TaskId) is not { } standing)
                {
                    return new HelpOutcome(HelpWriteStatus.NotFound);
                }

                var open = await OpenAsync(connection, asked.TaskId, ct).ConfigureAwait(false);
                if (Refusal(moves, standing, asked, agent.Id, open.All) is { } refusal)
                {
                    return refusal;
                }

                var request = await AddAsync(connection, asked, moves.NowUs, ct).ConfigureAwait(false);
                moves.Saw(agent.Id);
                Note(moves, EventTypes.HelpRequested, ActorType.Agent, asked.Agent, request, standing);
                var blocks = asked.Type == HelpType.Blocker && standing.State != TaskState.Blocked;
                if (blocks)
                {
                    await BlockAsync(connection, moves, standing, ct).ConfigureAwait(false);
                }

                await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
                return blocks
                    ? new HelpOutcome(HelpWriteStatus.Done, TaskState.Blocked, request, TaskOperation.Block)
                    : new HelpOutcome(HelpWriteStatus.Done, standing.State, request);
            },
            ct);

    public ValueTask<HelpOutcome> TakeAsync(long id, string helper, long? nowUs, CancellationToken ct) => AnswerAsync(
        id, helper, EventTypes.HelpClaimed, nowUs, (request, by, _) => HelpRules.Take(request, by),
        (request, now) => request with { ClaimedBy = helper, ClaimedAt = request.ClaimedAt ?? now }, ct);

    public ValueTask<HelpOutcome> ResolveAsync(
        long id, string by, string resolution, long? nowUs, CancellationToken ct) => AnswerAsync(
        id, by, EventTypes.HelpResolved, nowUs, HelpRules.Resolve,
        (request, now) => request with { ResolvedAt = now, ResolvedBy = by, Resolution = resolution }, ct);

    public ValueTask<HelpOutcome> CancelAsync(long id, string by, long? nowUs, CancellationToken ct) => AnswerAsync(
        id, by, EventTypes.HelpCancelled, nowUs, (request, actor, _) => HelpRules.Cancel(request, actor),
        (request, now) => request with { CancelledAt = now }, ct);

    private static HelpOutcome? Refusal(Moves moves, Standing standing, NewHelpRequest asked, int agentId, long open)
    {
        var state = standing.State;
        if (state.IsTerminal())
        {
            return new HelpOutcome(HelpWriteStatus.Refused, state);
        }

        if (open >= Limits.OpenRequestsMax)
        {
            return new HelpOutcome(HelpWriteStatus.TooMany, state);
        }

        if (asked.Type != HelpType.Blocker)
        {
            return null;
        }

        if (!standing.HoldsAt(asked.Epoch ?? 0, moves.NowUs) || standing.Claim!.AgentId != agentId)
        {
            return new HelpOutcome(HelpWriteStatus.Stale, state);
        }

        return TaskTransitions.Next(state, TaskOperation.Block) is null
            ? new HelpOutcome(HelpWriteStatus.Refused, state)
            : null;
    }

    /// <summary>One step in a request's life, if it may be done.</summary>
    private ValueTask<HelpOutcome> AnswerAsync(
        long id, string by, string type, long? nowUs, Func<HelpRequest, HelpActor, string?, HelpWriteStatus> rule,
        Func<HelpRequest, DateTimeOffset, HelpRequest> change, CancellationToken ct) => database.TransactAsync(
            async connection =>
            {
                if (await requests.GetAsync(connection, id, ct).ConfigureAwait(false) is not { } seen)
                {
                    return new HelpOutcome(HelpWriteStatus.NotFound);
                }

                var agents = await AgentsAsync(connection, [by, seen.Agent], ct).ConfigureAwait(false);
                var isAgent = agents.TryGetValue(by, out var agent);
                var moves = await reader.LockAsync(
                    connection, [seen.TaskId], nowUs, ct, isAgent ? [agent.Id] : null).ConfigureAwait(false);

                // It was looked at before its task was locked; now it stays as it is.
                if (await requests.GetAsync(connection, id, ct).ConfigureAwait(false) is not { } request
                    || moves.Find(request.TaskId) is not { } standing)
                {
                    return new HelpOutcome(HelpWriteStatus.NotFound);
                }

                var actor = new HelpActor(by, agent.Principal, isAgent);
                var status = rule(request, actor, agents[request.Agent].Principal);
                var changed = status == HelpWriteStatus.Done
                    ? change(request, UnixTime.FromMicroseconds(moves.NowUs))
                    : request;
                if (changed == request)
                {
                    return new HelpOutcome(status, standing.State, request);
                }

                await PutAsync(connection, changed, ct).ConfigureAwait(false);
                var sort = isAgent ? ActorType.Agent : ActorType.Human;
                Note(moves, type, sort, by, changed, standing);
                if (isAgent)
                {
                    moves.Saw(agent.Id);
                }

                TaskOperation? operation = null;
                var isOver = !changed.IsOpen && changed.Type == HelpType.Blocker
                    && (await OpenAsync(connection, request.TaskId, ct).ConfigureAwait(false)).Blockers == 0;
                if (isOver)
                {
                    operation = await UnblockAsync(connection, moves, standing, sort, by, ct).ConfigureAwait(false);
                }

                await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
                var state = operation is { } done
                    ? TaskTransitions.Next(standing.State, done)!.Value
                    : standing.State;
                return new HelpOutcome(status, state, changed, operation);
            },
            ct);

    private async ValueTask BlockAsync(
        NpgsqlConnection connection, Moves moves, Standing standing, CancellationToken ct)
    {
        var holdUs = moves.NowUs + moves.RulesOf(standing).BlockedHoldMax.ToMicroseconds();
        await HoldAsync(
            connection, standing, AssignmentStatus.Blocked, holdUs, Math.Max(0, standing.LeaseUs - moves.NowUs), ct)
            .ConfigureAwait(false);
        moves.Note(
            new NewEvent(EventTypes.TaskBlocked, ActorType.Agent, standing.Claim!.Agent, standing.Place.Id),
            standing.Place.Epoch);
    }

    private async ValueTask<TaskOperation> UnblockAsync(
        NpgsqlConnection connection, Moves moves, Standing standing, ActorType sort, string by, CancellationToken ct)
    {
        var operation = standing.Stage == Stage.Claims ? TaskOperation.Unblock : TaskOperation.Reopen;
        if (operation == TaskOperation.Unblock)
        {
            await HoldAsync(
                connection, standing, AssignmentStatus.InProgress,
                moves.NowUs + HelpRules.LeaseAfterUs(standing.PausedUs), 0, ct).ConfigureAwait(false);
        }
        else
        {
            moves.Requeue(standing.Place, moves.NowUs);
        }

        var state = TaskTransitions.Next(standing.State, operation)!.Value;
        moves.Note(
            new NewEvent(EventTypes.TaskUnblocked, sort, by, standing.Place.Id, EventPayloads.State(state)),
            standing.Place.Epoch);
        return operation;
    }

    private static void Note(
        Moves moves, string type, ActorType sort, string by, HelpRequest request, Standing standing) => moves.Note(
        new NewEvent(type, sort, by, request.TaskId, EventPayloads.Help(request.Id, request.Type.ToWire())),
        standing.Place.Epoch);

    private ValueTask<Dictionary<string, (int Id, string? Principal)>> AgentsAsync(
        NpgsqlConnection connection, string[] names, CancellationToken ct) => database.SendAsync(
        connection,
        new Round().Add(database.Sql["help_agents"]).With(names),
        async row =>
        {
            var found = new Dictionary<string, (int, string?)>(StringComparer.Ordinal);
            while (await row.ReadAsync(ct).ConfigureAwait(false))
            {
                found.Add(row.GetString(1), (row.GetInt32(0), row.TextOrNull(2)));
            }

            return found;
        },
        ct);

    private ValueTask<(long All, long Blockers)> OpenAsync(
        NpgsqlConnection connection, long taskId, CancellationToken ct) => database.SendAsync(
        connection,
        new Round().Add(database.Sql["help_open"]).With((long?)taskId),
        async row =>
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            return (row.GetInt64(0), row.GetInt64(1));
        },
        ct);

    private ValueTask<HelpRequest> AddAsync(
        NpgsqlConnection connection, NewHelpRequest asked, long nowUs, CancellationToken ct) => database.SendAsync(
        connection,
        new Round().Add(database.Sql["help_add"])
            .With((long?)asked.TaskId).With(asked.Agent).With(asked.Type.ToWire()).With(asked.Description)
            .With(asked.Urgency.ToWire()).With((string[])[.. asked.Capabilities]).With((long?)nowUs),
        async row =>
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            return HelpRequest.Of(asked, row.GetInt64(0), nowUs);
        },
        ct);

    private ValueTask<bool> PutAsync(NpgsqlConnection connection, HelpRequest request, CancellationToken ct) =>
        database.SendAsync(
            connection,
            new Round().Add(database.Sql["help_put"])
                .With((long?)request.Id).With(request.ClaimedBy).With(request.ClaimedAt?.ToMicroseconds())
                .With(request.ResolvedAt?.ToMicroseconds()).With(request.ResolvedBy).With(request.Resolution)
                .With(request.CancelledAt?.ToMicroseconds()),
            _ => ValueTask.FromResult(true),
            ct);

    private ValueTask<bool> HoldAsync(
        NpgsqlConnection connection, Standing standing, AssignmentStatus status, long leaseUs, long pausedUs,
        CancellationToken ct) => database.SendAsync(
        connection,
        new Round().Add(database.Sql["claim_hold"])
            .With((long?)standing.Place.Id).With((int?)status).With((long?)leaseUs).With((long?)pausedUs),
        _ => ValueTask.FromResult(true),
        ct);
}
