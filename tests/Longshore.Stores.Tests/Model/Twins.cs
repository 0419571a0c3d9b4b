using Longshore.Assignments;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Storage.InMemory;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Model;

/// <summary>
/// A store under test beside the one that specifies it: does each step on both, and compares what they answer and what
/// they hold then.
/// </summary>
internal sealed class Twins(StoreSource source, StoreOptions options, World world, int lookEvery) : IAsyncDisposable
{
    // The queue and the assignments follow from the tasks; they are compared at every so many looks.
    private const int ClosestLook = 5;

    private readonly InMemoryStore _specification = new(options);
    private IStore _subject = source.Create(options);
    private Dictionary<long, WorkTask> _tasks = [];
    private int _steps;
    private int _looks;
    private bool _hasRetried;

    public async Task RunAsync(Scenario scenario)
    {
        foreach (var step in scenario.Steps)
        {
            await StepAsync(step);
            _hasRetried |= step is RetryStep or RivalStep or ChangeRunStep;
            if (++_steps % lookEvery == 0 || _steps == scenario.Steps.Count)
            {
                await CompareStateAsync(step);
                _hasRetried = false;
            }
        }

        await CompareRecordsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _specification.DisposeAsync();
        await source.DisposeAsync();
    }

    private async Task StepAsync(Step step)
    {
        if (step is ReopenStep)
        {
            // When agents were last seen is kept to a few seconds only; hearing of them makes both equal again.
            _subject = await source.ReopenAsync(options);
            foreach (var store in new[] { _specification, _subject })
            {
                await store.Agents.HeartbeatAsync(World.AgentNames, world.NowUs);
            }
        }

        var action = step.In(world);
        var expected = await action(_specification);
        var actual = await action(_subject);
        Same.Json(actual).ShouldBe(Same.Json(expected), $"outcome of {step}");
        world.Note(expected);
    }

    private async Task CompareStateAsync(Step step)
    {
        var tasks = await TasksOf(_specification);
        Same.Json(await TasksOf(_subject)).ShouldBe(Same.Json(tasks), $"tasks after {step}");
        var agents = (await _specification.ListAgentsAsync(new AgentQuery(), world.NowUs)).Items;
        var page = await _subject.Queries.ListAgentsAsync(new AgentQuery(), world.NowUs);
        Same.Json(page.Items).ShouldBe(Same.Json(agents), $"agents after {step}");
        (await _subject.Queries.CountByStateAsync()).OrderBy(c => c.Key).ShouldBe(
            (await _specification.CountByStateAsync()).OrderBy(c => c.Key), $"counts after {step}");
        var breakers = await _specification.ListAsync();
        Same.Json(await _subject.Breakers.ListAsync()).ShouldBe(Same.Json(breakers), $"breakers after {step}");
        world.Note(breakers);
        if (++_looks % ClosestLook == 0)
        {
            await CompareRunsAsync(step);
            await CompareRoutingAsync(step);
        }

        (await _subject.Tasks.NextRelaxAsync()).ShouldBe(
            await _specification.NextRelaxAsync(), $"next step after {step}");
        (await _subject.Tasks.NextDueAsync()).ShouldBe(await _specification.NextDueAsync(), $"next due after {step}");
        (await source.BrokenInvariantsAsync()).ShouldBeEmpty($"invariants after {step}");
        (await _specification.CheckInvariantsAsync()).ShouldBeEmpty($"invariants of the specification after {step}");
        CompareWithBefore(tasks, step);
    }

    private async Task CompareRunsAsync(Step step)
    {
        var runs = await RunsOf(_specification);
        Same.Json(await RunsOf(_subject)).ShouldBe(Same.Json(runs), $"runs after {step}");
        var batches = await BatchesOf(_specification);
        Same.Json((await BatchesOf(_subject)).ConvertAll(Batch.Of)).ShouldBe(
            Same.Json(batches.ConvertAll(Batch.Of)), $"batches after {step}");
        foreach (var run in runs.Concat(batches))
        {
            world.Note(run);
            var steps = await _specification.ListStepsAsync(run.Id);
            Same.Json(await _subject.Workflows.ListStepsAsync(run.Id)).ShouldBe(
                Same.Json(steps), $"steps of run {run.Id} after {step}");
            steps.ToList().ForEach(s => world.Note(s.Step));
        }
    }

    private static async Task<List<WorkflowRun>> RunsOf(IStore store) =>
        [.. (await store.Workflows.ListRunsAsync(new RunQuery { Limit = Limits.PageMax })).Items];

    private static async Task<List<WorkflowRun>> BatchesOf(IStore store) =>
        [.. (await store.Workflows.ListRunsAsync(new RunQuery { Batches = true, Limit = Limits.PageMax })).Items];

    private async Task CompareRoutingAsync(Step step)
    {
        (await HeadsOf(_subject)).ShouldBe(await HeadsOf(_specification), $"queue after {step}");
        (await _subject.Queries.ListRelaxingAsync(100)).ShouldBe(
            await _specification.ListRelaxingAsync(100), $"groups of steps after {step}");
        Same.Json(await TalkOf(_subject)).ShouldBe(
            Same.Json(await TalkOf(_specification)), $"hand-offs and requests after {step}");
        Same.Json(await AssignmentsOf(_subject)).ShouldBe(
            Same.Json(await AssignmentsOf(_specification)), $"assignments after {step}");
        Same.Json(await ResultsOf(_subject)).ShouldBe(
            Same.Json(await ResultsOf(_specification)), $"submitted results after {step}");
    }

    private static async Task<IReadOnlyList<object>> TalkOf(IStore store) =>
    [
        (await store.Handoffs.ListAsync(new HandoffQuery { Limit = Limits.PageMax })).Items,
        await store.Handoffs.ListOpenAsync(null, 100),
        (await store.Help.ListAsync(new HelpQuery { Limit = Limits.PageMax })).Items,
    ];

    /// <summary>Epochs only grow, and an end is an end unless somebody asked for another try.</summary>
    private void CompareWithBefore(IReadOnlyList<WorkTask> tasks, Step step)
    {
        foreach (var task in tasks)
        {
            var before = _tasks.GetValueOrDefault(task.Id);
            world.Note(task, before);
            if (before is not null)
            {
                task.Epoch.ShouldBeGreaterThanOrEqualTo(before.Epoch, $"task {task.Id} after {step}");
                (!before.State.IsTerminal() || task.State == before.State || _hasRetried).ShouldBeTrue(
                    $"task {task.Id} was {before.State} and is {task.State} after {step}");
            }
        }

        _tasks = tasks.ToDictionary(t => t.Id);
    }

    private async Task CompareRecordsAsync()
    {
        foreach (var id in _tasks.Keys)
        {
            Same.Json(await _subject.Queries.ListAssignmentsAsync(id)).ShouldBe(
                Same.Json(await _specification.ListAssignmentsAsync(id)), $"assignments of task {id}");
            Same.Json(await _subject.Queries.GetGuardsAsync(id, world.NowUs)).ShouldBe(
                Same.Json(await _specification.GetGuardsAsync(id, world.NowUs)), $"guards of task {id}");
            (await HistoryOf(_subject, id)).ShouldBe(await HistoryOf(_specification, id), $"history of task {id}");
        }

        var expected = await _specification.ReadAsync(0, 100_000);
        var actual = await _subject.Events.ReadAsync(0, 100_000);
        Sorted(actual).ShouldBe(Sorted(expected), "the event log");
        actual.Select(e => e.Position).ShouldBe(actual.Select(e => e.Position).Distinct().Order());
    }

    private static async Task<List<QueueHead>> HeadsOf(IStore store) =>
        [.. (await store.Queries.ListHeadsAsync(null, 3, 100)).Select(head => head with { ClassId = 0 })];

    private static async Task<IReadOnlyList<Assignment>> AssignmentsOf(IStore store) =>
        (await store.Queries.FindAssignmentsAsync(new AssignmentQuery { Limit = Limits.PageMax })).Items;

    private static async Task<IReadOnlyList<SubmittedWork>> ResultsOf(IStore store) =>
        (await store.Queries.ListReviewsAsync(new ReviewQuery { Limit = Limits.PageMax })).Items;

    private async Task<IReadOnlyList<WorkTask>> TasksOf(IStore store) =>
        (await store.Queries.ListTasksAsync(new TaskQuery { Limit = Limits.PageMax })).Items;

    /// <summary>What happened to a task, sorted within an instant; pruning may have taken the oldest.</summary>
    private async Task<List<string>> HistoryOf(IStore store, long id) =>
    [
        .. (await store.Events.HistoryAsync(id))
            .Where(e => e.At.ToMicroseconds() >= world.PrunedBeforeUs)
            .Select(e => $"{e.At:O} {e.Type} by {e.ActorType} {e.Actor}")
            .Order(StringComparer.Ordinal),
    ];

    private static List<string> Sorted(IEnumerable<EventRecord> events) =>
    [
        .. events
            .Select(e => $"{e.At:O} {e.Type} of {e.TaskId} by {e.ActorType} {e.Actor}: {e.Payload}")
            .Order(StringComparer.Ordinal),
    ];
}
