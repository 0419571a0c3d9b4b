using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What suites over runs share: short words for starting, doing and looking.</summary>
public abstract class RunSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    protected const string Worker = "the-worker";

    /// <summary>A step of a kind of its own name.</summary>
    protected static WorkflowStep Step(string name, params string[] after) => new()
    {
        Name = name,
        Task = Spec(name),
        DependsOn = after,
    };

    protected static Workflow Flow(params WorkflowStep[] steps) => new() { Name = "flow", Steps = steps };

    internal async Task<StartOutcome> TryStart(Workflow workflow, string code = "run-1", string input = "{}")
    {
        var kept = WorkflowValidation.Checked(workflow, Clock.Now);
        var request = new RunRequest(kept.Name) { Code = code, Input = JsonText.Parse(input), CorrelationId = "why" };
        var run = RunPlanner.Plan(kept, request, _ => throw new InvalidOperationException("no other workflow"));
        return await Store.Workflows.StartRunAsync(run, NowUs, Ct);
    }

    /// <summary>Starts a run that nothing stands in the way of, and a worker who can do everything.</summary>
    protected async Task<long> Start(Workflow workflow, string code = "run-1", string input = "{}")
    {
        await Register(Worker, max: 1000);
        var outcome = await TryStart(workflow, code, input);
        outcome.Status.ShouldBe(StartStatus.Started);
        return outcome.Run!.Id;
    }

    /// <summary>What can be claimed now, by the names of steps, taken by the worker.</summary>
    protected async Task<IReadOnlyDictionary<string, Grant>> TakeAll() =>
        (await Claim(Worker, 1000)).Grants.ToDictionary(g => g.Task.Run!.Step);

    protected async Task<Grant> TakeStep(string name)
    {
        var all = await TakeAll();
        all.Keys.ShouldBe([name]);
        return all[name];
    }

    protected Task<FinishOutcome> Complete(Grant grant, string? result = null) => Finish(new Finish
    {
        TaskId = grant.TaskId,
        Epoch = grant.Epoch,
        Kind = FinishKind.Complete,
        Result = result is null ? default : JsonText.Parse(result),
    });

    /// <summary>Takes the one step there is to do, and does it.</summary>
    protected async Task Do(string step, string? result = null) =>
        (await Complete(await TakeStep(step), result)).Status.ShouldBe(ClaimWriteStatus.Accepted);

    protected Task<FinishOutcome> FailForGood(Grant grant, string error = "broken") => Finish(new Finish
    {
        TaskId = grant.TaskId,
        Epoch = grant.Epoch,
        Kind = FinishKind.Fail,
        Retry = false,
        Error = error,
    });

    protected async Task<WorkflowRun> Run(long id = 1) => (await Store.Workflows.GetRunAsync(id, Ct))!;

    /// <summary>How each task of a run stands: <c>name state outcome</c>.</summary>
    protected async Task<IReadOnlyList<string>> Steps(long runId = 1)
    {
        var steps = await Store.Workflows.ListStepsAsync(runId, Ct);
        var words = new List<string>();
        foreach (var (step, _) in steps)
        {
            var state = (await Get(step.TaskId)).State.ToWire();
            words.Add($"{step.Name} {state} {step.Outcome.ToWire()}");
        }

        return words;
    }

    protected async Task<long> IdOf(string step, long runId = 1) =>
        (await Store.Workflows.ListStepsAsync(runId, Ct)).Single(s => s.Step.Name == step).Step.TaskId;

    protected async Task<IReadOnlyList<string>> EventTypesOf(string step) =>
        [.. (await Store.Events.HistoryAsync(await IdOf(step), Ct)).Select(e => e.Type)];
}
