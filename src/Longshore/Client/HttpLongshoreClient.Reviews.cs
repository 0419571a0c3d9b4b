using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Client.Wire;

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
    public async Task<Agent> RateAsync(Rating rating, string actor, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rating);
        var answer = await PostAsync<RatingWire, AgentWire>(
            $"agents/{Segment(rating.Agent)}/ratings", RatingWire.Of(rating.Checked(), actor), ct)
            .ConfigureAwait(false);
        return answer.ToAgent();
    }
}
