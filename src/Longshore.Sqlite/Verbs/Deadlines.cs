using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// When tasks expire. Few tasks have a deadline, so it stands in a table of its own; a row outlives the end of its
/// task.
/// </summary>
internal sealed class Deadlines(Connection connection, SqlCatalog sql)
{
    private readonly Statement _add = connection.Prepare(sql["insert_deadline"]);
    private readonly Statement _due = connection.Prepare(sql["deadlines_due"]);
    private readonly Statement _remove = connection.Prepare(sql["deadline_remove"]);
    private readonly Statement _restore = connection.Prepare(sql["restore_deadline"]);

    public void Add(long taskId, long deadlineUs) => _add.Bind(taskId).Bind(deadlineUs).Run();

    public List<long> Due(long nowUs, int limit) => _due.Bind(nowUs).Bind(limit).ReadIds();

    public void Remove(long taskId) => _remove.Bind(taskId).Run();

    /// <summary>
    /// Puts the row of a task that lives again back: it is dropped when the deadline of an ended one passes.
    /// </summary>
    public void Restore(long taskId) => _restore.Bind(taskId).Run();
}
