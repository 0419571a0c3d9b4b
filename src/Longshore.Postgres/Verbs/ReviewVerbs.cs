using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>What others say of an agent's work. The agent's lock keeps two reviews of one assignment apart.</summary>
internal sealed class ReviewVerbs(Database database, MovesWriter writer)
{
    private readonly TimeSpan _halfLife = database.Options.Store.ReputationHalfLife;

    public ValueTask<ReviewOutcome> ReviewAsync(Review review, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                // Whose work it is never changes; who reviewed it is read under the agent's lock.
                if (await FindAsync(connection, review, nowUs, ct).ConfigureAwait(false) is not { } found)
                {
                    return new ReviewOutcome(ReviewStatus.NotFound);
                }

                await LockAsync(connection, found.Work.Agent, ct).ConfigureAwait(false);
                found = (await FindAsync(connection, review, nowUs, ct).ConfigureAwait(false))!;
                var outcome = found.Work.Judge(review.Reviewer, found.ReviewersPrincipal);
                if (outcome.Status == ReviewStatus.Accepted)
                {
                    await SendAsync(connection, Accept(review, found), ct).ConfigureAwait(false);
                }

                return outcome;
            },
            ct);

    public ValueTask<bool> RateAsync(Rating rating, string actor, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                if (await LockAsync(connection, rating.Agent, ct).ConfigureAwait(false) is not { } agentId)
                {
                    return false;
                }

                var round = new Round();
                AddLesson(round, agentId, rating.ToLesson(), nowUs);
                var payload = EventPayloads.Rating(
                    rating.Agent, rating.Score, rating.Weight, rating.Capability, rating.Comment);
                writer.AddEvent(
                    round, new NewEvent(EventTypes.AgentRated, ActorType.Human, actor, Payload: payload), nowUs);
                await SendAsync(connection, round, ct).ConfigureAwait(false);
                return true;
            },
            ct);

    private Round Accept(Review review, Found found)
    {
        var work = found.Work;
        var round = new Round().Add(database.Sql["review_add"])
            .With((long?)review.TaskId).With((int?)work.Epoch)
            .With(ReviewedWork.KeyOf(review.Reviewer, found.ReviewersPrincipal)).With(review.Reviewer)
            .With((double?)review.Score).With(review.Comment).With((long?)found.NowUs);
        AddLesson(
            round, found.AgentId, work.LessonOf(review.Score, found.Requires, found.NowUs, _halfLife), found.NowUs);
        var payload = EventPayloads.Review(work.Epoch, work.Agent, review.Score, review.Comment);
        var sort = found.IsAgent ? ActorType.Agent : ActorType.Human;
        writer.AddEvent(
            round, new NewEvent(EventTypes.TaskReviewed, sort, review.Reviewer, review.TaskId, payload), found.NowUs,
            work.Epoch);
        return round;
    }

    private void AddLesson(Round round, int agentId, in Lesson lesson, long? nowUs)
    {
        round.Add(database.Sql["agent_learn"])
            .With((int?)agentId).With((long?)lesson.GoodMillionths).With((long?)lesson.BadMillionths).With(nowUs)
            .With((long?)_halfLife.ToMicroseconds());
        if (lesson.Requires.Count > 0)
        {
            round.Add(database.Sql["record_learn"])
                .With((int?)agentId).With((string?[])[.. lesson.Requires.Select(r => r.Name).Distinct()])
                .With((long?)lesson.GoodMillionths).With((long?)lesson.BadMillionths).With(nowUs)
                .With((long?)_halfLife.ToMicroseconds());
        }
    }

    private ValueTask<Found?> FindAsync(
        NpgsqlConnection connection, Review review, long? nowUs, CancellationToken ct) =>
        database.SendAsync(
            connection,
            new Round().Add(database.Sql["review_subject"])
                .With((long?)review.TaskId).With(review.Epoch).With(review.Reviewer).With(nowUs),
            async row => await row.ReadAsync(ct).ConfigureAwait(false) ? Read(row) : null,
            ct);

    private static Found Read(NpgsqlDataReader row)
    {
        var requires = row.GetFieldValue<string[]>(7);
        return new Found(
            row.GetInt64(0),
            row.GetInt32(3),
            new ReviewedWork(
                row.GetString(1), row.TextOrNull(2), row.GetInt32(4), (AssignmentStatus)row.GetInt16(5),
                row.GetInt64(6), row.GetFieldValue<string[]>(8)),
            [.. requires.Select(name => new Requirement(name))],
            !row.IsDBNull(9),
            row.TextOrNull(10));
    }

    private ValueTask<int?> LockAsync(NpgsqlConnection connection, string name, CancellationToken ct) =>
        database.SendAsync<int?>(
            connection,
            new Round().Add(database.Sql["review_lock"]).With(name),
            async row => await row.ReadAsync(ct).ConfigureAwait(false) ? row.GetInt32(0) : null,
            ct);

    private async ValueTask SendAsync(NpgsqlConnection connection, Round round, CancellationToken ct) =>
        await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);

    private sealed record Found(
        long NowUs, int AgentId, ReviewedWork Work, IReadOnlyList<Requirement> Requires, bool IsAgent,
        string? ReviewersPrincipal);
}
