using System.Globalization;
using Limits = Longshore.Tasks.Limits;

namespace Longshore.Capabilities;

/// <summary>Something an agent can do, at a level: <c>rust</c>, <c>sql:3</c>. Names are normalised (T0.22).</summary>
/// <param name="Name">Normalised name.</param>
/// <param name="Level">1 to <see cref="Limits.CapabilityLevelMax"/>; 1 when none is stated.</param>
/// <param name="ExpiresAt">When it stops counting; null means never.</param>
public sealed record Capability(string Name, int Level = 1, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>
    /// How long after <see cref="ExpiresAt"/> it still counts for tasks that are not strict (T1.18): 0 to
    /// <see cref="Limits.DurationMax"/>; 0 when it does not expire.
    /// </summary>
    public TimeSpan Grace { get; init; }

    /// <summary>When it stops counting for every task; null means never.</summary>
    internal DateTimeOffset? EndsAt => ExpiresAt is { } expiry
        ? Grace >= DateTimeOffset.MaxValue - expiry ? DateTimeOffset.MaxValue : expiry + Grace
        : null;

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

    /// <summary>
    /// Names normalised, sorted; of one name only what another of it does not outdo in level, expiry and grace.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// <see cref="ErrorCode.InvalidInput"/> with the place in the list.
    /// </exception>
    public static IReadOnlyList<Capability> Canonical(
        IEnumerable<Capability> capabilities, string field = "capabilities")
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        return [.. capabilities
            .Select((capability, index) => Checked(capability, $"{field}[{index}]"))
            .GroupBy(capability => capability.Name, StringComparer.Ordinal)
            .OrderBy(same => same.Key, StringComparer.Ordinal)
            .SelectMany(Undominated)];
    }

    private static Capability Checked(Capability? capability, string field)
    {
        if (capability is null)
        {
            throw LongshoreException.Invalid(field, "cannot be null");
        }

        if (capability.Grace < TimeSpan.Zero || capability.Grace > Limits.DurationMax)
        {
            throw LongshoreException.Invalid(
                field, $"has a grace of {capability.Grace.TotalSeconds} seconds; "
                    + $"it must be from 0 to {Limits.DurationMax.TotalDays:0} days");
        }

        return capability with
        {
            Name = CapabilityName.Normalise(capability.Name, field),
            Level = CapabilityName.CheckLevel(capability.Level, field),
            Grace = capability.ExpiresAt is null ? TimeSpan.Zero : capability.Grace,
        };
    }

    // A level that ends hides a lower one that lasts longer only until then, so both are kept.
    private static IEnumerable<Capability> Undominated(IEnumerable<Capability> same)
    {
        var kept = new List<Capability>();
        foreach (var capability in same
            .OrderByDescending(capability => capability.Level)
            .ThenByDescending(capability => capability.ExpiresAt ?? DateTimeOffset.MaxValue)
            .ThenByDescending(capability => capability.Grace))
        {
            if (!kept.Exists(other => Outlasts(other, capability)))
            {
                kept.Add(capability);
            }
        }

        return kept;
    }

    private static bool Outlasts(Capability other, Capability capability) =>
        (other.ExpiresAt ?? DateTimeOffset.MaxValue) >= (capability.ExpiresAt ?? DateTimeOffset.MaxValue)
        && (other.EndsAt ?? DateTimeOffset.MaxValue) >= (capability.EndsAt ?? DateTimeOffset.MaxValue);
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
    /// Names normalised, sorted, each once with its highest level: <c>["rust","rust"]</c> asks for one thing (T0.9).
    /// </summary>
    /// <exception cref="LongshoreException">
    /// <see cref="ErrorCode.InvalidInput"/> with the place in the list.
    /// </exception>
    public static IReadOnlyList<Requirement> Canonical(
        IEnumerable<Requirement> requirements, string field = "requires")
    {
        ArgumentNullException.ThrowIfNull(requirements);
        Requirement[] list = [.. requirements];
        return IsCanonical(list)
            ? list
            : [.. list
                .Select((requirement, index) => Checked(requirement, $"{field}[{index}]"))
                .GroupBy(requirement => requirement.Name, StringComparer.Ordinal)
                .Select(same => same.MaxBy(requirement => requirement.MinLevel)!)
                .OrderBy(requirement => requirement.Name, StringComparer.Ordinal)];
    }

    private static Requirement Checked(Requirement? requirement, string field) => requirement is null
        ? throw LongshoreException.Invalid(field, "cannot be null")
        : new Requirement(
            CapabilityName.Normalise(requirement.Name, field), CapabilityName.CheckLevel(requirement.MinLevel, field));

    // Tasks come in by the thousand with what their program spelt right: those cost one pass and no sorting.
    private static bool IsCanonical(Requirement[] list)
    {
        for (var i = 0; i < list.Length; i++)
        {
            var ascends = i == 0 || string.CompareOrdinal(list[i - 1].Name, list[i]?.Name) < 0;
            if (!ascends || list[i] is not { MinLevel: >= 1 and <= Limits.CapabilityLevelMax } requirement
                || !CapabilityName.IsNormal(requirement.Name))
            {
                return false;
            }
        }

        return true;
    }
}
