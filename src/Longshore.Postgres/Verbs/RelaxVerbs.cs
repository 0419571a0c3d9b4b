using Longshore.Events;
using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// Requirements that relax with waiting time. The tasks are locked where they are; what stands in their rows then
/// decides, so that two nodes never take one task past the same step twice.
/// </summary>
internal sealed class RelaxVerbs(Database database, ClassCatalog classes, MovesReader reader, MovesWriter writer)
{
    public ValueTask<RelaxOutcome> RelaxAsync(int limit, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                var due = await database.IdsAsync(
                    connection, new Round().Add(database.Sql["relaxing_due"]).With(nowUs).With((int?)limit), ct)
                    .ConfigureAwait(false);
                if (due.Count == 0)
                {
                    return default;
                }

                var (moves, found) = await LockAsync(connection, due, nowUs, ct).ConfigureAwait(false);
                var changes = found
                    .Where(f => f.Present.NextAt is { } at && at.ToMicroseconds() <= moves.NowUs)
                    .Select(f => new Change(f, f.IsOver
                        ? f.Present with { NextAt = null }
                        : RelaxSteps.AtInstant(f.Spec, f.Present, f.AvailableUs, moves.NowUs)))
                    .ToList();
                await WriteAsync(connection, moves.NowUs, changes, ct).ConfigureAwait(false);
                return new RelaxOutcome(due.Count, changes.Count(c => c.IsStep && c.Of.Standing.Stage == Stage.Ready));
            },
            ct);

    public ValueTask<int> SkipAsync(StepSkip skip, int limit, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                var alike = await database.IdsAsync(
                    connection,
                    new Round().Add(database.Sql["relaxing_alike"])
                        .With(skip.TaskId).With((int?)skip.From).With((int?)limit),
                    ct).ConfigureAwait(false);
                if (alike.Count == 0 || skip.To <= skip.From)
                {
                    return 0;
                }

                var (moves, found) = await LockAsync(connection, alike, nowUs, ct).ConfigureAwait(false);
                var changes = found
                    .Where(f => f.Standing.Stage == Stage.Ready && f.Present.Step == skip.From
                        && f.Present.NextAt is not null && skip.To <= RelaxSteps.LastOf(f.Spec))
                    .Select(f => new Change(f, RelaxSteps.SkippedTo(f.Spec, f.Present, skip.To, f.AvailableUs)))
                    .ToList();
                await WriteAsync(connection, moves.NowUs, changes, ct).ConfigureAwait(false);
                return changes.Count;
            },
            ct);

    public ValueTask<long?> NextAsync(CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["relaxing_next"]),
        async row =>
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            return row.LongOrNull(0);
        },
        ct);

    public ValueTask<List<RelaxingGroup>> GroupsAsync(int limit, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["relaxing_groups"]).With((int?)limit),
        row => row.AllAsync(
            r => new RelaxingGroup(r.GetInt64(0), r.GetInt16(1), r.GetInt32(2), r.GetInt32(3) != 0), ct),
        ct);

    /// <summary>Locks tasks, and reads what they ask for step by step as it is then.</summary>
    private async ValueTask<(Moves Moves, List<Relaxing> Found)> LockAsync(
        NpgsqlConnection connection, IReadOnlyList<long> ids, long? nowUs, CancellationToken ct)
    {
        var moves = await reader.LockAsync(connection, ids, nowUs, ct).ConfigureAwait(false);
        var standings = ids.Select(moves.Find).OfType<Standing>().ToList();
        if (standings.Exists(s => classes.Find(s.Place.ClassId) is null))
        {
            await classes.RefreshAsync(ct).ConfigureAwait(false);
        }

        var found = await database.SendAsync(
            connection,
            new Round().Add(database.Sql["relaxing_get"]).With(standings.Select(s => s.Place.Id).ToArray()),
            async row =>
            {
                var found = new List<Relaxing>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    var standing = moves.Find(row.GetInt64(0))!;
                    var present = new Relaxation(
                        row.GetInt16(1), row.InstantOrNull(2), RelaxJson.SkippedOf(row.GetInt32(3)));
                    var spec = RelaxJson.Restore(classes.Find(standing.Place.ClassId)!.ToTask(), row.GetString(4));
                    found.Add(new Relaxing(standing, spec, present));
                }

                return found;
            },
            ct).ConfigureAwait(false);
        return (moves, found);
    }

    private async ValueTask WriteAsync(
        NpgsqlConnection connection, long nowUs, List<Change> changes, CancellationToken ct)
    {
        if (changes.Count == 0)
        {
            return;
        }

        ClassKey[] keys = [.. changes.Select(KeyOf)];
        var classIds = await classes.InternAsync(keys, ct).ConfigureAwait(false);

        // A task that is handed off remains so; the class to which it will go back changes too.
        var handedOff = changes.Where(c => c.IsStep && c.Of.Standing.Place.IsHandedOff).ToList();
        var homes = await classes.InternAsync([.. handedOff.Select(c => KeyOf(c) with { Target = null })], ct)
            .ConfigureAwait(false);
        var round = new Round().Add(database.Sql["relaxing_set"])
            .With(changes.Select(c => c.Of.Standing.Place.Id).ToArray())
            .With(classIds)
            .With(changes.Select(c => (short)c.To.Step).ToArray())
            .With(changes.Select(c => c.To.NextAt?.ToMicroseconds()).ToArray())
            .With(changes.Select(c => RelaxJson.MaskOf(c.To.Skipped)).ToArray());
        if (handedOff.Count > 0)
        {
            round.Add(database.Sql["handoffs_rehome"])
                .With(handedOff.Select(c => c.Of.Standing.Place.Id).ToArray()).With(homes);
        }

        var keyed = changes.Select(c => c.Of.Standing.Place)
            .Where(place => (place.Flags & PlaceFlags.Keyed) != 0).Select(place => place.Id).ToArray();
        writer.SettleKeys(round, keyed, nowUs);
        foreach (var (of, to) in changes.Where(c => c.IsStep))
        {
            var payload = EventPayloads.Relaxed(of.Present, to, of.Spec);
            var place = of.Standing.Place;
            writer.AddEvent(
                round, new NewEvent(EventTypes.TaskRelaxed, ActorType.System, "longshore", place.Id, payload), nowUs,
                place.Epoch);
        }

        await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
    }

    private ClassKey KeyOf(Change change)
    {
        var present = classes.Find(change.Of.Standing.Place.ClassId)!;
        return change.IsStep
            ? ClassKey.Of(RelaxSteps.At(change.Of.Spec, change.To.Step)) with { Target = present.Target }
            : present;
    }

    /// <summary>A locked task, what it asks for step by step, and how far that has relaxed.</summary>
    private sealed record Relaxing(Standing Standing, NewTask Spec, Relaxation Present)
    {
        public bool IsOver => Standing.Stage == Stage.Finished;

        public long AvailableUs => Standing.Place.AvailableUs;
    }

    private readonly record struct Change(Relaxing Of, Relaxation To)
    {
        public bool IsStep => To.Step > Of.Present.Step;
    }
}
