using Longshore.Planning;

namespace Longshore.Client.Wire;

/// <summary>
/// How many units tasks take, and how many agents have: hours of work, gigabytes. From 0 to 1000000, counted in
/// thousandths.
/// </summary>
public sealed record PlanSizesWire
{
    /// <summary>Units of tasks that nothing else is said of; 1 when missing.</summary>
    public double? Default { get; init; }

    /// <summary>Units by kind.</summary>
    public IReadOnlyDictionary<string, double>? Kinds { get; init; }

    /// <summary>Units of single tasks by code; counts before everything else.</summary>
    public IReadOnlyDictionary<string, double>? Tasks { get; init; }

    /// <summary>A task that has an estimated effort takes so many hours, whatever its kind does.</summary>
    public bool? ByEffort { get; init; }

    /// <summary>Units that each agent has; as many as it has free places when missing.</summary>
    public double? Budget { get; init; }

    /// <summary>Units of single agents by name.</summary>
    public IReadOnlyDictionary<string, double>? Budgets { get; init; }

    /// <summary>How fast agents are by name, 0.01 to 100; 1 when missing. Twice as fast needs half the units.</summary>
    public IReadOnlyDictionary<string, double>? Speeds { get; init; }

    internal static PlanSizesWire Of(PlanSizes s) => new()
    {
        Default = s.Default,
        Kinds = s.Kinds,
        Tasks = s.Tasks,
        ByEffort = s.ByEffort,
        Budget = s.Budget,
        Budgets = s.Budgets,
        Speeds = s.Speeds,
    };

    internal PlanSizes ToSizes()
    {
        var usual = new PlanSizes();
        return new PlanSizes
        {
            Default = Default ?? usual.Default,
            Kinds = Kinds ?? usual.Kinds,
            Tasks = Tasks ?? usual.Tasks,
            ByEffort = ByEffort ?? usual.ByEffort,
            Budget = Budget,
            Budgets = Budgets ?? usual.Budgets,
            Speeds = Speeds ?? usual.Speeds,
        };
    }
}
