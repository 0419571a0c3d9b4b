using Longshore.Planning;

namespace Longshore.Client.Wire;

/// <summary>Tasks that an agent should look at.</summary>
/// <param name="Recommendations">Best first.</param>
public sealed record RecommendationListWire(IReadOnlyList<RecommendationWire> Recommendations)
{
    internal static RecommendationListWire Of(IEnumerable<Recommendation> all) =>
        new([.. all.Select(RecommendationWire.Of)]);
}

/// <summary>A task that an agent should look at.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Code">Its code.</param>
/// <param name="Name">Its name.</param>
/// <param name="Reason">specialization_match, best_match or high_priority.</param>
/// <param name="Confidence">1.0, 0.9 or 0.8, by reason.</param>
/// <param name="UrgencyScore">The shown urgency.</param>
public sealed record RecommendationWire(
    long TaskId, string Code, string? Name, string Reason, double Confidence, double UrgencyScore)
{
    internal static RecommendationWire Of(Recommendation r) =>
        new(r.TaskId, r.Code, r.Name, Words.Snake(r.Reason), r.Confidence, r.UrgencyScore);

    internal Recommendation ToRecommendation() => new(
        TaskId, Code, Name, Words.Parse<RecommendationReason>(Reason, "reason"), Confidence, UrgencyScore);
}
