using Longshore.Assignments;
using Longshore.Events;
using Longshore.Postgres.Catalog;
using Longshore.Postgres.Reading;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Passes tasks on: locked, decided one by one, written.</summary>
internal sealed class HandoffVerbs(
    Database database, ClassCatalog classes, HandoffReader handoffs, MovesReader reader, MovesWriter writer)
{
    public ValueTask<IReadOnlyList<HandoffOutcome>> HandOffAsync(
        IReadOnlyList<NewHandoff> said, long? nowUs, CancellationToken ct) =>
        database.TransactAsync<IReadOnlyList<HandoffOutcome>>(
            async connection =>
            {
                var ids = said.Select(s => s.TaskId).ToList();
                var moves = await reader.LockAsync(connection, ids, nowUs, ct).ConfigureAwait(false);
                var known = await handoffs.OfAsync(connection, ids, ct).ConfigureAwait(false);
                var outcomes = new List<HandoffOutcome>(said.Count);
                foreach (var one in said)
                {
                    var outcome = await HandOffAsync(connection, moves, known, one, ct).ConfigureAwait(false);
                    outcomes.Add(outcome);
                    if (outcome is { Status: HandoffWriteStatus.HandedOff, Handoff: { } added })
                    {
                        known.Add(added);
                    }
                }

                await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
                return outcomes;
            },
            ct);

    public ValueTask<IReadOnlyList<ChangeOutcome>> WithdrawAsync(
        IReadOnlyList<long> taskIds, ActorType actorType, string actor, string? reason, long? nowUs,
        CancellationToken ct) =>
        database.TransactAsync<IReadOnlyList<ChangeOutcome>>(
            async connection =>
            {
                var moves = await reader.LockAsync(connection, taskIds, nowUs, ct).ConfigureAwait(false);
                var outcomes = taskIds.Select(id => Withdraw(moves, id, actorType, actor, reason)).ToList();
                await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
                return outcomes;
            },
            ct);

    private async ValueTask<HandoffOutcome> HandOffAsync(
        NpgsqlConnection connection, Moves moves, List<Handoff> known, NewHandoff said, CancellationToken ct)
    {
        if (moves.Find(said.TaskId) is not { } standing)
        {
            return new HandoffOutcome(HandoffWriteStatus.NotFound, default);
        }

        var former = known.Where(h => h.TaskId == said.TaskId).ToList();
        if (!standing.HoldsAt(said.Epoch, moves.NowUs))
        {
            var same = former.Find(h => h.Repeats(said));
            var status = same is null ? HandoffWriteStatus.Stale : HandoffWriteStatus.Replayed;
            return new HandoffOutcome(status, standing.State, same);
        }

        if (TaskTransitions.Next(standing.State, TaskOperation.HandOff) is not { } state)
        {
            return new HandoffOutcome(HandoffWriteStatus.Refused, standing.State);
        }

        if (former.Count(h => h.Status == HandoffStatus.Accepted) >= moves.RulesOf(standing).HandoffsMax)
        {
            return new HandoffOutcome(HandoffWriteStatus.TooManyHops, standing.State);
        }

        var classId = await ClassAsync(standing.Place.ClassId, said.To, ct).ConfigureAwait(false);
        var record = moves.EndClaim(standing, AssignmentStatus.HandedOff, null);
        var place = standing.Place.GivenBack().HandedOffAs(classId);
        moves.Saw(record.AgentId);
        moves.Requeue(moves.Keep(place, record.AgentId, long.MaxValue, KeptCause.HandedOff), moves.NowUs);
        var handoff = await AddAsync(connection, said, standing.Place.ClassId, record.Agent, moves.NowUs, ct)
            .ConfigureAwait(false);
        moves.Note(
            new NewEvent(
                EventTypes.TaskHandedOff, ActorType.Agent, record.Agent, said.TaskId,
                EventPayloads.HandedOff(handoff)),
            record.Epoch);
        return new HandoffOutcome(HandoffWriteStatus.HandedOff, state, handoff);
    }

    private static ChangeOutcome Withdraw(Moves moves, long id, ActorType actorType, string actor, string? reason)
    {
        if (moves.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(standing.State, TaskOperation.Withdraw) is not { } state)
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        moves.Requeue(moves.WithoutHandoff(standing.Place), standing.UntilUs ?? moves.NowUs);
        moves.Note(
            new NewEvent(EventTypes.HandoffWithdrawn, actorType, actor, id, EventPayloads.Reason(reason)),
            standing.Place.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, state);
    }

    /// <summary>The class of those among who may do a task that a hand-off is meant for.</summary>
    private async ValueTask<int> ClassAsync(int own, HandoffTarget target, CancellationToken ct)
    {
        if (classes.Find(own) is null)
        {
            await classes.RefreshAsync(ct).ConfigureAwait(false);
        }

        var interned = await classes.InternAsync([classes.Find(own)! with { Target = target }], ct)
            .ConfigureAwait(false);
        return interned[0];
    }

    private ValueTask<Handoff> AddAsync(
        NpgsqlConnection connection, NewHandoff said, int classId, string from, long nowUs, CancellationToken ct) =>
        database.SendAsync(
            connection,
            new Round().Add(database.Sql["handoff_add"])
                .With((long?)said.TaskId).With((int?)said.Epoch).With((int?)classId).With(from)
                .With(said.To.Capability?.ToString()).With(said.To.Agent).With(said.Summary)
                .With((double?)said.Confidence).With((string[])[.. said.Artifacts])
                .With((string[])[.. said.KnownLimitations]).With((string[])[.. said.NextSteps])
                .With((string[])[.. said.BlockersResolved]).With(said.EstimatedEffort?.ToMicroseconds())
                .With((long?)nowUs),
            async row =>
            {
                await row.ReadAsync(ct).ConfigureAwait(false);
                return Handoff.Of(said, row.GetInt64(0), from, row.GetDouble(1), nowUs);
            },
            ct);
}
