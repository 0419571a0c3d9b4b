using System.Text.Json;

namespace Longshore.Workflows;

/// <summary>States of runs as words.</summary>
public static class WorkflowWords
{
    /// <summary>The state in snake_case.</summary>
    public static string ToWire(this RunState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>The state in snake_case.</summary>
    public static string ToWire(this BatchState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>What a task of a run is for, in snake_case.</summary>
    public static string ToWire(this StepRole role) => JsonNamingPolicy.SnakeCaseLower.ConvertName(role.ToString());

    /// <summary>How a step ended, in snake_case; <c>open</c> while it has not.</summary>
    public static string ToWire(this StepOutcome outcome) =>
        outcome == StepOutcome.None ? "open" : JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());
}
