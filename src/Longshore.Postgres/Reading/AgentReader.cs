using Longshore.Agents;
using Longshore.Postgres.Catalog;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>Reads agents with what changes about them.</summary>
internal sealed class AgentReader(Database database, AgentCatalog agents)
{
    /// <summary>The agents of these names, or all, in the order of their names; and the database's instant.</summary>
    public ValueTask<List<PresentAgent>> ReadAsync(string[]? names, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["agent_list"]).With(names),
        row => row.AllAsync(Read, ct),
        ct);

    private PresentAgent Read(NpgsqlDataReader row)
    {
        const int After = AgentColumns.Count;
        var profile = agents.Note(AgentColumns.Profile(row, 0, row.GetInt32(After), row.GetInt32(After + 1)));
        var agent = profile.Agent with
        {
            Mode = (AgentMode)row.GetInt16(After + 2),
            Load = row.GetInt32(After + 3),
            Reputation = row.GetDouble(After + 4),
            TotalCompleted = row.GetInt64(After + 5),
            TotalFailed = row.GetInt64(After + 6),
            RegisteredAt = row.Instant(After + 7),
            LastSeen = row.Instant(After + 8),
            Record = ReadRecord(row, After + 11),
        };
        return new PresentAgent(profile, agent, row.GetBoolean(After + 9), row.GetInt32(After + 10));
    }

    private static AgentRecord ReadRecord(NpgsqlDataReader row, int from)
    {
        var overall = Evidence(row.GetInt64(from), row.GetInt64(from + 1), row.GetInt64(from + 2));
        if (row.IsDBNull(from + 3))
        {
            return AgentRecord.Of(overall, []);
        }

        var (good, bad, asOfUs) = (
            row.GetFieldValue<long[]>(from + 4), row.GetFieldValue<long[]>(from + 5),
            row.GetFieldValue<long[]>(from + 6));
        return AgentRecord.Of(overall, row.GetFieldValue<string[]>(from + 3)
            .Select((name, i) => KeyValuePair.Create(name, Evidence(good[i], bad[i], asOfUs[i]))));
    }

    private static Evidence Evidence(long good, long bad, long asOfUs) => new()
    {
        GoodMillionths = good,
        BadMillionths = bad,
        AsOfUs = asOfUs,
    };
}

/// <summary>An agent, and what this node knows of its profile.</summary>
internal sealed record PresentAgent(AgentProfile Profile, Agent Agent, bool HoldsSuspect, int Breakers);
