using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Matching;
using Longshore.Rules;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Reading;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Live;

/// <summary>Reads the <see cref="LiveIndex"/> from the tables.</summary>
internal sealed class LiveLoader(Connection connection, SqlCatalog sql)
{
    private readonly Statement _classes = connection.Prepare(sql["load_classes"]);
    private readonly Statement _agents = connection.Prepare(sql["load_agents"]);
    private readonly Statement _records = connection.Prepare(sql["load_agent_records"]);
    private readonly Statement _deferred = connection.Prepare(sql["load_deferred"]);
    private readonly Statement _rules = connection.Prepare(sql["load_rules"]);
    private readonly Statement _held = connection.Prepare(sql["load_held"]);
    private readonly Statement _keyed = connection.Prepare(sql["load_keyed_claims"]);
    private readonly Statement _buckets = connection.Prepare(sql["load_buckets"]);
    private readonly Statement _breakers = connection.Prepare(sql["load_breakers"]);
    private readonly Statement _ready = connection.Prepare(sql["load_ready"]);
    private readonly Statement _suspects = connection.Prepare(sql["load_suspect_holders"]);
    private readonly Statement _lastId = connection.Prepare(sql["load_last_task_id"]);

    public void Load(LiveIndex live)
    {
        lock (live.Gate)
        {
            live.Clear();
            while (_classes.Read())
            {
                var requires = JsonColumns.ReadWords(_classes.Bytes(3)).Select(text => Requirement.Parse(text));
                live.Classes.Add(new ClassKey(
                    _classes.Text(1)!, _classes.Text(2)!, [.. requires], _classes.Double(4), _classes.Text(5),
                    (MatchMode)_classes.Int(6), _classes.Text(7), HandoffTarget.Read(_classes.Text(8))));
            }

            while (_agents.Read())
            {
                live.AddAgent(ReadAgent(_agents));
            }

            LoadRecords(live);
            while (_suspects.Read())
            {
                live.Agent(_suspects.Long(0)).MarkHoldsSuspect();
            }

            LoadReady(live);
            while (_deferred.Read())
            {
                live.Pending.Add(_deferred.Int(0), live.Classes, _deferred.Long(1));
            }

            while (_rules.Read())
            {
                live.Rules.Set(_rules.Text(0)!, RulesJson.Read(_rules.Bytes(1)));
            }

            LoadRations(live);

            while (_breakers.Read())
            {
                var breaker = _breakers.ReadBreaker(live);
                live.Agent(_breakers.Long(1)).Breakers[breaker.Key.Kind ?? ""] = breaker;
            }

            while (_lastId.Read())
            {
                live.NextTaskId = Math.Max(live.NextTaskId, _lastId.Long(0) + 1);
            }
        }
    }

    private void LoadReady(LiveIndex live)
    {
        while (_ready.Read())
        {
            var place = _ready.ReadPlace();
            if (_ready.Text(PlaceColumns.Count) is { } limitKey)
            {
                live.Keys.Add(place, limitKey);
            }
            else
            {
                live.Ready.Add(place);
            }

            live.Pending.Add(place.ClassId, live.Classes, 1);
        }
    }

    private void LoadRations(LiveIndex live)
    {
        while (_held.Read())
        {
            live.Rations.Load(_held.Int(0), _held.Int(1));
        }

        while (_keyed.Read())
        {
            live.Keys.Hold(_keyed.ReadPlace(), _keyed.Text(PlaceColumns.Count)!);
        }

        foreach (var (name, rules) in live.Rules.All)
        {
            live.Rations.Decide(name, rules);
            live.Shares.Decide(name, rules);
            live.Keys.Decide(name, rules);
        }

        while (_buckets.Read())
        {
            if (_buckets.Text(2) is { Length: > 0 } key)
            {
                live.Keys.Load(_buckets.Text(0)!, _buckets.Text(1)!, key, _buckets.Long(3));
            }
            else
            {
                live.Rations.Load(_buckets.Text(0)!, _buckets.Text(1)!, _buckets.Long(3));
            }
        }
    }

    private void LoadRecords(LiveIndex live)
    {
        var parts = new List<(long AgentId, string Capability, Evidence Evidence)>();
        while (_records.Read())
        {
            parts.Add((_records.Long(0), _records.Text(1)!, ReadEvidence(_records, 2)));
        }

        foreach (var part in parts.GroupBy(p => p.AgentId))
        {
            var agent = live.Agent(part.Key);
            agent.Record = AgentRecord.Of(
                agent.Record.Overall, part.Select(p => KeyValuePair.Create(p.Capability, p.Evidence)));
        }
    }

    private static Evidence ReadEvidence(Statement row, int from) => new()
    {
        GoodMillionths = row.Long(from),
        BadMillionths = row.Long(from + 1),
        AsOfUs = row.Long(from + 2),
    };

    private static AgentEntry ReadAgent(Statement row)
    {
        var profile = new AgentRegistration
        {
            Name = row.Text(1)!,
            Type = row.Text(2)!,
            Description = row.Text(3),
            Capabilities = JsonColumns.ReadCapabilities(row.Bytes(4)),
            Specializations = JsonColumns.ReadWords(row.Bytes(5)),
            Kinds = JsonColumns.ReadWords(row.Bytes(6)),
            Namespaces = JsonColumns.ReadWords(row.Bytes(7)),
            MaxConcurrent = row.Int(8),
            Preferences = row.Json(9),
            Metadata = JsonColumns.ReadPairs(row.Bytes(10)),
            Session = row.Text(11),
            PriorityLevels = JsonColumns.ReadNumbers(row.Bytes(19)),
            Principal = row.Text(20),
        };
        var entry = new AgentEntry(row.Long(0), profile)
        {
            RegisteredUs = row.Long(17),
            Record = AgentRecord.Of(ReadEvidence(row, 23), []),
        };
        entry.Restore(
            (AgentMode)row.Int(12), row.Int(13), row.Double(14), row.Long(15), row.Long(16), row.Long(18));
        entry.Use(
            JsonColumns.ReadWords(row.Bytes(21)), row.IsNull(22) ? null : JsonColumns.ReadWords(row.Bytes(22)));
        return entry;
    }
}
