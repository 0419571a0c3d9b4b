using Longshore.Capabilities;
using Longshore.Hosting;
using Longshore.Tasks;

namespace Longshore.Cli.Demo;

/// <summary>What every audit task is given.</summary>
/// <param name="File">Path relative to the audited folder.</param>
internal sealed record FilePayload(string File);

/// <summary>
/// Turns a folder into tasks: for each file one of every kind that fits it, each with the capability it needs.
/// </summary>
internal static class AuditTasks
{
    /// <summary>A kind nobody can do: its capability belongs to no agent.</summary>
    public const string ImpossibleKind = "quantum-audit";

    private static readonly string[] Xml =
        [".xml", ".csproj", ".props", ".targets", ".slnx", ".svg", ".config", ".resx"];

    // Short and fixed, so that the flaky agent's failures are made good while one watches.
    private static readonly RetryPolicy Soon = RetryPolicy.FixedDelay(TimeSpan.FromMilliseconds(200));

    public static IReadOnlyList<NewTask> For(AuditedFolder folder) =>
    [
        .. folder.Files.SelectMany(file => KindsFor(folder, file).Select(kind => Of(kind.Kind, kind.Capability, file))),
        Of(ImpossibleKind, "quantum", ".") with { Name = "Audit the folder in superposition" },
    ];

    private static IEnumerable<(string Kind, string Capability)> KindsFor(AuditedFolder folder, string file)
    {
        yield return (DigestHandler.Kind, "sha256");
        if (folder.LengthOf(file) > AuditedFolder.ReadBytesMax)
        {
            yield break;
        }

        yield return (TextHandler.Kind, "text");
        var extension = Path.GetExtension(file).ToLowerInvariant();
        if (extension == ".json")
        {
            yield return (ValidityHandler.Kind, "json");
        }
        else if (Xml.Contains(extension, StringComparer.Ordinal))
        {
            yield return (ValidityHandler.Kind, "xml");
        }
        else if (extension == ".md")
        {
            yield return (LinksHandler.Kind, "markdown");
        }
        else if (extension == ".cs")
        {
            yield return (OutlineHandler.Kind, "csharp");
        }
    }

    private static NewTask Of(string kind, string capability, string file) => new()
    {
        Kind = kind,
        Name = file,
        Requires = [new Requirement(capability)],
        Payload = JsonText.From(new FilePayload(file), PayloadJson.Options),
        Retry = Soon,
    };
}
