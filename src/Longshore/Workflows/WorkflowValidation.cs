using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>The boundary for workflows: what passes here can be run to its end.</summary>
internal static class WorkflowValidation
{
    /// <summary>Checks a definition and brings its tasks to canonical form.</summary>
    /// <exception cref="LongshoreException">invalid_input: what is wrong, where, and what would be right.</exception>
    public static Workflow Checked(Workflow workflow, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        Name(workflow.Name, "name");
        TaskValidation.Word(workflow.Namespace, "namespace");
        TaskValidation.Range(workflow.Version, 1, int.MaxValue, "version");
        TaskValidation.Text(workflow.Description, Limits.DescriptionLengthMax, "description");
        if (!Enum.IsDefined(workflow.OnFailure))
        {
            throw LongshoreException.Invalid("on_failure", "is none of cancel_rest, carry_on");
        }

        if (workflow.Steps is not { Count: > 0 } steps)
        {
            throw LongshoreException.Invalid("steps", "is empty; a workflow has one step or more");
        }

        TaskValidation.Range(steps.Count, 1, Limits.WorkflowStepsMax, "steps.length");
        var names = Names(steps);
        var kept = steps.Select((step, i) => Step(workflow, step, names, now, $"steps[{i}].")).ToList();
        for (var i = 0; i < kept.Count; i++)
        {
            var seen = kept.Find(step => step.Name == kept[i].When?.Step);
            Forbid(
                seen?.Workflow is not null, $"steps[{i}].when.step",
                $"'{seen?.Name}' is a workflow, and has no one result");
        }

        CheckCycles(kept);
        return workflow with
        {
            Steps = kept,
            OnEnd = workflow.OnEnd is null ? null : OwnTask(workflow, workflow.OnEnd, now, "on_end."),
        };
    }

    /// <summary>A word that can stand in a path and before a slash.</summary>
    public static void Name(string? name, string field)
    {
        TaskValidation.Word(name, field);
        if (name!.AsSpan().ContainsAny('/', '@', '#'))
        {
            throw LongshoreException.Invalid(
                field, $"'{name}' contains a slash, an @ or a #, which mean something else");
        }
    }

    /// <summary>Reads <c>name</c> or <c>name@version</c>.</summary>
    public static (string Name, int? Version) Reference(string text, string field)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? text : text[..at];
        Name(name, field);
        if (at < 0)
        {
            return (name, null);
        }

        return int.TryParse(text.AsSpan(at + 1), out var version) && version > 0
            ? (name, version)
            : throw LongshoreException.Invalid(field, $"'{text}' is not name or name@version, such as intake@2");
    }

    private static HashSet<string> Names(IReadOnlyList<WorkflowStep> steps)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i] ?? throw LongshoreException.Invalid($"steps[{i}]", "cannot be null");
            Name(step.Name, $"steps[{i}].name");
            if (!names.Add(step.Name))
            {
                throw LongshoreException.Invalid($"steps[{i}].name", $"'{step.Name}' is the name of two steps");
            }
        }

        return names;
    }

    private static WorkflowStep Step(
        Workflow workflow, WorkflowStep step, HashSet<string> names, DateTimeOffset now, string at)
    {
        foreach (var (name, i) in step.DependsOn.Select((name, i) => (name, i)))
        {
            if (!names.Contains(name))
            {
                throw LongshoreException.Invalid(
                    $"{at}depends_on[{i}]", $"there is no step '{name}'{NearestName.Among(names, name)}");
            }
        }

        Condition(step, at + "when.");
        Overlap(step, at + "overlap.");
        if (step.Workflow is { } sub)
        {
            Reference(sub, at + "workflow");
            Forbid(step.Task is not null, at + "task", "the workflow takes its place");
            Forbid(step.Compensate is not null, at + "compensate", "say it of the workflow's own steps");
            Forbid(step.IsOptional, at + "optional", "say it of the workflow's own steps");
            Forbid(step.IsExclusive, at + "exclusive", "say it of the workflow's own steps");
            return step;
        }

        if (step.Task is null)
        {
            throw LongshoreException.Invalid(at + "task", "is required, or a workflow in its place");
        }

        Forbid(
            step.Compensate is not null && workflow.OnFailure == FailurePolicy.CarryOn, at + "compensate",
            "with on_failure carry_on what was done stays done");
        return step with
        {
            Task = OwnTask(workflow, step.Task, now, at + "task."),
            Compensate = step.Compensate is null ? null : OwnTask(workflow, step.Compensate, now, at + "compensate."),
            DependsOn = [.. step.DependsOn.Distinct(StringComparer.Ordinal)],
        };
    }

    private static void Condition(WorkflowStep step, string at)
    {
        if (step.When is not { } when)
        {
            return;
        }

        if (!step.DependsOn.Contains(when.Step))
        {
            throw LongshoreException.Invalid(
                at + "step",
                $"'{step.Name}' does not depend on '{when.Step}'; name a step in depends_on"
                + NearestName.Among(step.DependsOn, when.Step));
        }

        TaskValidation.Text(when.Path, Limits.NameLengthMax, at + "path");
        if (!Enum.IsDefined(when.Is))
        {
            throw LongshoreException.Invalid(at + "is", "is no comparison");
        }

        var needsValue = when.Is is not (Comparison.Present or Comparison.Absent);
        if (needsValue == when.Value.IsNone)
        {
            throw LongshoreException.Invalid(
                at + "value", needsValue ? "is required" : "cannot be given: present and absent ask for nothing else");
        }
    }

    private static void Overlap(WorkflowStep step, string at)
    {
        if (step.Overlap is not { } overlap)
        {
            return;
        }

        Forbid(step.Workflow is not null, at.TrimEnd('.'), "say it of the workflow's own steps");
        TaskValidation.Range(overlap.Answers, 1, Limits.OverlapMax, at + "answers");
        TaskValidation.Range(overlap.Most ?? overlap.Answers, overlap.Answers, Limits.OverlapMax, at + "most");
        TaskValidation.Text(overlap.Path, Limits.NameLengthMax, at + "path");
        TaskValidation.Range(overlap.Choices, 2, int.MaxValue, at + "choices");
        if (!(overlap.Enough is > 0 and <= 1))
        {
            throw LongshoreException.Invalid(at + "enough", "must be greater than 0 and at most 1");
        }
    }

    /// <summary>A task of which the run decides where and when it is.</summary>
    private static NewTask OwnTask(Workflow workflow, NewTask task, DateTimeOffset now, string at)
    {
        Forbid(task.Code is not null, at + "code", "each run makes tasks of its own");
        Forbid(task.IdempotencyKey is not null, at + "idempotency_key", "each run makes tasks of its own");
        Forbid(task.Unique is not null, at + "unique", "each run makes tasks of its own; give the run a code");
        Forbid(task.ReadyAt is not null, at + "ready_at", "a step begins when those before it have ended");
        Forbid(task.Deadline is not null, at + "deadline", "use timeout_seconds, or cancel the run");
        Forbid(task.ParentId is not null, at + "parent_id", "a step belongs to its run");
        Forbid(task.Group is not null, at + "group", "use exclusive");
        Forbid(task.Workflow is not null, at + "workflow", "the run says it");
        Forbid(task.WorkflowCursor is not null, at + "workflow_cursor", "the run says it");
        if (task.Namespace != workflow.Namespace && task.Namespace != "default")
        {
            throw LongshoreException.Invalid(
                at + "namespace", $"is '{task.Namespace}', the workflow's '{workflow.Namespace}'; leave it out");
        }

        // The payload that is missing here will be the run's input.
        var isGiven = !task.Payload.IsNone;
        var kept = TaskValidation.Checked(task with { Namespace = workflow.Namespace }, now, at);
        return isGiven ? kept : kept with { Payload = default };
    }

    private static void CheckCycles(List<WorkflowStep> steps)
    {
        var before = steps.ToDictionary(s => s.Name, s => s.DependsOn, StringComparer.Ordinal);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        var way = new List<string>();
        foreach (var step in steps)
        {
            Visit(step.Name);
        }

        void Visit(string name)
        {
            var from = way.IndexOf(name);
            if (from >= 0)
            {
                var cycle = string.Join(" -> ", way.Skip(from).Append(name));
                throw LongshoreException.Invalid("steps", $"depend on each other in a circle: {cycle}");
            }

            if (!ended.Contains(name))
            {
                way.Add(name);
                foreach (var earlier in before[name])
                {
                    Visit(earlier);
                }

                way.RemoveAt(way.Count - 1);
                ended.Add(name);
            }
        }
    }

    private static void Forbid(bool isThere, string field, string why)
    {
        if (isThere)
        {
            throw LongshoreException.Invalid(field, "cannot be given: " + why);
        }
    }
}
