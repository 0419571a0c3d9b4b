using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Agents;

/// <summary>What somebody outside knows of an agent: counts like so many trials, and fades like them.</summary>
public sealed record Rating
{
    /// <summary>Who is rated.</summary>
    public required string Agent { get; init; }

    /// <summary>The part that goes well, 0 to 1.</summary>
    public required double Score { get; init; }

    /// <summary>How many trials that is worth: more than 0, at most <see cref="Limits.RatingWeightMax"/>.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>In which of its capabilities; null: in all.</summary>
    public string? Capability { get; init; }

    /// <summary>For people; at most <see cref="Limits.DescriptionLengthMax"/> characters.</summary>
    public string? Comment { get; init; }

    internal Rating Checked()
    {
        AgentNames.Check(Agent, "agent");
        TaskValidation.Unit(Score, "score");
        TaskValidation.Text(Comment, Limits.DescriptionLengthMax, "comment");
        return Weight is > 0 and <= Limits.RatingWeightMax
            ? this with { Capability = Capability is null ? null : CapabilityName.Normalise(Capability, "capability") }
            : throw LongshoreException.Invalid("weight", $"must be more than 0, at most {Limits.RatingWeightMax}");
    }

    internal Lesson ToLesson()
    {
        var good = Evidence.Millionths(Score * Weight);
        return new Lesson(
            Capability is null ? [] : [new Requirement(Capability)], good, Evidence.Millionths(Weight) - good);
    }
}
