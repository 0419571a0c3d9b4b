using System.Globalization;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// For plans in which tasks take more or less of an agent's time, or of whatever it has: how many units each task
/// takes, and how many each agent has for this plan. What a unit is, hours of work or gigabytes, is up to who asks.
/// Units are from 0 to <see cref="Limits.PlanUnitsMax"/>, in thousandths: sizes are rounded up, budgets down.
/// </summary>
/// <remarks>
/// A budget bounds the plan, and nothing after it: claims count tasks. So an agent is never planned for more tasks than
/// it has free places either, however small they are.
/// </remarks>
public sealed record PlanSizes
{
    /// <summary>Units of tasks that nothing else is said of.</summary>
    public double Default { get; init; } = 1;

    /// <summary>Units of tasks by kind.</summary>
    public IReadOnlyDictionary<string, double> Kinds { get; init; } = new Dictionary<string, double>();

    /// <summary>Units of single tasks by code; counts before everything else.</summary>
    public IReadOnlyDictionary<string, double> Tasks { get; init; } = new Dictionary<string, double>();

    /// <summary>A task that has an estimated effort takes so many hours, whatever its kind does.</summary>
    public bool ByEffort { get; init; }

    /// <summary>
    /// Units that each agent has. Null: as many as it has free places, and whoever has none of those gets nothing.
    /// </summary>
    public double? Budget { get; init; }

    /// <summary>Units of single agents by name, instead of <see cref="Budget"/>.</summary>
    public IReadOnlyDictionary<string, double> Budgets { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// How fast agents are, by name; 1 for all others. Who is twice as fast needs half the units for a task. From
    /// <see cref="Limits.PlanSpeedMin"/> to <see cref="Limits.PlanSpeedMax"/>.
    /// </summary>
    public IReadOnlyDictionary<string, double> Speeds { get; init; } = new Dictionary<string, double>();

    internal void Check()
    {
        Units(Default, "sizes.default");
        if (Budget is { } budget)
        {
            Units(budget, "sizes.budget");
        }

        Each(Kinds, "sizes.kinds", TaskValidation.Word, Units);
        Each(Tasks, "sizes.tasks", TaskValidation.Word, Units);
        Each(Budgets, "sizes.budgets", AgentNames.Check, Units);
        Each(Speeds, "sizes.speeds", AgentNames.Check, Speed);
    }

    private static void Each(
        IReadOnlyDictionary<string, double> numbers, string field, Action<string, string> name,
        Action<double, string> number)
    {
        TaskValidation.Range(numbers.Count, 0, Limits.BatchMax, field + ".length");
        foreach (var (key, value) in numbers)
        {
            name(key, field);
            number(value, $"{field}.{key}");
        }
    }

    private static void Units(double value, string field) => Within(value, 0, Limits.PlanUnitsMax, field);

    private static void Speed(double value, string field) =>
        Within(value, Limits.PlanSpeedMin, Limits.PlanSpeedMax, field);

    private static void Within(double value, double least, double most, string field)
    {
        if (!(value >= least && value <= most))
        {
            var shown = value.ToString(CultureInfo.InvariantCulture);
            throw LongshoreException.Invalid(
                field, string.Create(CultureInfo.InvariantCulture, $"must be from {least} to {most}, not {shown}"));
        }
    }
}
