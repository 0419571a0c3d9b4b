using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Client;

/// <content>What others say of an agent's work.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<Agent> ReviewAsync(Review review, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(review);
        var answer = await PostAsync<ReviewWire, AgentWire>(
            $"tasks/{Text(review.TaskId)}/reviews", ReviewWire.Of(review.Checked()), ct).ConfigureAwait(false);
        return answer.ToAgent();
    }

    /// <inheritdoc/>
    public Task<Page<SubmittedWork>> ListReviewsAsync(ReviewQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "reviews" + Query(
            ("task", query.TaskId is { } id ? Text(id) : null), ("agent", query.Agent),
            ("namespace", query.Namespace), ("kind", query.Kind),
            ("reviewed", query.IsReviewed is { } isReviewed ? (isReviewed ? "true" : "false") : null),
            ("by", query.ReviewedBy), ("for", query.OpenFor), ("after", query.After), ("limit", Text(query.Limit)));
        return PageAsync<SubmittedWorkWire, SubmittedWork>(path, work => work.ToWork(), ct);
    }

    /// <inheritdoc/>
    public async Task<Agent> RateAsync(Rating rating, string actor, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rating);
        var answer = await PostAsync<RatingWire, AgentWire>(
            $"agents/{Segment(rating.Agent)}/ratings", RatingWire.Of(rating.Checked(), actor), ct)
            .ConfigureAwait(false);
        return answer.ToAgent();
    }
}
