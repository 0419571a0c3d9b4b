using System.Security.Cryptography;
using System.Text.Json;

namespace Longshore.Tasks;

/// <summary>Tells whether two submissions under one idempotency key are the same task.</summary>
internal static class TaskDigest
{
    // Another try at the same submission is another trace.
    private static readonly string[] LeftOut = ["traceparent", "tracestate"];

    /// <summary>
    /// SHA-256 over every field of a validated task but the trace it was submitted in; the payload counts byte for
    /// byte.
    /// </summary>
    public static byte[] Of(NewTask task)
    {
        if (task.SubmittedDigest is { } submitted)
        {
            return submitted;
        }

        var metadata = new SortedDictionary<string, string>(task.Metadata.ToDictionary(), StringComparer.Ordinal);
        Array.ForEach(LeftOut, name => metadata.Remove(name));

        // What is not used is left out, so that tasks stored before it existed keep their digest.
        var relax = task.Relax.Count == 0 ? null! : task.Relax;
        return SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(task with { Metadata = metadata, Relax = relax }));
    }
}
