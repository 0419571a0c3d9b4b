using Longshore.Routing.Batch;

namespace Longshore.Tests.Routing.Batch;

public sealed class GreedyTests
{
    public static TheoryData<int, int, int> Kinds => new()
    {
        { 0, 0, 1_000_000 }, { 0, 0, 3 }, { 100_000, 0, 1_000_000 }, { 2, 0, 4 }, { 0, 3, 1_000_000 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Give_what_the_plain_scan_gives(int crowding, int size, int score)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var problem = RandomProblems.Draw(seed, new()
            {
                TasksMax = 40,
                AgentsMax = 12,
                RoomMax = 4,
                CrowdingMax = crowding,
                SizeMax = size,
                ScoreMin = -score / 4,
                ScoreMax = score,
                EveryTask = seed % 2 == 1,
            });

            var plan = Greedy.Plan(problem);

            plan.AgentOf.ShouldBe(PlainScan(problem), $"seed {seed}");
            plan.ShouldBeFeasible(problem);
        }
    }

    [Fact]
    public void Spread_load_where_further_tasks_are_worth_less()
    {
        var builder = new AssignmentProblem.Builder([4, 4]) { Crowding = [50_000, 50_000] };
        for (var task = 0; task < 4; task++)
        {
            builder.AddTask();
            builder.AddArc(0, 620_000);
            builder.AddArc(1, 600_000);
        }

        Greedy.Plan(builder.Build()).AgentOf.ShouldBe([0, 1, 0, 1]);
    }

    /// <summary>Every agent for every task, as source 000 goes about it.</summary>
    private static int[] PlainScan(AssignmentProblem problem)
    {
        var (left, taken) = (problem.Room.ToArray(), new int[problem.Agents]);
        return [.. Enumerable.Range(0, problem.Tasks).Select(task =>
        {
            var arcs = problem.ArcsOf(task).ToArray();
            var sizes = problem.HasSizes ? problem.SizesOf(task).ToArray() : [.. arcs.Select(_ => 1)];
            var best = arcs.Zip(sizes)
                .Where(one => left[one.First.Agent] >= one.Second)
                .Select(one => (one.First.Agent, Size: one.Second,
                    Worth: one.First.Score - ((long)problem.CrowdingOf(one.First.Agent) * taken[one.First.Agent])))
                .Where(one => problem.EveryTask || one.Worth >= 0)
                .OrderByDescending(one => one.Worth)
                .Cast<(int Agent, int Size, long)?>()
                .FirstOrDefault();
            if (best is not { } chosen)
            {
                return BatchPlan.Nobody;
            }

            left[chosen.Agent] -= chosen.Size;
            taken[chosen.Agent]++;
            return chosen.Agent;
        })];
    }
}
