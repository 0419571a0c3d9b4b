using System.Security.Cryptography;
using Longshore.Hosting;

namespace Longshore.Cli.Demo;

/// <summary>A file's SHA-256 and size; equal ones are duplicates.</summary>
[TaskKind(Kind)]
[Capabilities("sha256")]
internal sealed class DigestHandler(AuditedFolder folder) : TaskHandler<FilePayload>
{
    public const string Kind = "digest";

    internal sealed record Digest(string Sha256, long Bytes);

    public override async ValueTask<TaskResult> HandleAsync(
        FilePayload payload, TaskContext context, CancellationToken ct)
    {
        await using var stream = File.OpenRead(folder.PathOf(payload.File));
        var hash = await SHA256.HashDataAsync(stream, ct);
        return TaskResult.Done(new Digest(Convert.ToHexStringLower(hash), stream.Length));
    }
}
