using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Storage;

/// <summary>Whether steps may be added to a run; the same for every store.</summary>
internal static class RunExtension
{
    /// <summary>What to answer instead of adding: why not, or that they were added before; null to add.</summary>
    /// <param name="ledger">The run, inside the transaction.</param>
    /// <param name="under">The step that adds them.</param>
    /// <param name="isHeld">Whether who adds them still holds its task.</param>
    /// <param name="steps">What is to be added, at least one.</param>
    public static RunChange? Refuse(IRunLedger ledger, RunStep under, bool isHeld, IReadOnlyList<NewStep> steps)
    {
        var run = ledger.GetRun(under.RunId);
        if (!isHeld || under.Role != StepRole.Step)
        {
            return RunChange.Not(RunChangeStatus.Stale, run);
        }

        var present = ledger.StepsOf(run.Id);
        if (present.Any(step => step.Name == steps[0].Name))
        {
            return new RunChange(RunChangeStatus.Changed, run, RunEffects.None);
        }

        return present.Count + steps.Count > Limits.WorkflowTasksMax
            ? RunChange.Not(RunChangeStatus.TooMany, run)
            : null;
    }
}
