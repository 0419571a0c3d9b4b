using Longshore.Events;
using Longshore.Postgres.Catalog;
using Longshore.Postgres.Reading;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Starts batches, adds to them and closes them.</summary>
internal sealed class BatchVerbs(
    Database database, RuleCatalog rules, HotCommit hot, InsertChecks checks, MovesReader locks, MovesWriter writer,
    RunReader reader)
{
    private const int TriesMax = 5;

    public ValueTask<StartOutcome> StartAsync(NewRun batch, long? nowUs, CancellationToken ct) => TryAsync(
        async () =>
        {
            while (true)
            {
                if (await reader.FindAsync(batch.Namespace, batch.Code, ct).ConfigureAwait(false) is { } id)
                {
                    var holder = await reader.RunAsync(id, ct).ConfigureAwait(false);
                    var status = batch.IsSame(holder!) ? StartStatus.Existing : StartStatus.CodeTaken;
                    return new StartOutcome(status, holder, RunEffects.None);
                }

                // Null: another node took the code meanwhile; now it is seen.
                if (await database.TransactAsync(c => StartAsync(c, batch, nowUs, ct), ct).ConfigureAwait(false)
                    is { } started)
                {
                    return started;
                }
            }
        },
        ct);

    /// <summary>Adds tasks to a batch, or closes it, or both.</summary>
    public ValueTask<RunChange> AddAsync(NewMembers members, long? nowUs, CancellationToken ct) => TryAsync(
        () => database.TransactAsync(connection => AddAsync(connection, members, nowUs, ct), ct), ct);

    private async ValueTask<T> TryAsync<T>(Func<ValueTask<T>> attempt, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == Database.OldRules && tries < TriesMax)
            {
                await rules.ReadAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<StartOutcome?> StartAsync(
        NpgsqlConnection connection, NewRun batch, long? nowUs, CancellationToken ct)
    {
        var known = await rules.FindAsync(ct).ConfigureAwait(false);
        List<NewStep> steps = [.. batch.Steps, .. NewMembers.Steps(0, batch.Members)];
        if (steps.Count > 0
            && await IsFullAsync(connection, steps[0].Task, known, nowUs, ct).ConfigureAwait(false))
        {
            return new StartOutcome(StartStatus.QueueFull, null, RunEffects.None);
        }

        var begun = batch.Begun(0, default);
        begun = await database.SendAsync(
            connection,
            new Round().Add(database.Sql["batch_add"])
                .With(batch.Namespace).With(batch.Code).WithJson(batch.Input.Memory.ToArray())
                .With((int?)begun.Steps).With((int?)begun.Open).With(batch.CorrelationId).With(nowUs)
                .With((int?)batch.Batch),
            async row => await row.ReadAsync(ct).ConfigureAwait(false)
                ? begun with { Id = row.GetInt64(0), StartedAt = row.Instant(1) }
                : begun,
            ct).ConfigureAwait(false);
        if (begun.Id == 0)
        {
            return null;
        }

        var startedUs = begun.StartedAt.ToMicroseconds();
        var round = new Round();
        var payload = EventPayloads.Run(begun.Id, begun.Code, begun.State.ToWire(), null, null);
        writer.AddEvent(
            round,
            new NewEvent(
                EventTypes.BatchStarted, ActorType.System, "longshore", null, payload, batch.CorrelationId),
            startedUs);
        await AddStepsAsync(connection, round, begun, steps, 0, known, startedUs, ct).ConfigureAwait(false);
        await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
        return new StartOutcome(StartStatus.Started, begun, RunEffects.None);
    }

    private async ValueTask<RunChange> AddAsync(
        NpgsqlConnection connection, NewMembers members, long? nowUs, CancellationToken ct)
    {
        var moves = await locks.LockAsync(connection, [], nowUs, ct, runId: members.RunId).ConfigureAwait(false);
        var batch = moves.Runs.FindRun(members.RunId);
        if (members.Refusal(batch) is { } refusal)
        {
            return RunChange.Not(refusal, batch);
        }

        var round = new Round();
        var advance = new BatchAdvance(moves.Runs);
        if (!members.AreIn(batch!))
        {
            var known = await rules.FindAsync(ct).ConfigureAwait(false);
            if (await IsFullAsync(connection, members.Tasks[0], known, nowUs, ct).ConfigureAwait(false))
            {
                return RunChange.Not(RunChangeStatus.QueueFull, batch);
            }

            var from = batch!.Steps + moves.Runs.AsideOf(batch.Id).Count;
            List<NewStep> steps = [.. NewMembers.Steps(batch.Steps, members.Tasks)];
            await AddStepsAsync(connection, round, batch, steps, from, known, moves.NowUs, ct).ConfigureAwait(false);
            advance.Added(batch, steps.Count);
        }

        if (members.Close)
        {
            advance.Close(members.RunId);
        }

        writer.Add(round, moves);
        if (round.Count > 0)
        {
            await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
        }

        return new RunChange(
            RunChangeStatus.Changed, moves.Runs.GetRun(members.RunId), moves.Runs.TakeEffects());
    }

    private async ValueTask AddStepsAsync(
        NpgsqlConnection connection, Round round, WorkflowRun batch, List<NewStep> steps, int from, KnownRules known,
        long nowUs, CancellationToken ct)
    {
        if (steps.Count > 0)
        {
            var ids = await hot.InsertAsync(connection, [.. steps.Select(s => s.Task)], known, nowUs, ct)
                .ConfigureAwait(false);
            var rows = new StepRows(database, writer);
            rows.Add(batch, steps, ids, from, nowUs);
            rows.AddTo(round, nowUs, isBatch: true);
        }
    }

    private async ValueTask<bool> IsFullAsync(
        NpgsqlConnection connection, NewTask first, KnownRules known, long? nowUs, CancellationToken ct) =>
        known.Bounded([first]).Any()
        && (await checks.CheckAsync(connection, [first], known, nowUs, ct).ConfigureAwait(false)).ToInsert.Count == 0;
}
