using Longshore.Capabilities;

namespace Longshore.Tasks;

/// <summary>
/// What a task asks for once it has waited so long: its requirements relax step by step, and it keeps its place in the
/// queue. A step that nobody present could meet is skipped as soon as somebody present could meet a later one.
/// </summary>
/// <param name="After">
/// Since the task first became available; longer than that of the step before, at most
/// <see cref="Limits.DurationMax"/>. It goes on while somebody holds the task.
/// </param>
/// <param name="Requires">The capabilities asked for then; none means that anybody may do it.</param>
public sealed record RelaxStep(TimeSpan After, IReadOnlyList<Requirement> Requires)
{
    /// <summary>Part of these requirements that must be met, in (0, 1]; null means as the task says.</summary>
    public double? MinimumMatch { get; init; }
}

/// <summary>How far a task's requirements have relaxed.</summary>
/// <param name="Step">
/// The step in force, from 0: what it asks for from the start. A step once reached stays, whatever becomes of the task.
/// </param>
/// <param name="NextAt">When the next step is due; null after the last.</param>
/// <param name="Skipped">Steps that were ended early or left out because nobody present could meet them.</param>
public sealed record Relaxation(int Step, DateTimeOffset? NextAt, IReadOnlyList<int> Skipped);
