using System.Collections.Immutable;
using Longshore.Capabilities;

namespace Longshore.Agents;

/// <summary>
/// What is known of how well an agent works, from outcomes, reviews and ratings: in all, and in each capability it
/// declares that its tasks required.
/// </summary>
public sealed record AgentRecord
{
    private static readonly ImmutableSortedDictionary<string, Evidence> NoCapabilities =
        ImmutableSortedDictionary.Create<string, Evidence>(StringComparer.Ordinal);

    /// <summary>Nothing is known: every score is 0.5.</summary>
    public static AgentRecord Empty { get; } = new();

    /// <summary>Whatever it did.</summary>
    public Evidence Overall { get; init; }

    /// <summary>In tasks that required a capability, by its name; those without evidence are left out.</summary>
    public IReadOnlyDictionary<string, Evidence> Capabilities => ByCapability;

    /// <summary>
    /// What all of it is worth, 0 to 1: the lower end of Wilson's interval at one standard deviation, with 3 of 4 good
    /// trials before the first.
    /// </summary>
    public double Score => Quality.LowerBound(Overall.Good, Overall.Bad);

    internal ImmutableSortedDictionary<string, Evidence> ByCapability { get; init; } = NoCapabilities;

    /// <summary>
    /// What it is worth in one capability, 0 to 1: as <see cref="Score"/>, but the four trials before the first are
    /// taken to have gone as the agent's work goes in all. So what is known of the agent counts until enough is known
    /// of the capability.
    /// </summary>
    public double ScoreIn(string capability)
    {
        var evidence = ByCapability.GetValueOrDefault(capability);
        return Quality.LowerBound(evidence.Good, evidence.Bad, Quality.Mean(Overall.Good, Overall.Bad));
    }

    /// <summary>
    /// What it is worth for a task, 0 to 1: the least of its scores in the required capabilities, since a task is done
    /// as well as its hardest part; its <see cref="Score"/> when none is required.
    /// </summary>
    public double ScoreFor(IReadOnlyList<Requirement> requires)
    {
        ArgumentNullException.ThrowIfNull(requires);
        if (requires.Count == 0)
        {
            return Score;
        }

        var least = 1.0;
        for (var i = 0; i < requires.Count; i++)
        {
            least = Math.Min(least, ScoreIn(requires[i].Name));
        }

        return least;
    }

    /// <summary>Alike in every part.</summary>
    public bool Equals(AgentRecord? other) => ReferenceEquals(this, other)
        || (other is not null && Overall == other.Overall && HasCapabilitiesOf(other));

    /// <inheritdoc/>
    public override int GetHashCode() => Overall.GetHashCode();

    private bool HasCapabilitiesOf(AgentRecord other)
    {
        if (ByCapability.Count != other.ByCapability.Count)
        {
            return false;
        }

        // Pairs know no equality but by reflection.
        foreach (var (name, evidence) in ByCapability)
        {
            if (!other.ByCapability.TryGetValue(name, out var theirs) || theirs != evidence)
            {
                return false;
            }
        }

        return true;
    }

    internal static AgentRecord Of(Evidence overall, IEnumerable<KeyValuePair<string, Evidence>> capabilities) => new()
    {
        Overall = overall,
        ByCapability = NoCapabilities.AddRange(capabilities),
    };

    /// <summary>What is left of it at an instant; the same object while nothing has faded.</summary>
    internal AgentRecord At(long nowUs, TimeSpan halfLife)
    {
        var overall = Overall.At(nowUs, halfLife);
        var capabilities = ByCapability;
        foreach (var (name, evidence) in ByCapability)
        {
            var left = evidence.At(nowUs, halfLife);
            if (left != evidence)
            {
                capabilities = capabilities.SetItem(name, left);
            }
        }

        return overall == Overall && ReferenceEquals(capabilities, ByCapability)
            ? this
            : new AgentRecord { Overall = overall, ByCapability = capabilities };
    }

    /// <summary>With more evidence, in all and in those of the named capabilities that the agent declares.</summary>
    internal AgentRecord Plus(in Lesson lesson, AgentRegistration profile, long nowUs, TimeSpan halfLife)
    {
        var capabilities = ByCapability;
        foreach (var required in lesson.Requires)
        {
            if (profile.Capabilities.Any(c => c.Name == required.Name))
            {
                var before = capabilities.GetValueOrDefault(required.Name);
                capabilities = capabilities.SetItem(
                    required.Name,
                    before.Plus(lesson.GoodMillionths, lesson.BadMillionths, nowUs, halfLife));
            }
        }

        return new AgentRecord
        {
            Overall = Overall.Plus(lesson.GoodMillionths, lesson.BadMillionths, nowUs, halfLife),
            ByCapability = capabilities,
        };
    }
}

/// <summary>What something says of an agent.</summary>
/// <param name="Requires">The capabilities that it was about.</param>
/// <param name="GoodMillionths">Millionths of a trial that went well; less than 0 takes something back.</param>
/// <param name="BadMillionths">Millionths of a trial that did not.</param>
internal readonly record struct Lesson(
    IReadOnlyList<Requirement> Requires, long GoodMillionths, long BadMillionths);
