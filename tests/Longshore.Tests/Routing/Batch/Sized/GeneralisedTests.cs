using Longshore.Routing.Batch;
using Longshore.Routing.Batch.Sized;

namespace Longshore.Tests.Routing.Batch.Sized;

public sealed class GeneralisedTests
{
    private static readonly RandomProblems.Shape Small = new()
    {
        TasksMax = 7,
        AgentsMax = 4,
        RoomMax = 14,
        SizeMax = 7,
        ScoreMax = 50,
        ScoreMin = 1,
        Density = 0.9,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Come_up_to_the_best_plan_of_small_problems_and_never_prove_too_much(bool everyTask)
    {
        var (solvable, missed) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var problem = RandomProblems.Draw(seed, Small with { EveryTask = everyTask });
            var plan = Generalised.Plan(problem);
            plan.ShouldBeFeasible(problem);
            if (BruteForce.Best(problem) is not { } best)
            {
                plan.Stranded.ShouldNotBeEmpty();
                plan.Bound.ShouldBeNull();
                continue;
            }

            solvable++;
            missed += plan.Stranded.Count > 0 || plan.Value < best ? 1 : 0;
            if (plan.Stranded.Count == 0)
            {
                plan.Bound.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(best, $"seed {seed}");
            }
        }

        solvable.ShouldBeGreaterThan(20);
        missed.ShouldBe(0);
    }

    [Fact]
    public void Keep_to_slots_beside_room_and_come_up_to_the_best_plan_that_does()
    {
        var (slotsAlone, both, missed, open, gaps) = (0, 0, 0, 0L, 0L);
        for (var seed = 0; seed < 150; seed++)
        {
            var shape = Small with { SlotsMax = 3, RoomMax = seed % 3 == 0 ? 40 : 12, SizeStep = 1 + (seed % 2) };
            var problem = RandomProblems.Draw(seed, shape);
            var plan = Generalised.Plan(problem);
            var greedy = Greedy.Plan(problem);

            plan.ShouldBeFeasible(problem);
            greedy.ShouldBeFeasible(problem);
            var best = BruteForce.Best(problem).ShouldNotBeNull();
            var bound = plan.Bound.ShouldNotBeNull();
            bound.ShouldBeGreaterThanOrEqualTo(best, $"seed {seed}");
            var bySlots = BruteForce.Best(problem.WithoutSizes());
            bound.ShouldBeLessThanOrEqualTo(bySlots ?? 0, "more than slots alone allow is no bound worth telling");
            slotsAlone += bySlots == best && plan.Gap == 0 ? 1 : 0;
            both += bySlots > best ? 1 : 0;
            missed += plan.Value < best ? 1 : 0;
            (open, gaps) = (open + best, gaps + bound - best);
        }

        missed.ShouldBe(0);
        slotsAlone.ShouldBeGreaterThan(20, "where sizes do not matter the plan is proven");
        both.ShouldBeGreaterThan(20, "otherwise sizes were not tried");
        (gaps / (double)open).ShouldBeInRange(0, 0.03);
    }

    [Fact]
    public void Prove_most_of_what_lies_between_the_best_plan_and_everybodys_wish()
    {
        var (open, proved) = (0L, 0L);
        for (var seed = 0; seed < 60; seed++)
        {
            var problem = RandomProblems.Draw(seed, Small with { RoomMax = 9 });
            var best = BruteForce.Best(problem).ShouldNotBeNull();
            var wishes = Enumerable.Range(0, problem.Tasks).Sum(
                task => problem.ArcsOf(task).ToArray().Select(arc => (long)arc.Score).DefaultIfEmpty(0).Max());
            open += wishes - best;
            proved += wishes - Generalised.Plan(problem).Bound.ShouldNotBeNull();
        }

        open.ShouldBeGreaterThan(1000);
        (proved / (double)open).ShouldBeInRange(0.9, 1);
    }

    [Fact]
    public void Stay_within_one_percent_of_the_bound_on_problems_like_the_public_ones()
    {
        foreach (var (agents, tasks) in ((int, int)[])[(5, 100), (10, 100), (20, 100)])
        {
            var problem = LikeThePublicOnes(agents, tasks);

            var plan = Generalised.Plan(problem);

            plan.ShouldBeFeasible(problem);
            plan.Stranded.ShouldBeEmpty();
            var gap = plan.Gap.ShouldNotBeNull();
            gap.ShouldBeGreaterThanOrEqualTo(0);
            (gap / (double)-plan.Value).ShouldBeLessThan(0.01, $"{agents} agents, {tasks} tasks");
        }
    }

    [Fact]
    public void Answer_the_same_for_the_same_seed()
    {
        var problem = LikeThePublicOnes(5, 40);

        Generalised.Plan(problem, seed: 4).AgentOf.ShouldBe(Generalised.Plan(problem, seed: 4).AgentOf);
    }

    [Fact]
    public void Be_exact_where_all_sizes_are_one()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var shape = new RandomProblems.Shape { TasksMax = 20, AgentsMax = 6, ScoreMin = 1, ScoreMax = 100 };
            var sized = RandomProblems.Draw(seed, shape with { SizeMax = 1 });

            ((long?)Generalised.Plan(sized).Value).ShouldBe(Hungarian.Best(sized));
        }
    }

    /// <summary>Like class A of the library: sizes 5 to 25, costs 10 to 50.</summary>
    private static AssignmentProblem LikeThePublicOnes(int agents, int tasks)
    {
        var random = new Random((agents * 1000) + tasks);
        var room = Enumerable.Repeat((15 * tasks / agents * 6 / 10) + 70, agents).ToArray();
        var builder = new AssignmentProblem.Builder(room, withSizes: true) { EveryTask = true };
        for (var task = 0; task < tasks; task++)
        {
            builder.AddTask();
            for (var agent = 0; agent < agents; agent++)
            {
                builder.AddArc(agent, -random.Next(10, 51), random.Next(5, 26));
            }
        }

        return builder.Build();
    }
}
