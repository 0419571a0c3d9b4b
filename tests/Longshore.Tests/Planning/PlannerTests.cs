using System.Globalization;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Planning;
using Longshore.Routing;
using Longshore.Storage;
using Longshore.Tests.Engine;

namespace Longshore.Tests.Planning;

/// <summary>Plans over random halls: what every plan promises, and what the best one does.</summary>
public sealed class PlannerTests
{
    private const int Seeds = 150;

    private static readonly string[] Words = ["a", "b", "c", "d"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_planned_pair_is_granted_when_it_is_applied_and_nobody_gets_more_than_its_room()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            foreach (var method in Enum.GetValues<PlanMethod>())
            {
                await using var node = await HallAsync(seed);
                var plan = await node.Client.PlanAsync(new PlanRequest { Method = method, Candidates = 2 }, Ct);
                plan.Assignments.Select(a => a.TaskId).Concat(plan.Unassigned.Select(u => u.TaskId)).Order()
                    .ShouldBeUnique();
                (plan.Assignments.Count + plan.Unassigned.Count).ShouldBe(plan.Tasks);
                var applied = plan.Assignments.Count == 0
                    ? new AppliedPlan([])
                    : await node.Client.ApplyPlanAsync(plan.Assignments, "boss", Ct);
                applied.Items.ShouldAllBe(
                    item => item.Status == AppliedStatus.Offered, string.Create(
                        CultureInfo.InvariantCulture, $"seed {seed}, {method}"));
                foreach (var agent in (await node.Client.ListAgentsAsync(new AgentQuery(), Ct)).Items)
                {
                    agent.Load.ShouldBeLessThanOrEqualTo(agent.Profile.MaxConcurrent);
                }
            }
        }
    }

    [Fact]
    public async Task The_best_plan_is_proven_and_not_worse_than_any_other()
    {
        var lost = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            await using var node = await HallAsync(seed, withGroups: false);
            var both = await node.Client.ComparePlansAsync(new PlanRequest(), Ct);
            both.Optimal.Gap.ShouldBe(0, $"seed {seed}");
            both.Optimal.Total.ShouldBe(both.Optimal.Assignments.Sum(a => a.Score), 1e-4);
            both.Greedy.Total.ShouldBe(both.Greedy.Assignments.Sum(a => a.Score), 1e-4);
            both.Greedy.Total.ShouldBeLessThanOrEqualTo(both.Optimal.Total);
            both.Greedy.Gap.ShouldBe(both.Optimal.Total - both.Greedy.Total);
            lost += both.Loss > 0 ? 1 : 0;
            var few = await node.Client.PlanAsync(
                new PlanRequest { Method = PlanMethod.Candidates, Candidates = 1 }, Ct);
            few.Total.ShouldBeLessThanOrEqualTo(both.Optimal.Total);
            few.Bound.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(both.Optimal.Total);
        }

        lost.ShouldBeGreaterThan(Seeds / 10, "otherwise nothing was tried");
    }

    [Fact]
    public async Task Steps_of_one_item_never_meet_and_the_bound_still_holds()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            await using var node = await HallAsync(seed);
            var plan = await node.Client.PlanAsync(new PlanRequest(), Ct);
            plan.Bound.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(plan.Total);
            plan.Gap.ShouldNotBeNull().ShouldBe(plan.Bound!.Value - plan.Total, 1e-9);
        }
    }

    [Fact]
    public async Task A_newcomer_and_one_more_place_are_worth_what_they_add()
    {
        var worths = 0;
        for (var seed = 0; seed < Seeds / 3; seed++)
        {
            await using var node = await HallAsync(seed, withGroups: false);
            var plan = await node.Client.PlanAsync(new PlanRequest { Prices = true }, Ct);
            foreach (var newcomer in plan.NewcomerPrices)
            {
                await using var more = await HallAsync(seed, withGroups: false);
                await more.RegisterAsync("newcomer", 1, [.. newcomer.Capabilities.Select(c => c.Replace(">=", ":"))]);
                var total = (await more.Client.PlanAsync(new PlanRequest(), Ct)).Total;
                var who = string.Join(' ', newcomer.Capabilities);
                newcomer.Worth.ShouldBe(total - plan.Total, 1e-6, $"seed {seed}, {who}");
                worths += newcomer.Worth > 0 ? 1 : 0;
            }

            plan.PlacePrices.ShouldAllBe(price => price.Worth > 0 && price.Planned == price.Room);
        }

        worths.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_generalist_is_kept_for_what_only_he_can_do()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("general", 1, "rust", "sql");
        await node.Client.RegisterAsync(
            new AgentRegistration
            {
                Name = "special",
                Capabilities = [new Capability("rust")],
                Reputation = 0.1,
            },
            Ct);
        var rust = await node.SubmitAsync("k", "rust");
        var sql = await node.SubmitAsync("k", "sql");

        var both = await node.Client.ComparePlansAsync(new PlanRequest(), Ct);
        both.Greedy.Assignments.Select(a => (a.TaskId, a.Agent)).ShouldBe([(rust, "general")]);
        both.Greedy.Unassigned.Single().Reason.ShouldBe(UnassignedReason.RoomTaken);
        both.Optimal.Assignments.Select(a => (a.TaskId, a.Agent)).ShouldBe([(rust, "special"), (sql, "general")]);
        both.Differences.ShouldBe(
            [new PlanDifference(rust, "t-1", "general", "special"), new PlanDifference(sql, "t-2", null, "general")]);
        both.Loss.ShouldBe(1 - (both.Greedy.Total / both.Optimal.Total));
    }

    [Fact]
    public async Task The_score_is_that_of_source_000_with_the_load_counted_along()
    {
        await using var node = TestNode.Still();
        await node.Client.RegisterAsync(
            new AgentRegistration
            {
                Name = "ann",
                MaxConcurrent = 4,
                Capabilities = [new Capability("rust")],
                Reputation = 0.8,
            },
            Ct);
        await node.SubmitAsync();
        await node.Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct);
        await node.Client.SubmitAsync(
            [TestNode.Task("k", "rust", "sql") with { MinimumMatch = 0.5 }, TestNode.Task("k")], Ct);

        var plan = await node.Client.PlanAsync(new PlanRequest { Method = PlanMethod.Greedy }, Ct);
        plan.Assignments.Select(a => (a.Match, a.Performance, a.FreeLoad, a.Reason)).ShouldBe(
        [
            (0.5, 0.8, 0.75, AssignmentReason.CapabilityMatch),
            (1.0, 0.8, 0.5, AssignmentReason.GeneralAvailability),
        ]);
        plan.Assignments.Select(a => a.Score).ShouldBe([0.64, 0.84]);
        plan.Total.ShouldBe(1.48);

        // Half a match is what its task allows and the plan does not.
        plan = await node.Client.PlanAsync(new PlanRequest { MinimumMatch = 0.6 }, Ct);
        plan.Unassigned.Single().Reason.ShouldBe(UnassignedReason.BelowMinimumMatch);

        // And a plan never allows what its task does not.
        await node.SubmitAsync("whole", "rust", "sql");
        plan = await node.Client.PlanAsync(new PlanRequest { MinimumMatch = 0, Kinds = ["whole"] }, Ct);
        plan.Unassigned.Single().Reason.ShouldBe(UnassignedReason.NobodyCan);
    }

    /// <summary>A hall drawn at random: scarce or plenty, with standing, groups and rejections.</summary>
    private static async Task<TestNode> HallAsync(int seed, bool withGroups = true)
    {
        var chance = new Random(seed);
        var node = TestNode.Still();
        for (var i = 0; i < 1 + chance.Next(5); i++)
        {
            await node.Client.RegisterAsync(
                new AgentRegistration
                {
                    Name = $"agent-{i}",
                    MaxConcurrent = 1 + chance.Next(3),
                    Capabilities =
                    [
                        .. Words.Where(_ => chance.Next(2) == 0).Select(w => new Capability(w, 1 + chance.Next(3))),
                    ],
                    Reputation = chance.Next(100) / 100.0,
                    Principal = chance.Next(3) == 0 ? "family" : null,
                },
                Ct);
        }

        var tasks = Enumerable.Range(0, 1 + chance.Next(14)).Select(_ => TestNode.Task("k") with
        {
            Requires = [.. Words.Where(_ => chance.Next(3) == 0).Select(w => new Requirement(w, 1 + chance.Next(2)))],
            MinimumMatch = chance.Next(2) == 0 ? 1 : 0.5,
            Priority = chance.Next(11),
            Group = withGroups && chance.Next(3) == 0 ? $"item-{chance.Next(3)}" : null,
            Step = withGroups ? $"step-{chance.Next(3)}" : null,
        });
        await node.Client.SubmitAsync([.. tasks], Ct);
        return node;
    }
}
