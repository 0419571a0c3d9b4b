using Longshore.Sqlite.Interop;

namespace Longshore.Sqlite;

/// <content>The invariants, for tests.</content>
public sealed partial class SqliteStore
{
    /// <summary>
    /// One stage per task, an agent's load is its live claims, a grant's epoch is above all ended ones, and the
    /// index in memory holds what the ready table holds. Answers what is broken; nothing when all is well.
    /// </summary>
    internal async ValueTask<IReadOnlyList<string>> CheckInvariantsAsync() => await _writer.RunAsync(() =>
    {
        var broken = new List<string>();
        Each("check_one_stage", row => broken.Add($"task {row.Long(0)} is in {row.Long(1)} stages"));
        Each("check_load", row =>
            broken.Add($"agent {row.Text(0)} has load {row.Long(1)} and {row.Long(2)} live claims"));
        Each("check_epochs", row => broken.Add($"task {row.Long(0)} has a live claim that is not its latest grant"));
        Each("check_probes", row =>
            broken.Add($"breaker {row.Long(0)} of agent {row.Long(1)} {row.Text(2)} waits for a probe that is over"));
        Each("check_handoffs", row =>
            broken.Add($"task {row.Long(0)} is in state {row.Long(1)} and has {row.Long(2)} open hand-offs"));
        Each("check_blockers", row =>
            broken.Add($"task {row.Long(0)} is in state {row.Long(1)} and has {row.Long(2)} open blockers"));
        Each("check_unique", row => broken.Add($"task {row.Long(0)} is unique and does not hold its key"));
        Each("check_runs", row =>
            broken.Add($"run {row.Long(0)} counts {row.Long(1)} where {row.Long(2)} stand"));
        Each("check_ready", row =>
        {
            if (_live.Ready.Count + _live.Keys.Shut != row.Long(0))
            {
                broken.Add($"{row.Long(0)} tasks are ready, {_live.Ready.Count} are in the index and "
                    + $"{_live.Keys.Shut} wait for their keys");
            }
        });
        return broken;
    }).ConfigureAwait(false);

    private void Each(string query, Action<Statement> row)
    {
        using var statement = _connection.Prepare(Sql[query]);
        while (statement.Read())
        {
            row(statement);
        }
    }
}
