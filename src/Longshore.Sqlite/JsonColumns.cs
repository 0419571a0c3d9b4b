using System.Text.Json;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Sqlite;

/// <summary>
/// The few columns that hold lists, as JSON a person can read at a SQL prompt. Never searched to match work.
/// </summary>
internal static class JsonColumns
{
    private sealed record StoredCapability(string Name, int Level, long? ExpiresUs, long GraceUs = 0);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static byte[] Write(IReadOnlyList<string> words) => JsonSerializer.SerializeToUtf8Bytes(words, Options);

    public static byte[] Write(IReadOnlyDictionary<string, string> pairs) =>
        JsonSerializer.SerializeToUtf8Bytes(pairs, Options);

    public static byte[] Write(IReadOnlyList<Capability> capabilities) => JsonSerializer.SerializeToUtf8Bytes(
        capabilities.Select(c => new StoredCapability(
            c.Name, c.Level, c.ExpiresAt?.ToMicroseconds(), c.Grace.ToMicroseconds())),
        Options);

    public static byte[] Write(IReadOnlyList<int> numbers) => JsonSerializer.SerializeToUtf8Bytes(numbers, Options);

    public static IReadOnlyList<int> ReadNumbers(ReadOnlySpan<byte> json) =>
        json.IsEmpty ? [] : JsonSerializer.Deserialize<List<int>>(json, Options)!;

    public static IReadOnlyList<string> ReadWords(ReadOnlySpan<byte> json) =>
        json.IsEmpty ? [] : JsonSerializer.Deserialize<List<string>>(json, Options)!;

    public static IReadOnlyDictionary<string, string> ReadPairs(ReadOnlySpan<byte> json) =>
        json.IsEmpty ? NewTask.EmptyMetadata : JsonSerializer.Deserialize<Dictionary<string, string>>(json, Options)!;

    public static IReadOnlyList<Capability> ReadCapabilities(ReadOnlySpan<byte> json) =>
        [.. JsonSerializer.Deserialize<List<StoredCapability>>(json, Options)!.Select(c => new Capability(
            c.Name, c.Level, c.ExpiresUs is { } us ? UnixTime.FromMicroseconds(us) : null)
        {
            Grace = TimeSpan.FromMicroseconds(c.GraceUs),
        })];
}
