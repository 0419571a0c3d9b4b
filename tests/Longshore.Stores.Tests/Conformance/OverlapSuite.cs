using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Several agents do one step, each for itself, until they agree (S1.67).</summary>
public abstract class OverlapSuite<TSource> : RunSuite<TSource>
    where TSource : StoreSource, new()
{
    private static WorkflowStep Label => Step("label") with
    {
        Overlap = new StepOverlap { Answers = 2, Most = 4, Path = "label", Enough = 0.6 },
    };

    [Fact]
    public async Task Agreement_ends_the_step_and_calls_off_the_other_answers()
    {
        await Begin(Label, Step("use", "label"));
        (await Steps()).ShouldBe(
        [
            "label waiting open", "label#1 created open", "label#2 created open", "label#3 waiting open",
            "label#4 waiting open", "use waiting open",
        ]);
        await Answer("ann", """{"label":"cat","note":1}""");
        (await Run()).Open.ShouldBe(2);
        await Answer("bob", """{"label":"cat"}""");
        (await Steps()).ShouldBe(
        [
            "label done done", "label#1 done done", "label#2 done done", "label#3 cancelled cancelled",
            "label#4 cancelled cancelled", "use created open",
        ]);
        var use = (await Claim("cat", 1)).Grants.ShouldHaveSingleItem();
        use.Task.Run!.Inputs.ToString().ShouldBe(
            """{"label":{"agreed":true,"answer":"cat","confidence":1,"answers":["""
            + """{"agent":"ann","result":{"label":"cat","note":1}},{"agent":"bob","result":{"label":"cat"}}]}}""");
    }

    [Fact]
    public async Task Nobody_answers_twice()
    {
        await Begin(Label);
        (await Claim("ann", 10)).Grants.Count.ShouldBe(1);
        (await Claim("ann", 10)).Grants.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_more_is_asked_until_they_agree()
    {
        await Begin(Label);
        await Answer("ann", """{"label":"cat"}""");
        await Answer("bob", """{"label":"dog"}""");
        (await Steps()).ShouldContain("label#3 created open");
        await Answer("cat", """{"label":"dog"}""");
        var run = await Run();
        run.State.ShouldBe(RunState.Done);
        (await Get(await IdOf("label"))).Result.ToString().ShouldStartWith("""{"agreed":true,"answer":"dog",""");
    }

    [Fact]
    public async Task Step_is_done_without_agreement_when_nobody_more_is_asked()
    {
        await Begin(Label);
        foreach (var (agent, label) in new[] { ("ann", "a"), ("bob", "b"), ("cat", "c"), ("dan", "d") })
        {
            await Answer(agent, $$"""{"label":"{{label}}"}""");
        }

        (await Run()).State.ShouldBe(RunState.Done);
        (await Get(await IdOf("label"))).Result.ToString().ShouldStartWith("""{"agreed":false,"answer":"a",""");
    }

    [Fact]
    public async Task Answer_that_fails_is_asked_of_another()
    {
        await Begin(Label);
        await Answer("ann", """{"label":"cat"}""");
        await FailForGood((await Claim("bob", 1)).Grants[0]);
        (await Steps()).ShouldContain("label#3 created open");
        await Answer("cat", """{"label":"cat"}""");
        (await Run()).State.ShouldBe(RunState.Done);
    }

    [Fact]
    public async Task Step_fails_when_nobody_gives_an_answer()
    {
        await Begin(Label with { Overlap = new StepOverlap { Answers = 1 } });
        await FailForGood((await Claim("ann", 1)).Grants[0]);
        (await Run()).State.ShouldBe(RunState.Failed);
        (await Store.Workflows.RetryRunAsync(1, NowUs, Ct)).Status.ShouldBe(RunChangeStatus.Changed);
        Clock.Advance(TimeSpan.FromDays(2));
        await Answer("ann", """{"label":"cat"}""");
        (await Run()).State.ShouldBe(RunState.Done);
    }

    [Fact]
    public async Task Overlapping_step_that_is_skipped_asks_nobody()
    {
        await Begin(
            Step("ask"),
            Label with { DependsOn = ["ask"], When = new StepCondition("ask", "", Comparison.Present) });
        await Complete((await Claim("ann", 1)).Grants[0]);
        (await Run()).State.ShouldBe(RunState.Done);
        (await Steps()).ShouldContain("label#1 cancelled cancelled");
    }

    [Fact]
    public async Task Overlapping_step_is_settled_by_hand()
    {
        await Begin(Label, Step("use", "label"));
        var held = (await Claim("ann", 1)).Grants[0];
        var change = await Store.Workflows.ResolveStepAsync(1, "label", JsonText.Parse("\"cat\""), NowUs, Ct);
        change.Effects.Lost.ShouldHaveSingleItem().TaskId.ShouldBe(held.TaskId);
        (await Claim("bob", 9)).Grants.ShouldHaveSingleItem().Task.Run!.Inputs.ToString()
            .ShouldBe("""{"label":"cat"}""");
    }

    [Fact]
    public async Task Maker_is_not_the_checker()
    {
        await Begin(Step("make") with { IsExclusive = true }, Step("check", "make") with { IsExclusive = true });
        await Complete((await Claim("ann", 1)).Grants[0]);
        (await Claim("ann", 1)).Grants.ShouldBeEmpty();
        (await Claim("bob", 1)).Grants.ShouldHaveSingleItem().Task.Run!.Step.ShouldBe("check");
    }

    private async Task Begin(params WorkflowStep[] steps)
    {
        foreach (var name in new[] { "ann", "bob", "cat", "dan" })
        {
            await Register(name, max: 10);
        }

        (await TryStart(Flow(steps))).Status.ShouldBe(StartStatus.Started);
    }

    private async Task Answer(string agent, string result) =>
        (await Complete((await Claim(agent, 1)).Grants.ShouldHaveSingleItem(), result))
            .Status.ShouldBe(ClaimWriteStatus.Accepted);
}
