using System.Text.Json;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>The nodes that share the store.</summary>
internal sealed class NodeVerbs(Connection connection, SqlCatalog sql)
{
    // How many times the timeout a silent node stays in the list.
    private const int ForgottenAfter = 10;
    private readonly Statement _beat = connection.Prepare(sql["node_beat"]);
    private readonly Statement _forget = connection.Prepare(sql["nodes_forget"]);
    private readonly Statement _leave = connection.Prepare(sql["node_leave"]);
    private readonly Statement _list = connection.Prepare(sql["nodes_list"]);

    public NodeBeatOutcome Beat(NodeBeat beat, long nowUs, long timeoutUs)
    {
        _forget.Bind(nowUs - (ForgottenAfter * timeoutUs)).Run();
        var changed = _beat.Bind(beat.Name).Bind(beat.Session).Bind(beat.Version).Bind(beat.Mode)
            .Bind(JsonSerializer.Serialize(beat.Interests.Order(StringComparer.Ordinal)))
            .Bind(nowUs).Bind(beat.TakesOver ? long.MaxValue : nowUs - timeoutUs).Run();
        return new NodeBeatOutcome(changed > 0, nowUs);
    }

    public bool Leave(string name, string session) => _leave.Bind(name).Bind(session).Run() > 0;

    public IReadOnlyList<NodeRecord> List()
    {
        var found = new List<NodeRecord>();
        while (_list.Read())
        {
            found.Add(new NodeRecord(
                _list.Text(0)!,
                _list.Text(1)!,
                _list.Text(2)!,
                _list.Text(3)!,
                JsonSerializer.Deserialize<string[]>(_list.Text(4)!)!,
                _list.Long(5),
                _list.Long(6)));
        }

        return found;
    }
}
