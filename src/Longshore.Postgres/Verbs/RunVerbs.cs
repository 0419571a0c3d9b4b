using Longshore.Events;
using Longshore.Postgres.Catalog;
using Longshore.Postgres.Reading;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Stores workflows, starts runs, and changes them.</summary>
internal sealed class RunVerbs(
    Database database, ClassCatalog classes, RuleCatalog rules, HotCommit hot, InsertChecks checks, MovesReader locks,
    MovesWriter writer, RunReader reader)
{
    private const int TriesMax = 5;

    public async ValueTask<Workflow> PutAsync(Workflow workflow, long? nowUs, CancellationToken ct)
    {
        var payload = EventPayloads.Workflow(workflow.Namespace, workflow.Name, workflow.Version);
        var stored = new NewEvent(EventTypes.WorkflowStored, ActorType.Human, "api", Payload: payload);
        var isNew = await database.TransactAsync(
            async connection =>
            {
                var added = await database.SendAsync(
                    connection,
                    new Round().Add(database.Sql["workflow_add"]).With(workflow.Namespace).With(workflow.Name)
                        .With((int?)workflow.Version).WithJson(WorkflowJson.Write(workflow)).With(nowUs),
                    row => new ValueTask<bool>(row.ReadAsync(ct)),
                    ct).ConfigureAwait(false);
                if (added)
                {
                    var round = new Round();
                    writer.AddEvent(round, stored, nowUs);
                    await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct)
                        .ConfigureAwait(false);
                }

                return added;
            },
            ct).ConfigureAwait(false);
        return isNew
            ? workflow
            : (await reader.WorkflowAsync(workflow.Namespace, workflow.Name, workflow.Version, ct)
                .ConfigureAwait(false))!;
    }

    public async ValueTask<StartOutcome> StartAsync(NewRun run, long? nowUs, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            StartOutcome? outcome = null;
            try
            {
                outcome = await database.TransactAsync(connection => StartAsync(connection, run, nowUs, ct), ct)
                    .ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == Database.OldRules && tries < TriesMax)
            {
                await rules.ReadAsync(ct).ConfigureAwait(false);
            }

            // What was started before is answered even where the queue is full.
            if (outcome?.Status != StartStatus.Started
                && await reader.FindAsync(run.Namespace, run.Code, ct).ConfigureAwait(false) is { } id
                && await reader.RunAsync(id, ct).ConfigureAwait(false) is { } holder)
            {
                return new StartOutcome(
                    run.IsSame(holder) ? StartStatus.Existing : StartStatus.CodeTaken, holder, RunEffects.None);
            }

            if (outcome is not null)
            {
                return outcome;
            }
        }
    }

    public ValueTask<RunChange> ExtendAsync(
        long taskId, int epoch, IReadOnlyList<NewStep> steps, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                var moves = await locks.LockAsync(connection, [taskId], nowUs, ct).ConfigureAwait(false);
                var ledger = moves.Runs;
                if (ledger.FindStep(taskId) is not { } under)
                {
                    return RunChange.Not(RunChangeStatus.NotFound);
                }

                var advance = new RunAdvance(ledger);
                var isHeld = moves.Find(taskId)?.HoldsAt(epoch, moves.NowUs) == true;
                if (RunExtension.Refuse(ledger, under, isHeld, steps) is { } refusal)
                {
                    return refusal;
                }

                var run = ledger.GetRun(under.RunId);
                var known = await rules.FindAsync(ct).ConfigureAwait(false);
                var ids = await InsertAsync(connection, steps, known, nowUs, ct).ConfigureAwait(false);
                var added = Made(steps, ids, run.Id, ledger.StepsOf(run.Id).Count);
                ledger.Note(EventTypes.RunExtended, run, under);
                var start = new StartLedger(run, added, moves.NowUs).Begin();
                added.ForEach(ledger.Load);
                advance.Join(under, added);
                var round = new Round();
                AddSteps(round, run.Id, start, steps, ids);
                if (!steps.All(step => step.Terms.IsPlain))
                {
                    round.Add(database.Sql["run_not_plain"]).With((long?)run.Id);
                }

                writer.AddReady(round, start.First, moves.NowUs);
                writer.Add(round, moves);
                await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
                var effects = ledger.TakeEffects();
                return new RunChange(
                    RunChangeStatus.Changed, ledger.GetRun(run.Id),
                    effects with { Released = [.. effects.Released, .. start.First] });
            },
            ct);

    /// <summary>Changes a run as a whole.</summary>
    public ValueTask<RunChange> ChangeAsync(
        long runId, Func<RunLedger, RunChangeStatus> change, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                var moves = await locks.LockAsync(connection, [], nowUs, ct, runId: runId).ConfigureAwait(false);
                if (moves.Runs.FindRun(runId) is null)
                {
                    return RunChange.Not(RunChangeStatus.NotFound);
                }

                var status = change(moves.Runs);
                await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
                return new RunChange(status, moves.Runs.GetRun(runId), moves.Runs.TakeEffects());
            },
            ct);

    /// <summary>Null when the code is taken.</summary>
    private async ValueTask<StartOutcome?> StartAsync(
        NpgsqlConnection connection, NewRun run, long? nowUs, CancellationToken ct)
    {
        var known = await rules.FindAsync(ct).ConfigureAwait(false);
        List<NewTask> one = [run.Steps[0].Task];
        if (known.Bounded(one).Any()
            && (await checks.CheckAsync(connection, one, known, nowUs, ct).ConfigureAwait(false)).ToInsert.Count == 0)
        {
            return new StartOutcome(StartStatus.QueueFull, null, RunEffects.None);
        }

        var begun = run.Begun(0, default);
        var round = new Round().Add(database.Sql["run_add"])
            .With(run.Namespace).With(run.Code).With(run.Workflow).With((int?)run.Version)
            .WithJson(run.Input.Memory.ToArray()).With((int?)run.OnFailure).With((int?)begun.Steps)
            .With((bool?)run.IsPlain).With(run.CorrelationId).With(nowUs);
        begun = await database.SendAsync(
            connection,
            round,
            async row => await row.ReadAsync(ct).ConfigureAwait(false)
                ? begun with { Id = row.GetInt64(0), StartedAt = row.Instant(1) }
                : begun,
            ct).ConfigureAwait(false);
        if (begun.Id == 0)
        {
            return null;
        }

        var startedUs = begun.StartedAt.ToMicroseconds();
        var ids = await InsertAsync(connection, run.Steps, known, startedUs, ct).ConfigureAwait(false);
        var start = new StartLedger(begun, Made(run.Steps, ids, begun.Id, 0), startedUs).Begin();
        round = new Round();
        var payload = EventPayloads.Run(begun.Id, begun.Code, begun.State.ToWire(), null, null);
        writer.AddEvent(
            round,
            new NewEvent(EventTypes.RunStarted, ActorType.System, "longshore", null, payload, run.CorrelationId),
            startedUs);
        AddSteps(round, begun.Id, start, run.Steps, ids);
        writer.AddReady(round, start.First, startedUs);
        await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
        return new StartOutcome(StartStatus.Started, begun, new RunEffects(start.First, []));
    }

    private async ValueTask<long[]> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<NewStep> steps, KnownRules known, long? nowUs, CancellationToken ct)
    {
        List<NewTask> tasks = [.. steps.Select(step => step.Task)];
        var classIds = await classes.InternAsync(tasks, ct).ConfigureAwait(false);
        var round = new Round();
        hot.AddInserts(round, tasks, classIds, known, nowUs);
        return await database.SendAsync(
            connection,
            round,
            async row =>
            {
                await row.ReadAsync(ct).ConfigureAwait(false);
                return row.GetFieldValue<long[]>(0);
            },
            ct).ConfigureAwait(false);
    }

    private static List<RunStep> Made(IReadOnlyList<NewStep> steps, long[] ids, long runId, int from)
    {
        var made = new List<RunStep>(steps.Count);
        foreach (var step in steps)
        {
            made.Add(step.ToStep(ids[made.Count], runId, from + made.Count, made));
        }

        return made;
    }

    private void AddSteps(Round round, long runId, StartLedger start, IReadOnlyList<NewStep> steps, long[] ids)
    {
        var made = start.Steps;
        round.Add(database.Sql["run_steps_add"])
            .With((long?)runId)
            .With((long[])[.. made.Select(s => s.TaskId)]).With((int[])[.. made.Select(s => s.Place)])
            .With((string?[])[.. made.Select(s => s.Name)]).With((short[])[.. made.Select(s => (short)s.Role)])
            .With((int[])[.. made.Select(s => s.Open)]).With((long?[])[.. made.Select(s => s.Of)])
            .With((int[])[.. made.Select(s => s.Asked)]).WithJson((byte[]?[])[.. made.Select(s => s.Terms.Write())]);
        writer.AddDependencies(
            round, [.. steps.SelectMany((step, i) => step.DependsOn.Select(place => (ids[i], ids[place])))]);

        var first = start.First.ToHashSet();
        var waiting = Array.FindAll(ids, id => !first.Contains(id));
        if (waiting.Length > 0)
        {
            round.Add(database.Sql["run_park"]).With(waiting);
        }

        if (first.Count > 0)
        {
            round.Add(database.Sql["run_first"]).With((long[])[.. first]).With((long?)start.NowUs);
        }
    }
}
