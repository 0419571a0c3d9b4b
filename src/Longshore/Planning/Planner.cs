using Longshore.Routing;
using Longshore.Storage;

namespace Longshore.Planning;

/// <summary>Plans who should do what, for many tasks at once (S0.91–S0.106).</summary>
internal sealed class Planner(IStore store, Func<DateTimeOffset> clock)
{
    private readonly PlanReader _reader = new(store, clock);

    public async Task<AssignmentPlan> PlanAsync(PlanRequest request, ClaimedBy by, CancellationToken ct)
    {
        var input = await _reader.ReadAsync(request, by, ct).ConfigureAwait(false);
        return Plan(input, request.Method);
    }

    /// <summary>Both ways, over the same tasks and agents.</summary>
    public async Task<PlanComparison> CompareAsync(PlanRequest request, CancellationToken ct)
    {
        var input = await _reader.ReadAsync(request, ClaimedBy.Administrator, ct).ConfigureAwait(false);
        var optimal = Plan(input, PlanMethod.Optimal);
        var greedy = Plan(input, PlanMethod.Greedy) with { Bound = optimal.Bound };
        return new PlanComparison
        {
            Greedy = greedy with { Gap = greedy.Bound - greedy.Total },
            Optimal = optimal,
            Loss = optimal.Total > 0 ? Math.Max(0, 1 - (greedy.Total / optimal.Total)) : 0,
            Differences = DifferencesOf(input, greedy, optimal),
        };
    }

    /// <summary>The plan for what was read.</summary>
    public static AssignmentPlan Plan(PlanInput input, PlanMethod method)
    {
        var newcomers = input.Request.Prices && method != PlanMethod.Greedy ? Newcomer.For(input) : [];
        var solved = new PlanSolver(input).Solve(method, newcomers);
        return new PlanReport(input, solved).Write(method, newcomers);
    }

    private static List<PlanDifference> DifferencesOf(PlanInput input, AssignmentPlan greedy, AssignmentPlan optimal)
    {
        var (byGreedy, byOptimal) = (AgentsOf(greedy), AgentsOf(optimal));
        return [.. input.Tasks
            .Select(task => new PlanDifference(
                task.Id, task.Code, byGreedy.GetValueOrDefault(task.Id), byOptimal.GetValueOrDefault(task.Id)))
            .Where(one => one.Greedy != one.Optimal)];
    }

    private static Dictionary<long, string> AgentsOf(AssignmentPlan plan) =>
        plan.Assignments.ToDictionary(one => one.TaskId, one => one.Agent);
}
