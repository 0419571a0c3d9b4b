using Longshore.Routing.Batch;

namespace Longshore.Tests.Routing.Batch;

public sealed class OptimalTests
{
    private const int Seeds = 400;

    public static TheoryData<string> Shapes => [.. ByName.Keys];

    private static readonly Dictionary<string, RandomProblems.Shape> ByName = new(StringComparer.Ordinal)
    {
        ["plain"] = new(),
        ["ties"] = new() { ScoreMax = 3 },
        ["negative"] = new() { ScoreMin = -5, ScoreMax = 5 },
        ["scarce"] = new() { TasksMax = 7, RoomMax = 1 },
        ["sparse"] = new() { Density = 0.3 },
        ["every task"] = new() { EveryTask = true, ScoreMin = -9, ScoreMax = 9 },
        ["one slot each, every task"] = new() { EveryTask = true, RoomMax = 1, AgentsMax = 6, ScoreMin = -100 },
        ["crowding"] = new() { CrowdingMax = 300_000 },
        ["crowding, ties"] = new() { CrowdingMax = 2, ScoreMax = 4 },
        ["alike"] = new() { Sorts = 2, TasksMax = 8, RoomMax = 2, ScoreMax = 9, BonusMax = 1 },
        ["alike but for a bonus"] = new() { Sorts = 2, TasksMax = 8, RoomMax = 2, ScoreMax = 9, BonusMax = 7 },
        ["alike but for a bonus, crowding"] = new()
        {
            Sorts = 3,
            TasksMax = 8,
            RoomMax = 2,
            ScoreMin = -5,
            ScoreMax = 9,
            BonusMax = 20,
            CrowdingMax = 4,
        },
        ["alike but for a bonus, every task"] = new()
        {
            Sorts = 2,
            ScoreMax = 9,
            BonusMax = 20,
            EveryTask = true,
        },
        ["crowding, every task"] = new() { CrowdingMax = 2, ScoreMax = 4, EveryTask = true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Find_what_trying_everything_finds(string shape) => Each(shape, Seeds, (problem, seed) =>
    {
        var plan = Optimal.Plan(problem);
        if (BruteForce.Best(problem) is not { } best)
        {
            plan.Stranded.ShouldNotBeEmpty();
            plan.Bound.ShouldBeNull();
            return;
        }

        plan.Stranded.ShouldBeEmpty();
        plan.Value.ShouldBe(best, $"seed {seed}");
        plan.ShouldProve(problem);
    });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Agree_with_the_textbook_on_larger_problems(string shape) => Each(
        shape, 25, (problem, seed) =>
        {
            var plan = Optimal.Plan(problem);
            var best = Hungarian.Best(problem);
            (plan.Stranded.Count == 0 ? plan.Value : (long?)null).ShouldBe(best, $"seed {seed}");
            if (best is not null)
            {
                plan.ShouldProve(problem);
            }
        },
        s => s with { TasksMax = 60, AgentsMax = s.RoomMax == 1 ? 60 : 25, Density = s.Density / 2 });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Name_in_its_prices_what_one_more_slot_adds(string shape) => Each(shape, 150, (problem, seed) =>
    {
        var plan = Optimal.Plan(problem);
        if (plan.Stranded.Count > 0)
        {
            return;
        }

        for (var agent = 0; agent < problem.Agents; agent++)
        {
            var more = Optimal.Plan(WithOneMoreSlot(problem, agent)).Value - plan.Value;
            plan.WorthOfOneMoreSlot(problem, agent).ShouldBe(more, $"seed {seed}, agent {agent}");
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Prove_the_whole_problem_from_few_candidates(int perTask)
    {
        foreach (var (_, shape) in ByName)
        {
            for (var seed = 0; seed < 40; seed++)
            {
                var problem = RandomProblems.Draw(seed, shape with { TasksMax = 30, AgentsMax = 12 });
                var plan = Optimal.PlanWithCandidates(problem, perTask);
                (plan.Stranded.Count == 0 ? plan.Value : (long?)null).ShouldBe(Hungarian.Best(problem));
                if (plan.Stranded.Count == 0)
                {
                    plan.ShouldProve(problem);
                }
            }
        }
    }

    [Fact]
    public void Leave_an_honest_gap_among_too_few_candidates()
    {
        var (open, proved) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var problem = RandomProblems.Draw(seed, ByName["scarce"] with { TasksMax = 30, AgentsMax = 12 });
            var best = Hungarian.Best(problem).ShouldNotBeNull();

            var plan = Optimal.PlanAmongCandidates(problem, 1);

            plan.ShouldBeFeasible(problem);
            plan.Value.ShouldBeLessThanOrEqualTo(best);
            plan.Bound.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(best);
            (plan.Value < best ? ref open : ref proved)++;
        }

        open.ShouldBeGreaterThan(0);
        proved.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Spread_alike_tasks_over_different_candidates(int room)
    {
        const int Agents = 120;
        var builder = new AssignmentProblem.Builder([.. Enumerable.Repeat(room, Agents)]);
        for (var task = 0; task < 100; task++)
        {
            builder.AddTask();
            for (var agent = 0; agent < Agents; agent++)
            {
                builder.AddArc(agent, 1000 + agent + task);
            }
        }

        var problem = builder.Build();
        var plan = Optimal.PlanAmongCandidates(problem, 8);
        plan.ShouldBeFeasible(problem);
        plan.Assigned.ShouldBe(100);
        plan.Gap.ShouldBe(0);
    }

    [Fact]
    public void Give_tasks_whose_candidates_are_taken_to_whoever_is_left()
    {
        // The second agent is nobody's only candidate.
        var builder = new AssignmentProblem.Builder([1, 1]);
        foreach (var scores in new[] { (9, 1), (8, 2) })
        {
            builder.AddTask();
            builder.AddArc(0, scores.Item1);
            builder.AddArc(1, scores.Item2);
        }

        var problem = builder.Build();
        var plan = Optimal.PlanAmongCandidates(problem, 1);
        (plan.Assigned, plan.Value).ShouldBe((2, Certificate.Value(problem, plan.AgentOf)));
        plan.Bound.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(11);
    }

    [Fact]
    public void Name_tasks_that_together_have_too_few_agents()
    {
        var builder = new AssignmentProblem.Builder([1, 1, 5]) { EveryTask = true };
        int[][] mayDo = [[2], [0, 1], [2, 0], [0, 1], [1]];
        foreach (var agents in mayDo)
        {
            builder.AddTask();
            foreach (var agent in agents)
            {
                builder.AddArc(agent, 10);
            }
        }

        var problem = builder.Build();
        var plan = Optimal.Plan(problem);

        plan.Stranded.ShouldBe([1, 3, 4]);
        plan.Bound.ShouldBeNull();
        plan.Assigned.ShouldBe(4);
        plan.ShouldBeFeasible(problem);
    }

    [Fact]
    public void Keep_the_generalist_for_the_task_that_only_he_can_do()
    {
        var builder = new AssignmentProblem.Builder([1, 1]);
        builder.AddTask();
        builder.AddArc(0, 800_000);
        builder.AddArc(1, 700_000);
        builder.AddTask();
        builder.AddArc(0, 750_000);
        var problem = builder.Build();

        Greedy.Plan(problem).AgentOf.ShouldBe([0, BatchPlan.Nobody]);
        var plan = Optimal.Plan(problem);
        plan.AgentOf.ShouldBe([1, 0]);
        plan.Value.ShouldBe(1_450_000);
        plan.Prices.ShouldBe([100_000, 0]);
    }

    private static void Each(
        string shape,
        int seeds,
        Action<AssignmentProblem, int> check,
        Func<RandomProblems.Shape, RandomProblems.Shape>? change = null)
    {
        var drawn = change is null ? ByName[shape] : change(ByName[shape]);
        for (var seed = 0; seed < seeds; seed++)
        {
            check(RandomProblems.Draw(seed, drawn), seed);
        }
    }

    private static AssignmentProblem WithOneMoreSlot(AssignmentProblem problem, int agent)
    {
        var room = problem.Room.ToArray();
        room[agent]++;
        var builder = new AssignmentProblem.Builder(room)
        {
            EveryTask = problem.EveryTask,
            Crowding = problem.HasCrowding ? [.. room.Select((_, one) => problem.CrowdingOf(one))] : null,
        };
        for (var task = 0; task < problem.Tasks; task++)
        {
            builder.AddTask();
            foreach (var arc in problem.ArcsOf(task))
            {
                builder.AddArc(arc.Agent, arc.Score);
            }
        }

        return builder.Build();
    }
}
