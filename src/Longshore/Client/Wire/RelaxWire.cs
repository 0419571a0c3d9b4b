using Longshore.Capabilities;
using Longshore.Explain;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>What a task asks for once it has waited so long.</summary>
public sealed record RelaxStepWire
{
    /// <summary>Since it first became available; more than that of the step before.</summary>
    public required double AfterSeconds { get; init; }

    /// <summary>The capabilities asked for then; none means that anybody may do it.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>Part of them that must be met, above 0 to 1; as the task says when missing.</summary>
    public double? MinimumMatch { get; init; }

    internal RelaxStep ToStep(string at) => new(
        Words.SecondsOrNull(AfterSeconds, at + ".after_seconds")!.Value,
        [
            .. (Requires ?? throw LongshoreException.Invalid(at + ".requires", "cannot be null")).Select(
                (text, i) => Requirement.Parse(
                    text ?? throw LongshoreException.Invalid($"{at}.requires[{i}]", "cannot be null"),
                    $"{at}.requires[{i}]")),
        ])
    {
        MinimumMatch = MinimumMatch,
    };

    internal static RelaxStepWire Of(RelaxStep step) => new()
    {
        AfterSeconds = step.After.TotalSeconds,
        Requires = [.. step.Requires.Select(r => r.ToString())],
        MinimumMatch = step.MinimumMatch,
    };
}

/// <summary>How far a task's requirements have relaxed, and what it asks for now.</summary>
/// <param name="Step">The step in force; 0 is what it asks for from the start.</param>
/// <param name="NextAt">When the next step is due; missing after the last.</param>
/// <param name="Skipped">Steps that nobody present could meet.</param>
/// <param name="Requires">The capabilities asked for now.</param>
/// <param name="MinimumMatch">Part of them that must be met.</param>
/// <param name="OnlyAgent">The only agent who may do it now.</param>
public sealed record RelaxationWire(
    int Step, DateTimeOffset? NextAt, IReadOnlyList<int> Skipped, IReadOnlyList<string> Requires,
    double MinimumMatch, string? OnlyAgent)
{
    internal static RelaxationWire? Of(WorkTask task) => task.Relaxing is not { } relaxing
        ? null
        : new RelaxationWire(
            relaxing.Step, relaxing.NextAt, relaxing.Skipped, [.. task.Asks.Requires.Select(r => r.ToString())],
            task.Asks.MinimumMatch, task.Asks.Owner);

    internal Relaxation ToRelaxation() => new(Step, NextAt, Skipped);
}

/// <summary>One step of a task's requirements.</summary>
/// <param name="Step">Its number; 0 is what the task asks for from the start.</param>
/// <param name="State">passed, skipped, in_force or ahead.</param>
/// <param name="Sentence">The same for people.</param>
/// <param name="At">When it was, or will be, due by waiting.</param>
/// <param name="Requires">The capabilities asked for; none means anybody.</param>
/// <param name="MinimumMatch">Part of them that must be met.</param>
/// <param name="OnlyAgent">The only agent who may do it then.</param>
/// <param name="Able">How many registered agents could meet it.</param>
/// <param name="Present">How many of these are there now.</param>
public sealed record StepExplanationWire(
    int Step, string State, string Sentence, DateTimeOffset At, IReadOnlyList<string> Requires,
    double MinimumMatch, string? OnlyAgent, int Able, int Present)
{
    internal static StepExplanationWire Of(StepExplanation s) => new(
        s.Step, Words.Snake(s.State), s.Sentence, s.At, s.Requires, s.MinimumMatch, s.OnlyAgent, s.Able, s.Present);

    internal StepExplanation ToStep() => new(
        Step, Words.Parse<StepState>(State, "state"), Sentence, At, Requires, MinimumMatch, OnlyAgent, Able, Present);
}
