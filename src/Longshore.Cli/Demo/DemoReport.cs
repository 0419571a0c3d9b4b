using System.Globalization;
using Longshore.Cli.Bench;
using Longshore.Cli.Shell;

namespace Longshore.Cli.Demo;

/// <summary>The summary as people read it.</summary>
internal static class DemoReport
{
    private const int Shown = 10;

    public static void Write(DemoSummary summary)
    {
        var found = summary.Findings;
        Output.Line($"\nWhat was found in {summary.Folder}");
        Output.Fields(
            ("files", Text(summary.Files)),
            ("left out", summary.FilesLeftOut > 0 ? $"{summary.FilesLeftOut:N0} more files than are looked at" : null),
            ("too large", summary.FilesTooLarge > 0
                ? $"{summary.FilesTooLarge:N0} files above {AuditedFolder.DigestBytesMax >> 20} MB"
                : null),
            ("bytes", Text(found.Bytes)),
            ("lines", Text(found.Lines)),
            ("words", Text(found.Words)),
            ("longest line", found.LongestLine is { } line ? $"{line.What}, in {line.File}" : null),
            ("C#", $"{found.Types:N0} types, {found.Methods:N0} methods"),
            ("relative links", Text(found.Links)));
        List("largest files", found.Largest);
        List("longest methods", found.LongestMethods);
        List("dead links", found.DeadLinks);
        List("not well-formed", found.Invalid);
        List("identical files", [.. found.Duplicates.Select(
            group => new Finding(group[0], string.Join(", ", group.Skip(1))))]);
        List("not UTF-8", [.. found.NotUtf8.Select(file => new Finding(file, ""))]);

        Output.Line("\nHow the work went");
        Output.Fields(
            ("tasks", Text(summary.Tasks)),
            ("by state", $"{summary.Done:N0} done, {summary.Failed:N0} failed, {summary.Waiting:N0} waiting"),
            ("waiting", summary.WaitingBecause),
            ("retries", $"{summary.Retries:N0} failed attempts were tried again"),
            ("queue wait", Text(summary.QueueWaitMs)),
            ("run time", Text(summary.RunMs)),
            ("throughput", string.Create(
                CultureInfo.InvariantCulture,
                $"{summary.TasksPerSecond:N0} tasks/s ({summary.Done:N0} in {summary.Seconds:N2} s)")));
        Output.Line("");
        Output.Table(
            ["AGENT", "COMPLETED", "FAILED ATTEMPTS", "SHARE"],
            summary.Agents.Select(agent => (IReadOnlyList<string>)
            [
                agent.Agent,
                Text(agent.Completed),
                Text(agent.Failed),
                (agent.Completed / (double)Math.Max(1, summary.Done)).ToString("P1", CultureInfo.InvariantCulture),
            ]));
    }

    private static void List(string title, IReadOnlyList<Finding> findings)
    {
        if (findings.Count == 0)
        {
            return;
        }

        Output.Line($"\n{title} ({findings.Count:N0})");
        Output.Fields([.. findings.Take(Shown).Select(
            f => ($"  {f.File}", (string?)(f.What.Length == 0 ? "–" : f.What)))]);
        if (findings.Count > Shown)
        {
            Output.Line($"  and {findings.Count - Shown:N0} more");
        }
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(Percentiles ms) => string.Create(
        CultureInfo.InvariantCulture, $"p50 {ms.P50:N1} ms, p95 {ms.P95:N1} ms, p99 {ms.P99:N1} ms");
}
