namespace Longshore.Tasks;

/// <summary>The run of a workflow that a task is a step of.</summary>
/// <param name="Id">The run.</param>
/// <param name="Step">The name of the step.</param>
/// <param name="Inputs">
/// An object with the results of those steps before it that were done, by their names; said of granted tasks only.
/// </param>
public sealed record TaskRun(long Id, string Step, JsonText Inputs);
