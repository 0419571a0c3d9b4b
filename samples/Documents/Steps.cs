using System.Security.Cryptography;
using Longshore.Hosting;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Documents;

/// <summary>Where the documents are.</summary>
internal sealed record Folder(string Path);

internal sealed record Nothing;

internal sealed record Document(string Path);

internal sealed record Extracted(string Path, int Words);

internal sealed record Part(string Path, int From, int To);

internal sealed record Counted(IReadOnlyDictionary<string, int> Words);

/// <summary>
/// Starts a run for each file of the folder. The code is the file's name and content, so looking again starts nothing,
/// and a file that was changed is read anew.
/// </summary>
[TaskKind("intake")]
internal sealed class Intake(Folder folder) : TaskHandler<Nothing>
{
    private const int CodeHashDigits = 12;

    public static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".txt" or ".md");

    public override async ValueTask<TaskResult> HandleAsync(Nothing payload, TaskContext context, CancellationToken ct)
    {
        var started = 0;
        foreach (var file in FilesIn(folder.Path))
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, ct)));
            var run = await context.Client.StartRunAsync(
                new RunRequest("document")
                {
                    Code = $"{Path.GetFileName(file)}-{hash[..CodeHashDigits]}",
                    Input = JsonText.From(new Document(file), PayloadJson.Options),
                },
                ct);
            started += run.IsNew ? 1 : 0;
        }

        return TaskResult.Done(new { started });
    }
}

/// <summary>Reads a document.</summary>
[TaskKind("extract")]
internal sealed class Extract : TaskHandler<Document>
{
    public override async ValueTask<TaskResult> HandleAsync(
        Document payload, TaskContext context, CancellationToken ct)
    {
        var words = Text.Words(await File.ReadAllTextAsync(payload.Path, ct)).Count;
        return TaskResult.Done(new Extracted(payload.Path, words));
    }
}

/// <summary>Cuts a document into parts, and adds a step for each: the index waits for them all.</summary>
[TaskKind("chunk")]
internal sealed class Chunk : TaskHandler<Document>
{
    private const int WordsInPart = 500;

    public override async ValueTask<TaskResult> HandleAsync(
        Document payload, TaskContext context, CancellationToken ct)
    {
        var (path, words) = context.ResultOf<Extracted>("extract")!;
        var parts = Enumerable.Range(0, (words + WordsInPart - 1) / WordsInPart)
            .Select(i => new Part(path, i * WordsInPart, Math.Min(words, (i + 1) * WordsInPart)))
            .ToList();
        await context.AddStepsAsync(
            [
                .. parts.Select((part, i) => new WorkflowStep
                {
                    Name = $"part-{i}",
                    Task = new NewTask { Kind = "count", Payload = JsonText.From(part, PayloadJson.Options) },
                }),
            ],
            ct);
        return TaskResult.Done(parts.Count);
    }
}

/// <summary>Counts the words of one part.</summary>
[TaskKind("count")]
internal sealed class Count : TaskHandler<Part>
{
    public override async ValueTask<TaskResult> HandleAsync(Part payload, TaskContext context, CancellationToken ct)
    {
        var words = Text.Words(await File.ReadAllTextAsync(payload.Path, ct))[payload.From..payload.To];
        return TaskResult.Done(new Counted(
            words.GroupBy(word => word).ToDictionary(group => group.Key, group => group.Count())));
    }
}

/// <summary>Puts the counts of all parts together.</summary>
[TaskKind("index")]
internal sealed class BuildIndex : TaskHandler<Document>
{
    public override ValueTask<TaskResult> HandleAsync(Document payload, TaskContext context, CancellationToken ct)
    {
        var parts = context.ResultOf<int>("chunk");
        var total = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < parts; i++)
        {
            foreach (var (word, count) in context.ResultOf<Counted>($"chunk/part-{i}")!.Words)
            {
                total[word] = total.GetValueOrDefault(word) + count;
            }
        }

        var most = total.MaxBy(pair => pair.Value).Key;
        return ValueTask.FromResult(TaskResult.Done(
            new { parts, words = total.Values.Sum(), different = total.Count, most }));
    }
}

internal static class Text
{
    public static List<string> Words(string text) =>
        [.. text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('.', ',', ';', ':', '(', ')', '`', '*', '|').ToLowerInvariant())
            .Where(word => word.Length > 0)];
}
