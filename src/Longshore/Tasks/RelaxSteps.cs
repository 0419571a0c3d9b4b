namespace Longshore.Tasks;

/// <summary>
/// The steps of a task whose requirements relax. Step 0 is what it asks for from the start; if it prefers an agent,
/// that is the agent alone, and step 1 is the task's own requirements.
/// </summary>
internal static class RelaxSteps
{
    /// <summary>The number of the last step; 0 when nothing ever relaxes.</summary>
    public static int LastOf(NewTask task) => task.Relax.Count + (task.Prefer is null ? 0 : 1);

    /// <summary>How long the task has waited when a step is due.</summary>
    public static TimeSpan AfterOf(NewTask task, int step)
    {
        if (step == 0)
        {
            return TimeSpan.Zero;
        }

        return task.Prefer is null ? task.Relax[step - 1].After
            : step == 1 ? task.PreferFor!.Value
            : task.Relax[step - 2].After;
    }

    /// <summary>The task as if it asked for nothing but what this step does.</summary>
    public static NewTask At(NewTask task, int step)
    {
        var own = task with { Relax = [], Prefer = null, PreferFor = null };
        if (task.Prefer is { } preferred)
        {
            if (step == 0)
            {
                return own with { Owner = preferred };
            }

            step--;
        }

        return step == 0
            ? own
            : own with
            {
                Requires = task.Relax[step - 1].Requires,
                MinimumMatch = task.Relax[step - 1].MinimumMatch ?? task.MinimumMatch,
            };
    }

    /// <summary>The last step that is due after so long a wait, in whole microseconds as stores count.</summary>
    public static int ReachedAfter(NewTask task, long waitedUs)
    {
        var (step, last) = (0, LastOf(task));
        while (step < last && AfterOf(task, step + 1).ToMicroseconds() <= waitedUs)
        {
            step++;
        }

        return step;
    }

    /// <summary>A task that is available from this instant and has reached a step.</summary>
    public static Relaxation Standing(NewTask task, int step, IReadOnlyList<int> skipped, long availableUs) => new(
        step,
        step < LastOf(task)
            ? UnixTime.FromMicroseconds(availableUs + AfterOf(task, step + 1).ToMicroseconds())
            : null,
        skipped);

    /// <summary>Where a new task begins; null when nothing ever relaxes.</summary>
    public static Relaxation? FirstOf(NewTask task, long availableUs) =>
        LastOf(task) == 0 ? null : Standing(task, 0, [], availableUs);

    /// <summary>Where a task stands at an instant: at the step it has reached by now, if no later one.</summary>
    public static Relaxation AtInstant(NewTask task, Relaxation present, long availableUs, long nowUs) => Standing(
        task, Math.Max(present.Step, ReachedAfter(task, nowUs - availableUs)), present.Skipped, availableUs);

    /// <summary>Where a task stands once the steps before another are skipped.</summary>
    public static Relaxation SkippedTo(NewTask task, Relaxation present, int step, long availableUs) =>
        Standing(task, step, Skipping(present.Skipped, present.Step, step), availableUs);

    /// <summary>The steps left out by going from one to another.</summary>
    private static IReadOnlyList<int> Skipping(IReadOnlyList<int> skipped, int from, int to) =>
        [.. skipped, .. Enumerable.Range(from, to - from)];
}
