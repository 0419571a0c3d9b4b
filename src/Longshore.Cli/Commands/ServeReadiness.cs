using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Engine;
using Longshore.Events;

namespace Longshore.Cli.Commands;

/// <summary>What a server is called among others, and how it learns of their work.</summary>
internal static class ServeReadiness
{
    public static readonly Option<string?> Node = Options.Word(
        "--node", "This node's name among those that share the store; the machine's name if not given.", "NAME");

    public static readonly Option<string> Mode = new Option<string>("--mode")
    {
        Description = "How it learns of work that other nodes made possible; LONGSHORE_MODE does the same.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("LONGSHORE_MODE") ?? NodeMode.Hybrid.ToWire(),
    }.AcceptOnlyFromAmong([.. Enum.GetValues<NodeMode>().Select(mode => mode.ToWire())]);

    public static readonly Option<TimeSpan?> Interval = Options.Seconds(
        "--fallback-polling-interval", "How often it looks for work that was left behind; 30 if not given.");

    public static readonly Option<TimeSpan?> Age = Options.Seconds(
        "--age-threshold", "For how long that work must have been ready; 5 if not given.");

    public static readonly Option<int?> Batch = Options.Whole(
        "--batch-size", "How much of it is read at a time, 1 to 1000; 50 if not given.");

    public static void Apply(EngineOptions options, ParseResult parsed)
    {
        options.NodeName = parsed.GetValue(Node) ?? options.NodeName;
        options.Mode = NodeModes.Parse(parsed.GetValue(Mode)!);
        options.FallbackInterval = parsed.GetValue(Interval) ?? options.FallbackInterval;
        options.AgeThreshold = parsed.GetValue(Age) ?? options.AgeThreshold;
        options.PollBatchSize = parsed.GetValue(Batch) ?? options.PollBatchSize;
    }
}
