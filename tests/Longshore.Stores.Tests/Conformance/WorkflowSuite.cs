using Longshore.Events;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Steps begin when those before them have ended, in the transaction in which they end.</summary>
public abstract class WorkflowSuite<TSource> : RunSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Steps_begin_one_after_the_other_and_hand_on_their_results()
    {
        var id = await Start(Flow(Step("load"), Step("parse", "load"), Step("store", "parse")), input: """{"of":7}""");
        (await Steps()).ShouldBe(["load created open", "parse waiting open", "store waiting open"]);

        var load = await TakeStep("load");
        (load.Task.Run!.Id, load.Task.Run.Inputs.ToString()).ShouldBe((id, "{}"));
        load.Task.Spec.Payload.ToString().ShouldBe("""{"of":7}""");
        (load.Task.Spec.Workflow, load.Task.Spec.WorkflowCursor, load.Task.Spec.CorrelationId)
            .ShouldBe(("flow", "load", "why"));
        Clock.Advance(TimeSpan.FromMinutes(5));
        await Complete(load, """{"rows":[1,2]}""");

        var parse = await TakeStep("parse");
        parse.Task.Run!.Inputs.ToString().ShouldBe("""{"load":{"rows":[1,2]}}""");
        parse.Task.AvailableAt.ShouldBe(Clock.Now, "it became claimable when the step before it ended");
        (await Run()).Progress.ShouldBe(1.0 / 3);
        await Complete(parse, "5");
        (await TakeStep("store")).Task.Run!.Inputs.ToString().ShouldBe("""{"parse":5}""");
        (await Run()).State.ShouldBe(RunState.Running);
        await Finish((await Store.Queries.GetTaskAsync(await IdOf("store"), Ct)) is { } task
            ? new Finish { TaskId = task.Id, Epoch = task.Epoch, Kind = FinishKind.Complete }
            : throw new InvalidOperationException());
        var run = await Run();
        (run.State, run.Open, run.Progress, run.EndedAt).ShouldBe((RunState.Done, 0, 1.0, Clock.Now));
    }

    [Fact]
    public async Task Step_that_is_done_releases_the_next_in_its_own_batch()
    {
        await Start(Flow(Step("a"), Step("b", "a")));
        var a = await TakeStep("a");
        var outcome = await Commit(batch =>
        {
            batch.Finishes.Add(new Finish { TaskId = a.TaskId, Epoch = 1, Kind = FinishKind.Complete });
            batch.Claims.Add(new ClaimRequest { Agent = Worker });
        });
        outcome.Runs.Released.ShouldBe([a.TaskId + 1]);
        outcome.Claims[0].Grants.ShouldHaveSingleItem().Task.Run!.Step.ShouldBe("b");
    }

    [Fact]
    public async Task Join_waits_for_every_step_before_it_also_when_they_end_together()
    {
        await Start(Flow(Step("split"), Step("left", "split"), Step("right", "split"), Step("join", "left", "right")));
        await Do("split");
        var both = await TakeAll();
        both.Keys.Order().ShouldBe(["left", "right"]);
        var outcome = await Commit(batch =>
        {
            foreach (var grant in both.Values)
            {
                batch.Finishes.Add(new Finish
                {
                    TaskId = grant.TaskId,
                    Epoch = 1,
                    Kind = FinishKind.Complete,
                    Result = JsonText.Parse($"\"{grant.Task.Run!.Step}\""),
                });
            }
        });
        outcome.Runs.Released.Count.ShouldBe(1);
        (await TakeStep("join")).Task.Run!.Inputs.ToString().ShouldBe("""{"left":"left","right":"right"}""");
    }

    [Fact]
    public async Task Branch_not_taken_is_skipped_and_the_join_goes_on_with_the_other()
    {
        var yes = new StepCondition("ask", "answer", Comparison.Equal, JsonText.Parse("\"yes\""));
        await Start(Flow(
            Step("ask"),
            Step("agree", "ask") with { When = yes },
            Step("refuse", "ask") with { When = yes with { Is = Comparison.NotEqual } },
            Step("appeal", "refuse"),
            Step("close", "agree", "appeal")));
        await Do("ask", """{"answer":"yes"}""");
        await Do("agree", "1");
        (await Steps()).ShouldBe(
        [
            "ask done done", "agree done done", "refuse cancelled skipped", "appeal cancelled skipped",
            "close created open",
        ]);
        (await Get(await IdOf("refuse"))).Error.ShouldBe("skipped: its condition on step ask does not hold");
        (await TakeStep("close")).Task.Run!.Inputs.ToString().ShouldBe("""{"agree":1}""");
        (await EventTypesOf("refuse")).ShouldBe(
            [EventTypes.TaskCreated, EventTypes.TaskCancelled, EventTypes.StepDropped], ignoreOrder: true);
    }

    [Fact]
    public async Task Run_of_which_everything_else_is_skipped_is_done()
    {
        await Start(Flow(
            Step("ask"),
            Step("a", "ask") with { When = new StepCondition("ask", "", Comparison.Present) },
            Step("b", "a")));
        await Do("ask");
        var run = await Run();
        (run.State, run.Open, run.Failed).ShouldBe((RunState.Done, 0, 0));
    }

    [Fact]
    public async Task End_has_a_task_of_its_own()
    {
        await Start(Flow(Step("only")) with { OnEnd = Spec("tell") }, input: """{"n":1}""");
        await Do("only");
        (await Run()).State.ShouldBe(RunState.Done);
        var tell = await TakeStep("#end");
        (tell.Task.Spec.Kind, tell.Task.Spec.Payload.ToString()).ShouldBe(("tell", """{"n":1}"""));
        await Complete(tell);
        (await Run()).State.ShouldBe(RunState.Done);
    }

    [Fact]
    public async Task Steps_added_while_a_step_goes_on_are_waited_for_by_what_depends_on_it()
    {
        await Start(Flow(Step("split"), Step("merge", "split")));
        var split = await TakeStep("split");
        var parts = await Extend(split, "split/1", "split/2");
        (parts.Status, parts.Run!.Steps, parts.Run.Open, parts.Effects.Released.Count)
            .ShouldBe((RunChangeStatus.Changed, 4, 4, 2));
        var again = await Extend(split, "split/1", "split/2");
        (again.Status, again.Run!.Steps).ShouldBe((RunChangeStatus.Changed, 4));
        await Complete(split);
        var both = await TakeAll();
        await Complete(both["split/1"], "1");
        (await TakeAll()).ShouldBeEmpty();
        await Complete(both["split/2"], "2");
        (await TakeStep("merge")).Task.Run!.Inputs.ToString().ShouldBe("""{"split":null,"split/1":1,"split/2":2}""");
        (await Extend(split, "split/3")).Status.ShouldBe(RunChangeStatus.Stale);
        (await Extend(new Grant(split.Task with { Id = 99 }, default), "x")).Status.ShouldBe(RunChangeStatus.NotFound);
    }

    [Fact]
    public async Task Start_under_the_same_code_yields_the_first_run()
    {
        var id = await Start(Flow(Step("only")), "nightly");
        var again = await TryStart(Flow(Step("only")), "nightly");
        (again.Status, again.Run!.Id).ShouldBe((StartStatus.Existing, id));
        (await TryStart(Flow(Step("only")), "nightly", """{"other":1}""")).Status.ShouldBe(StartStatus.CodeTaken);
        (await TryStart(Flow(Step("only")) with { Version = 2 }, "nightly")).Status.ShouldBe(StartStatus.CodeTaken);
        (await Store.Workflows.FindRunAsync("default", "nightly", Ct)).ShouldBe(id);
        (await Store.Workflows.FindRunAsync("default", "daily", Ct)).ShouldBeNull();
        (await TakeAll()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Start_in_a_full_namespace_is_refused()
    {
        await Store.Rules.SetAsync("default", new NamespaceRules { MaxPending = 1 }, 0, NowUs, Ct);
        await Add();
        (await TryStart(Flow(Step("only")))).Status.ShouldBe(StartStatus.QueueFull);
        (await Store.Workflows.ListRunsAsync(new RunQuery(), Ct)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Workflows_keep_their_versions()
    {
        var first = WorkflowValidation.Checked(Flow(Step("a", []) with { Overlap = new StepOverlap() }), Clock.Now);
        Same.Json(await Store.Workflows.PutWorkflowAsync(first, NowUs, Ct)).ShouldBe(Same.Json(first));
        var other = first with { Description = "other" };
        Same.Json(await Store.Workflows.PutWorkflowAsync(other, NowUs, Ct)).ShouldBe(Same.Json(first));
        await Store.Workflows.PutWorkflowAsync(other with { Version = 3 }, NowUs, Ct);
        (await Store.Workflows.GetWorkflowAsync("default", "flow", null, Ct))!.Version.ShouldBe(3);
        Same.Json(await Store.Workflows.GetWorkflowAsync("default", "flow", 1, Ct)).ShouldBe(Same.Json(first));
        (await Store.Workflows.GetWorkflowAsync("default", "flow", 2, Ct)).ShouldBeNull();
        await Store.Workflows.PutWorkflowAsync(first with { Name = "g" }, NowUs, Ct);
        var page = await Store.Workflows.ListWorkflowsAsync(new WorkflowQuery { Limit = 1 }, Ct);
        page.Items.ShouldHaveSingleItem().Version.ShouldBe(3);
        var rest = await Store.Workflows.ListWorkflowsAsync(new WorkflowQuery { After = page.Next }, Ct);
        rest.Items.ShouldHaveSingleItem().Name.ShouldBe("g");
        (await Store.Workflows.ListWorkflowsAsync(new WorkflowQuery { Namespace = "x" }, Ct)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Runs_are_listed_from_the_newest()
    {
        for (var i = 1; i <= 3; i++)
        {
            await Start(Flow(Step("only")) with { Name = i == 2 ? "other" : "flow" }, $"run-{i}");
        }

        var page = await Store.Workflows.ListRunsAsync(new RunQuery { Limit = 2 }, Ct);
        page.Items.Select(r => r.Code).ShouldBe(["run-3", "run-2"]);
        (await Store.Workflows.ListRunsAsync(new RunQuery { After = page.Next }, Ct)).Items[0].Code.ShouldBe("run-1");
        (await Store.Workflows.ListRunsAsync(new RunQuery { Workflow = "other" }, Ct)).Items.Count.ShouldBe(1);
        (await Store.Workflows.ListRunsAsync(new RunQuery { State = RunState.Done }, Ct)).Items.ShouldBeEmpty();
        (await Store.Workflows.ListRunsAsync(new RunQuery { Namespace = "x" }, Ct)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Prune_takes_runs_as_a_whole_when_they_have_ended()
    {
        await Start(Flow(Step("a"), Step("b", "a")));
        await Do("a", "1");
        Clock.Advance(TimeSpan.FromDays(100));
        (await Store.Tasks.PruneAsync(NowUs, 100, Ct)).ShouldBe(0);
        (await TakeStep("b")).Task.Run!.Inputs.ToString().ShouldBe("""{"a":1}""");
        (await Store.Workflows.PruneRunsAsync(NowUs, 100, Ct)).ShouldBe(0);
        await Finish(new Finish { TaskId = await IdOf("b"), Epoch = 1, Kind = FinishKind.Complete });
        Clock.Advance(TimeSpan.FromDays(1));
        (await Store.Workflows.PruneRunsAsync(NowUs, 100, Ct)).ShouldBe(2);
        (await Store.Workflows.GetRunAsync(1, Ct)).ShouldBeNull();
        (await Store.Queries.GetTasksAsync([1, 2], Ct)).ShouldBeEmpty();
        (await Start(Flow(Step("a")))).ShouldBe(2);
        (await TakeStep("a")).TaskId.ShouldBe(3);
    }

    [Fact]
    public async Task Run_goes_on_after_a_restart()
    {
        await Start(Flow(Step("a"), Step("b"), Step("c", "a", "b")));
        var both = await TakeAll();
        await Complete(both["a"], "1");
        await Reopen();
        await Complete(both["b"], "2");
        (await TakeStep("c")).Task.Run!.Inputs.ToString().ShouldBe("""{"a":1,"b":2}""");
    }

    private async Task<RunChange> Extend(Grant under, params string[] names) => await Store.Workflows.ExtendRunAsync(
        under.TaskId, under.Epoch, [.. names.Select(n => new NewStep(n, Spec("part"), StepRole.Step, []))], NowUs, Ct);
}
