using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What becomes of a run when a step fails, and how people set it right.</summary>
public abstract class WorkflowFailureSuite<TSource> : RunSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Failure_calls_off_the_rest_whoever_holds_it()
    {
        await Start(Flow(Step("a"), Step("b"), Step("c", "a")));
        var both = await TakeAll();
        var outcome = await Commit(batch => batch.Finishes.Add(new Finish
        {
            TaskId = both["a"].TaskId,
            Epoch = 1,
            Kind = FinishKind.Fail,
            Retry = false,
            Error = "no disk",
        }));
        outcome.Runs.Lost.ShouldBe([new LostClaim(both["b"].TaskId, 1, Worker, TaskState.Cancelled)]);
        (await Steps()).ShouldBe(["a failed failed", "b cancelled cancelled", "c cancelled cancelled"]);
        (await Complete(both["b"])).Status.ShouldBe(ClaimWriteStatus.Stale);
        var run = await Run();
        (run.State, run.Reason, run.Failed, run.Open).ShouldBe((RunState.Failed, "step a failed: no disk", 1, 0));
        (await Store.Queries.GetAgentAsync(Worker, Ct))!.Load.ShouldBe(0);
    }

    [Fact]
    public async Task Failure_that_is_tried_again_changes_nothing()
    {
        await Start(Flow(Step("a"), Step("b", "a")));
        (await Finish(await TakeStep("a"), FinishKind.Fail)).State.ShouldBe(TaskState.Created);
        (await Steps()).ShouldBe(["a created open", "b waiting open"]);
    }

    [Fact]
    public async Task Run_that_carries_on_drops_only_what_depends_on_the_failed_step()
    {
        await Start(Flow(Step("a"), Step("b", "a"), Step("c"), Step("d", "c"), Step("e", "b", "d")) with
        {
            OnFailure = FailurePolicy.CarryOn,
        });
        var both = await TakeAll();
        await FailForGood(both["a"]);
        (await Steps()).ShouldBe(
        [
            "a failed failed", "b cancelled cancelled", "c in_progress open", "d waiting open",
            "e cancelled cancelled",
        ]);
        await Complete(both["c"]);
        (await Run()).State.ShouldBe(RunState.Running);
        await Do("d");
        var run = await Run();
        (run.State, run.Reason, run.Failed).ShouldBe((RunState.Failed, "step a failed: broken", 1));
    }

    [Fact]
    public async Task Optional_step_may_fail()
    {
        await Start(Flow(Step("a") with { IsOptional = true }, Step("b", "a")));
        await FailForGood(await TakeStep("a"));
        (await TakeStep("b")).Task.Run!.Inputs.ToString().ShouldBe("{}");
        (await Run()).Failed.ShouldBe(0);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("expire")]
    [InlineData("lose")]
    public async Task Step_fails_however_it_ends(string how)
    {
        var step = Step("a") with { Task = Spec("a") with { MaxAttempts = 1 } };
        await Start(Flow(step, Step("b", "a")));
        var a = await TakeStep("a");
        if (how == "cancel")
        {
            (await Store.Tasks.CancelAsync([a.TaskId], null, NowUs, Ct))[0].Status.ShouldBe(ChangeStatus.Changed);
        }
        else if (how == "expire")
        {
            await Extend(a);
            Clock.Advance(TimeSpan.FromMinutes(1));
            var lost = await Store.Tasks.ExpireAsync(10, NowUs, Ct);
            lost.ShouldContain(new LostClaim(a.TaskId, 1, Worker, TaskState.Cancelled));
        }
        else
        {
            Clock.Advance(Lease);
            (await Store.Tasks.RescueAsync(10, NowUs, Ct)).ShouldContain(
                new LostClaim(a.TaskId, 1, Worker, TaskState.Failed));
        }

        (await Run()).State.ShouldBe(RunState.Failed);
        (await Get(a.TaskId + 1)).State.ShouldBe(TaskState.Cancelled);
    }

    [Fact]
    public async Task What_was_done_is_made_up_for_the_latest_first()
    {
        await Start(Flow(
            Undoable("book"),
            Undoable("pay", "book"),
            Undoable("idle", "pay"),
            Step("ship", "idle")) with
        {
            OnEnd = Spec("tell"),
        });
        await Do("book", """{"seat":4}""");
        await Do("pay", "1");
        await FailForGood(await TakeStep("idle"), "closed");
        var run = await Run();
        (run.State, run.Reason, run.EndedAt).ShouldBe((RunState.Compensating, "step idle failed: closed", null));
        (await Store.Workflows.CancelRunAsync(1, null, NowUs, Ct)).Status.ShouldBe(RunChangeStatus.Refused);
        await Do("pay#compensation");
        var last = await TakeStep("book#compensation");
        last.Task.Run!.Inputs.ToString().ShouldBe("""{"book":{"seat":4}}""");
        await Complete(last);
        (await Run()).State.ShouldBe(RunState.Failed);
        (await Steps()).ShouldContain("idle#compensation cancelled skipped");
        (await TakeStep("#end")).Task.Spec.Kind.ShouldBe("tell");
        (await Store.Workflows.RetryRunAsync(1, NowUs, Ct)).Status.ShouldBe(RunChangeStatus.Compensated);
    }

    [Fact]
    public async Task Run_that_is_called_off_makes_up_for_what_was_done()
    {
        await Start(Flow(Undoable("book"), Step("pay", "book")));
        await Do("book");
        var pay = await TakeStep("pay");
        var change = await Store.Workflows.CancelRunAsync(1, "changed my mind", NowUs, Ct);
        change.Effects.Lost.ShouldHaveSingleItem().TaskId.ShouldBe(pay.TaskId);
        change.Run!.State.ShouldBe(RunState.Compensating);
        await Do("book#compensation");
        var run = await Run();
        (run.State, run.Reason).ShouldBe((RunState.Cancelled, "changed my mind"));
        (await Store.Workflows.CancelRunAsync(1, null, NowUs, Ct)).Status.ShouldBe(RunChangeStatus.Refused);
        (await Store.Workflows.CancelRunAsync(9, null, NowUs, Ct)).Status.ShouldBe(RunChangeStatus.NotFound);
    }

    [Fact]
    public async Task Run_that_is_done_makes_up_for_nothing()
    {
        await Start(Flow(Undoable("book")));
        await Do("book");
        (await Run()).State.ShouldBe(RunState.Done);
        (await Steps()).ShouldBe(["book done done", "book#compensation cancelled skipped"]);
    }

    [Fact]
    public async Task Retry_does_again_what_failed_and_keeps_what_was_done()
    {
        await Start(Flow(Step("a"), Step("b", "a"), Step("c", "a"), Step("d", "b", "c")) with { OnEnd = Spec("tell") });
        await Do("a", "1");
        var both = await TakeAll();
        await Complete(both["c"], "3");
        await FailForGood(both["b"]);
        (await Run()).State.ShouldBe(RunState.Failed);
        await Do("#end");
        (await Store.Tasks.RetryAsync([both["b"].TaskId], NowUs, Ct))[0].Status.ShouldBe(
            ChangeStatus.Refused, "a step begins anew with its run");

        var change = await Store.Workflows.RetryRunAsync(1, NowUs, Ct);
        (change.Status, change.Run!.State, change.Run.Open, change.Run.Reason)
            .ShouldBe((RunChangeStatus.Changed, RunState.Running, 2, null));
        change.Effects.Released.ShouldBe([both["b"].TaskId]);
        (await Steps()).ShouldBe(
            ["a done done", "b created open", "c done done", "d waiting open", "#end done done"]);
        (await Store.Workflows.RetryRunAsync(1, NowUs, Ct)).Status.ShouldBe(RunChangeStatus.Refused);
        var b = await TakeStep("b");
        (b.Epoch, b.Task.Attempts).ShouldBe((2, 1));
        await Complete(b, "2");
        (await TakeStep("d")).Task.Run!.Inputs.ToString().ShouldBe("""{"b":2,"c":3}""");
        (await EventTypesOf("b")).ShouldContain(EventTypes.TaskAwaits);
    }

    [Fact]
    public async Task Step_is_settled_by_hand()
    {
        await Start(Flow(Step("a"), Step("b", "a"), Step("c", "b")));
        await FailForGood(await TakeStep("a"));
        var change = await Resolve("a", """{"by":"hand"}""");
        (change.Status, change.Run!.State, change.Run.Open).ShouldBe((RunChangeStatus.Changed, RunState.Running, 2));
        (await TakeStep("b")).Task.Run!.Inputs.ToString().ShouldBe("""{"a":{"by":"hand"}}""");
        (await Resolve("b", "1")).Status.ShouldBe(RunChangeStatus.Refused, "somebody is at it");
        (await Resolve("c", "1")).Status.ShouldBe(RunChangeStatus.Changed, "it waits");
        (await Resolve("c", "1")).Status.ShouldBe(RunChangeStatus.Refused, "it is done");
        (await Resolve("x", "1")).Status.ShouldBe(RunChangeStatus.NoSuchStep);
        (await Store.Workflows.ResolveStepAsync(9, "a", default, NowUs, Ct)).Status.ShouldBe(RunChangeStatus.NotFound);
        await Finish(new Finish { TaskId = await IdOf("b"), Epoch = 1, Kind = FinishKind.Complete });
        (await Run()).State.ShouldBe(RunState.Done);
    }

    [Fact]
    public async Task Runs_do_not_touch_each_other()
    {
        await Start(Flow(Step("a"), Step("b", "a")), "run-1");
        await Start(Flow(Step("a"), Step("b", "a")), "run-2");
        var grants = (await Claim(Worker, 10)).Grants;
        await FailForGood(grants[0]);
        await Complete(grants[1]);
        ((await Run(1)).State, (await Run(2)).State).ShouldBe((RunState.Failed, RunState.Running));
        (await Steps(2)).ShouldBe(["a done done", "b created open"]);
    }

    private static WorkflowStep Undoable(string name, params string[] after) =>
        Step(name, after) with { Compensate = Spec("un" + name) };

    private async Task<RunChange> Resolve(string step, string result) =>
        await Store.Workflows.ResolveStepAsync(1, step, JsonText.Parse(result), NowUs, Ct);

    /// <summary>Adds a part that expires in a minute.</summary>
    private async Task Extend(Grant under)
    {
        var task = Spec("part") with { Deadline = Clock.Now.AddMinutes(1), Requires = [] };
        await Store.Workflows.ExtendRunAsync(
            under.TaskId, under.Epoch, [new NewStep("part", task, StepRole.Step, [])], NowUs, Ct);
    }
}
