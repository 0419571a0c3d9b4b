using System.Text.RegularExpressions;
using Longshore.Hosting;

namespace Longshore.Cli.Demo;

/// <summary>The relative links of a Markdown file, and which of them lead nowhere.</summary>
[TaskKind(Kind)]
[Capabilities("markdown")]
internal sealed partial class LinksHandler(AuditedFolder folder) : TaskHandler<FilePayload>
{
    public const string Kind = "markdown-links";

    internal sealed record Links(int Count, IReadOnlyList<string> Dead);

    public override async ValueTask<TaskResult> HandleAsync(
        FilePayload payload, TaskContext context, CancellationToken ct)
    {
        var path = folder.PathOf(payload.File);
        var text = Code().Replace(await File.ReadAllTextAsync(path, ct), "");
        var targets = Link().Matches(text)
            .Select(match => match.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains(':', StringComparison.Ordinal))
            .ToList();
        return TaskResult.Done(new Links(targets.Count, [.. targets.Where(target => !Leads(path, target))]));
    }

    private bool Leads(string from, string target)
    {
        var start = target.StartsWith('/') ? folder.Root : Path.GetDirectoryName(from)!;
        return Path.Exists(Path.Combine(start, Uri.UnescapeDataString(target.TrimStart('/'))));
    }

    [GeneratedRegex("(?ms)^```.*?^```|`[^`\\n]*`", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Code();

    [GeneratedRegex("""\]\((?<target>[^()\s]+)(?:\s+"[^"]*")?\)""", RegexOptions.None, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Link();
}
