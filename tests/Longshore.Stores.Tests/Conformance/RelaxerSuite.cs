using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Explain;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Tests;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>The relaxer over every store: who waits is woken when a step is due. The test moves the clock.</summary>
public abstract class RelaxerSuite<TSource> : TimedSuite<TSource>
    where TSource : StoreSource, new()
{
    protected override StoreOptions Options => base.Options with { HeartbeatTimeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task Who_waits_is_given_the_task_when_the_step_that_admits_him_is_due()
    {
        // Nothing but the timer of the step itself comes in time.
        await using var node = await StartAsync(looks: TimeSpan.FromHours(1));
        await Join(node, "senior", "rust:3");
        await Join(node, "middle", "rust:2");
        var id = await Submit(node, Steps());
        var waiting = node.Client.ClaimAsync(Ask("middle"), Limits.WaitMax, Ct);

        await Eventually(() => Task.FromResult(waiting.IsCompleted), "the step is due");
        (await waiting).Single().TaskId.ShouldBe(id);
        var late = Time.GetUtcNow() - (await Get(id)).AvailableAt - TimeSpan.FromSeconds(20);
        late.ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromSeconds(30), "time runs on while a store answers");
        (await Get(id)).Relaxing!.ShouldSatisfyAllConditions(
            r => r.Step.ShouldBe(1), r => r.Skipped.ShouldBeEmpty());
    }

    [Fact]
    public async Task Steps_that_nobody_present_could_meet_are_skipped_at_once()
    {
        await using var node = await StartAsync();
        await Join(node, "junior", "rust:1");
        var id = await Submit(node, Steps());
        await WithoutTime(async () => (await Get(id)).Relaxing!.Step == 2, "both steps are skipped");
        (await Get(id)).Relaxing!.Skipped.ShouldBe([0, 1]);
        (await node.Client.ClaimAsync(Ask("junior"), default, Ct)).Single().TaskId.ShouldBe(id);

        var told = (await Store.Events.HistoryAsync(id, Ct)).Single(e => e.Type == EventTypes.TaskRelaxed);
        told.Payload.ToString().ShouldBe("""{"from":0,"to":2,"skipped":true,"requires":["rust"],"minimum_match":1}""");
    }

    [Fact]
    public async Task A_busy_agent_is_waited_for()
    {
        await using var node = await StartAsync();
        await Join(node, "senior", "rust:3");
        await Join(node, "junior", "rust:1");
        var first = await Submit(node, Spec("build", "rust>=3"));
        (await node.Client.ClaimAsync(Ask("senior"), default, Ct)).Single().TaskId.ShouldBe(first);
        var id = await Submit(node, Steps());
        await Settle(node);
        (await Get(id)).Relaxing!.Step.ShouldBe(0);
        (await node.Client.ClaimAsync(Ask("junior"), default, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_is_skipped_while_nobody_present_could_meet_any_step()
    {
        await using var node = await StartAsync();
        await Join(node, "painter", "paint");
        var id = await Submit(node, Steps());
        await Settle(node);
        (await Get(id)).Relaxing!.Step.ShouldBe(0);
        await Join(node, "middle", "rust:2");
        await WithoutTime(async () => (await Get(id)).Relaxing!.Step == 1, "the first is skipped when somebody comes");
    }

    [Fact]
    public async Task An_absent_preferred_agent_is_not_waited_for_and_a_present_one_is()
    {
        await using var node = await StartAsync();
        await Join(node, "bob-2");
        var absent = await Submit(node, Spec() with { Prefer = "ann-1", PreferFor = TimeSpan.FromMinutes(2) });
        await WithoutTime(async () => (await Get(absent)).Relaxing!.Step == 1, "ann is not there");
        (await node.Client.ClaimAsync(Ask("bob-2"), default, Ct)).Single().TaskId.ShouldBe(absent);

        await Join(node, "ann-1");
        await Join(node, "cyd-3");
        var present = await Submit(node, Spec() with { Prefer = "ann-1", PreferFor = TimeSpan.FromMinutes(2) });
        await Settle(node);
        (await node.Client.ClaimAsync(Ask("cyd-3"), default, Ct)).ShouldBeEmpty();
        (await node.Client.ClaimAsync(Ask("ann-1"), default, Ct)).Single().TaskId.ShouldBe(present);
    }

    [Fact]
    public async Task When_the_preferred_agent_leaves_or_rejects_the_others_get_it_at_once()
    {
        await using var node = await StartAsync();
        await Join(node, "ann-1");
        await Join(node, "bob-2");
        var spec = Spec() with { Prefer = "ann-1", PreferFor = TimeSpan.FromHours(2) };
        var rejected = await Submit(node, spec);
        var grant = (await node.Client.ClaimAsync(Ask("ann-1"), default, Ct)).Single();
        await node.Client.FinishAsync(
            new Finish
            {
                TaskId = rejected,
                Epoch = grant.Epoch,
                Kind = FinishKind.Reject,
                Reason = RejectReason.MissingContext,
            },
            Ct);
        await Eventually(async () => (await Get(rejected)).Relaxing!.Step == 1, "ann rejected it");

        var left = await Submit(node, spec);
        await Settle(node);
        (await Get(left)).Relaxing!.Step.ShouldBe(0);
        await node.Client.DeregisterAsync("ann-1", Ct);
        await WithoutTime(async () => (await Get(left)).Relaxing!.Step == 1, "ann left");
    }

    [Fact]
    public async Task An_agent_that_falls_silent_is_not_waited_for()
    {
        await using var node = await StartAsync();
        await Join(node, "ann-1");
        await Join(node, "bob-2");
        var id = await Submit(node, Spec() with { Prefer = "ann-1", PreferFor = TimeSpan.FromHours(2) });
        await Settle(node);
        Present.Remove("ann-1");
        await Eventually(async () => (await Get(id)).Relaxing!.Step == 1, "ann is silent");
        (Time.GetUtcNow() - (await Get(id)).AvailableAt).ShouldBeGreaterThan(Options.HeartbeatTimeout);
    }

    [Fact]
    public async Task The_distributor_offers_by_the_step_in_force()
    {
        await using var node = await StartAsync();
        await Rules(new NamespaceRules
        {
            Mode = AssignmentMode.Auto,
            Strategy = RoutingStrategy.LeastLoaded,
            OfferTimeout = TimeSpan.FromHours(12),
        });
        await Join(node, "ann-1", "rust:3");
        await Join(node, "bob-2", "rust:3");
        await node.Client.SetAgentModeAsync("ann-1", AgentMode.Available, Ct);
        var spec = Spec("build", "rust>=3") with { Prefer = "bob-2", PreferFor = TimeSpan.FromSeconds(40) };
        var ids = new[] { await Submit(node, spec), await Submit(node, spec) };
        await Eventually(async () => (await LiveOf("bob-2")).Count == 1, "bob is offered one");
        await Settle(node);
        (await LiveOf("ann-1")).ShouldBeEmpty();
        await Eventually(async () => (await LiveOf("ann-1")).Count == 1, "then anybody");
        (Time.GetUtcNow() - (await Get(ids[0])).AvailableAt).ShouldBeGreaterThanOrEqualTo(
            TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Another_node_goes_on_where_the_leader_stopped_and_no_step_is_taken_twice()
    {
        var first = await StartAsync("node-a");
        await using var second = await StartAsync("node-b");
        await Join(first, "senior", "rust:3");
        var id = await Submit(first, Steps());
        await Eventually(async () => (await Get(id)).Relaxing!.Step == 1, "the first step is due");
        await first.DisposeAsync();
        await Eventually(async () => (await Get(id)).Relaxing!.Step == 2, "so is the second");
        (await HistoryOf(id)).Count(type => type == EventTypes.TaskRelaxed).ShouldBe(2);
    }

    [Fact]
    public async Task Explain_tells_the_step_in_force_the_next_and_what_was_skipped()
    {
        await using var node = await StartAsync();
        await Join(node, "middle", "rust:2");
        var id = await Submit(node, Steps());
        await WithoutTime(async () => (await Get(id)).Relaxing!.Step == 1, "the first step is skipped");

        var explained = await node.Client.ExplainTaskAsync(id, Ct);
        explained.ClaimableBy.ShouldBe(["middle"]);
        explained.Steps.Select(s => s.State).ShouldBe([StepState.Skipped, StepState.InForce, StepState.Ahead]);
        explained.Steps.Select(s => (s.Able, s.Present)).ShouldBe([(0, 0), (1, 1), (1, 1)]);
        explained.Steps[0].Sentence.ShouldContain("nobody present could meet it");
        explained.Steps[1].Requires.ShouldBe(["rust>=2"]);
        explained.Suggestions[0].ShouldContain("it asks for rust: 1 could do it, 1 have room now");
        (await node.Client.ExplainAgentAsync("middle", Ct)).WouldGet.ShouldBe(id);
    }

    [Fact]
    public async Task What_nobody_could_do_falls_back_only_after_its_last_step()
    {
        await using var node = await StartAsync();
        await Rules(new NamespaceRules
        {
            Unroutable = UnroutablePolicy.Fallback,
            UnroutableAfter = TimeSpan.FromSeconds(10),
            FallbackRequires = ["general"],
        });
        await Join(node, "ann-1", "general");
        var id = await Submit(node, Steps());
        await Eventually(async () => (await Get(id)).Spec.Requires is [{ Name: "general" }], "other requirements hold");
        (Time.GetUtcNow() - (await Get(id)).AvailableAt).ShouldBeGreaterThanOrEqualTo(
            TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task A_submission_is_refused_only_when_nobody_could_ever_meet_any_step()
    {
        await using var node = await StartAsync();
        await Rules(new NamespaceRules { Unroutable = UnroutablePolicy.Refuse });
        await Join(node, "junior", "rust:1");
        await Submit(node, Steps());
        var refused = await Should.ThrowAsync<LongshoreException>(() => node.Client.SubmitAsync(
            [Spec("build", "cobol") with { Relax = [new RelaxStep(TimeSpan.FromMinutes(1), [new("basic")])] }], Ct));
        refused.Code.ShouldBe(ErrorCode.NobodyCan);
    }

    private static NewTask Steps() => Spec("build", "rust>=3") with
    {
        Relax =
        [
            new RelaxStep(TimeSpan.FromSeconds(20), [new Requirement("rust", 2)]),
            new RelaxStep(TimeSpan.FromSeconds(45), [new Requirement("rust")]),
        ],
    };

    private static ClaimRequest Ask(string agent) => new() { Agent = agent, Lease = TimeSpan.FromHours(1) };

    private static async Task<long> Submit(LongshoreEngine node, NewTask task) =>
        (await node.Client.SubmitAsync([task], Ct)).Single().Id;

    private async Task<LongshoreEngine> StartAsync(string name = "node", TimeSpan? looks = null)
    {
        var options = new EngineOptions { Clock = Time, Seed = 1, NodeName = name };
        if (looks is { } interval)
        {
            (options.UnroutableInterval, options.FallbackInterval) = (interval, interval);
        }

        var engine = new LongshoreEngine(Store, options);
        await engine.StartAsync(Ct);
        return engine;
    }

    private Task<Agent> Join(LongshoreEngine node, string name, params string[] capabilities) =>
        Join(node, new AgentRegistration
        {
            Name = name,
            MaxConcurrent = 1,
            Capabilities = [.. capabilities.Select(c => Capability.Parse(c))],
        });

    /// <summary>Lets the node look several times while hardly any time passes.</summary>
    private async Task Settle(LongshoreEngine node)
    {
        for (var i = 0; i < 12; i++)
        {
            await PassAsync(TimeSpan.FromSeconds(1));
            await Until.Holds(() => node.Processor.IsQuiet, "quiet");
        }
    }

    /// <summary>It comes about by what happened, not by waiting for a look; the lead is taken first.</summary>
    private Task WithoutTime(Func<Task<bool>> condition, string what) =>
        Eventually(condition, TimeSpan.FromMilliseconds(20), what);
}
