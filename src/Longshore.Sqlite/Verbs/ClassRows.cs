using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>Interns task classes: in memory and in their table.</summary>
internal sealed class ClassRows(Connection connection, SqlCatalog sql, LiveIndex live)
{
    private readonly Statement _add = connection.Prepare(sql["insert_class"]);

    public int IdOf(ClassKey key)
    {
        if (live.Classes.TryGet(key, out var known))
        {
            return known.Id;
        }

        lock (live.Gate)
        {
            known = live.Classes.Add(key);
        }

        _add.Bind(known.Id).Bind(key.Namespace).Bind(key.Kind)
            .BindText(JsonColumns.Write([.. key.Requires.Select(r => r.ToString())]))
            .Bind(key.MinimumMatch).Bind(key.Owner).Bind((long)key.Match).Bind(key.Step)
            .Bind(key.Target?.ToString()).Run();
        return known.Id;
    }
}
