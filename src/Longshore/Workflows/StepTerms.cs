using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>What was said of a step when its run began, and never changes.</summary>
internal sealed record StepTerms
{
    /// <summary>Nothing special: what nearly all steps say.</summary>
    public static readonly StepTerms Usual = new();

    public bool IsOptional { get; init; }

    public StepCondition? When { get; init; }

    public StepOverlap? Overlap { get; init; }

    /// <summary>It begins when nothing is left that it waits for.</summary>
    [JsonIgnore]
    public bool IsPlain => When is null && Overlap is null;

    /// <summary>As a store keeps it; null for the usual.</summary>
    public byte[]? Write() => this == Usual ? null : JsonSerializer.SerializeToUtf8Bytes(this, StoredJson.Options);

    public static StepTerms Read(ReadOnlySpan<byte> json) =>
        json.IsEmpty ? Usual : JsonSerializer.Deserialize<StepTerms>(json, StoredJson.Options)!;
}
