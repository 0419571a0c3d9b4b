using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>An agent as it registers.</summary>
public record NewAgentWire
{
    /// <summary>Unique; kebab-case, 3 to 50 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What sort of agent; <c>service</c> when missing.</summary>
    public string? Type { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>What it can do: <c>"sql:3"</c>, or
    /// <c>{"name": "sql", "level": 3, "expires_at": …, "grace_seconds": …}</c>.</summary>
    public IReadOnlyList<CapabilityWire>? Capabilities { get; init; }

    /// <summary>What it likes best.</summary>
    public IReadOnlyList<string>? Specializations { get; init; }

    /// <summary>Kinds it takes; empty means any.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Namespaces it works in.</summary>
    public IReadOnlyList<string>? Namespaces { get; init; }

    /// <summary>Priorities it takes; empty means any.</summary>
    public IReadOnlyList<int>? PriorityLevels { get; init; }

    /// <summary>Who stands behind it; agents of one principal count as one where exclusion says so.</summary>
    public string? Principal { get; init; }

    /// <summary>How many tasks it runs at once.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>Free JSON.</summary>
    public JsonText? Preferences { get; init; }

    /// <summary>Standing, 0 to 1.</summary>
    public double? Reputation { get; init; }

    /// <summary>Free name-value pairs.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>One life of the agent's process; another one declares the former dead.</summary>
    public string? Session { get; init; }

    /// <summary>The registration meant.</summary>
    public AgentRegistration ToRegistration()
    {
        var usual = new AgentRegistration { Name = Name };
        return usual with
        {
            Type = Type ?? usual.Type,
            Description = Description,
            Capabilities = [.. (Capabilities ?? []).Select((c, i) => (c
                ?? throw LongshoreException.Invalid($"capabilities[{i}]", "cannot be null"))
                .ToCapability($"capabilities[{i}]"))],
            Specializations = Specializations ?? usual.Specializations,
            Kinds = Kinds ?? usual.Kinds,
            Namespaces = Namespaces ?? usual.Namespaces,
            PriorityLevels = PriorityLevels ?? usual.PriorityLevels,
            Principal = Principal,
            MaxConcurrent = MaxConcurrent ?? usual.MaxConcurrent,
            Preferences = Preferences ?? default,
            Reputation = Reputation,
            Metadata = Metadata ?? usual.Metadata,
            Session = Session,
        };
    }

    /// <summary>The wire form of a registration.</summary>
    public static NewAgentWire Of(AgentRegistration agent) => Fill(new NewAgentWire { Name = agent.Name }, agent);

    private protected static T Fill<T>(T wire, AgentRegistration agent)
        where T : NewAgentWire => wire with
        {
            Type = agent.Type,
            Description = agent.Description,
            Capabilities = [.. agent.Capabilities.Select(CapabilityWire.Of)],
            Specializations = agent.Specializations,
            Kinds = agent.Kinds,
            Namespaces = agent.Namespaces,
            PriorityLevels = agent.PriorityLevels.Count == 0 ? null : agent.PriorityLevels,
            Principal = agent.Principal,
            MaxConcurrent = agent.MaxConcurrent,
            Preferences = agent.Preferences.IsNone ? null : agent.Preferences,
            Reputation = agent.Reputation,
            Metadata = agent.Metadata,
            Session = agent.Session,
        };
}

/// <summary>An agent as it stands.</summary>
public sealed record AgentWire : NewAgentWire
{
    /// <summary>Unique in the store.</summary>
    public long Id { get; init; }

    /// <summary>idle, active, at_capacity, unresponsive, draining, blocked or offline.</summary>
    public string Status { get; init; } = "idle";

    /// <summary>available, draining, blocked or offline.</summary>
    public string Mode { get; init; } = "available";

    /// <summary>Capabilities it declares and cannot use now.</summary>
    public IReadOnlyList<string>? Unavailable { get; init; }

    /// <summary>The capabilities it is authorised to use; missing means all it declares.</summary>
    public IReadOnlyList<string>? Authorised { get; init; }

    /// <summary>Tasks it holds.</summary>
    public int Load { get; init; }

    /// <summary>Tasks it completed.</summary>
    public long TotalCompleted { get; init; }

    /// <summary>Attempts it failed.</summary>
    public long TotalFailed { get; init; }

    /// <summary>What is known of how well it works.</summary>
    public RecordWire? Record { get; init; }

    /// <summary>First registration.</summary>
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Latest call.</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>Since when it waits for work.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>The wire form of an agent.</summary>
    public static AgentWire Of(Agent agent) => Fill(new AgentWire { Name = agent.Name }, agent.Profile) with
    {
        Id = agent.Id,
        Status = agent.Status.ToWire(),
        Mode = agent.Mode.ToWire(),
        Unavailable = agent.Unavailable.Count == 0 ? null : agent.Unavailable,
        Authorised = agent.Authorised,
        Load = agent.Load,
        Reputation = agent.Reputation,
        TotalCompleted = agent.TotalCompleted,
        TotalFailed = agent.TotalFailed,
        Record = RecordWire.Of(agent.Record),
        RegisteredAt = agent.RegisteredAt,
        LastSeen = agent.LastSeen,
        WaitingSince = agent.WaitingSince,
    };

    /// <summary>The agent meant.</summary>
    public Agent ToAgent() => new()
    {
        Id = Id,
        Profile = ToRegistration(),
        Status = Words.Parse<AgentStatus>(Status, "status"),
        Mode = Words.Parse<AgentMode>(Mode, "mode"),
        Unavailable = Unavailable ?? [],
        Authorised = Authorised,
        Load = Load,
        Reputation = Reputation ?? 1.0,
        TotalCompleted = TotalCompleted,
        TotalFailed = TotalFailed,
        Record = Record?.ToRecord() ?? AgentRecord.Empty,
        RegisteredAt = RegisteredAt,
        LastSeen = LastSeen,
        WaitingSince = WaitingSince,
    };
}

/// <summary>A capability: as a text such as <c>sql:3</c>, or as an object when it expires.</summary>
[JsonConverter(typeof(CapabilityConverter))]
public sealed record CapabilityWire
{
    /// <summary>The name, or name:level.</summary>
    public required string Name { get; init; }

    /// <summary>1 to 100.</summary>
    public int? Level { get; init; }

    /// <summary>When it stops counting.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long after that it still counts for tasks that are not strict.</summary>
    public double? GraceSeconds { get; init; }

    internal Capability ToCapability(string field)
    {
        var parsed = Capability.Parse(Name, field);
        if (Level is { } level)
        {
            TaskValidation.Range(level, 1, Limits.CapabilityLevelMax, field + ".level");
            parsed = parsed with { Level = level };
        }

        return parsed with
        {
            ExpiresAt = ExpiresAt,
            Grace = Words.SecondsOrNull(GraceSeconds, field + ".grace_seconds") ?? TimeSpan.Zero,
        };
    }

    internal static CapabilityWire Of(Capability capability) => new()
    {
        Name = capability.Name,
        Level = capability.Level,
        ExpiresAt = capability.ExpiresAt,
        GraceSeconds = capability.Grace == TimeSpan.Zero ? null : capability.Grace.TotalSeconds,
    };
}

internal sealed class CapabilityConverter : JsonConverter<CapabilityWire>
{
    public override CapabilityWire Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new CapabilityWire { Name = reader.GetString()! };
        }

        var parts = JsonSerializer.Deserialize<Parts>(ref reader, options) ?? throw new JsonException();
        return new CapabilityWire
        {
            Name = parts.Name,
            Level = parts.Level,
            ExpiresAt = parts.ExpiresAt,
            GraceSeconds = parts.GraceSeconds,
        };
    }

    public override void Write(Utf8JsonWriter writer, CapabilityWire value, JsonSerializerOptions options)
    {
        var capability = new Capability(value.Name, value.Level ?? 1);
        if (value.ExpiresAt is not { } expiresAt)
        {
            writer.WriteStringValue(capability.ToString());
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("name", capability.Name);
        writer.WriteNumber("level", capability.Level);
        writer.WriteString("expires_at", InstantConverter.Format(expiresAt));
        if (value.GraceSeconds is { } grace)
        {
            writer.WriteNumber("grace_seconds", grace);
        }

        writer.WriteEndObject();
    }

    private sealed record Parts
    {
        public required string Name { get; init; }

        public int? Level { get; init; }

        public DateTimeOffset? ExpiresAt { get; init; }

        public double? GraceSeconds { get; init; }
    }
}
