using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Model;

/// <summary>Somebody starts a batch, perhaps one that was started before.</summary>
internal sealed record StartBatchStep(NewItem Item, int Tasks, bool IsOpen, int Code) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var task = Plain(Item, world);
        var payload = JsonText.Parse("""{"to":"ann"}""");
        var callback = task with { ReadyAt = null, Deadline = null, Payload = payload };
        var run = new NewRun
        {
            Code = Code == 0 ? $"batch-{world.NowUs}-{world.LastTaskId}" : $"code-{Code}",
            Namespace = task.Namespace,
            Workflow = "",
            Version = 0,
            Input = new BatchTerms { OnEnd = payload }.Write(),
            OnFailure = FailurePolicy.CarryOn,
            Steps =
            [
                new NewStep(BatchAdvance.OnEnd, callback, StepRole.End, []),
                new NewStep(BatchAdvance.OnDone, callback, StepRole.End, []),
            ],
            Members = [.. Enumerable.Repeat(task, Tasks)],
            Batch = IsOpen || Tasks == 0 ? BatchStage.Open : BatchStage.Closed,
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

    /// <summary>A task that is its batch's own.</summary>
    public static NewTask Plain(NewItem item, World world) => item.In(world) with
    {
        Code = null,
        IdempotencyKey = null,
        Unique = null,
        ParentId = null,
    };
}

/// <summary>Somebody adds to one of the latest batches, or closes it.</summary>
internal sealed record GrowBatchStep(int Back, NewItem Item, int Tasks, int? At, bool Close) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var tasks = Enumerable.Repeat(StartBatchStep.Plain(Item, world), Tasks).ToList();
        return async store =>
        {
            var batches = (await store.Workflows.ListRunsAsync(new RunQuery { Batches = true, Limit = 8 })).Items;
            var batch = batches.Count == 0 ? null : batches[Back % batches.Count];
            var own = tasks.ConvertAll(task => task with { Namespace = batch?.Namespace ?? task.Namespace });
            var change = await store.Workflows.AddMembersAsync(
                new NewMembers(batch?.Id ?? 1, own) { At = At, Close = Close }, world.NowUs);
            var steps = await store.Workflows.ListStepsAsync(batch?.Id ?? 1);
            return new Grown(change, steps.Select(s => s.Step.TaskId).DefaultIfEmpty().Max());
        };
    }
}

/// <summary>What an addition made.</summary>
internal sealed record Grown(RunChange Change, long LastTaskId);
