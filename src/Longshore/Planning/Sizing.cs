using Longshore.Explain;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>What each task takes of each agent, and what each agent has, in whole thousandths of a unit.</summary>
internal sealed class Sizing
{
    public const double PerUnit = 1000;

    // What numbers with a fraction may be off by, as they come.
    private const double Tolerance = 1e-6;

    private readonly double[] _sizes;
    private readonly double[] _speeds;
    private readonly int[] _budgets;

    /// <param name="sizes">What was asked for, checked.</param>
    /// <param name="tasks">The tasks of the plan.</param>
    /// <param name="crowd">The agents.</param>
    /// <param name="room">How many tasks each of them may be given.</param>
    public Sizing(PlanSizes sizes, IReadOnlyList<WorkTask> tasks, IReadOnlyList<Candidate> crowd, int[] room)
    {
        _sizes = [.. tasks.Select(task => PerUnit * UnitsOf(sizes, task))];
        _speeds = [.. crowd.Select(one => sizes.Speeds.GetValueOrDefault(one.Agent.Name, 1))];
        _budgets =
        [
            .. crowd.Select((one, i) => (int)Math.Floor(Tolerance + (PerUnit * (
                sizes.Budgets.TryGetValue(one.Agent.Name, out var own) ? own : sizes.Budget ?? room[i])))),
        ];
    }

    /// <summary>What the agent has.</summary>
    public int BudgetOf(int agent) => _budgets[agent];

    /// <summary>What the task takes of the agent; more than anybody has for what is too large to count.</summary>
    public int Of(int task, int agent) =>
        (int)Math.Min(int.MaxValue, Math.Ceiling((_sizes[task] / _speeds[agent]) - Tolerance));

    /// <summary>Whether the agent could do the task if it did nothing else.</summary>
    public bool Fits(int task, int agent) => Of(task, agent) <= _budgets[agent];

    private static double UnitsOf(PlanSizes sizes, WorkTask task)
    {
        if (sizes.Tasks.TryGetValue(task.Code, out var own))
        {
            return own;
        }

        return sizes.ByEffort && task.Spec.EstimatedEffort is { } effort
            ? effort.TotalHours
            : sizes.Kinds.GetValueOrDefault(task.Spec.Kind, sizes.Default);
    }
}
