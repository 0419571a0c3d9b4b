using Longshore.Agents;
using Longshore.Explain;
using Longshore.Routing;
using Longshore.Routing.Batch;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>Tells a solution in words: who gets what, what nobody gets, and what more would be worth.</summary>
internal sealed class PlanReport(PlanInput input, SolvedPlan solved)
{
    private const double Unit = AssignmentProblem.UnitsPerScore;

    private readonly Dictionary<PairRow, IReadOnlyList<ObstacleCount>> _counts =
        new(ReferenceEqualityComparer.Instance);

    public AssignmentPlan Write(PlanMethod method, IReadOnlyList<Newcomer> newcomers) => new()
    {
        Namespace = input.Request.Namespace,
        Method = method,
        MadeAt = input.Now,
        Tasks = input.Tasks.Count,
        Agents = Enumerable.Range(0, input.Room.Length).Count(IsThere),
        Pairs = solved.Pairs,
        Assignments = Assignments(),
        Unassigned = [.. Enumerable.Range(0, input.Tasks.Count)
            .Where(task => solved.AgentOf[task] == BatchPlan.Nobody)
            .Select(Unassigned)],
        Total = solved.Value / Unit,
        Bound = solved.Bound / Unit,
        Gap = (solved.Bound - solved.Value) / Unit,
        Units = input.Sizing is { } sizing ? Units(sizing) : [],
        PlacePrices = input.Request.Prices && solved.Worths.Count > 0 ? PlacePrices() : [],
        NewcomerPrices = solved.Worths.Count > 0 ? NewcomerPrices(newcomers) : [],
    };

    /// <summary>It works in the namespace and has places free.</summary>
    private bool IsThere(int agent) => input.Room[agent] > 0
        && input.Crowd[agent].Agent.Profile.Namespaces.Contains(input.Request.Namespace, StringComparer.Ordinal);

    private List<PlannedAssignment> Assignments()
    {
        var taken = new int[input.Crowd.Count];
        var assignments = new List<PlannedAssignment>();
        for (var task = 0; task < input.Tasks.Count; task++)
        {
            var agent = solved.AgentOf[task];
            if (agent == BatchPlan.Nobody)
            {
                continue;
            }

            var (one, candidate) = (input.Tasks[task], input.Crowd[agent]);
            var load = candidate.Agent.Load + (input.Sizing is null ? taken[agent]++ : 0);
            var free = 1 - ((double)load / input.CapacityOf(agent));
            var match = input.Pairs[task].MatchOf(agent);
            var performance = input.Pairs[task].PerformanceOf(agent);
            assignments.Add(new PlannedAssignment(
                one.Id, one.Code, one.Epoch, candidate.Agent.Name,
                Math.Round(PlanScore.Of(match, performance, free), 6), match, performance, free,
                one.Asks.Requires.Count == 0
                    ? AssignmentReason.GeneralAvailability
                    : AssignmentReason.CapabilityMatch,
                input.Sizing?.Of(task, agent) / Sizing.PerUnit));
        }

        return assignments;
    }

    private UnassignedTask Unassigned(int task)
    {
        var one = input.Tasks[task];
        var (reason, sentence) = ReasonOf(task);
        return new UnassignedTask(
            one.Id, one.Code, reason, sentence, reason == UnassignedReason.NotReady ? [] : CountsOf(task));
    }

    private (UnassignedReason Reason, string Sentence) ReasonOf(int task)
    {
        var (one, row) = (input.Tasks[task], input.Pairs[task]);
        if (one.DeferredUntil is { } until)
        {
            return (UnassignedReason.NotReady, $"it waits until {until:u}");
        }

        if (one.Spec.Deadline <= input.Now)
        {
            return (UnassignedReason.NotReady, "its deadline passed");
        }

        if (one.State is not (TaskState.Created or TaskState.PendingHandoff))
        {
            return (
                UnassignedReason.NotReady,
                $"it is {one.State.ToWire()}" + (one.Agent is null ? "" : $", by {one.Agent}"));
        }

        var may = Enumerable.Range(0, row.Agents)
            .Where(agent => input.Room[agent] > 0 && row.ObstacleOf(agent) == Obstacle.None).ToList();
        if (may.Exists(agent => row.MatchOf(agent) >= input.Request.MinimumMatch))
        {
            return input.Sizing is { } sizing
                && !may.Exists(agent => input.IsOpen(task, agent) && sizing.Fits(task, agent))
                ? (UnassignedReason.TooLarge, "it takes more units than any of those has who may have it")
                : (UnassignedReason.RoomTaken, "those who may have it are given other tasks by the plan");
        }

        if (may.Count > 0)
        {
            return (UnassignedReason.BelowMinimumMatch, "those who may have it match it less than the plan asks for");
        }

        return input.Crowd.Any(candidate => TaskExplainer.CanEver(one.Asks, candidate))
            ? (UnassignedReason.NobodyFree, "those who can do it are busy, absent or kept from it for now")
            : (UnassignedReason.NobodyCan, "no registered agent could ever do it");
    }

    private IReadOnlyList<ObstacleCount> CountsOf(int task)
    {
        var row = input.Pairs[task];
        if (!_counts.TryGetValue(row, out var counts))
        {
            counts =
            [
                .. row.Obstacles.Where(o => o is not (Obstacle.None or Obstacle.NotReady)).CountBy(o => o)
                    .OrderBy(o => o.Key).Select(o => new ObstacleCount(o.Key, o.Value)),
            ];
            _counts.Add(row, counts);
        }

        return counts;
    }

    private List<PlannedUnits> Units(Sizing sizing)
    {
        var planned = Enumerable.Range(0, input.Tasks.Count)
            .Where(task => solved.AgentOf[task] != BatchPlan.Nobody)
            .ToLookup(task => solved.AgentOf[task]);
        return
        [
            .. Enumerable.Range(0, input.Crowd.Count)
                .Where(IsThere)
                .Select(agent => new PlannedUnits(
                    input.Crowd[agent].Agent.Name,
                    planned[agent].Sum(task => (long)sizing.Of(task, agent)) / Sizing.PerUnit,
                    sizing.BudgetOf(agent) / Sizing.PerUnit,
                    planned[agent].Count(),
                    input.Room[agent]))
                .OrderByDescending(one => one.Used / Math.Max(1 / Sizing.PerUnit, one.Budget))
                .ThenBy(one => one.Agent, StringComparer.Ordinal)
                .Take(Limits.PageMax),
        ];
    }

    private List<PlacePrice> PlacePrices()
    {
        var planned = solved.AgentOf.Where(agent => agent != BatchPlan.Nobody).CountBy(agent => agent).ToDictionary();
        return
        [
            .. Enumerable.Range(0, input.Crowd.Count)
                .Where(agent => input.Room[agent] > 0 && solved.Worths[agent] > 0)
                .Select(agent => new PlacePrice(
                    input.Crowd[agent].Agent.Name, input.Room[agent], planned.GetValueOrDefault(agent),
                    solved.Worths[agent] / Unit))
                .OrderByDescending(price => price.Worth).ThenBy(price => price.Agent, StringComparer.Ordinal)
                .Take(Limits.PageMax),
        ];
    }

    private List<NewcomerPrice> NewcomerPrices(IReadOnlyList<Newcomer> newcomers) =>
    [
        .. newcomers
            .Select((newcomer, i) =>
            {
                var alike = Enumerable.Range(0, input.Tasks.Count)
                    .Where(task => input.Tasks[task].Asks.Requires.SequenceEqual(newcomer.Requires)).ToList();
                return new NewcomerPrice(
                    [.. newcomer.Requires.Select(r => r.ToString())],
                    alike.Count,
                    alike.Count(task => solved.AgentOf[task] == BatchPlan.Nobody),
                    solved.Worths[input.Crowd.Count + i] / Unit);
            })
            .OrderByDescending(price => price.Worth).ThenByDescending(price => price.Unassigned),
    ];
}
