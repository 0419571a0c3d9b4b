using System.Globalization;
using Longshore.Capabilities;

namespace Longshore.Tasks;

/// <summary>Checks by what steps the requirements of a task relax.</summary>
internal static class RelaxValidation
{
    /// <summary>The steps in canonical form; the task's own requirements have been checked before.</summary>
    public static IReadOnlyList<RelaxStep> Checked(NewTask task, string at)
    {
        CheckPreferred(task, at);
        var steps = task.Relax ?? throw LongshoreException.Invalid(at + "relax", "cannot be null");
        if (steps.Count > Limits.RelaxStepsMax)
        {
            throw LongshoreException.Invalid(
                at + "relax", $"lists {steps.Count} steps; at most {Limits.RelaxStepsMax} are allowed");
        }

        if (steps.Count == 0)
        {
            return [];
        }

        var found = new List<RelaxStep>(steps.Count);
        var (requires, match) = (task.Requires, task.MinimumMatch);
        var (before, former) = (task.PreferFor, "prefer_for_seconds");
        for (var i = 0; i < steps.Count; i++)
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"{at}relax[{i}]");
            var step = steps[i] ?? throw LongshoreException.Invalid(field, "cannot be null");
            var canonical = Checked(step, before, former, field);
            var least = step.MinimumMatch ?? task.MinimumMatch;
            if (canonical.Requires.SequenceEqual(requires) && least.Equals(match))
            {
                throw LongshoreException.Invalid(
                    field, "asks for the same as the step before; leave it out, or ask for less");
            }

            found.Add(canonical);
            (requires, match, before, former) = (canonical.Requires, least, step.After, "the step before");
        }

        return found;
    }

    private static void CheckPreferred(NewTask task, string at)
    {
        if (task.Prefer is null)
        {
            if (task.PreferFor is not null)
            {
                throw LongshoreException.Invalid(at + "prefer_for_seconds", "needs the preferred agent, in prefer");
            }

            return;
        }

        AgentNames.Check(task.Prefer, at + "prefer");
        TaskValidation.Duration(
            task.PreferFor ?? throw LongshoreException.Invalid(
                at + "prefer_for_seconds", "is required with prefer: for how long only that agent may do it"),
            at + "prefer_for_seconds");
        if (task.Owner is not null)
        {
            throw LongshoreException.Invalid(
                at + "prefer", $"cannot be combined with owner: only '{task.Owner}' may ever do it");
        }
    }

    private static RelaxStep Checked(RelaxStep step, TimeSpan? before, string former, string field)
    {
        TaskValidation.Duration(step.After, field + ".after_seconds");
        if (step.After <= before)
        {
            throw LongshoreException.Invalid(
                field + ".after_seconds",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"must be more than the {before.Value.TotalSeconds} of {former}, not {step.After.TotalSeconds}"));
        }

        if (step.MinimumMatch is { } least && !(least is > 0 and <= 1))
        {
            throw LongshoreException.Invalid(
                field + ".minimum_match",
                string.Create(CultureInfo.InvariantCulture, $"must be greater than 0 and at most 1, not {least}"));
        }

        if (step.Requires is null)
        {
            throw LongshoreException.Invalid(field + ".requires", "cannot be null; an empty list means anybody");
        }

        var requires = Requirement.Canonical(step.Requires, field + ".requires");
        return requires.Count <= Limits.RequirementsMax
            ? step with { Requires = requires }
            : throw LongshoreException.Invalid(
                field + ".requires",
                $"lists {requires.Count} capabilities; at most {Limits.RequirementsMax} are allowed");
    }
}
