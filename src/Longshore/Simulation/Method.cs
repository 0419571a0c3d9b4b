using System.Collections.ObjectModel;
using Longshore.Routing;
using Longshore.Rules;

namespace Longshore.Simulation;

/// <summary>
/// A way of giving out work that is tried: agents take it, or a strategy chooses for them, or all that waits is planned
/// together every few seconds.
/// </summary>
/// <param name="Word">Its name in reports.</param>
/// <param name="Strategy">The strategy; null where none has a say.</param>
/// <param name="IsPlan">What waits is planned together.</param>
internal sealed record Method(string Word, RoutingStrategy? Strategy, bool IsPlan = false)
{
    /// <summary>Agents take the work themselves.</summary>
    public static readonly Method Pull = new("pull", null);

    /// <summary>A standing plan.</summary>
    public static readonly Method Plan = new("plan", null, IsPlan: true);

    /// <summary>Every method, in the order of reports.</summary>
    public static readonly IReadOnlyList<Method> All =
        [Pull, .. Enum.GetValues<RoutingStrategy>().Select(s => new Method(s.ToWire(), s)), Plan];

    /// <summary>How often a plan is made where the rules of the scenario do not say.</summary>
    private static readonly TimeSpan PlanEvery = TimeSpan.FromSeconds(5);

    /// <summary>Nobody chooses for the agents.</summary>
    public bool IsPull => Strategy is null && !IsPlan;

    /// <summary>The method of a name.</summary>
    /// <exception cref="LongshoreException">There is none; the message lists them.</exception>
    public static Method Parse(string word) => All.FirstOrDefault(method => method.Word == word)
        ?? throw LongshoreException.Invalid(
            "strategy", $"'{word}' is none of {string.Join(", ", All.Select(method => method.Word))}");

    /// <summary>The rules of a namespace in which all work is given out so.</summary>
    public NamespaceRules Over(NamespaceRules rules) => rules with
    {
        Mode = IsPull ? AssignmentMode.Pool : AssignmentMode.Auto,
        Strategy = Strategy ?? rules.Strategy,
        PlanEvery = IsPlan ? rules.PlanEvery ?? PlanEvery : null,
        Kinds = ReadOnlyDictionary<string, StepRules>.Empty,
        Steps = ReadOnlyDictionary<string, StepRules>.Empty,
    };
}
