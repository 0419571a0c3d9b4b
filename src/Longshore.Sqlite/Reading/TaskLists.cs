using System.Text.Json;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>
/// Keyset pages of task ids. A list by states reads the stage tables of those states, each by its own key, so that
/// a page of the few running tasks does not walk over the millions that ended.
/// </summary>
internal sealed class TaskLists(Connection connection, SqlCatalog sql)
{
    private readonly Dictionary<string, Statement> _prepared = new(StringComparer.Ordinal);

    /// <summary>Up to limit + 1 ids, in the query's order: one more says that there is another page.</summary>
    public List<long> Ids(TaskQuery query)
    {
        var after = Paging.AfterId(query.After);
        if (query.States.Count == 0)
        {
            return Read(query.Agent is null ? "tasks" : "claims", query, after);
        }

        var ids = StagesOf(query.States, query.Agent is not null).SelectMany(stage => Read(stage, query, after));
        var ordered = query.Descending ? ids.OrderDescending() : ids.Order();
        return [.. ordered.Take(query.Limit + 1)];
    }

    private static IEnumerable<string> StagesOf(IReadOnlyList<TaskState> states, bool heldOnly)
    {
        if (states.Any(s => s is TaskState.InProgress or TaskState.Assigned or TaskState.Blocked))
        {
            yield return "claims";
        }

        if (heldOnly)
        {
            yield break;
        }

        if (states.Any(TaskStates.IsQueued))
        {
            yield return "ready";
            yield return "deferred";
        }

        if (states.Any(s => s is TaskState.Waiting or TaskState.Quarantined or TaskState.Blocked))
        {
            yield return "parked";
        }

        if (states.Any(TaskStates.IsTerminal))
        {
            yield return "finished";
        }
    }

    private List<long> Read(string stage, TaskQuery query, long? after) =>
        Prepared(stage, query)
            .Bind(query.Namespace).Bind(query.Kind).Bind((long?)query.MinPriority).Bind(query.Tag)
            .BindText(JsonColumns.Write(query.ExcludeCodes)).Bind(query.Limit + 1L)
            .Bind(after).Bind(query.ParentId).Bind(query.CorrelationId).Bind(query.Agent)
            .BindText(JsonSerializer.SerializeToUtf8Bytes(query.States.Select(state => (int)state)))
            .ReadIds();

    private Statement Prepared(string stage, TaskQuery query)
    {
        string?[] conditions =
        [
            query.After is null ? null : sql[query.Descending ? "where_before" : "where_after"],
            query.ParentId is null ? null : sql["where_parent"],
            query.CorrelationId is null ? null : sql["where_correlation"],
            query.Agent is null ? null : sql["where_agent"],
            stage is "parked" or "finished" ? sql["where_state"] : null,
            stage is "ready" or "deferred" ? sql["where_queued"] : null,
            stage == "claims" && query.States.Count > 0 ? sql["where_held"] : null,
        ];
        var text = sql["list_ids"]
            .Replace("/* stage */ tasks", stage, StringComparison.Ordinal)
            .Replace("/* where */", string.Join(' ', conditions), StringComparison.Ordinal)
            .Replace("/* direction */", query.Descending ? "desc" : "asc", StringComparison.Ordinal);
        if (!_prepared.TryGetValue(text, out var statement))
        {
            _prepared.Add(text, statement = connection.Prepare(text));
        }

        return statement;
    }
}
