using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>
/// Makes a run of a checked definition: workflows in a step's place are laid out as its steps, answers, compensations
/// and the end's task stand ready to be released, so that nothing is inserted when a step ends.
/// </summary>
internal sealed class RunPlanner
{
    private const int NestingMax = 8;

    private readonly Workflow _workflow;
    private readonly Func<string, Workflow> _find;
    private readonly List<NewStep> _steps = [];
    private readonly RunRequest _request;

    private RunPlanner(Workflow workflow, RunRequest request, Func<string, Workflow> find) =>
        (_workflow, _request, _find) = (workflow, request, find);

    /// <summary>The run to store.</summary>
    /// <param name="workflow">A checked definition.</param>
    /// <param name="request">What is to be started, with its code.</param>
    /// <param name="find">The definition that a step's <c>workflow</c> names.</param>
    /// <exception cref="LongshoreException">invalid_input: it has too many steps, or holds itself.</exception>
    public static NewRun Plan(Workflow workflow, RunRequest request, Func<string, Workflow> find)
    {
        var planner = new RunPlanner(workflow, request, find);
        planner.LayOut(workflow, "", [], null, [workflow.Name]);
        if (workflow.OnEnd is { } end)
        {
            planner.Add("#end", end, StepRole.End, []);
        }

        return new NewRun
        {
            Code = request.Code!,
            Namespace = workflow.Namespace,
            Workflow = workflow.Name,
            Version = workflow.Version,
            Input = request.Input.IsNone ? JsonText.EmptyObject : request.Input,
            OnFailure = workflow.OnFailure,
            CorrelationId = request.CorrelationId,
            Steps = planner._steps,
        };
    }

    /// <summary>Steps to add while a run goes on; none of them may depend on what the run has already.</summary>
    public static IReadOnlyList<NewStep> PlanMore(
        WorkflowRun run, string under, IReadOnlyList<WorkflowStep> steps, Func<string, Workflow> find)
    {
        var workflow = new Workflow
        {
            Name = run.Workflow,
            Namespace = run.Namespace,
            Version = run.Version,
            OnFailure = run.OnFailure,
            Steps = steps,
        };
        var request = new RunRequest(run.Workflow)
        {
            Code = run.Code,
            Input = run.Input,
            CorrelationId = run.CorrelationId,
        };
        var planner = new RunPlanner(workflow, request, find);
        planner.LayOut(workflow, under + "/", [], null, [run.Workflow]);
        return planner._steps;
    }

    /// <summary>Lays out a workflow's steps; answers the places of those on which no other depends.</summary>
    private List<int> LayOut(
        Workflow workflow, string prefix, IReadOnlyList<int> after, StepCondition? when, List<string> inside)
    {
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var step in InOrder(workflow.Steps))
        {
            List<int> before = [.. step.DependsOn.SelectMany(name => places[name]).Distinct().Order()];
            var isFirst = before.Count == 0;
            var condition = isFirst ? when : step.When is { } own ? own with { Step = prefix + own.Step } : null;
            before = isFirst ? [.. after] : before;
            places[step.Name] = step.Workflow is { } sub
                ? Within(sub, prefix + step.Name + "/", before, condition, inside)
                : [AddStep(step, prefix + step.Name, before, condition)];
        }

        var led = workflow.Steps.SelectMany(step => step.DependsOn).ToHashSet(StringComparer.Ordinal);
        return [.. workflow.Steps.Where(step => !led.Contains(step.Name)).SelectMany(step => places[step.Name])];
    }

    private List<int> Within(
        string reference, string prefix, List<int> before, StepCondition? when, List<string> inside)
    {
        var sub = _find(reference);
        if (inside.Contains(sub.Name) || inside.Count >= NestingMax)
        {
            throw LongshoreException.Invalid(
                "steps", $"workflows hold each other: {string.Join(" -> ", inside.Append(sub.Name))}");
        }

        return LayOut(sub, prefix, before, when, [.. inside, sub.Name]);
    }

    private int AddStep(WorkflowStep step, string name, List<int> before, StepCondition? when)
    {
        var group = step.IsExclusive ? "run:" + _request.Code : null;
        var terms = step.IsOptional || when is not null || step.Overlap is not null
            ? new StepTerms { IsOptional = step.IsOptional, When = when, Overlap = step.Overlap }
            : StepTerms.Usual;
        var task = step.Task!;
        if (group is not null)
        {
            task = task with { Group = group, Step = task.Step ?? step.Name };
        }

        var place = Add(name, task, StepRole.Step, before, terms);
        if (step.Overlap is { } overlap)
        {
            var asked = task with { Group = group ?? $"run:{_request.Code}:{name}", Step = task.Step ?? step.Name };
            for (var i = 1; i <= overlap.AskedAtMost; i++)
            {
                Add($"{name}#{i}", asked, StepRole.Answer, before, of: place);
            }
        }

        if (step.Compensate is { } compensate)
        {
            Add(name + "#compensation", compensate, StepRole.Compensation, [place], of: place);
        }

        return place;
    }

    private int Add(
        string name, NewTask task, StepRole role, IReadOnlyList<int> before, StepTerms? terms = null, int? of = null)
    {
        TaskValidation.Word(name, "steps");
        TaskValidation.Range(_steps.Count + 1, 1, Limits.WorkflowTasksMax, "steps.length");
        _steps.Add(new NewStep(name, Own(name, task), role, before) { Terms = terms ?? StepTerms.Usual, Of = of });
        return _steps.Count - 1;
    }

    private NewTask Own(string name, NewTask task) => task with
    {
        Namespace = _workflow.Namespace,
        Name = task.Name ?? name,
        Payload = !task.Payload.IsNone ? task.Payload
            : !_request.Input.IsNone ? _request.Input
            : JsonText.EmptyObject,
        Workflow = _workflow.Name,
        WorkflowCursor = name,
        CorrelationId = task.CorrelationId ?? _request.CorrelationId,
    };

    /// <summary>Each step after those it depends on, otherwise as they were written.</summary>
    private static List<WorkflowStep> InOrder(IReadOnlyList<WorkflowStep> steps)
    {
        var byName = steps.ToDictionary(step => step.Name, StringComparer.Ordinal);
        var ordered = new List<WorkflowStep>(steps.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            Visit(step);
        }

        return ordered;

        void Visit(WorkflowStep step)
        {
            if (seen.Add(step.Name))
            {
                foreach (var before in step.DependsOn)
                {
                    Visit(byName[before]);
                }

                ordered.Add(step);
            }
        }
    }
}
