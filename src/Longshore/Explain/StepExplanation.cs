using System.Globalization;
using Longshore.Agents;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>Where one step of a task's requirements stands.</summary>
public enum StepState
{
    /// <summary>It was in force until a later one was due.</summary>
    Passed = 0,

    /// <summary>Nobody present could meet it, and somebody present could meet a later one.</summary>
    Skipped = 1,

    /// <summary>The task asks for this now.</summary>
    InForce = 2,

    /// <summary>The task will ask for this.</summary>
    Ahead = 3,
}

/// <summary>One step of a task's requirements.</summary>
/// <param name="Step">Its number; 0 is what the task asks for from the start.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Sentence">The same for people.</param>
/// <param name="At">When it was, or will be, due by waiting; a skip brings it earlier.</param>
/// <param name="Requires">The capabilities asked for, such as <c>sql>=3</c>; none means anybody.</param>
/// <param name="MinimumMatch">Part of them that must be met.</param>
/// <param name="OnlyAgent">The only agent who may do it then; null means anybody able.</param>
/// <param name="Able">How many registered agents could meet it.</param>
/// <param name="Present">How many of these are there now, whatever they hold.</param>
public sealed record StepExplanation(
    int Step, StepState State, string Sentence, DateTimeOffset At, IReadOnlyList<string> Requires,
    double MinimumMatch, string? OnlyAgent, int Able, int Present);

/// <summary>Explains how the requirements of a task relax.</summary>
internal sealed class StepExplainer(IReadOnlyList<Candidate> crowd, TimeSpan heartbeatTimeout, DateTimeOffset now)
{
    /// <summary>Every step in order; none for a task whose requirements never relax.</summary>
    public IReadOnlyList<StepExplanation> Explain(WorkTask task) => task.Relaxing is { } relaxing
        ? [.. Enumerable.Range(0, RelaxSteps.LastOf(task.Spec) + 1).Select(step => Explain(task, relaxing, step))]
        : [];

    /// <summary>What the next step will bring.</summary>
    public IEnumerable<string> Suggest(WorkTask task)
    {
        if (task is not { State: TaskState.Created, Relaxing: { NextAt: { } nextAt, Step: var step } })
        {
            yield break;
        }

        var next = RelaxSteps.At(task.Spec, step + 1);
        var able = AbleTo(next);
        var free = able.Count(c => c.Agent.Load < c.Agent.Profile.MaxConcurrent);
        yield return Text($"from {nextAt:u} it asks for {Words(next)}: {able.Count} could do it, {free} have room now");
        if (Enumerable.Range(step, RelaxSteps.LastOf(task.Spec) + 1 - step)
            .All(s => AbleTo(RelaxSteps.At(task.Spec, s)).Count == 0))
        {
            yield return "no registered agent could ever meet any of its steps; add one that somebody could";
        }
    }

    /// <summary>What is asked for, in words.</summary>
    public static string Words(NewTask asks)
    {
        var what = asks.Requires.Count == 0 ? "no capability" : string.Join(", ", asks.Requires);
        var part = asks.MinimumMatch < 1 ? Text($" (at least {asks.MinimumMatch:0.##} of it)") : "";
        return asks.Owner is null ? what + part : $"{what}{part} of {asks.Owner} alone";
    }

    private StepExplanation Explain(WorkTask task, Relaxation relaxing, int step)
    {
        var asks = RelaxSteps.At(task.Spec, step);
        var at = task.AvailableAt + RelaxSteps.AfterOf(task.Spec, step);
        var able = AbleTo(asks);
        var present = able.Count(c => c.Agent.StatusAt(now, heartbeatTimeout) <= AgentStatus.AtCapacity
            && Eligibility.OfCapabilities(asks, c) == Obstacle.None);
        var state = relaxing.Skipped.Contains(step) ? StepState.Skipped
            : step < relaxing.Step ? StepState.Passed
            : step == relaxing.Step ? StepState.InForce
            : StepState.Ahead;
        var sentence = state switch
        {
            StepState.Skipped => "skipped: nobody present could meet it, and somebody could meet a later one",
            StepState.Passed => "passed",
            StepState.InForce when relaxing.NextAt is { } nextAt => $"in force until {nextAt:u}",
            StepState.InForce => "in force; the last step",
            _ => $"from {at:u} at the latest",
        };
        return new StepExplanation(
            step, state, sentence, at, [.. asks.Requires.Select(r => r.ToString())], asks.MinimumMatch, asks.Owner,
            able.Count, present);
    }

    private List<Candidate> AbleTo(NewTask asks) => [.. crowd.Where(c => TaskExplainer.CanEver(asks, c))];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
