using Longshore.Assignments;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads submitted results and their reviews.</summary>
internal sealed class ReviewRows(Connection connection, SqlCatalog sql, LiveIndex live)
{
    private readonly Lazy<Statement> _submitted = new(() => connection.Prepare(sql["submitted_page"]));
    private readonly Lazy<Statement> _reviewed = new(() => connection.Prepare(sql["reviewed_page"]));
    private readonly Lazy<Statement> _reviews = new(() => connection.Prepare(sql["reviews_of"]));

    /// <summary>Up to limit + 1 of a query: one more says that there is another page.</summary>
    public IReadOnlyList<SubmittedWork> Page(ReviewQuery query)
    {
        var after = Paging.AfterGrant(query.After) ?? (0, 0);
        var row = (query.IsOfReviewed ? _reviewed : _submitted).Value.Bind(after.TaskId).Bind(after.Epoch)
            .Bind(query.TaskId).Bind(query.Agent).Bind(query.Namespace).Bind(query.Kind)
            .Bind(query.OpenFor).Bind(KeyOf(query.OpenFor)).Bind(Limits.ReviewsMax);
        row = query.IsOfReviewed ? row.Bind(KeyOf(query.ReviewedBy)) : row.Bind(query.IsReviewed == false ? 1 : 0);
        row.Bind(query.Limit + 1L);
        var found = new List<SubmittedWork>();
        while (row.Read())
        {
            found.Add(new SubmittedWork
            {
                TaskId = row.Long(0),
                Epoch = row.Int(1),
                Agent = row.Text(2)!,
                Namespace = row.Text(3)!,
                Kind = row.Text(4)!,
                SubmittedAt = UnixTime.FromMicroseconds(row.Long(5)),
                Reviews = Of(row.Long(0), row.Int(1)),
            });
        }

        return found;
    }

    private string? KeyOf(string? reviewer) => reviewer is null ? null
        : ReviewedWork.KeyOf(reviewer, live.IdOf(reviewer) is { } id ? live.PrincipalOf(id) : null);

    private List<GivenReview> Of(long taskId, int epoch)
    {
        var row = _reviews.Value.Bind(taskId).Bind(epoch);
        var said = new List<GivenReview>();
        while (row.Read())
        {
            said.Add(new GivenReview(
                row.Text(0)!, row.Double(1), row.Text(2), UnixTime.FromMicroseconds(row.Long(3))));
        }

        return said;
    }
}
