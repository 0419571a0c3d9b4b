using System.Globalization;
using Longshore.Routing.Batch;
using Longshore.Tasks;

namespace Longshore.Cli.Assign;

/// <summary>
/// Reads the two families of assignment problems of OR-Library (Beasley 1990), in which every task must be assigned.
/// </summary>
internal static class OrLibrary
{
    private const int SizeMax = AssignmentProblem.ScoreMax;

    /// <summary>
    /// As many agents as tasks, one task each: <c>n</c>, then either all n·n costs, or one line <c>task agent cost</c>,
    /// counted from 1, for each pair that is possible.
    /// </summary>
    public static AssignmentProblem Assignment(NumberFile file, bool maximise)
    {
        var n = file.Next(1, Limits.BatchAgentsMax, "the number of tasks");
        var dense = file.HasLeft((long)n * n);
        if (!dense && (file.Count - 1) % 3 != 0)
        {
            throw file.Wrong(file.LastLine, string.Create(
                CultureInfo.InvariantCulture,
                $"{n} tasks take {(long)n * n} costs, or triples of task, agent and cost; these are {file.Count - 1}"));
        }

        return dense ? Dense(file, n, maximise) : Sparse(file, n, maximise);
    }

    /// <summary>
    /// The number of problems, then for each the agents m and the tasks n, m rows of n costs, m rows of n sizes, and
    /// the room of each agent.
    /// </summary>
    public static List<AssignmentProblem> Generalised(NumberFile file, bool maximise)
    {
        var count = file.Next(1, Limits.PageMax, "the number of problems");
        var problems = new List<AssignmentProblem>();
        for (var i = 0; i < count; i++)
        {
            problems.Add(One(file, maximise));
        }

        file.End();
        return problems;
    }

    private static AssignmentProblem Dense(NumberFile file, int n, bool maximise)
    {
        CheckArcs(file, n, n);
        var builder = Squared(n);
        for (var task = 0; task < n; task++)
        {
            builder.AddTask();
            for (var agent = 0; agent < n; agent++)
            {
                builder.AddArc(agent, Score(file, maximise));
            }
        }

        return builder.Build();
    }

    private static AssignmentProblem Sparse(NumberFile file, int n, bool maximise)
    {
        var arcsOf = new List<(int Agent, int Score)>?[n];
        var seen = new HashSet<(int, int)>();
        while (!file.HasLeft(0))
        {
            var task = file.Next(1, n, "a task's number");
            var agent = file.Next(1, n, "an agent's number");
            if (!seen.Add((task, agent)))
            {
                throw file.WrongHere(string.Create(
                    CultureInfo.InvariantCulture,
                    $"task {task} and agent {agent} again; there should be {(long)n * n} costs, or different pairs"));
            }

            (arcsOf[task - 1] ??= []).Add((agent - 1, Score(file, maximise)));
        }

        var builder = Squared(n);
        foreach (var arcs in arcsOf)
        {
            builder.AddTask();
            foreach (var (agent, score) in arcs ?? [])
            {
                builder.AddArc(agent, score);
            }
        }

        return builder.Build();
    }

    private static AssignmentProblem One(NumberFile file, bool maximise)
    {
        var agents = file.Next(1, Limits.BatchAgentsMax, "the number of agents");
        var tasks = file.Next(1, Limits.BatchTasksMax, "the number of tasks");
        CheckArcs(file, agents, tasks);
        var score = new int[agents, tasks];
        var size = new int[agents, tasks];
        for (var i = 0; i < score.Length; i++)
        {
            score[i / tasks, i % tasks] = Score(file, maximise);
        }

        for (var i = 0; i < size.Length; i++)
        {
            size[i / tasks, i % tasks] = file.Next(0, SizeMax, "a size");
        }

        var room = new int[agents];
        for (var agent = 0; agent < agents; agent++)
        {
            room[agent] = file.Next(0, SizeMax, "an agent's room");
        }

        var builder = new AssignmentProblem.Builder(room, withSizes: true) { EveryTask = true };
        for (var task = 0; task < tasks; task++)
        {
            builder.AddTask();
            for (var agent = 0; agent < agents; agent++)
            {
                builder.AddArc(agent, score[agent, task], size[agent, task]);
            }
        }

        return builder.Build();
    }

    private static AssignmentProblem.Builder Squared(int n) =>
        new([.. Enumerable.Repeat(1, n)]) { EveryTask = true };

    private static int Score(NumberFile file, bool maximise)
    {
        var cost = file.Next(-AssignmentProblem.ScoreMax, AssignmentProblem.ScoreMax, "a cost");
        return maximise ? cost : -cost;
    }

    private static void CheckArcs(NumberFile file, long agents, long tasks)
    {
        if (agents * tasks > Limits.BatchArcsMax)
        {
            throw file.WrongHere(string.Create(
                CultureInfo.InvariantCulture,
                $"{tasks} tasks and {agents} agents make more than {Limits.BatchArcsMax} pairs"));
        }
    }
}
