using System.Text.RegularExpressions;
using Longshore.Hosting;

namespace Longshore.Cli.Demo;

/// <summary>Types and methods of a C# file, and its longest method; found by shape, not by a compiler.</summary>
[TaskKind(Kind)]
[Capabilities("csharp")]
internal partial class OutlineHandler(AuditedFolder folder) : TaskHandler<FilePayload>
{
    public const string Kind = "csharp-outline";

    internal sealed record Outline(int Types, int Methods, string? LongestMethod, int LongestMethodLines);

    public override async ValueTask<TaskResult> HandleAsync(
        FilePayload payload, TaskContext context, CancellationToken ct) =>
        TaskResult.Done(Read(await File.ReadAllTextAsync(folder.PathOf(payload.File), ct)));

    internal static Outline Read(string source)
    {
        var code = Noise().Replace(source, Blanked);
        var methods = Method().Matches(code).Select(match => (
            Name: match.Groups["name"].Value,
            Lines: LinesOfBody(code, match.Index + match.Length))).ToList();
        var longest = methods.OrderByDescending(method => method.Lines).FirstOrDefault();
        return new Outline(Type().Count(code), methods.Count, longest.Name, longest.Lines);
    }

    /// <summary>Comments and texts may hold braces and words that look like code; only their line feeds stay.</summary>
    private static string Blanked(Match noise) => new('\n', noise.ValueSpan.Count('\n'));

    private static int LinesOfBody(string code, int afterBrace)
    {
        var (depth, lines) = (1, 1);
        for (var i = afterBrace; i < code.Length && depth > 0; i++)
        {
            depth += code[i] switch { '{' => 1, '}' => -1, _ => 0 };
            lines += code[i] == '\n' ? 1 : 0;
        }

        return lines;
    }

    [GeneratedRegex(
        """(?s)//[^\n]*|/\*.*?\*/|\"{3}.*?\"{3}|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Noise();

    [GeneratedRegex(
        @"\b(?:class|struct|interface|enum|record(?:\s+struct)?)\s+[A-Z]\w*",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Type();

    [GeneratedRegex(
        @"(?m)^[ \t]+(?:(?:public|private|protected|internal|static|async|override|virtual|sealed|unsafe|partial|new)"
        + @"\s+)*(?!(?:class|record|struct|interface|return|new|else|await|throw|using)\b)"
        + @"[\w<>\[\],.?()]+\??\s+(?<name>[A-Z]\w*)(?:<[^>\n]*>)?\s*\([^;{}]*\)[^;{}=]*\{",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Method();
}

/// <summary>
/// The same, by an agent that is unreliable on purpose: every third task fails at its first attempt, so that retries
/// can be seen.
/// </summary>
[TaskKind(Kind)]
internal sealed class FlakyOutlineHandler(AuditedFolder folder) : OutlineHandler(folder)
{
    public override ValueTask<TaskResult> HandleAsync(FilePayload payload, TaskContext context, CancellationToken ct) =>
        context.Attempt == 1 && context.Task.Id % 3 == 0
            ? throw new IOException("this agent is flaky on purpose")
            : base.HandleAsync(payload, context, ct);
}
