using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>
/// Keyset pages of task ids. A list by states reads the stage tables of those states, each by its own key, so that
/// a page of the few running tasks does not walk over the millions that ended.
/// </summary>
internal sealed class TaskLists(Database database)
{
    /// <summary>Up to limit + 1 ids, in the query's order: one more says that there is another page.</summary>
    public async ValueTask<List<long>> IdsAsync(NpgsqlConnection connection, TaskQuery query, CancellationToken ct)
    {
        var after = Paging.AfterId(query.After);
        var stages = StagesOf(query).ToList();
        if (stages.Count == 0)
        {
            return [];
        }

        var ids = await database.SendAsync(
            connection,
            stages.Aggregate(new Round(), (round, stage) => Add(round, stage, query, after)),
            async row =>
            {
                var all = new List<long>();
                do
                {
                    while (await row.ReadAsync(ct).ConfigureAwait(false))
                    {
                        all.Add(row.GetInt64(0));
                    }
                }
                while (await row.NextResultAsync(ct).ConfigureAwait(false));

                return all;
            },
            ct).ConfigureAwait(false);

        var ordered = query.Descending ? ids.OrderDescending() : ids.Order();
        return [.. ordered.Take(query.Limit + 1)];
    }

    private static IEnumerable<string> StagesOf(TaskQuery query)
    {
        if (query.States.Count == 0)
        {
            yield return query.Agent is null ? "tasks" : "claims";
            yield break;
        }

        if (query.States.Any(IsHeld))
        {
            yield return "claims";
        }

        if (query.Agent is not null)
        {
            yield break;
        }

        if (query.States.Any(TaskStates.IsQueued))
        {
            yield return "ready";
            yield return "deferred";
        }

        if (query.States.Any(s => s is TaskState.Waiting or TaskState.Quarantined or TaskState.Blocked))
        {
            yield return "parked";
        }

        if (query.States.Any(TaskStates.IsTerminal))
        {
            yield return "finished";
        }
    }

    private static bool IsHeld(TaskState state) =>
        state is TaskState.InProgress or TaskState.Assigned or TaskState.Blocked;

    private Round Add(Round round, string stage, TaskQuery query, long? after)
    {
        var where = string.Concat(
            query.Agent is null ? "" : database.Sql["where_agent"],
            stage is "parked" or "finished" ? " " + database.Sql["where_state"] : "",
            stage is "ready" or "deferred" && query.States.Count(TaskStates.IsQueued) == 1
                ? " " + database.Sql["where_queued"]
                : "",
            stage is "claims" && query.States.Count(IsHeld) is 1 or 2 ? " " + database.Sql["where_status"] : "");
        var text = database.Sql[query.Descending ? "list_ids_descending" : "list_ids"]
            .Replace(".tasks s /* stage */", $".{stage} s", StringComparison.Ordinal)
            .Replace("/* where */", where, StringComparison.Ordinal);
        return round.Add(text)
            .With(query.Namespace).With(query.Kind).With(query.MinPriority).With(query.Tag)
            .With([.. query.ExcludeCodes]).With(query.Limit + 1L).With(after).With(query.ParentId)
            .With(query.CorrelationId).With(query.Agent)
            .With((short[])[.. query.States.Select(state => (short)state)]);
    }
}
