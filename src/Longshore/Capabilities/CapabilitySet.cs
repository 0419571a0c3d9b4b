using System.Collections.Frozen;

namespace Longshore.Capabilities;

/// <summary>What an agent can do at one instant, and the one predicate "can do".</summary>
public sealed class CapabilitySet
{
    /// <summary>The least level that counts for a strict task (S1.65).</summary>
    public const int Intermediate = 2;

    /// <summary>Can do nothing that needs a capability.</summary>
    public static readonly CapabilitySet Empty = new([], DateTimeOffset.MinValue);

    private readonly FrozenDictionary<string, Held> _held;

    /// <summary>
    /// Takes the capabilities that have not ended at <paramref name="now"/>, those in their grace marked so; a
    /// repeated name keeps its highest levels.
    /// </summary>
    public CapabilitySet(IEnumerable<Capability> capabilities, DateTimeOffset now)
    {
        var held = new Dictionary<string, Held>(StringComparer.Ordinal);
        DateTimeOffset? next = null;
        foreach (var capability in capabilities)
        {
            if (capability.EndsAt <= now)
            {
                continue;
            }

            var isValid = capability.ExpiresAt is null || capability.ExpiresAt > now;
            if ((isValid ? capability.ExpiresAt : capability.EndsAt) is { } change && (next is null || change < next))
            {
                next = change;
            }

            var former = held.GetValueOrDefault(capability.Name);
            held[capability.Name] = new Held(
                isValid ? Math.Max(capability.Level, former.Valid) : former.Valid,
                Math.Max(capability.Level, former.Lasting));
        }

        _held = held.ToFrozenDictionary(StringComparer.Ordinal);
        ValidUntil = next;
    }

    /// <summary>
    /// When the next capability expires or ends and this set must be built anew; null when none does.
    /// </summary>
    public DateTimeOffset? ValidUntil { get; }

    /// <summary>The names, in no order.</summary>
    public IReadOnlyCollection<string> Names => _held.Keys;

    /// <summary>The level that counts for tiered tasks: the highest that has not ended; 0 when it has none.</summary>
    public int LevelOf(string name) => _held.GetValueOrDefault(name).Lasting;

    /// <summary>Whether one requirement is met.</summary>
    public bool Meets(Requirement requirement, MatchMode mode = MatchMode.Tiered) =>
        _held.TryGetValue(requirement.Name, out var held) && mode switch
        {
            MatchMode.Strict => held.Valid >= Math.Max(Intermediate, requirement.MinLevel),
            MatchMode.Flexible => true,
            _ => held.Lasting >= requirement.MinLevel,
        };

    /// <summary>How many of the requirements are met. Requirements are canonical: each name occurs once.</summary>
    public int CountMet(IReadOnlyList<Requirement> requirements, MatchMode mode = MatchMode.Tiered)
    {
        var met = 0;
        for (var i = 0; i < requirements.Count; i++)
        {
            if (Meets(requirements[i], mode))
            {
                met++;
            }
        }

        return met;
    }

    /// <summary>Met requirements / all requirements; 1 when nothing is required (S0.56).</summary>
    public double MatchScore(IReadOnlyList<Requirement> requirements, MatchMode mode = MatchMode.Tiered) =>
        requirements.Count == 0 ? 1.0 : (double)CountMet(requirements, mode) / requirements.Count;

    /// <summary>
    /// The one predicate "can do": the match score reaches <paramref name="minimumMatch"/>, a number in (0, 1] of
    /// which 1 means all; strict tasks always need all. One rule for discovery, claims and every later way of giving
    /// out work (T0.18).
    /// </summary>
    public bool CanDo(
        IReadOnlyList<Requirement> requirements, double minimumMatch, MatchMode mode = MatchMode.Tiered) =>
        requirements.Count == 0
        || CountMet(requirements, mode) >= NeededCount(requirements.Count, mode == MatchMode.Strict ? 1 : minimumMatch);

    /// <summary>
    /// How many of <paramref name="count"/> requirements must be met; the tolerance keeps 2/3 ≥ 0.6667 from
    /// failing.
    /// </summary>
    public static int NeededCount(int count, double minimumMatch) =>
        Math.Max(1, (int)Math.Ceiling((count * minimumMatch) - 1e-3));

    /// <summary>The highest level that has not expired, and the highest that has not ended.</summary>
    private readonly record struct Held(int Valid, int Lasting);
}
