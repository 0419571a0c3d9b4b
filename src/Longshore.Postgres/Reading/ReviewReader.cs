using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>Reads submitted results and their reviews.</summary>
internal sealed class ReviewReader(Database database)
{
    public ValueTask<Page<SubmittedWork>> PageAsync(ReviewQuery query, CancellationToken ct)
    {
        var after = Paging.AfterGrant(query.After) ?? (0, 0);
        return database.RunAsync(
            () =>
            {
                var round = new Round().Add(database.Sql[query.IsOfReviewed ? "reviewed_page" : "submitted_page"])
                    .With((long?)after.TaskId).With((int?)after.Epoch).With(query.TaskId).With(query.Agent)
                    .With(query.Namespace).With(query.Kind).With(query.OpenFor);
                round = query.IsOfReviewed
                    ? round.With(query.ReviewedBy)
                    : round.With((bool?)(query.IsReviewed == false));
                return round.With((int?)Limits.ReviewsMax).With((int?)(query.Limit + 1));
            },
            async row => Paging.PageOf(
                await row.AllAsync(Read, ct).ConfigureAwait(false), query.Limit, w => Paging.Mark(w.TaskId, w.Epoch)),
            ct);
    }

    private static SubmittedWork Read(NpgsqlDataReader row)
    {
        var scores = row.GetFieldValue<double[]>(7);
        var comments = row.GetFieldValue<string?[]>(8);
        var instants = row.GetFieldValue<long[]>(9);
        return new SubmittedWork
        {
            TaskId = row.GetInt64(0),
            Epoch = row.GetInt32(1),
            Agent = row.GetString(2),
            Namespace = row.GetString(3),
            Kind = row.GetString(4),
            SubmittedAt = row.Instant(5),
            Reviews =
            [
                .. row.GetFieldValue<string[]>(6).Select((reviewer, i) => new GivenReview(
                    reviewer, scores[i], comments[i], UnixTime.FromMicroseconds(instants[i]))),
            ],
        };
    }
}
