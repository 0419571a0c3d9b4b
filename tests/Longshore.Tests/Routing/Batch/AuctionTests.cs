using Longshore.Routing.Batch;

namespace Longshore.Tests.Routing.Batch;

public sealed class AuctionTests
{
    private static readonly RandomProblems.Shape Shape = new() { TasksMax = 40, AgentsMax = 12 };

    [Theory]
    [InlineData(2, 0, 0)]
    [InlineData(100, 0, 0)]
    [InlineData(3, 40_000, 0)]
    [InlineData(3, 40_000, 900_000_000)]
    public void Come_close_to_the_best_plan_and_say_how_close(int perTask, int crowding, int bonus)
    {
        var (worth, lost, gaps) = (0L, 0L, 0L);
        for (var seed = 0; seed < 100; seed++)
        {
            var shape = Shape with { CrowdingMax = crowding, Sorts = bonus > 0 ? 10 : 0, BonusMax = bonus };
            var problem = RandomProblems.Draw(seed, shape);
            var best = Optimal.Plan(problem);

            var plan = Auction.Plan(problem, perTask);

            plan.ShouldBeFeasible(problem);
            plan.Value.ShouldBeLessThanOrEqualTo(best.Value);
            plan.Bound.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(best.Value, $"seed {seed}");
            (worth, lost, gaps) = (worth + best.Value, lost + best.Value - plan.Value, gaps + plan.Gap!.Value);
        }

        (lost / (double)worth).ShouldBeLessThan(0.01);
        (gaps / (double)worth).ShouldBeLessThan(0.02);
    }

    [Fact]
    public void Take_the_place_of_the_best_plan_among_candidates_where_there_are_very_many_pairs()
    {
        var random = new Random(3);
        var builder = new AssignmentProblem.Builder([.. Enumerable.Repeat(2, 300)]) { Crowding = new int[300] };
        for (var task = 0; task < 900; task++)
        {
            builder.AddTask();
            for (var agent = 0; agent < 300; agent++)
            {
                builder.AddArc(agent, random.Next(300_000, 1_000_000));
            }
        }

        var problem = builder.Build();
        var plan = Optimal.PlanAmongCandidates(problem, 16);
        plan.ShouldBeFeasible(problem);
        plan.Assigned.ShouldBe(600);
        (plan.Gap.ShouldNotBeNull() / (double)plan.Value).ShouldBeInRange(0, 0.01);
    }
}
