using Longshore.Events;
using Longshore.Postgres.Catalog;
using Longshore.Postgres.Reading;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// Starts runs. While some are on their way to the database those that come gather, and go together: a start alone
/// costs as many round trips as a hundred, and a commit.
/// </summary>
internal sealed class RunStarts(
    Database database, ClassCatalog classes, RuleCatalog rules, HotCommit hot, InsertChecks checks, MovesWriter writer,
    RunReader reader)
{
    private const int TriesMax = 5;

    private readonly StartsAtOnce _atOnce = new(database, classes, writer);
    private readonly Lock _gate = new();
    private List<Start> _arriving = [];
    private bool _running;

    public async ValueTask<StartOutcome> StartAsync(NewRun run, long? nowUs, CancellationToken ct)
    {
        StartOutcome? outcome;
        do
        {
            outcome = await SendAsync(new Start(run, nowUs)).WaitAsync(ct).ConfigureAwait(false);

            // What was started before is answered even where the queue is full.
            if (outcome?.Status != StartStatus.Started
                && await reader.FindAsync(run.Namespace, run.Code, ct).ConfigureAwait(false) is { } id
                && await reader.RunAsync(id, ct).ConfigureAwait(false) is { } holder)
            {
                return new StartOutcome(
                    run.IsSame(holder) ? StartStatus.Existing : StartStatus.CodeTaken, holder, RunEffects.None);
            }
        }
        while (outcome is null);
        return outcome;
    }

    private Task<StartOutcome?> SendAsync(Start start)
    {
        lock (_gate)
        {
            _arriving.Add(start);
            if (_running)
            {
                return start.Done.Task;
            }

            _running = true;
        }

        // The loop outlives this call, so it must not carry the caller's ambient context along.
        using (ExecutionContext.SuppressFlow())
        {
            _ = RunAsync();
        }

        return start.Done.Task;
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } starts)
        {
            await CommitAsync(starts).ConfigureAwait(false);
        }
    }

    /// <summary>The next that go together: of one instant, and no more tasks than a batch may have.</summary>
    private List<Start> Take()
    {
        lock (_gate)
        {
            var tasks = 0;
            var taken = _arriving
                .TakeWhile(s => s.NowUs == _arriving[0].NowUs
                    && ((tasks += s.Run.Steps.Count) <= Limits.BatchMax || s == _arriving[0]))
                .ToList();
            _arriving = [.. _arriving.Skip(taken.Count)];
            _running = taken.Count > 0;
            return taken;
        }
    }

    private async Task CommitAsync(List<Start> starts)
    {
        try
        {
            if (await TryAsync(starts).ConfigureAwait(false) is { } outcomes)
            {
                starts.ForEach(start => start.Done.SetResult(outcomes.GetValueOrDefault(start)));
                return;
            }
        }
        catch (Exception e) when (starts.Count == 1)
        {
            starts[0].Done.SetException(e);
            return;
        }
        catch (Exception)
        {
            // One of them, perhaps: alone, each fails for itself.
        }

        foreach (var start in starts)
        {
            await CommitAsync([start]).ConfigureAwait(false);
        }
    }

    /// <summary>The outcomes but of those whose code is taken; null when each is to go alone.</summary>
    private async ValueTask<Dictionary<Start, StartOutcome>?> TryAsync(List<Start> starts)
    {
        for (var tries = 1; ; tries++)
        {
            var known = await rules.FindAsync(CancellationToken.None).ConfigureAwait(false);
            var isBounded = known.Bounded([.. starts.Select(start => start.Run.Steps[0].Task)]).Any();
            if (isBounded && starts.Count > 1)
            {
                return null;
            }

            try
            {
                if (!isBounded && await TryAtOnceAsync(starts, known).ConfigureAwait(false) is { } outcomes)
                {
                    return outcomes;
                }

                return await database.TransactAsync(
                    connection => StartAsync(connection, starts, known, isBounded), CancellationToken.None)
                    .ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == Database.OldRules && tries < TriesMax)
            {
                await rules.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<Dictionary<Start, StartOutcome>?> TryAtOnceAsync(List<Start> starts, KnownRules known)
    {
        var taken = Ordered(starts);
        var begun = await _atOnce.TryAsync(
            taken.ConvertAll(start => start.Run), known, starts[0].NowUs, CancellationToken.None).ConfigureAwait(false);
        return begun is null ? null : taken.Zip(begun).ToDictionary(
            pair => pair.First,
            pair => new StartOutcome(StartStatus.Started, pair.Second.Run, new RunEffects(pair.Second.First, [])));
    }

    private async ValueTask<Dictionary<Start, StartOutcome>> StartAsync(
        NpgsqlConnection connection, List<Start> starts, KnownRules known, bool isBounded)
    {
        if (isBounded && await IsFullAsync(connection, starts[0], known).ConfigureAwait(false))
        {
            return new() { [starts[0]] = new StartOutcome(StartStatus.QueueFull, null, RunEffects.None) };
        }

        var begun = await AddRunsAsync(connection, starts).ConfigureAwait(false);
        if (begun.Count == 0)
        {
            return [];
        }

        var nowUs = begun[0].Run.StartedAt.ToMicroseconds();
        var ids = await hot.InsertAsync(
            connection, [.. begun.SelectMany(b => b.Start.Run.Steps).Select(step => step.Task)], known, nowUs,
            CancellationToken.None).ConfigureAwait(false);
        var round = new Round().Add(database.Sql["runs_started_note"])
            .With((long?)nowUs)
            .WithJson((byte[]?[])[.. begun.Select(b => EventPayloads
                .Run(b.Run.Id, b.Run.Code, b.Run.State.ToWire(), null, null).Memory.ToArray())])
            .With((string?[])[.. begun.Select(b => b.Run.CorrelationId)]);
        var rows = new StepRows(database, writer);
        var outcomes = new Dictionary<Start, StartOutcome>();
        var at = 0;
        foreach (var (start, run) in begun)
        {
            var steps = start.Run.Steps;
            var (_, first) = rows.Add(run, steps, ids.AsSpan(at, steps.Count), 0, nowUs);
            at += steps.Count;
            outcomes.Add(start, new StartOutcome(StartStatus.Started, run, new RunEffects(first, [])));
        }

        rows.AddTo(round, nowUs);
        await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), CancellationToken.None)
            .ConfigureAwait(false);
        return outcomes;
    }

    private async ValueTask<bool> IsFullAsync(NpgsqlConnection connection, Start start, KnownRules known)
    {
        var decided = await checks.CheckAsync(
            connection, [start.Run.Steps[0].Task], known, start.NowUs, CancellationToken.None).ConfigureAwait(false);
        return decided.ToInsert.Count == 0;
    }

    /// <summary>Stores those runs whose code is free.</summary>
    private async ValueTask<List<(Start Start, WorkflowRun Run)>> AddRunsAsync(
        NpgsqlConnection connection, List<Start> starts)
    {
        var taken = Ordered(starts);
        var runs = taken.ConvertAll(start => start.Run);
        var round = new Round().Add(database.Sql["runs_add"]).WithRuns(runs).With(starts[0].NowUs);
        var added = await database.SendAsync(
            connection,
            round,
            row => row.AllAsync(
                r => (Key: (r.GetString(0), r.GetString(1)), Id: r.GetInt64(2), At: r.Instant(3)),
                CancellationToken.None),
            CancellationToken.None).ConfigureAwait(false);
        var byKey = taken.ToDictionary(start => (start.Run.Namespace, start.Run.Code));
        return added.ConvertAll(run => (byKey[run.Key], byKey[run.Key].Run.Begun(run.Id, run.At)));
    }

    // In one order everywhere, so that no two transactions wait for each other's codes; one of each.
    private static List<Start> Ordered(List<Start> starts) =>
    [
        .. starts.DistinctBy(start => (start.Run.Namespace, start.Run.Code))
            .OrderBy(start => start.Run.Namespace, StringComparer.Ordinal)
            .ThenBy(start => start.Run.Code, StringComparer.Ordinal),
    ];

    /// <summary>A run that somebody waits for.</summary>
    private sealed record Start(NewRun Run, long? NowUs)
    {
        /// <summary>Null: the code is taken.</summary>
        public TaskCompletionSource<StartOutcome?> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Equals(Start? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => Done.GetHashCode();
    }
}
