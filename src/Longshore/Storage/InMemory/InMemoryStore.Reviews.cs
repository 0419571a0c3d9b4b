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

    /// <inheritdoc/>
    public ValueTask<Page<SubmittedWork>> ListReviewsAsync(ReviewQuery query, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var after = Paging.AfterGrant(query.After);
            var found = _state.Open.Values.Concat(_state.Ended.Values)
                .Where(e => (query.TaskId is null || e.Task.Id == query.TaskId)
                    && (query.Namespace is null || e.Task.Spec.Namespace == query.Namespace)
                    && (query.Kind is null || e.Task.Spec.Kind == query.Kind))
                .SelectMany(e => e.Claims.Select(c => (Entry: e, c.Record)))
                .Where(w => w.Record.Status == AssignmentStatus.Submitted && Belongs(w.Entry, w.Record, query))
                .OrderBy(w => w.Record.TaskId).ThenBy(w => w.Record.Epoch)
                .Where(w => after is not { } mark || (w.Record.TaskId, w.Record.Epoch).CompareTo(mark) > 0)
                .Take(query.Limit + 1)
                .Select(w => new SubmittedWork
                {
                    TaskId = w.Record.TaskId,
                    Epoch = w.Record.Epoch,
                    Agent = w.Record.Agent,
                    Namespace = w.Entry.Task.Spec.Namespace,
                    Kind = w.Entry.Task.Spec.Kind,
                    SubmittedAt = w.Record.EndedAt!.Value,
                    Reviews = [.. w.Entry.Reviews.Where(r => r.Epoch == w.Record.Epoch)
                        .OrderBy(r => r.Said.At).ThenBy(r => r.ReviewerKey, StringComparer.Ordinal)
                        .Select(r => r.Said)],
                });
            return Paging.PageOf([.. found], query.Limit, w => Paging.Mark(w.TaskId, w.Epoch));
        });

    private bool Belongs(TaskEntry entry, Assignment record, ReviewQuery query)
    {
        var work = WorkOf(entry, record);
        return (query.Agent is null || record.Agent == query.Agent)
            && (query.IsReviewed is not { } isReviewed || work.Reviewers.Count > 0 == isReviewed)
            && (query.ReviewedBy is not { } by
                || work.Reviewers.Contains(ReviewedWork.KeyOf(by, PrincipalOf(by)), StringComparer.Ordinal))
            && (query.OpenFor is not { } reviewer
                || work.Judge(reviewer, PrincipalOf(reviewer)).Status == ReviewStatus.Accepted);
    }

    private string? PrincipalOf(string name) => _state.Agents.GetValueOrDefault(name)?.Profile.Principal;

    private ReviewedWork WorkOf(TaskEntry entry, Assignment record) => new(
        record.Agent, PrincipalOf(record.Agent), record.Epoch, record.Status, record.EndedAt!.Value.ToMicroseconds(),
        [.. entry.Reviews.Where(r => r.Epoch == record.Epoch).Select(r => r.ReviewerKey)]);

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
        var work = WorkOf(entry, record);
        var outcome = work.Judge(review.Reviewer, reviewer?.Profile.Principal);
        if (outcome.Status == ReviewStatus.Accepted)
        {
            var key = ReviewedWork.KeyOf(review.Reviewer, reviewer?.Profile.Principal);
            var said = new GivenReview(
                review.Reviewer, review.Score, review.Comment, UnixTime.FromMicroseconds(nowUs));
            _state.Put(entry with { Reviews = entry.Reviews.Add((record.Epoch, key, said)) });
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
