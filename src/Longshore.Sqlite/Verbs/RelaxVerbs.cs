using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Requirements that relax with waiting time. Only tasks that have steps have a row.</summary>
internal sealed class RelaxVerbs(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, ClassRows classes, EventLog events)
{
    private readonly Statement _add = connection.Prepare(sql["relaxing_add"]);
    private readonly Statement _get = connection.Prepare(sql["relaxing_get"]);
    private readonly Statement _set = connection.Prepare(sql["relaxing_set"]);
    private readonly Statement _again = connection.Prepare(sql["relaxing_again"]);
    private readonly Statement _remove = connection.Prepare(sql["relaxing_remove"]);
    private readonly Statement _due = connection.Prepare(sql["relaxing_due"]);
    private readonly Statement _next = connection.Prepare(sql["relaxing_next"]);
    private readonly Statement _alike = connection.Prepare(sql["relaxing_alike"]);
    private readonly Statement _home = connection.Prepare(sql["handoff_rehome"]);

    /// <summary>Remembers the steps of a new task that has some; without an instant none is due yet.</summary>
    public void Add(long id, NewTask task, long? availableUs)
    {
        if (RelaxSteps.FirstOf(task, availableUs ?? 0) is { } first)
        {
            var nextUs = availableUs is null ? null : first.NextAt?.ToMicroseconds();
            _add.Bind(id).Bind((long)first.Step).Bind(nextUs).Bind(0L)
                .Bind(RelaxJson.Write(task)).Run();
        }
    }

    public void Remove(long id) => _remove.Bind(id).Run();

    /// <summary>A task lives again; the next look finds where it stands.</summary>
    public void Again(long id, long nowUs) => _again.Bind(id).Bind(nowUs).Run();

    /// <summary>When the first step of a task would be due that is available from an instant.</summary>
    public long FirstDue(long id, long availableUs) =>
        RelaxSteps.FirstOf(Find(id)!.Value.Spec, availableUs)!.NextAt!.Value.ToMicroseconds();

    public RelaxOutcome Relax(int limit, long nowUs)
    {
        var due = _due.Bind(nowUs).Bind(limit).ReadIds();
        return new RelaxOutcome(due.Count, due.Count(id => Relax(id, nowUs)));
    }

    public int Skip(StepSkip skip, int limit, long nowUs)
    {
        var alike = _alike.Bind(skip.TaskId).Bind(skip.From).Bind(limit).ReadIds();
        foreach (var id in alike)
        {
            var (standing, spec, present) = Find(id)!.Value;
            if (skip.To <= skip.From || skip.To > RelaxSteps.LastOf(spec))
            {
                return 0;
            }

            GoTo(standing, spec, present, RelaxSteps.SkippedTo(spec, present, skip.To, Available(standing)), nowUs);
        }

        return alike.Count;
    }

    public long? Next()
    {
        _next.Read();
        var next = _next.LongOrNull(0);
        _next.Reset();
        return next;
    }

    private static long Available(Standing standing) => standing.Place.AvailableUs;

    /// <summary>Whether a ready task asks for something else now.</summary>
    private bool Relax(long id, long nowUs)
    {
        if (Find(id) is not { } found || found.Standing.State.IsTerminal())
        {
            // Nobody asks any more; a retry looks again.
            _again.Bind(id).Bind((long?)null).Run();
            return false;
        }

        var (standing, spec, present) = found;
        var to = RelaxSteps.AtInstant(spec, present, Available(standing), nowUs);
        GoTo(standing, spec, present, to, nowUs);
        return standing.Stage == Stage.Ready && to.Step > present.Step;
    }

    private (Standing Standing, NewTask Spec, Relaxation Present)? Find(long id)
    {
        if (stages.Find(id) is not { } standing || !_get.Bind(id).Read())
        {
            return null;
        }

        var present = _get.ReadRelaxation();
        var spec = RelaxJson.Restore(live.Classes[standing.Place.ClassId].Key.ToTask(), _get.Text(3)!);
        _get.Reset();
        return (standing, spec, present);
    }

    private void GoTo(Standing standing, NewTask spec, Relaxation from, Relaxation to, long nowUs)
    {
        var place = standing.Place;
        _set.Bind(place.Id).Bind((long)to.Step).Bind(to.NextAt?.ToMicroseconds())
            .Bind((long)RelaxJson.MaskOf(to.Skipped)).Run();
        if (to.Step == from.Step)
        {
            return;
        }

        stages.Change(standing, place with { ClassId = ClassOf(place, RelaxSteps.At(spec, to.Step)) });
        var payload = EventPayloads.Relaxed(from, to, spec);
        events.AddSingle(
            new NewEvent(EventTypes.TaskRelaxed, ActorType.System, "longshore", place.Id, payload), nowUs, place.Epoch);
    }

    /// <summary>A task that is handed off remains so; the class to which it will go back changes too.</summary>
    private int ClassOf(in Place place, NewTask asks)
    {
        var own = classes.IdOf(ClassKey.Of(asks));
        if (!place.IsHandedOff)
        {
            return own;
        }

        _home.Bind(place.Id).Bind(own).Run();
        return classes.IdOf(ClassKey.Of(asks) with { Target = live.Classes[place.ClassId].Key.Target });
    }
}
