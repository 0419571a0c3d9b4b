using System.Text.Json;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Catalog;

/// <summary>An agent's profile as columns, in one order for reading and for writing.</summary>
internal static class AgentColumns
{
    /// <summary>So many columns from the name to what it is authorised to use.</summary>
    public const int Count = 18;

    public static AgentProfile Profile(NpgsqlDataReader row, int from, int id, int version)
    {
        var names = row.GetFieldValue<string[]>(from + 3);
        var levels = row.GetFieldValue<int[]>(from + 4);
        var expiries = row.GetFieldValue<long?[]>(from + 5);
        var graces = row.GetFieldValue<long[]>(from + 13);
        var registration = new AgentRegistration
        {
            Name = row.GetString(from),
            Type = row.GetString(from + 1),
            Description = row.TextOrNull(from + 2),
            Capabilities = [.. names.Select((name, i) => new Capability(
                name, levels[i], expiries[i] is { } us ? UnixTime.FromMicroseconds(us) : null)
            {
                Grace = TimeSpan.FromMicroseconds(i < graces.Length ? graces[i] : 0),
            })],
            Specializations = row.GetFieldValue<string[]>(from + 6),
            Kinds = row.GetFieldValue<string[]>(from + 7),
            Namespaces = row.GetFieldValue<string[]>(from + 8),
            MaxConcurrent = row.GetInt32(from + 9),
            Preferences = row.Json(from + 10),
            Metadata = JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetFieldValue<byte[]>(from + 11))!,
            Session = row.TextOrNull(from + 12),
            Principal = row.TextOrNull(from + 14),
            PriorityLevels = LevelsOf(row.GetInt32(from + 15)),
        };
        return new AgentProfile(id, version, new Agent
        {
            Id = id,
            Profile = registration,
            Unavailable = row.GetFieldValue<string[]>(from + 16),
            Authorised = row.IsDBNull(from + 17) ? null : row.GetFieldValue<string[]>(from + 17),
        });
    }

    public static Round With(this Round round, AgentRegistration agent) => round
        .With(agent.Name).With(agent.Type).With(agent.Description)
        .With([.. agent.Capabilities.Select(c => c.Name)])
        .With((int[])[.. agent.Capabilities.Select(c => c.Level)])
        .With((long?[])[.. agent.Capabilities.Select(c => c.ExpiresAt?.ToMicroseconds())])
        .With([.. agent.Specializations]).With([.. agent.Kinds]).With([.. agent.Namespaces])
        .With(agent.MaxConcurrent)
        .WithJson(agent.Preferences.IsNone ? null : agent.Preferences.Memory.ToArray())
        .WithJson(JsonSerializer.SerializeToUtf8Bytes(agent.Metadata))
        .With(agent.Session)
        .With((long[])[.. agent.Capabilities.Select(c => c.Grace.ToMicroseconds())])
        .With(agent.Principal).With(LevelBits(agent.PriorityLevels));

    /// <summary>A bit for each priority; none for all.</summary>
    public static int LevelBits(IEnumerable<int> levels) => levels.Aggregate(0, (bits, level) => bits | (1 << level));

    private static int[] LevelsOf(int bits) =>
        [.. Enumerable.Range(0, Limits.PriorityMax + 1).Where(level => (bits & (1 << level)) != 0)];
}
