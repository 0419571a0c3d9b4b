using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>Workflows as JSON in a store.</summary>
internal static class WorkflowJson
{
    public static byte[] Write(Workflow workflow) =>
        JsonSerializer.SerializeToUtf8Bytes(workflow, StoredJson.Options);

    /// <summary>Reads a workflow that a store wrote.</summary>
    public static Workflow Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<Workflow>(json, StoredJson.Options)!;

    /// <summary>Whether two definitions say the same.</summary>
    public static bool AreSame(Workflow one, Workflow other) => Write(one).AsSpan().SequenceEqual(Write(other));
}
