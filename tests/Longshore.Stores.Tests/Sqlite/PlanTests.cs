using Longshore.Sqlite;
using Longshore.Sqlite.Interop;

namespace Longshore.Stores.Tests.Sqlite;

/// <summary>
/// Queries on the hot path and by key go through a key or an index; a plan that changes is a failure.
/// </summary>
public sealed class PlanTests
{
    [Theory]
    [InlineData("claim_get")]
    [InlineData("claim_remove")]
    [InlineData("claims_by_key")]
    [InlineData("ready_remove")]
    [InlineData("ready_get")]
    [InlineData("deferred_due")]
    [InlineData("deadlines_due")]
    [InlineData("assignments_failed")]
    [InlineData("assignment_get")]
    [InlineData("finished_get")]
    [InlineData("task_body")]
    [InlineData("task_place")]
    [InlineData("task_last_error")]
    [InlineData("events_after")]
    [InlineData("events_of_task")]
    [InlineData("find_code")]
    [InlineData("find_key")]
    public void Query_searches_and_never_scans(string name)
    {
        using var database = new TemporaryDatabase();
        using var store = new Opened(database);
        using var connection = new Connection(database.Path, readOnly: true);
        using var plan = connection.Prepare("explain query plan " + SqliteStore.Sql[name]);
        var steps = new List<string>();
        while (plan.Read())
        {
            steps.Add(plan.Text(3)!);
        }

        steps.ShouldNotBeEmpty();
        steps.ShouldAllBe(step => !step.StartsWith("SCAN"), string.Join("; ", steps));
        steps.ShouldAllBe(step => !step.Contains("TEMP B-TREE"), string.Join("; ", steps));
    }

    private sealed class Opened(TemporaryDatabase database) : IDisposable
    {
        private readonly SqliteStore _store = database.Open();

        public void Dispose() => _store.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
