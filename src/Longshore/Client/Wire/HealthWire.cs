using Longshore.Storage;

namespace Longshore.Client.Wire;

/// <summary>How a node and its store are doing.</summary>
/// <param name="Level">The worst of the findings: ok, warning or problem.</param>
/// <param name="Findings">What was looked at.</param>
public sealed record HealthWire(string Level, IReadOnlyList<HealthFindingWire> Findings)
{
    internal static HealthWire Of(IReadOnlyList<HealthFinding> findings) => new(
        Words.Snake(findings.Max(f => f.Level)), [.. findings.Select(HealthFindingWire.Of)]);
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Level">ok, warning or problem.</param>
/// <param name="Value">What was found.</param>
/// <param name="Advice">What to do about it; missing when there is nothing to do.</param>
public sealed record HealthFindingWire(string Name, string Level, string Value, string? Advice = null)
{
    internal static HealthFindingWire Of(HealthFinding found) =>
        new(found.Name, Words.Snake(found.Level), found.Value, found.Advice);

    internal HealthFinding ToFinding() => new(Name, Words.Parse<HealthLevel>(Level, "level"), Value, Advice);
}
