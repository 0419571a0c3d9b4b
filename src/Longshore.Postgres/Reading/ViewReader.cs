using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>The views that people see at a SQL prompt, for measuring them.</summary>
internal sealed class ViewReader(Database database)
{
    /// <summary>Reads the first hundred rows of a view; answers how many there are.</summary>
    public ValueTask<int> CountFirstAsync(string view, CancellationToken ct)
    {
        var query = view switch
        {
            "available_tasks" => database.Sql["first_of_available_tasks"],
            "task_agent_matches" => database.Sql["first_of_task_agent_matches"],
            "handoff_opportunities" => database.Sql["first_of_handoff_opportunities"],
            "work_queue" => database.Sql["first_of_work_queue"],
            _ => throw new ArgumentOutOfRangeException(nameof(view), view, "is none of the views"),
        };
        return database.RunAsync(() => new Round().Add(query), rows => CountAsync(rows, ct), ct);
    }

    private static async ValueTask<int> CountAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        var count = 0;
        while (await rows.ReadAsync(ct).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }
}
