using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Engine;
using Longshore.Planning;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Tests;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>The distributor that plans every few seconds, over every store, on a clock that the test moves.</summary>
public abstract class StandingPlanSuite<TSource> : TimedSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task What_waits_is_planned_together_and_the_generalist_kept_for_what_only_he_can_do()
    {
        await using var node = await StartAsync();
        await Decide();
        await Join(node, "general", 1, 1, "rust", "sql");
        await Join(node, "special", 1, 0.1, "rust");
        var ids = await Submit(node, Spec("build", "rust"), Spec("build", "sql"));

        await Eventually(async () => (await LiveAsync()).Count == 2, "both are offered");
        (await Get(ids[0])).Agent.ShouldBe("special");
        (await Get(ids[1])).Agent.ShouldBe("general");
        (await LiveAsync()).ShouldAllBe(one => one.Status == AssignmentStatus.Assigned);
        await Until.Holds(() => node.Distribution.Read().Plans == 1, "it is counted");
        var done = node.Distribution.Read();
        (done.Planned, done.Distributed, done.PlannedRefused).ShouldBe((2, 2, 0));
    }

    [Fact]
    public async Task Between_two_plans_nothing_is_offered_however_much_comes()
    {
        await using var node = await StartAsync();
        await Decide();
        await Join(node, "ann", 5);
        await Submit(node, Spec());
        await Eventually(async () => (await LiveAsync()).Count == 1, "the first is offered");
        await Submit(node, Spec());
        await Eventually(async () => (await LiveAsync()).Count == 2, "the second is offered");

        var offered = (await LiveAsync()).Select(one => one.GrantedAt).Order().ToList();
        (offered[1] - offered[0]).ShouldBeGreaterThanOrEqualTo(Every);
    }

    [Fact]
    public async Task What_nobody_has_room_for_waits_for_a_later_plan_and_nobody_gets_more_than_its_room()
    {
        await using var node = await StartAsync();
        await Decide();
        await Join(node, "ann", 2);
        await Join(node, "bob", 1);
        var ids = await Submit(node, [.. Enumerable.Repeat(Spec(), 7)]);
        var done = new HashSet<long>();
        while (done.Count < ids.Count)
        {
            await Eventually(async () => (await LiveAsync()).Count > 0, "some are offered");
            var offers = await LiveAsync();
            offers.Count(one => one.Agent == "ann").ShouldBeLessThanOrEqualTo(2);
            offers.Count(one => one.Agent == "bob").ShouldBeLessThanOrEqualTo(1);
            foreach (var offer in offers)
            {
                await CompleteAsync(node, offer);
                done.Add(offer.TaskId).ShouldBeTrue("each task is done once");
            }
        }
    }

    [Fact]
    public async Task A_rejected_offer_and_one_that_ran_out_go_into_the_next_plan()
    {
        await using var node = await StartAsync();
        await Decide(rules => rules with { OfferTimeout = TimeSpan.FromSeconds(15) });
        await Join(node, "ann", 5, 1);
        await Join(node, "bob", 5, 0.5);
        await Join(node, "cyd", 5, 0.1);
        var id = (await Submit(node, Spec()))[0];
        await Eventually(async () => (await LiveAsync()) is [{ Agent: "ann" }], "the best is asked first");
        await node.Client.FinishAsync(
            new Finish
            {
                TaskId = id,
                Epoch = (await LiveAsync())[0].Epoch,
                Kind = FinishKind.Reject,
                Reason = RejectReason.OutsideExpertise,
            },
            Ct);

        await Eventually(async () => (await LiveAsync()) is [{ Agent: "bob" }], "then the second, who lets it lie");
        await Eventually(async () => (await LiveAsync()) is [{ Agent: "cyd" }], "then the third");
        (await StatusesOf(id)).ShouldBe([AssignmentStatus.Rejected, AssignmentStatus.Expired]);
    }

    [Fact]
    public async Task A_task_that_scores_badly_is_given_out_in_the_end_whatever_comes_after_it()
    {
        await using var node = Node();
        await Join(node, "ann", 1, 0.9, "rust");
        var poor = (await Submit(node, Spec("build", "rust", "sql") with { MinimumMatch = 0.5 }))[0];
        var overtaken = 0;
        for (; (await Get(poor)).State == TaskState.Created; overtaken++)
        {
            // Each time there is one that suits her better by a quarter of the highest score.
            await Submit(node, Spec("build", "rust"));
            var offer = (await PlaceAsync())!.Placed.ShouldHaveSingleItem().Offer.ShouldNotBeNull();
            await node.Client.AcceptAsync(offer.TaskId, offer.Epoch, ct: Ct);
            await node.Client.FinishAsync(
                new Finish { TaskId = offer.TaskId, Epoch = offer.Epoch, Kind = FinishKind.Complete }, Ct);
            Time.Advance(TimeSpan.FromMinutes(10));
        }

        // A quarter of the highest score is 2.5 points of urgency, an hour and a quarter.
        overtaken.ShouldBe(9);
    }

    [Fact]
    public async Task A_pair_that_was_refused_a_moment_ago_is_not_planned()
    {
        await using var node = Node();
        await Join(node, "ann", 1, 1);
        await Join(node, "bob", 1, 0.1);
        var id = (await Submit(node, Spec()))[0];
        (await PlaceAsync((id, "ann")))!.Placed.ShouldHaveSingleItem().Agent.ShouldBe("bob");
    }

    [Fact]
    public async Task What_nobody_can_do_hides_nothing()
    {
        await using var node = await StartAsync();
        await Decide();
        await Join(node, "ann", 1);
        await Submit(node, [.. Enumerable.Repeat(Spec("build", "cobol") with { Priority = 10 }, 300)]);
        var easy = (await Submit(node, Spec() with { Priority = 0 }))[0];
        await Eventually(async () => (await LiveAsync()).Count == 1, "something is offered");
        (await LiveAsync())[0].TaskId.ShouldBe(easy);
    }

    [Fact]
    public async Task Only_what_the_rules_leave_to_the_distributor_is_planned()
    {
        await using var node = await StartAsync();
        await Rules(new NamespaceRules
        {
            PlanEvery = Every,
            Kinds = new Dictionary<string, StepRules>(StringComparer.Ordinal)
            {
                ["scan"] = new() { Mode = AssignmentMode.Auto },
                ["buy"] = new() { Mode = AssignmentMode.Manual },
            },
        });
        await Join(node, "ann", 5);
        var ids = await Submit(node, Spec("build"), Spec("scan"), Spec("buy"));
        await Eventually(async () => (await LiveAsync()).Count > 0, "one is offered");
        (await LiveAsync()).Select(one => one.TaskId).ShouldBe([ids[1]]);
        (await node.Client.ClaimAsync(new ClaimRequest { Agent = "ann", Max = 5 }, default, Ct))
            .Select(grant => grant.TaskId).ShouldBe([ids[0]]);
    }

    [Theory]
    [InlineData(PlanMethod.Greedy)]
    [InlineData(PlanMethod.Candidates)]
    public async Task Other_methods_place_what_can_be_placed(PlanMethod method)
    {
        await using var node = await StartAsync();
        await Decide(rules => rules with { PlanMethod = method });
        await Join(node, "ann", 3, 1, "rust");
        await Join(node, "bob", 3, 0.5);
        await Submit(node, [.. Enumerable.Repeat(Spec("build", "rust"), 3), .. Enumerable.Repeat(Spec(), 3)]);
        await Eventually(async () => (await LiveAsync()).Count == 6, "all are offered");
    }

    [Fact]
    public async Task One_node_of_several_plans_and_another_goes_on_where_it_stopped()
    {
        var first = await StartAsync("node-a");
        await using var second = await StartAsync("node-b");
        await Decide();
        await Join(first, "ann", 10);
        await Submit(first, Spec());
        await Eventually(async () => (await LiveAsync()).Count == 1, "it is offered");
        await Submit(first, Spec());
        await Eventually(async () => (await LiveAsync()).Count == 2, "so is the next");
        long[] Plans() => [first.Distribution.Read().Plans, second.Distribution.Read().Plans];
        await Until.Holds(() => Plans().Order().SequenceEqual([0, 2]), "one of them made both plans");
        var before = Plans()[1];
        await first.DisposeAsync();
        await Submit(second, Spec());
        await Eventually(async () => (await LiveAsync()).Count == 3, "the other goes on");
        await Until.Holds(() => second.Distribution.Read().Plans == before + 1, "it is counted");
    }

    [Fact]
    public async Task Without_plans_each_task_is_routed_as_it_comes_again()
    {
        await using var node = await StartAsync();
        await Join(node, "ann", 5);
        await Submit(node, Spec());
        await Decide(rules => rules with { PlanEvery = TimeSpan.FromHours(1) });
        await Eventually(async () => (await LiveAsync()).Count == 1, "the first plan");
        await node.Client.SetRulesAsync("default", new NamespaceRules { Mode = AssignmentMode.Auto }, null, Ct);
        var since = Time.GetUtcNow();
        await Submit(node, Spec());
        await Eventually(async () => (await LiveAsync()).Count == 2, "the next is routed");
        (Time.GetUtcNow() - since).ShouldBeLessThan(TimeSpan.FromMinutes(1));
        await Until.Holds(() => node.Distribution.Read().Plans == 1, "the one plan is counted");
    }

    private async Task<LongshoreEngine> StartAsync(string name = "node")
    {
        var engine = Node(name);
        await engine.StartAsync(Ct);
        return engine;
    }

    private LongshoreEngine Node(string name = "node") =>
        new(Store, new EngineOptions { Clock = Time, Seed = 1, NodeName = name });

    private Task Decide(Func<NamespaceRules, NamespaceRules>? change = null)
    {
        var rules = new NamespaceRules
        {
            Mode = AssignmentMode.Auto,
            PlanEvery = Every,
            OfferTimeout = TimeSpan.FromHours(12),
        };
        return Rules(change is null ? rules : change(rules));
    }

    /// <summary>One plan, made now instead of in its time.</summary>
    private async Task<StandingOutcome?> PlaceAsync(params (long TaskId, string Agent)[] apart)
    {
        await Decide();
        await Store.Agents.HeartbeatAsync([.. Present], null, Ct);
        return await new StandingPlan(Store, Time.GetUtcNow).PlaceAsync(
            "default", await Store.Rules.GetAsync("default", Ct), apart.ToHashSet(), null, Ct);
    }

    private Task<Agent> Join(
        LongshoreEngine node, string name, int max, double standing = 1, params string[] capabilities) =>
        Join(node, new AgentRegistration
        {
            Name = name,
            MaxConcurrent = max,
            Reputation = standing,
            Capabilities = [.. capabilities.Select(c => Capability.Parse(c))],
        });

    private static async Task<IReadOnlyList<long>> Submit(LongshoreEngine node, params NewTask[] tasks) =>
        [.. (await node.Client.SubmitAsync(tasks, Ct)).Select(one => one.Id)];

    private async Task<IReadOnlyList<Assignment>> LiveAsync() => (await Store.Queries.FindAssignmentsAsync(
        new AssignmentQuery { Statuses = [AssignmentStatus.Assigned] }, Ct)).Items;

    private static async Task CompleteAsync(LongshoreEngine node, Assignment offer)
    {
        await node.Client.AcceptAsync(offer.TaskId, offer.Epoch, ct: Ct);
        await node.Client.FinishAsync(
            new Finish { TaskId = offer.TaskId, Epoch = offer.Epoch, Kind = FinishKind.Complete }, Ct);
    }
}
