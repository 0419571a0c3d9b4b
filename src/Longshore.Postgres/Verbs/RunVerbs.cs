using Longshore.Events;
using Longshore.Postgres.Catalog;
using Longshore.Postgres.Reading;
using Longshore.Storage;
using Longshore.Workflows;

namespace Longshore.Postgres.Verbs;

/// <summary>Stores workflows, and changes runs.</summary>
internal sealed class RunVerbs(
    Database database, RuleCatalog rules, HotCommit hot, MovesReader locks, MovesWriter writer, RunReader reader)
{
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
                var ids = await hot.InsertAsync(connection, [.. steps.Select(s => s.Task)], known, nowUs, ct)
                    .ConfigureAwait(false);
                var rows = new StepRows(database, writer);
                var (added, first) = rows.Add(run, steps, ids, ledger.StepsOf(run.Id).Count, moves.NowUs);
                ledger.Note(EventTypes.RunExtended, run, under);
                added.ForEach(ledger.Load);
                advance.Join(under, added);
                var round = new Round();
                rows.AddTo(round, moves.NowUs);
                if (!steps.All(step => step.Terms.IsPlain))
                {
                    round.Add(database.Sql["run_not_plain"]).With((long?)run.Id);
                }

                writer.Add(round, moves);
                await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
                var effects = ledger.TakeEffects();
                return new RunChange(
                    RunChangeStatus.Changed, ledger.GetRun(run.Id),
                    effects with { Released = [.. effects.Released, .. first] });
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
}
