using Longshore.Assignments;
using Longshore.Events;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>A batch counts its tasks as they end, and enqueues its callbacks once, with the last of them.</summary>
public abstract class BatchSuite<TSource> : RunSuite<TSource>
    where TSource : StoreSource, new()
{
    protected override StoreOptions Options => base.Options with { Breakers = BreakerOptions.None };

    [Fact]
    public async Task Callback_is_enqueued_with_the_last_end_and_told_the_counts()
    {
        var id = await Begin(3);
        (await Look(id)).ShouldBe((BatchState.Running, 3, 3, 0, 0, 0));
        var grants = (await Claim(Worker, 10)).Grants;
        grants.Select(g => (g.Task.Spec.Kind, g.Task.Run!.Id, g.Task.Run.Step, g.Task.Run.Inputs.ToString()))
            .ShouldBe([("part", id, "1", "{}"), ("part", id, "2", "{}"), ("part", id, "3", "{}")]);
        await Complete(grants[0]);
        await FailForGood(grants[1]);
        (await Look(id)).ShouldBe((BatchState.Running, 3, 1, 1, 1, 0));
        (await Claim(Worker, 10)).Grants.ShouldBeEmpty("the batch has not ended");

        Clock.Advance(TimeSpan.FromSeconds(7));
        var outcome = await Commit(batch =>
        {
            batch.Finishes.Add(new Finish { TaskId = grants[2].TaskId, Epoch = 1, Kind = FinishKind.Complete });
            batch.Claims.Add(new ClaimRequest { Agent = Worker });
        });
        outcome.Runs.Released.Count.ShouldBe(1);
        var callback = outcome.Claims[0].Grants.ShouldHaveSingleItem().Task;
        callback.Spec.Kind.ShouldBe("tell");
        callback.Spec.Payload.ToString().ShouldBe(
            $$$"""{"to":"ann","batch":{"id":{{{id}}},"code":"b-1","tasks":3,"done":2,"failed":1,"cancelled":0}}""");
        (await Look(id)).ShouldBe((BatchState.Failed, 3, 0, 2, 1, 0));
        (await Run(id)).EndedAt.ShouldBe(Clock.Now);
        (await CallbacksOf(id)).ShouldBe(["#end in_progress open", "#done cancelled cancelled"]);
    }

    [Fact]
    public async Task Callback_of_success_comes_when_everything_was_done_also_after_a_retry()
    {
        var id = await Begin(2);
        var grants = (await Claim(Worker, 10)).Grants;
        await Complete(grants[0]);
        await FailForGood(grants[1]);
        await Do("#end");

        (await Retry(grants[1].TaskId)).Status.ShouldBe(ChangeStatus.Changed);
        (await Look(id)).ShouldBe((BatchState.Running, 2, 1, 1, 0, 0));
        (await Run(id)).EndedAt.ShouldBeNull();
        (await CallbacksOf(id)).ShouldBe(["#end done done", "#done waiting open"]);
        await Do("2");
        (await Look(id)).ShouldBe((BatchState.Done, 2, 0, 2, 0, 0));
        var done = await TakeStep("#done");
        done.Task.Spec.Payload.ToString().ShouldBe(
            $$$"""{"batch":{"id":{{{id}}},"code":"b-1","tasks":2,"done":2,"failed":0,"cancelled":0}}""");
        await Complete(done);
        (await Claim(Worker, 10)).Grants.ShouldBeEmpty("the callback at the end was enqueued once");
        (await Retry(done.TaskId)).Status.ShouldBe(ChangeStatus.Refused, "done is done");
    }

    [Fact]
    public async Task Failed_callback_can_be_retried_and_counts_for_nothing()
    {
        var id = await Begin(1);
        await Do("1");
        var both = await TakeAll();
        await FailForGood(both["#end"]);
        await Complete(both["#done"]);
        (await Look(id)).ShouldBe((BatchState.Done, 1, 0, 1, 0, 0));
        (await Retry(both["#end"].TaskId)).Status.ShouldBe(ChangeStatus.Changed);
        await Do("#end");
        (await Look(id)).ShouldBe((BatchState.Done, 1, 0, 1, 0, 0));
    }

    [Fact]
    public async Task Attempt_that_may_be_tried_again_has_not_ended_and_cancelled_and_expired_tasks_have()
    {
        var late = Spec("part") with { Deadline = Clock.Now.AddMinutes(1) };
        var id = await Begin([Spec("part"), Spec("part"), late]);
        var grants = (await Claim(Worker, 1)).Grants;
        await Finish(grants[0], FinishKind.Fail, "try again");
        (await Look(id)).ShouldBe((BatchState.Running, 3, 3, 0, 0, 0));
        await Store.Tasks.CancelAsync([grants[0].TaskId], "no more", NowUs, Ct);
        (await Look(id)).ShouldBe((BatchState.Running, 3, 2, 0, 0, 1));
        var second = (await Claim(Worker, 1)).Grants[0];
        await Complete(second);
        Clock.Advance(TimeSpan.FromMinutes(2));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldNotBeEmpty();
        (await Look(id)).ShouldBe((BatchState.Failed, 3, 0, 1, 1, 1));
        (await TakeStep("#end")).Task.Spec.Payload.ToString().ShouldContain("\"failed\":1,\"cancelled\":1");
    }

    [Fact]
    public async Task Open_batch_does_not_end_before_it_is_closed()
    {
        var id = await Begin([], isOpen: true);
        (await Look(id)).ShouldBe((BatchState.Open, 0, 0, 0, 0, 0));
        (await Grow(id, 2)).Status.ShouldBe(RunChangeStatus.Changed);
        await DoAll(2);
        (await Look(id)).ShouldBe((BatchState.Open, 2, 0, 2, 0, 0));
        (await Grow(id, 1)).Status.ShouldBe(RunChangeStatus.Changed);
        (await Close(id)).Status.ShouldBe(RunChangeStatus.Changed);
        (await Look(id)).ShouldBe((BatchState.Running, 3, 1, 2, 0, 0));
        (await Close(id)).Status.ShouldBe(RunChangeStatus.Changed, "closing again changes nothing");
        (await Grow(id, 1)).Status.ShouldBe(RunChangeStatus.Closed);
        await Do("3");
        (await TakeAll()).Keys.Order().ShouldBe(["#done", "#end"]);
        (await Grow(99, 1)).Status.ShouldBe(RunChangeStatus.NotFound);
    }

    [Fact]
    public async Task Closing_ends_a_batch_of_which_nothing_is_left()
    {
        var id = await Begin([], isOpen: true);
        var closed = await Close(id);
        closed.Effects.Released.Count.ShouldBe(2);
        (await Look(id)).ShouldBe((BatchState.Done, 0, 0, 0, 0, 0));
        (await TakeAll())["#end"].Task.Spec.Payload.ToString().ShouldContain("\"tasks\":0");
    }

    [Fact]
    public async Task Tasks_that_were_added_before_are_not_added_again()
    {
        var id = await Begin([], isOpen: true);
        (await Grow(id, 3, at: 0)).Run!.Steps.ShouldBe(3);
        (await Grow(id, 3, at: 0)).Run!.Steps.ShouldBe(3);
        (await Grow(id, 2, at: 4)).Status.ShouldBe(RunChangeStatus.Misplaced);
        (await Grow(id, 4, at: 2)).Status.ShouldBe(RunChangeStatus.Misplaced);
        (await Grow(id, 2, at: 3)).Run!.Steps.ShouldBe(5);
        (await Close(id)).Status.ShouldBe(RunChangeStatus.Changed);
        (await Grow(id, 2, at: 3)).Status.ShouldBe(RunChangeStatus.Changed, "they are there");
        (await MembersOf(id)).ShouldBe(["1", "2", "3", "4", "5"]);
    }

    [Fact]
    public async Task Starting_again_under_a_code_yields_the_first_batch()
    {
        var id = await Begin(2);
        var again = await TryBegin(Batch([Spec("part"), Spec("part")]));
        (again.Status, again.Run!.Id).ShouldBe((StartStatus.Existing, id));
        var other = await TryBegin(Batch([Spec("part"), Spec("other")]));
        (other.Status, other.Run!.Id).ShouldBe((StartStatus.CodeTaken, id));
        (await TryStart(Flow(Step("a")), "b-1")).Status.ShouldBe(StartStatus.CodeTaken, "runs and batches share codes");
    }

    [Fact]
    public async Task Batches_and_runs_are_listed_apart_and_members_by_page_and_outcome()
    {
        await Start(Flow(Step("a")));
        var id = await Begin(5);
        var runs = await Store.Workflows.ListRunsAsync(new RunQuery(), Ct);
        runs.Items.Select(r => r.Code).ShouldBe(["run-1"]);
        var batches = await Store.Workflows.ListRunsAsync(new RunQuery { Batches = true }, Ct);
        batches.Items.Select(r => r.Code).ShouldBe(["b-1"]);
        var first = (await Claim(new ClaimRequest { Agent = Worker, Max = 2, Kinds = ["part"] })).Grants;
        await Complete(first[0]);
        await FailForGood(first[1]);
        (await MembersOf(id, StepOutcome.Done)).ShouldBe(["1"]);
        (await MembersOf(id, StepOutcome.Failed)).ShouldBe(["2"]);
        (await MembersOf(id, StepOutcome.None)).ShouldBe(["3", "4", "5"]);
        var page = await Store.Workflows.ListMembersAsync(new BatchTaskQuery(id) { Limit = 2 }, Ct);
        var next = await Store.Workflows.ListMembersAsync(
            new BatchTaskQuery(id) { Limit = 2, After = page.Next }, Ct);
        page.Items.Concat(next.Items).Select(s => s.Name).ShouldBe(["1", "2", "3", "4"]);
    }

    [Fact]
    public async Task Task_of_a_batch_may_wait_for_its_time()
    {
        var id = await Begin([Spec("part") with { ReadyAt = Clock.Now.AddMinutes(5) }]);
        (await Claim(Worker, 10)).Grants.ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromMinutes(5));
        (await StageAll()).ShouldBe(1);
        await Do("1");
        (await Look(id)).ShouldBe((BatchState.Done, 1, 0, 1, 0, 0));
    }

    [Fact]
    public async Task Namespace_that_is_full_takes_no_more_into_a_batch()
    {
        var id = await Begin([], isOpen: true);
        await Rules(new NamespaceRules { MaxPending = 2 });
        (await Grow(id, 2)).Status.ShouldBe(RunChangeStatus.Changed);
        (await Grow(id, 1)).Status.ShouldBe(RunChangeStatus.QueueFull);
        (await Look(id)).ShouldBe((BatchState.Open, 2, 2, 0, 0, 0));
    }

    [Fact]
    public async Task Batch_is_kept_while_it_goes_on_and_pruned_in_parts()
    {
        var id = await Begin(7);
        var grants = (await Claim(Worker, 10)).Grants;
        foreach (var grant in grants.Take(6))
        {
            await Complete(grant);
        }

        Clock.Advance(TimeSpan.FromDays(30));
        (await Prune(100)).ShouldBe((0, 0));
        await Complete(grants[6]);
        Clock.Advance(TimeSpan.FromDays(30));
        (await Prune(100)).ShouldBe((0, 0), "its callbacks are still to be done");
        await DoAll(2);
        Clock.Advance(TimeSpan.FromDays(30));
        (await Prune(4)).ShouldBe((0, 4));
        (await Store.Workflows.GetRunAsync(id, Ct)).ShouldNotBeNull();
        (await Prune(4)).ShouldBe((0, 4));
        (await Prune(4)).ShouldBe((0, 1));
        (await Store.Workflows.GetRunAsync(id, Ct)).ShouldBeNull();
        (await Store.Queries.GetTaskAsync(grants[6].TaskId, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task History_tells_of_a_batch_from_its_start_to_its_end()
    {
        var id = await Begin([], isOpen: true);
        await Grow(id, 1);
        await Close(id);
        var grant = (await Claim(Worker, 1)).Grants[0];
        await FailForGood(grant);
        await Retry(grant.TaskId);
        await Do("1");
        var events = await Store.Events.ReadAsync(0, 1000, Ct);
        events.Select(e => e.Type).Where(t => t.StartsWith("batch_", StringComparison.Ordinal)).ShouldBe(
        [
            EventTypes.BatchStarted, EventTypes.BatchExtended, EventTypes.BatchClosed, EventTypes.BatchEnded,
            EventTypes.BatchRetried, EventTypes.BatchEnded,
        ]);
    }

    [Fact]
    public async Task Batch_outlives_a_restart()
    {
        var id = await Begin(2);
        await Do("1", "2");
        await Reopen();
        (await Look(id)).ShouldBe((BatchState.Done, 2, 0, 2, 0, 0));
        (await TakeAll()).Keys.Order().ShouldBe(["#done", "#end"]);
    }

    private static NewBatch Batch(IReadOnlyList<NewTask> tasks, bool isOpen = false) => new()
    {
        Code = "b-1",
        OnEnd = Spec("tell") with { Payload = JsonText.Parse("""{"to":"ann"}""") },
        OnDone = Spec("cheer"),
        Tasks = tasks,
        IsOpen = isOpen,
    };

    private ValueTask<StartOutcome> TryBegin(NewBatch batch) => Store.Workflows.StartRunAsync(
        BatchPlanner.Plan(batch, batch.Code!, Clock.Now), NowUs, Ct);

    private Task<long> Begin(int tasks) => Begin([.. Enumerable.Repeat(Spec("part"), tasks)]);

    private async Task<long> Begin(IReadOnlyList<NewTask> tasks, bool isOpen = false)
    {
        await Register(Worker, max: 1000);
        var outcome = await TryBegin(Batch(tasks, isOpen));
        outcome.Status.ShouldBe(StartStatus.Started);
        return outcome.Run!.Id;
    }

    private async Task<RunChange> Grow(long id, int tasks, int? at = null) => await Store.Workflows.AddMembersAsync(
        new NewMembers(id, [.. Enumerable.Repeat(Spec("part"), tasks)]) { At = at }, NowUs, Ct);

    private async Task<RunChange> Close(long id) =>
        await Store.Workflows.AddMembersAsync(new NewMembers(id, []) { Close = true }, NowUs, Ct);

    private async Task<ChangeOutcome> Retry(long taskId) => (await Store.Tasks.RetryAsync([taskId], NowUs, Ct))[0];

    private async Task Do(params string[] steps)
    {
        var all = await TakeAll();
        all.Keys.Where(steps.Contains).Count().ShouldBe(steps.Length);
        foreach (var step in steps)
        {
            (await Complete(all[step])).Status.ShouldBe(ClaimWriteStatus.Accepted);
        }
    }

    private async Task DoAll(int count)
    {
        var grants = (await Claim(Worker, 1000)).Grants;
        grants.Count.ShouldBe(count);
        foreach (var grant in grants)
        {
            await Complete(grant);
        }
    }

    private async Task<(BatchState State, int Tasks, int Left, int Done, int Failed, int Cancelled)> Look(long id)
    {
        var batch = Longshore.Workflows.Batch.Of(await Run(id));
        return (batch.State, batch.Tasks, batch.Left, batch.Done, batch.Failed, batch.Cancelled);
    }

    private async Task<IReadOnlyList<string>> MembersOf(long id, StepOutcome? outcome = null) =>
        [.. (await Store.Workflows.ListMembersAsync(new BatchTaskQuery(id) { Outcome = outcome }, Ct)).Items
            .Select(step => step.Name)];

    private async Task<IReadOnlyList<string>> CallbacksOf(long id)
    {
        var words = new List<string>();
        foreach (var step in (await Store.Workflows.ListMembersAsync(
            new BatchTaskQuery(id) { Callbacks = true }, Ct)).Items)
        {
            words.Add($"{step.Name} {(await Get(step.TaskId)).State.ToWire()} {step.Outcome.ToWire()}");
        }

        return words;
    }

    private async Task<(int Plain, int OfRuns)> Prune(int limit)
    {
        var before = NowUs - (long)TimeSpan.FromDays(1).TotalMicroseconds;
        var plain = await Store.Tasks.PruneAsync(before, limit, Ct);
        return (plain, await Store.Workflows.PruneRunsAsync(before, limit, Ct));
    }
}
