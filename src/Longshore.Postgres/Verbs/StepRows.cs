using Longshore.Workflows;

namespace Longshore.Postgres.Verbs;

/// <summary>Steps whose tasks were just inserted, of one run or of several, as rows.</summary>
internal sealed class StepRows(Database database, MovesWriter writer)
{
    private readonly List<RunStep> _steps = [];
    private readonly List<(long TaskId, long DependsOn)> _dependencies = [];
    private readonly List<long> _first = [];

    /// <summary>Adds the steps of a run; answers them, and which of them can be claimed at once.</summary>
    /// <param name="run">The run.</param>
    /// <param name="steps">Its new steps.</param>
    /// <param name="ids">Their tasks.</param>
    /// <param name="from">The place of the first in the run.</param>
    /// <param name="nowUs">The instant.</param>
    public (List<RunStep> Steps, List<long> First) Add(
        WorkflowRun run, IReadOnlyList<NewStep> steps, ReadOnlySpan<long> ids, int from, long nowUs)
    {
        var made = new List<RunStep>(steps.Count);
        foreach (var step in steps)
        {
            foreach (var place in step.DependsOn)
            {
                _dependencies.Add((ids[made.Count], ids[place]));
            }

            made.Add(step.ToStep(ids[made.Count], run.Id, from + made.Count, made));
        }

        var start = new StartLedger(run, made, nowUs).Begin();
        _steps.AddRange(start.Steps);
        _first.AddRange(start.First);
        return (made, start.First);
    }

    /// <summary>Adds the statements that store the rows and put the tasks where they belong.</summary>
    /// <param name="round">Where to.</param>
    /// <param name="nowUs">The instant.</param>
    /// <param name="isBatch">What is to be claimed stays where its submission put it.</param>
    public void AddTo(Round round, long nowUs, bool isBatch = false)
    {
        round.Add(database.Sql["run_steps_add"])
            .With((long[])[.. _steps.Select(s => s.TaskId)]).With((long[])[.. _steps.Select(s => s.RunId)])
            .With((int[])[.. _steps.Select(s => s.Place)]).With((string?[])[.. _steps.Select(s => s.Name)])
            .With((short[])[.. _steps.Select(s => (short)s.Role)]).With((int[])[.. _steps.Select(s => s.Open)])
            .With((long?[])[.. _steps.Select(s => s.Of)]).With((int[])[.. _steps.Select(s => s.Asked)])
            .WithJson((byte[]?[])[.. _steps.Select(s => s.Terms.Write())]);
        writer.AddDependencies(round, _dependencies);
        var first = _first.ToHashSet();
        long[] waiting = [.. _steps.Select(s => s.TaskId).Where(id => !first.Contains(id))];
        if (waiting.Length > 0)
        {
            round.Add(database.Sql["run_park"]).With(waiting);
        }

        if (first.Count > 0 && isBatch)
        {
            round.Add(database.Sql["members_mark"]).With([.. _first]);
            return;
        }

        if (first.Count > 0)
        {
            round.Add(database.Sql["run_first"]).With([.. _first]).With((long?)nowUs);
        }

        writer.AddReady(round, _first, nowUs);
    }

    /// <summary>
    /// Adds the steps as parameters of <c>start_runs</c>, where runs and tasks are named by their places, from 1.
    /// </summary>
    public void AddPlaced(Round round) => round
        .With((int[])[.. _steps.Select(s => (int)s.RunId)]).With((int[])[.. _steps.Select(s => s.Place)])
        .With((string?[])[.. _steps.Select(s => s.Name)]).With((short[])[.. _steps.Select(s => (short)s.Role)])
        .With((int[])[.. _steps.Select(s => s.Open)]).With((int?[])[.. _steps.Select(s => (int?)s.Of)])
        .With((int[])[.. _steps.Select(s => s.Asked)]).WithJson((byte[]?[])[.. _steps.Select(s => s.Terms.Write())])
        .With((int[])[.. _dependencies.Select(d => (int)d.TaskId)])
        .With((int[])[.. _dependencies.Select(d => (int)d.DependsOn)])
        .With((int[])[.. _first.Select(place => (int)place)]);
}
