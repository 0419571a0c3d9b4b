using System.Globalization;
using Longshore.Cli.Shell;

namespace Longshore.Cli.Bench;

/// <summary>Writes a summary for people.</summary>
internal static class BenchReport
{
    public static void Write(BenchSummary s)
    {
        Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{s.Workload}: {s.Tasks:n0} tasks of {s.Classes:n0} classes, store {s.Store}{Synchronous(s)}"));
        Output.Fields(
            ("runs", Output.Number(s.Runs)),
            ("agents", Count(s.Agents)),
            ("concurrency", Count(s.Concurrency)),
            ("tasks a second", s.TasksPerSecond is { } rate
                ? string.Create(CultureInfo.InvariantCulture, $"{rate:n0} (median; {s.Min:n0} to {s.Max:n0})")
                : null),
            (TimesName(s), Times(s.P50Ms, s.P95Ms, s.P99Ms)),
            ("submit call", Times(s.SubmitP50Ms, s.SubmitP95Ms, s.SubmitP99Ms)),
            ("commits a task", Output.Number(s.CommitsPerTask)),
            ("statements a task", Output.Number(s.StatementsPerTask)),
            ("pruned meanwhile", Output.Number(s.PrunedTasks)),
            ("resident memory", string.Create(CultureInfo.InvariantCulture, $"{s.ResidentMb:n0} MB")),
            ("bare statements", s.BareTasksPerSecond is { } bare
                ? string.Create(CultureInfo.InvariantCulture, $"{bare:n0} tasks a second, ours is {s.Ratio:0.00} of it")
                : null));
    }

    private static string TimesName(BenchSummary s) => s.Workload switch
    {
        Workloads.Latency => "submitted to started",
        Workloads.Flows => "step to step",
        _ => "one call",
    };

    private static string Synchronous(BenchSummary s) => s.Synchronous is null ? "" : $", synchronous {s.Synchronous}";

    private static string? Count(int? value) => value?.ToString("n0", CultureInfo.InvariantCulture);

    private static string? Times(double? p50, double? p95, double? p99) => p50 is null
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"p50 {p50:0.000} ms, p95 {p95:0.000} ms, p99 {p99:0.000} ms");
}
