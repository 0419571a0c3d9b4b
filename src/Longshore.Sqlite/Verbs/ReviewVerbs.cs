using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>What others say of an agent's work.</summary>
internal sealed class ReviewVerbs(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, AgentVerbs agents, EventLog events,
    TimeSpan halfLife)
{
    private readonly Statement _subject = connection.Prepare(sql["review_subject"]);
    private readonly Statement _reviewers = connection.Prepare(sql["reviewers"]);
    private readonly Statement _add = connection.Prepare(sql["review_add"]);

    public ReviewOutcome Review(Review review, long nowUs)
    {
        if (stages.Find(review.TaskId) is not { } standing || WorkOf(review) is not { } work)
        {
            return new ReviewOutcome(ReviewStatus.NotFound);
        }

        var reviewer = live.Agent(review.Reviewer);
        var outcome = work.Judge(review.Reviewer, reviewer?.Profile.Principal);
        if (outcome.Status == ReviewStatus.Accepted)
        {
            var key = ReviewedWork.KeyOf(review.Reviewer, reviewer?.Profile.Principal);
            _add.Bind(review.TaskId).Bind(work.Epoch).Bind(key).Bind(review.Reviewer).Bind(review.Score)
                .Bind(review.Comment).Bind(nowUs).Run();
            var requires = live.Classes[standing.Place.ClassId].Key.Requires;
            agents.Learn(live.Agent(work.Agent)!, work.LessonOf(review.Score, requires, nowUs, halfLife), nowUs);
            var payload = EventPayloads.Review(work.Epoch, work.Agent, review.Score, review.Comment);
            var sort = reviewer is null ? ActorType.Human : ActorType.Agent;
            events.AddSingle(
                new NewEvent(EventTypes.TaskReviewed, sort, review.Reviewer, review.TaskId, payload), nowUs,
                work.Epoch);
        }

        return outcome;
    }

    public bool Rate(Rating rating, string actor, long nowUs)
    {
        if (live.Agent(rating.Agent) is not { } agent)
        {
            return false;
        }

        agents.Learn(agent, rating.ToLesson(), nowUs);
        var payload = EventPayloads.Rating(
            rating.Agent, rating.Score, rating.Weight, rating.Capability, rating.Comment);
        events.AddSingle(new NewEvent(EventTypes.AgentRated, ActorType.Human, actor, Payload: payload), nowUs);
        return true;
    }

    private ReviewedWork? WorkOf(Review review)
    {
        _subject.Bind(review.TaskId).Bind((long?)review.Epoch);
        if (!_subject.Read())
        {
            return null;
        }

        var (epoch, agentId, outcome, endedUs) = (
            _subject.Int(0), _subject.Long(1), (AssignmentStatus)_subject.Int(2), _subject.Long(3));
        _subject.Reset();
        var reviewers = new List<string>();
        _reviewers.Bind(review.TaskId).Bind(epoch);
        while (_reviewers.Read())
        {
            reviewers.Add(_reviewers.Text(0)!);
        }

        var agent = live.Agent(agentId).Profile;
        return new ReviewedWork(agent.Name, agent.Principal, epoch, outcome, endedUs, reviewers);
    }
}
