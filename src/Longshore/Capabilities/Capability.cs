using System.Globalization;

namespace Longshore.Capabilities;

/// <summary>Something an agent can do, at a level: <c>rust</c>, <c>sql:3</c>. Names are normalised (T0.22).</summary>
/// <param name="Name">Normalised name.</param>
/// <param name="Level">1 to <see cref="Tasks.Limits.CapabilityLevelMax"/>; 1 when none is stated.</param>
/// <param name="ExpiresAt">When it stops counting; null means never.</param>
public sealed record Capability(string Name, int Level = 1, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>Reads <c>name</c> or <c>name:level</c>.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/> with the reason.</exception>
    public static Capability Parse(string text, string field = "capability")
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? new Capability(CapabilityName.Normalise(text, field))
            : new Capability(
                CapabilityName.Normalise(text[..colon], field),
                CapabilityName.ParseLevel(text[(colon + 1)..], field));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Level == 1 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}:{Level}");
}

/// <summary>A capability that a task asks for: <c>rust</c>, <c>sql>=3</c>.</summary>
/// <param name="Name">Normalised name.</param>
/// <param name="MinLevel">The least level that will do; 1 accepts any.</param>
public sealed record Requirement(string Name, int MinLevel = 1)
{
    /// <summary>Reads <c>name</c> or <c>name>=level</c>.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/> with the reason.</exception>
    public static Requirement Parse(string text, string field = "requires")
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf(">=", StringComparison.Ordinal);
        return at < 0
            ? new Requirement(CapabilityName.Normalise(text, field))
            : new Requirement(
                CapabilityName.Normalise(text[..at], field),
                CapabilityName.ParseLevel(text[(at + 2)..], field));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        MinLevel == 1 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}>={MinLevel}");

    /// <summary>
    /// Sorted, each name once with its highest level: <c>["rust","rust"]</c> asks for one thing (T0.9).
    /// </summary>
    public static IReadOnlyList<Requirement> Canonical(IEnumerable<Requirement> requirements) =>
        [.. requirements
            .GroupBy(r => r.Name, StringComparer.Ordinal)
            .Select(g => new Requirement(g.Key, g.Max(r => r.MinLevel)))
            .OrderBy(r => r.Name, StringComparer.Ordinal)];
}
