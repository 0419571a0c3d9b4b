using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>What others say of an agent's work.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<ReviewOutcome> ReviewAsync(Review review, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now => Count(review, now));

    /// <inheritdoc/>
    public ValueTask<bool> RateAsync(
        Rating rating, string actor, long? nowUs = null, CancellationToken ct = default) => Atomically(nowUs, now =>
    {
        if (!_state.Agents.ContainsKey(rating.Agent))
        {
            return false;
        }

        Learn(rating.Agent, rating.ToLesson(), now);
        var payload = EventPayloads.Rating(
            rating.Agent, rating.Score, rating.Weight, rating.Capability, rating.Comment);
        Record(new NewEvent(EventTypes.AgentRated, ActorType.Human, actor, Payload: payload), now);
        return true;
    });

    private ReviewOutcome Count(Review review, long nowUs)
    {
        var entry = _state.Find(review.TaskId);
        var record = entry?.Claims.Select(c => c.Record)
            .Where(r => review.Epoch is not { } epoch || r.Epoch == epoch)
            .OrderBy(r => r.Status == AssignmentStatus.Submitted ? 0 : 1).ThenByDescending(r => r.Epoch)
            .FirstOrDefault();
        if (entry is null || record is null)
        {
            return new ReviewOutcome(ReviewStatus.NotFound);
        }

        var reviewer = _state.Agents.GetValueOrDefault(review.Reviewer);
        var work = new ReviewedWork(
            record.Agent, _state.Agents[record.Agent].Profile.Principal, record.Epoch, record.Status,
            record.EndedAt!.Value.ToMicroseconds(),
            [.. entry.Reviews.Where(r => r.Epoch == record.Epoch).Select(r => r.ReviewerKey)]);
        var outcome = work.Judge(review.Reviewer, reviewer?.Profile.Principal);
        if (outcome.Status == ReviewStatus.Accepted)
        {
            var key = ReviewedWork.KeyOf(review.Reviewer, reviewer?.Profile.Principal);
            _state.Put(entry with { Reviews = entry.Reviews.Add((record.Epoch, key)) });
            Learn(
                work.Agent,
                work.LessonOf(review.Score, entry.Task.Asks.Requires, nowUs, _options.ReputationHalfLife), nowUs);
            var payload = EventPayloads.Review(work.Epoch, work.Agent, review.Score, review.Comment);
            var sort = reviewer is null ? ActorType.Human : ActorType.Agent;
            Record(new NewEvent(EventTypes.TaskReviewed, sort, review.Reviewer, entry.Task.Id, payload), nowUs);
        }

        return outcome;
    }
}
