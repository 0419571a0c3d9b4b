using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Model;

/// <summary>What a start made.</summary>
internal sealed record Started(StartStatus Status, WorkflowRun? Run, RunEffects Effects, long LastTaskId);

internal sealed record StartRunStep(int Shape, NewItem Item, int Code) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var task = Item.In(world) with
        {
            Code = null,
            IdempotencyKey = null,
            Unique = null,
            ParentId = null,
            ReadyAt = null,
            Group = null,
            Step = null,
        };
        var run = new NewRun
        {
            Code = Code == 0 ? $"run-{world.NowUs}-{world.LastTaskId}" : $"code-{Code}",
            Namespace = task.Namespace,
            Workflow = "model",
            Version = 1,
            Input = JsonText.EmptyObject,
            OnFailure = Shape % 2 == 0 ? FailurePolicy.CancelRest : FailurePolicy.CarryOn,
            Steps = Steps(task),
        };
        return async store =>
        {
            var outcome = await store.Workflows.StartRunAsync(run, world.NowUs);
            var steps = outcome.Run is { } made ? await store.Workflows.ListStepsAsync(made.Id) : [];
            return new Started(
                outcome.Status, outcome.Run, outcome.Effects,
                steps.Select(s => s.Step.TaskId).DefaultIfEmpty().Max());
        };
    }

    private NewStep[] Steps(NewTask task)
    {
        NewStep Step(string name, params int[] after) => new(name, task, StepRole.Step, after);
        NewStep Other(string name, StepRole role, int of) => new(name, task, role, [of]) { Of = of };
        return Shape switch
        {
            0 or 1 => [Step("a"), Step("b", 0), Step("c", 1)],
            2 or 3 => [Step("a"), Step("b"), Step("c", 0, 1), Step("d", 0)],
            4 or 5 =>
            [
                Step("a"),
                Step("b", 0) with { Terms = new StepTerms { When = new StepCondition("a", "", Comparison.Present) } },
                Step("c", 0) with { Terms = new StepTerms { IsOptional = true } },
                Step("d", 1, 2),
            ],
            6 => [Step("a"), Other("a#compensation", StepRole.Compensation, 0), Step("b", 0),
                Other("b#compensation", StepRole.Compensation, 2), Step("c", 2)],
            _ =>
            [
                Step("a") with { Terms = new StepTerms { Overlap = new StepOverlap { Answers = 2, Most = 3 } } },
                .. new[] { "a#1", "a#2", "a#3" }.Select(name => new NewStep(
                    name, task with { Group = $"run:{Code}", Step = "a" }, StepRole.Answer, []) { Of = 0 }),
                Step("b", 0),
                new NewStep("#end", task, StepRole.End, []),
            ],
        };
    }
}

/// <summary>Somebody changes one of the latest runs.</summary>
internal sealed record ChangeRunStep(int Back, int What, int Which) : Step
{
    public override Func<IStore, Task<object?>> In(World world) => async store =>
    {
        var runs = (await store.Workflows.ListRunsAsync(new RunQuery { Limit = 8 })).Items;
        var id = runs.Count == 0 ? 1 : runs[Back % runs.Count].Id;
        return What switch
        {
            0 => await store.Workflows.CancelRunAsync(id, "no more", world.NowUs),
            1 => await store.Workflows.ResolveStepAsync(
                id, Which switch { 0 => "a", 1 => "b", _ => "c" }, JsonText.Parse("[3]"), world.NowUs),
            _ => await store.Workflows.RetryRunAsync(id, world.NowUs),
        };
    };
}
