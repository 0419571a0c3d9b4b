using System.Text.Json;
using System.Xml;
using Longshore.Hosting;

namespace Longshore.Cli.Demo;

/// <summary>Whether a JSON or XML file is well-formed, and where not.</summary>
[TaskKind(Kind)]
[Capabilities("json", "xml")]
internal sealed class ValidityHandler(AuditedFolder folder) : TaskHandler<FilePayload>
{
    public const string Kind = "validity";

    internal sealed record Validity(bool IsValid, string? Problem);

    public override async ValueTask<TaskResult> HandleAsync(
        FilePayload payload, TaskContext context, CancellationToken ct)
    {
        var path = folder.PathOf(payload.File);
        await using var stream = File.OpenRead(path);
        try
        {
            if (Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase))
            {
                using var document = await JsonDocument.ParseAsync(stream, cancellationToken: ct);
            }
            else
            {
                await ReadXmlAsync(stream);
            }

            return TaskResult.Done(new Validity(IsValid: true, null));
        }
        catch (Exception e) when (e is JsonException or XmlException)
        {
            return TaskResult.Done(new Validity(IsValid: false, e.Message));
        }
    }

    private static async Task ReadXmlAsync(Stream stream)
    {
        // A document that names others must not make the audit read them.
        var settings = new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };
        using var reader = XmlReader.Create(stream, settings);
        while (await reader.ReadAsync())
        {
            // Reading to the end is the check.
        }
    }
}
