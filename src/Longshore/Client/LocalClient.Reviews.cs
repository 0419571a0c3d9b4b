using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>What others say of an agent's work.</summary>
internal sealed partial class LocalClient
{
    public async Task<Agent> ReviewAsync(Review review, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(review);
        var outcome = await engine.Store.Agents.ReviewAsync(review.Checked(), ct: ct).ConfigureAwait(false);
        return outcome.Status == ReviewStatus.Accepted
            ? await GetAgentAsync(outcome.Agent!, ct).ConfigureAwait(false)
            : throw Refusal(review, outcome);
    }

    public async Task<Page<SubmittedWork>> ListReviewsAsync(ReviewQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await _queries.ListReviewsAsync(query.Checked(), ct).ConfigureAwait(false);
    }

    public async Task<Agent> RateAsync(Rating rating, string actor, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rating);
        var known = rating.Checked();
        TaskValidation.Word(actor, "actor");
        var agent = await GetAgentAsync(known.Agent, ct).ConfigureAwait(false);
        if (known.Capability is { } name)
        {
            DemandDeclared(agent, name, "capability");
        }

        return await engine.Store.Agents.RateAsync(known, actor, ct: ct).ConfigureAwait(false)
            ? await GetAgentAsync(known.Agent, ct).ConfigureAwait(false)
            : throw UnknownAgent(known.Agent);
    }

    private static LongshoreException Refusal(Review review, ReviewOutcome outcome) => outcome.Status switch
    {
        ReviewStatus.NotFound => new LongshoreException(
            ErrorCode.NotFound,
            review.Epoch is { } epoch
                ? $"task {review.TaskId} has no ended grant {epoch}"
                : $"there is no task {review.TaskId} that was worked on",
            "id"),
        ReviewStatus.NotSubmitted => new LongshoreException(
            ErrorCode.WrongState,
            $"grant {outcome.Epoch} of task {review.TaskId} ended without a result; only that is reviewed"),
        ReviewStatus.OwnWork => new LongshoreException(
            ErrorCode.OwnWork,
            $"'{review.Reviewer}' cannot review this: '{outcome.Agent}' did it, which is the same or has the same "
                + "principal",
            "reviewer"),
        ReviewStatus.AlreadyReviewed => new LongshoreException(
            ErrorCode.AlreadyReviewed,
            $"'{review.Reviewer}', or another of its principal, has reviewed this before", "reviewer"),
        _ => new LongshoreException(
            ErrorCode.WrongState, $"this was reviewed {Limits.ReviewsMax} times, which is as often as may be"),
    };
}
