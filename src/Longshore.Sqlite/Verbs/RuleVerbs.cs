using Longshore.Events;
using Longshore.Rules;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>What operators and the distributor decide.</summary>
internal sealed class RuleVerbs(Connection connection, SqlCatalog sql, LiveIndex live, EventLog events)
{
    private readonly Statement _put = connection.Prepare(sql["rules_put"]);
    private readonly Statement _bucket = connection.Prepare(sql["bucket_put"]);
    private readonly Statement _forget = connection.Prepare(sql["bucket_remove"]);
    private readonly Statement _cursor = connection.Prepare(sql["cursor_put"]);

    public NamespaceRules? Set(string @namespace, NamespaceRules rules, long? expectedVersion, long nowUs)
    {
        var present = live.Rules.Of(@namespace).Version;
        if (expectedVersion is { } expected && expected != present)
        {
            return null;
        }

        var decided = rules with { Version = present + 1 };
        _put.Bind(@namespace).BindText(RulesJson.Write(decided)).Run();
        lock (live.Gate)
        {
            live.Rules.Set(@namespace, decided);
            live.Rations.Decide(@namespace, decided);
            live.Shares.Decide(@namespace, decided);
            live.Keys.Decide(@namespace, decided);
            foreach (var agent in live.Agents)
            {
                agent.Forget();
            }
        }

        var payload = EventPayloads.Namespace(@namespace);
        events.AddSingle(new NewEvent(EventTypes.RulesChanged, ActorType.Human, "api", Payload: payload), nowUs);
        return decided;
    }

    /// <summary>Writes what rates have let go in the transaction.</summary>
    public void StoreBuckets()
    {
        foreach (var (name, kind, fullUs) in live.Rations.IsUsed ? live.Rations.TakeChanged() : [])
        {
            _bucket.Bind(name).Bind(kind).Bind("").Bind(fullUs).Run();
        }

        List<(string Namespace, string Kind, string Key, long? FullUs)> changed;
        lock (live.Gate)
        {
            changed = [.. live.Keys.TakeChanged()];
        }

        foreach (var (name, kind, key, fullUs) in changed)
        {
            (fullUs is null ? _forget : _bucket).Bind(name).Bind(kind).Bind(key);
            (fullUs is { } us ? _bucket.Bind(us) : _forget).Run();
        }
    }

    public void Put(RoutingCursor cursor) => _cursor.Bind(cursor.Namespace).Bind(cursor.Name).Bind(cursor.Agent).Run();
}
