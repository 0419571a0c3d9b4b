using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>A run that somebody wants to start.</summary>
/// <param name="Workflow">Which definition: <c>name</c> for its newest version, or <c>name@version</c>.</param>
public sealed record RunRequest(string Workflow)
{
    /// <summary>Where the definition is.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>
    /// Unique among the runs of the namespace, at most 120 characters: starting the same again under it yields the
    /// first run. Null: Longshore gives one.
    /// </summary>
    public string? Code { get; init; }

    /// <summary>What steps without a payload of their own get; an empty object when missing.</summary>
    public JsonText Input { get; init; }

    /// <summary>Links events to their cause; tasks of the run inherit it.</summary>
    public string? CorrelationId { get; init; }
}

/// <summary>A run that was started.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsNew">False when it was started before under its code.</param>
/// <param name="Warnings">What may keep it from its end, such as a step that too few agents can do.</param>
public sealed record StartedRun(WorkflowRun Run, bool IsNew, IReadOnlyList<string> Warnings);
