using Longshore.Hosting;
using Longshore.Tasks;

namespace Longshore.Cli.Demo;

/// <summary>A file and something about it.</summary>
internal sealed record Finding(string File, string What);

/// <summary>What the audit found, from the results of the tasks.</summary>
internal sealed record Findings
{
    private const int Top = 5;

    public required long Bytes { get; init; }

    public required long Lines { get; init; }

    public required long Words { get; init; }

    public Finding? LongestLine { get; init; }

    public required int Types { get; init; }

    public required int Methods { get; init; }

    public required int Links { get; init; }

    public required IReadOnlyList<Finding> Largest { get; init; }

    public required IReadOnlyList<IReadOnlyList<string>> Duplicates { get; init; }

    public required IReadOnlyList<Finding> Invalid { get; init; }

    public required IReadOnlyList<Finding> DeadLinks { get; init; }

    public required IReadOnlyList<Finding> LongestMethods { get; init; }

    public required IReadOnlyList<string> NotUtf8 { get; init; }

    public static Findings In(IReadOnlyList<WorkTask> tasks)
    {
        var digests = Results<DigestHandler.Digest>(tasks, DigestHandler.Kind);
        var texts = Results<TextHandler.Statistics>(tasks, TextHandler.Kind);
        var outlines = Results<OutlineHandler.Outline>(tasks, OutlineHandler.Kind);
        var links = Results<LinksHandler.Links>(tasks, LinksHandler.Kind);
        return new Findings
        {
            Bytes = digests.Sum(d => d.Result.Bytes),
            Lines = texts.Sum(t => (long)t.Result.Lines),
            Words = texts.Sum(t => (long)t.Result.Words),
            LongestLine = texts.Where(t => t.Result.LongestLine > 0)
                .OrderByDescending(t => t.Result.LongestLine)
                .Select(t => new Finding(t.File, $"{t.Result.LongestLine:N0} characters"))
                .FirstOrDefault(),
            Types = outlines.Sum(o => o.Result.Types),
            Methods = outlines.Sum(o => o.Result.Methods),
            Links = links.Sum(l => l.Result.Count),
            Largest = [.. digests.OrderByDescending(d => d.Result.Bytes).Take(Top)
                .Select(d => new Finding(d.File, $"{d.Result.Bytes:N0} bytes"))],
            Duplicates = [.. digests.Where(d => d.Result.Bytes > 0).GroupBy(d => d.Result.Sha256)
                .Where(group => group.Count() > 1).Select(group => group.Select(d => d.File).ToList())],
            Invalid = [.. Results<ValidityHandler.Validity>(tasks, ValidityHandler.Kind)
                .Where(v => !v.Result.IsValid).Select(v => new Finding(v.File, v.Result.Problem ?? ""))],
            DeadLinks = [.. links.SelectMany(l => l.Result.Dead.Select(target => new Finding(l.File, target)))],
            LongestMethods = [.. outlines.Where(o => o.Result.LongestMethod is not null)
                .OrderByDescending(o => o.Result.LongestMethodLines).Take(Top)
                .Select(o => new Finding(o.File, $"{o.Result.LongestMethod}, {o.Result.LongestMethodLines} lines"))],
            NotUtf8 = [.. texts.Where(t => t.Result is { IsText: true, IsUtf8: false }).Select(t => t.File)],
        };
    }

    private static List<(string File, T Result)> Results<T>(IReadOnlyList<WorkTask> tasks, string kind) =>
    [
        .. tasks.Where(task => task.Spec.Kind == kind && task.State == TaskState.Done)
            .Select(task => (task.Spec.Name!, task.Result.To<T>(PayloadJson.Options)!)),
    ];
}
