using System.Text.Json;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Server.Tests.Client;

/// <summary>Workflows: what every implementation of the façade must do alike.</summary>
public abstract class WorkflowConformance : FacadeConformance
{
    private static readonly Workflow Intake = new WorkflowBuilder("intake")
        .In("docs").Version(3).Describe("Reads documents.").OnFailure(FailurePolicy.CancelRest)
        .OnEnd(new NewTask { Kind = "tell", Payload = JsonText.Parse("""{"who":"ann"}""") })
        .Step("scan", "scan", s => s.Requires("scanner>=2").Task(t => t with { Priority = 8 }).CompensateBy("unscan"))
        .Step("read", "ocr", s => s.After("scan").When("scan", "pages", Comparison.Greater, 0).Optional())
        .Step("check", "check", s => s.After("read").Exclusive().Payload(new { Depth = 2 }).Overlap(
            new StepOverlap { Answers = 2, Most = 3, Path = "ok", IsWeighted = true, Enough = 0.8, Choices = 4 }))
        .Build();

    [Fact]
    public async Task A_workflow_comes_back_as_it_was_sent()
    {
        var put = await Client.PutWorkflowAsync(Intake, Ct);
        Text(await Client.GetWorkflowAsync("docs", "intake", 3, Ct)).ShouldBe(Text(put));
        put.Steps[0].Task!.ShouldSatisfyAllConditions(
            t => t.Payload.IsNone.ShouldBeTrue("the run's input takes its place"),
            t => t.Namespace.ShouldBe("docs"),
            t => t.Requires.ShouldBe([new Requirement("scanner", 2)]));
        put.Steps[1].When.ShouldBe(new StepCondition("scan", "pages", Comparison.Greater, JsonText.Parse("0")));
        put.Steps[2].Overlap.ShouldBe(Intake.Steps[2].Overlap);
        Text(await Client.PutWorkflowAsync(Intake, Ct)).ShouldBe(Text(put));
        (await Client.ListWorkflowsAsync(new WorkflowQuery { Namespace = "docs" }, Ct)).Items.Count.ShouldBe(1);
        var changed = await ShouldFailAsync(
            ErrorCode.WrongState, () => Client.PutWorkflowAsync(Intake with { Description = "Other." }, Ct));
        changed.Message.ShouldContain("store this as version 4");
        var unknown = await ShouldFailAsync(
            ErrorCode.NotFound, () => Client.GetWorkflowAsync("docs", "intak", ct: Ct));
        unknown.Message.ShouldContain("did you mean 'intake'?");
    }

    [Fact]
    public async Task A_run_goes_from_its_start_to_its_end()
    {
        await Client.PutWorkflowAsync(Plain, Ct);
        await RegisterAsync("ann", 5);
        var started = await Client.StartRunAsync(
            new RunRequest("plain@1") { Code = "today", Input = JsonText.Parse("""{"n":1}"""), CorrelationId = "c" },
            Ct);
        (started.IsNew, started.Run.Steps, started.Run.State, started.Run.CorrelationId)
            .ShouldBe((true, 2, RunState.Running, "c"));
        (await Client.StartRunAsync(
            new RunRequest("plain") { Code = "today", Input = JsonText.Parse("""{"n":1}""") }, Ct))
            .IsNew.ShouldBeFalse();
        await ShouldFailAsync(
            ErrorCode.DuplicateCode, () => Client.StartRunAsync(new RunRequest("plain") { Code = "today" }, Ct));
        await CompleteAsync("ann", "a", """{"x":1}""");
        var b = (await ClaimAsync("ann")).ShouldHaveSingleItem();
        (b.Task.Run!.Id, b.Task.Run.Step, b.Task.Run.Inputs.ToString()).ShouldBe(
            (started.Run.Id, "b", """{"a":{"x":1}}"""));
        await Client.FinishAsync(Done(b, "2"), Ct);
        var run = await Client.FindRunAsync("default", "today", Ct);
        (run.State, run.Progress, run.Input.ToString()).ShouldBe((RunState.Done, 1.0, """{"n":1}"""));
        Text(await Client.GetRunAsync(run.Id, Ct)).ShouldBe(Text(run));
        var steps = await Client.ListRunStepsAsync(run.Id, Ct);
        steps.Select(s => (s.Name, s.Outcome, s.Agent, s.Result.ToString(), s.DependsOn.Count)).ShouldBe(
        [
            ("a", StepOutcome.Done, "ann", """{"x":1}""", 0),
            ("b", StepOutcome.Done, "ann", "2", 1),
        ]);
        (await Client.ListRunsAsync(new RunQuery { State = RunState.Done, Workflow = "plain" }, Ct)).Items.Count
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_run_is_cancelled_retried_and_settled_by_hand()
    {
        await Client.PutWorkflowAsync(Plain, Ct);
        await RegisterAsync("ann", 5);
        var id = (await Client.StartRunAsync(new RunRequest("plain"), Ct)).Run.Id;
        (await Client.CancelRunAsync(id, "wrong day", Ct)).ShouldSatisfyAllConditions(
            r => r.State.ShouldBe(RunState.Cancelled), r => r.Reason.ShouldBe("wrong day"));
        (await ShouldFailAsync(ErrorCode.WrongState, () => Client.CancelRunAsync(id, ct: Ct)))
            .Message.ShouldContain("is cancelled");
        (await Client.RetryRunAsync(id, Ct)).State.ShouldBe(RunState.Running);
        (await Client.ResolveStepAsync(id, "a", JsonText.Parse("7"), Ct)).Open.ShouldBe(1);
        (await ClaimAsync("ann"))[0].Task.Run!.Inputs.ToString().ShouldBe("""{"a":7}""");
        (await ShouldFailAsync(ErrorCode.NotFound, () => Client.ResolveStepAsync(id, "aa", default, Ct)))
            .Message.ShouldContain("did you mean 'a'?");
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.GetRunAsync(99, Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.ListRunStepsAsync(99, Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.RetryRunAsync(99, Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.FindRunAsync("default", "none", Ct));
    }

    [Fact]
    public async Task Steps_are_added_to_a_run_by_whoever_holds_one()
    {
        await Client.PutWorkflowAsync(Plain, Ct);
        await RegisterAsync("ann", 5);
        await Client.StartRunAsync(new RunRequest("plain"), Ct);
        var a = (await ClaimAsync("ann"))[0];
        WorkflowStep[] more =
        [
            new() { Name = "x", Task = new NewTask { Kind = "part" } },
            new() { Name = "y", Task = new NewTask { Kind = "part" }, DependsOn = ["x"] },
        ];
        (await Client.AddStepsAsync(a.TaskId, a.Epoch, more, Ct)).Steps.ShouldBe(4);
        (await Client.ListRunStepsAsync(a.Task.Run!.Id, Ct)).Select(s => s.Name).ShouldBe(["a", "b", "a/x", "a/y"]);
        await ShouldFailAsync(ErrorCode.StaleClaim, () => Client.AddStepsAsync(a.TaskId, 9, more, Ct));
        var task = await Client.SubmitAsync([new NewTask { Kind = "lone" }], Ct);
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.AddStepsAsync(task[0].Id, 1, more, Ct));
    }

    [Fact]
    public async Task A_workflow_stands_in_the_place_of_a_step()
    {
        await Client.PutWorkflowAsync(Plain, Ct);
        await Client.PutWorkflowAsync(
            new WorkflowBuilder("outer").Step("first", "k").Within("inner", "plain@1", s => s.After("first"))
                .Step("last", "k", s => s.After("inner")).Build(),
            Ct);
        var run = (await Client.StartRunAsync(new RunRequest("outer"), Ct)).Run;
        (await Client.ListRunStepsAsync(run.Id, Ct)).Select(s => $"{s.Name}<-{string.Join(",", s.DependsOn)}")
            .ShouldBe(["first<-", "inner/a<-first", "inner/b<-inner/a", "last<-inner/b"]);
        await Client.PutWorkflowAsync(new WorkflowBuilder("self").Within("me", "self").Build(), Ct);
        (await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.StartRunAsync(new RunRequest("self"), Ct)))
            .Message.ShouldContain("self -> self");
    }

    [Fact]
    public async Task Too_few_agents_for_an_overlap_are_warned_of()
    {
        await Client.PutWorkflowAsync(
            new WorkflowBuilder("label").Step("look", "look", s => s.Overlap(new StepOverlap { Answers = 2 })).Build(),
            Ct);
        await RegisterAsync("ann", 5);
        (await Client.StartRunAsync(new RunRequest("label"), Ct)).Warnings.ShouldHaveSingleItem()
            .ShouldBe("step look asks for 2 answers, and 1 registered agents could ever give one");
        await RegisterAsync("bob", 5);
        (await Client.StartRunAsync(new RunRequest("label"), Ct)).Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("steps[1].depends_on[0]", "did you mean 'a'?")]
    [InlineData("steps", "in a circle: a -> b -> a")]
    [InlineData("steps[1].name", "the name of two steps")]
    [InlineData("steps[0].name", "contains a slash")]
    [InlineData("steps[1].when.step", "does not depend on 'a'")]
    [InlineData("steps[0].task.code", "cannot be given")]
    [InlineData("steps[0].overlap.most", "must be from 3")]
    [InlineData("steps", "is empty")]
    public async Task What_cannot_run_is_refused_with_its_place(string field, string why)
    {
        var (a, b) = (Plain.Steps[0], Plain.Steps[1]);
        WorkflowStep[] steps = (field, why) switch
        {
            ("steps[1].depends_on[0]", _) => [a, b with { DependsOn = ["aa"] }],
            ("steps", "is empty") => [],
            ("steps", _) => [a with { DependsOn = ["b"] }, b],
            ("steps[1].name", _) => [a, b with { Name = "a" }],
            ("steps[0].name", _) => [a with { Name = "a/1" }, b],
            ("steps[1].when.step", _) =>
                [a, b with { DependsOn = [], When = new StepCondition("a", "", Comparison.Present) }],
            ("steps[0].task.code", _) => [a with { Task = a.Task! with { Code = "c" } }, b],
            _ => [a with { Overlap = new StepOverlap { Most = 2 } }, b],
        };
        var error = await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.PutWorkflowAsync(Plain with { Steps = steps }, Ct));
        error.Field.ShouldBe(field, error.Message);
        error.Message.ShouldContain(why);
    }

    [Fact]
    public async Task A_full_namespace_takes_no_run()
    {
        await Client.PutWorkflowAsync(Plain, Ct);
        await Client.SetRulesAsync("default", new NamespaceRules { MaxPending = 1 }, ct: Ct);
        await Client.SubmitAsync([new NewTask { Kind = "lone" }], Ct);
        await ShouldFailAsync(ErrorCode.QueueFull, () => Client.StartRunAsync(new RunRequest("plain"), Ct));
    }

    [Fact]
    public async Task A_step_that_waits_says_for_what()
    {
        await Client.PutWorkflowAsync(
            new WorkflowBuilder("wait").OnEnd(new NewTask { Kind = "tell" })
                .Step("a", "ka", s => s.CompensateBy("undo")).Step("b", "kb")
                .Step("c", "kc", s => s.After("a", "b").Overlap(new StepOverlap { Answers = 2, Most = 3 }))
                .Build(),
            Ct);
        await RegisterAsync("ann", 5);
        var run = (await Client.StartRunAsync(new RunRequest("wait") { Code = "w" }, Ct)).Run;
        var steps = (await Client.ListRunStepsAsync(run.Id, Ct)).ToDictionary(s => s.Name, s => s.TaskId);

        var grants = await Client.ClaimAsync(new ClaimRequest { Agent = "ann", Max = 2 }, ct: Ct);
        await Client.FinishAsync(Done(grants.Single(g => g.Task.Run!.Step == "a"), "1"), Ct);
        var waits = await Client.ExplainTaskAsync(steps["c"], Ct);
        (waits.Reason, waits.Sentence).ShouldBe(
            (StateReason.WaitsForSteps, "it waits for step b (in_progress) to end"));
        waits.WaitsFor.ShouldBe([new WaitedStep("b", steps["b"], TaskState.InProgress, "ann")]);
        await Says("c#3", "it waits for step b (in_progress) to end");
        await Says("a#compensation", "it makes up for step a, should that be done and the run fail or be called off");
        await Says("#end", "it is enqueued when run w ends, of which 2 steps are left");

        await Client.FinishAsync(Done(grants.Single(g => g.Task.Run!.Step == "b"), "1"), Ct);
        await Says("c", "it waits for answers c#1 (created), c#2 (created) to end");
        await Says("c#3", "it is asked for if the answers to step c do not agree");
        (await Client.ExplainTaskAsync(steps["c#1"], Ct)).WaitsFor.ShouldBeEmpty("it waits for nobody's end");

        async Task Says(string step, string sentence) =>
            (await Client.ExplainTaskAsync(steps[step], Ct)).Sentence.ShouldBe(sentence);
    }

    private static Workflow Plain => new WorkflowBuilder("plain")
        .Step("a", "ka").Step("b", "kb", s => s.After("a")).Build();

    private Task<IReadOnlyList<Grant>> ClaimAsync(string agent) =>
        Client.ClaimAsync(new ClaimRequest { Agent = agent }, ct: Ct);

    private async Task CompleteAsync(string agent, string step, string result)
    {
        var grant = (await ClaimAsync(agent)).ShouldHaveSingleItem();
        grant.Task.Run!.Step.ShouldBe(step);
        await Client.FinishAsync(Done(grant, result), Ct);
    }

    private static Finish Done(Grant grant, string result) => new()
    {
        TaskId = grant.TaskId,
        Epoch = grant.Epoch,
        Kind = FinishKind.Complete,
        Result = JsonText.Parse(result),
    };

    // Records that hold lists are only equal when the lists are the same object.
    private static string Text<T>(T value) => JsonSerializer.Serialize(value);
}

/// <summary>The façade in process.</summary>
public sealed class LocalWorkflowConformance : WorkflowConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpWorkflowConformance : WorkflowConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
