using System.Text;
using Longshore.Hosting;

namespace Longshore.Cli.Demo;

/// <summary>Lines, words and the longest line of a text; whether it is UTF-8, or no text at all.</summary>
[TaskKind(Kind)]
[Capabilities("text")]
internal sealed class TextHandler(AuditedFolder folder) : TaskHandler<FilePayload>
{
    public const string Kind = "text-statistics";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    internal sealed record Statistics(bool IsText, bool IsUtf8, int Lines, int Words, int LongestLine);

    public override async ValueTask<TaskResult> HandleAsync(
        FilePayload payload, TaskContext context, CancellationToken ct)
    {
        var bytes = await File.ReadAllBytesAsync(folder.PathOf(payload.File), ct);
        return TaskResult.Done(Measure(bytes));
    }

    internal static Statistics Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0))
        {
            return new Statistics(IsText: false, IsUtf8: false, 0, 0, 0);
        }

        string text;
        var isUtf8 = true;
        try
        {
            text = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            isUtf8 = false;
            text = Encoding.Latin1.GetString(bytes);
        }

        var (lines, words, longest) = (0, 0, 0);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            lines++;
            longest = Math.Max(longest, line.Length);
            var inWord = false;
            foreach (var c in line)
            {
                var isSpace = char.IsWhiteSpace(c);
                words += !isSpace && !inWord ? 1 : 0;
                inWord = !isSpace;
            }
        }

        // What follows a last line feed is no line.
        lines -= text.EndsWith('\n') || text.Length == 0 ? 1 : 0;
        return new Statistics(IsText: true, isUtf8, lines, words, longest);
    }
}
