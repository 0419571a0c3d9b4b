using Longshore.Agents;

namespace Longshore.Client.Wire;

/// <summary>What is known of how well an agent works.</summary>
/// <param name="Overall">Whatever it did.</param>
/// <param name="Capabilities">In tasks that required a capability, by its name.</param>
public sealed record RecordWire(EvidenceWire Overall, IReadOnlyDictionary<string, EvidenceWire> Capabilities)
{
    internal static RecordWire Of(AgentRecord record) => new(
        EvidenceWire.Of(record.Overall, record.Score),
        new SortedDictionary<string, EvidenceWire>(
            record.Capabilities.ToDictionary(
                pair => pair.Key, pair => EvidenceWire.Of(pair.Value, record.ScoreIn(pair.Key))),
            StringComparer.Ordinal));

    internal AgentRecord ToRecord() => AgentRecord.Of(
        Evidence.Of(Overall.Good, Overall.Bad),
        Capabilities.Select(pair => KeyValuePair.Create(pair.Key, Evidence.Of(pair.Value.Good, pair.Value.Bad))));
}

/// <summary>How much speaks for an agent and how much against it, and what that is worth.</summary>
/// <param name="Score">What it is worth, 0 to 1; 0.5 when nothing is known.</param>
/// <param name="Good">Weight of what went well; older counts less.</param>
/// <param name="Bad">Weight of what did not.</param>
public sealed record EvidenceWire(double Score, double Good, double Bad)
{
    internal static EvidenceWire Of(Evidence evidence, double score) =>
        new(Math.Round(score, 6), evidence.Good, evidence.Bad);
}
