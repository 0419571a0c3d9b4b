using System.Collections.ObjectModel;
using Longshore.Routing;
using Longshore.Rules;

namespace Longshore.Simulation;

/// <summary>A way of giving out work that is tried: agents take it, or a strategy chooses for them.</summary>
/// <param name="Word">Its name in reports.</param>
/// <param name="Strategy">The strategy; null when agents take the work themselves.</param>
internal sealed record Method(string Word, RoutingStrategy? Strategy)
{
    /// <summary>Agents take the work themselves.</summary>
    public static readonly Method Pull = new("pull", null);

    /// <summary>Every method, in the order of reports.</summary>
    public static readonly IReadOnlyList<Method> All =
        [Pull, .. Enum.GetValues<RoutingStrategy>().Select(s => new Method(s.ToWire(), s))];

    /// <summary>The method of a name.</summary>
    /// <exception cref="LongshoreException">There is none; the message lists them.</exception>
    public static Method Parse(string word) => word == Pull.Word
        ? Pull
        : All.FirstOrDefault(method => method.Word == word)
            ?? throw LongshoreException.Invalid(
                "strategy", $"'{word}' is none of {string.Join(", ", All.Select(method => method.Word))}");

    /// <summary>The rules of a namespace in which all work is given out so.</summary>
    public NamespaceRules Over(NamespaceRules rules) => rules with
    {
        Mode = Strategy is null ? AssignmentMode.Pool : AssignmentMode.Auto,
        Strategy = Strategy ?? rules.Strategy,
        Kinds = ReadOnlyDictionary<string, StepRules>.Empty,
        Steps = ReadOnlyDictionary<string, StepRules>.Empty,
    };
}
