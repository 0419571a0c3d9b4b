using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Reading;

/// <summary>The views that people see at a SQL prompt, for measuring them.</summary>
internal sealed class ViewReader(Connection connection, SqlCatalog sql)
{
    /// <summary>Reads the first hundred rows of a view; answers how many there are.</summary>
    public int CountFirst(string view)
    {
        using var rows = connection.Prepare(view switch
        {
            "available_tasks" => sql["first_of_available_tasks"],
            "task_agent_matches" => sql["first_of_task_agent_matches"],
            "handoff_opportunities" => sql["first_of_handoff_opportunities"],
            "work_queue" => sql["first_of_work_queue"],
            _ => throw new ArgumentOutOfRangeException(nameof(view), view, "is none of the views"),
        });
        var count = 0;
        while (rows.Read())
        {
            count++;
        }

        return count;
    }
}
