using System.Collections.Frozen;

namespace Longshore.Capabilities;

/// <summary>What an agent can do at one instant, and the one predicate "can do".</summary>
public sealed class CapabilitySet
{
    /// <summary>Can do nothing that needs a capability.</summary>
    public static readonly CapabilitySet Empty = new([], DateTimeOffset.MinValue);

    private readonly FrozenDictionary<string, int> _levels;

    /// <summary>
    /// Takes the capabilities that have not expired at <paramref name="now"/>; a repeated name keeps its highest
    /// level.
    /// </summary>
    public CapabilitySet(IEnumerable<Capability> capabilities, DateTimeOffset now)
    {
        var levels = new Dictionary<string, int>(StringComparer.Ordinal);
        DateTimeOffset? next = null;
        foreach (var capability in capabilities)
        {
            if (capability.ExpiresAt is { } expiry)
            {
                if (expiry <= now)
                {
                    continue;
                }

                next = next is null || expiry < next ? expiry : next;
            }

            levels[capability.Name] = Math.Max(capability.Level, levels.GetValueOrDefault(capability.Name));
        }

        _levels = levels.ToFrozenDictionary(StringComparer.Ordinal);
        ValidUntil = next;
    }

    /// <summary>When the next capability expires and this set must be built anew; null when none does.</summary>
    public DateTimeOffset? ValidUntil { get; }

    /// <summary>The names, in no order.</summary>
    public IReadOnlyCollection<string> Names => _levels.Keys;

    /// <summary>How many of the requirements are met. Requirements are canonical: each name occurs once.</summary>
    public int CountMet(IReadOnlyList<Requirement> requirements)
    {
        var met = 0;
        for (var i = 0; i < requirements.Count; i++)
        {
            if (_levels.TryGetValue(requirements[i].Name, out var level) && level >= requirements[i].MinLevel)
            {
                met++;
            }
        }

        return met;
    }

    /// <summary>Met requirements / all requirements; 1 when nothing is required (S0.56).</summary>
    public double MatchScore(IReadOnlyList<Requirement> requirements) =>
        requirements.Count == 0 ? 1.0 : (double)CountMet(requirements) / requirements.Count;

    /// <summary>
    /// The one predicate "can do": the match score reaches <paramref name="minimumMatch"/>, a number in (0, 1] of
    /// which 1 means all. One rule for discovery, claims and every later way of giving out work (T0.18).
    /// </summary>
    public bool CanDo(IReadOnlyList<Requirement> requirements, double minimumMatch) =>
        requirements.Count == 0 || CountMet(requirements) >= NeededCount(requirements.Count, minimumMatch);

    /// <summary>
    /// How many of <paramref name="count"/> requirements must be met; the tolerance keeps 2/3 ≥ 0.6667 from
    /// failing.
    /// </summary>
    public static int NeededCount(int count, double minimumMatch) =>
        Math.Max(1, (int)Math.Ceiling((count * minimumMatch) - 1e-3));
}
