using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary>The rules of a server's store that are settings; alike on all nodes that share one.</summary>
internal static class ServeStore
{
    // Agents that work for this program's `work` are heard of three times as often.
    private static readonly TimeSpan HeartbeatTimeoutMin = TimeSpan.FromSeconds(15);

    public static readonly Option<TimeSpan?> HeartbeatTimeout = Options.Seconds(
        "--heartbeat-timeout", "After this silence an agent is unresponsive, at least 15; 30 if not given.");

    public static readonly Option<TimeSpan?> ReputationHalfLife = Options.Span(
        "--reputation-half-life",
        "After this time what is known of an agent weighs half, such as 12h; 30d if not given.");

    public static StoreOptions Apply(StoreOptions options, ParseResult parsed)
    {
        var silence = parsed.GetValue(HeartbeatTimeout) ?? options.HeartbeatTimeout;
        if (silence < HeartbeatTimeoutMin)
        {
            throw LongshoreException.Invalid(
                "--heartbeat-timeout", $"must be at least {HeartbeatTimeoutMin.TotalSeconds:0} seconds");
        }

        return options with
        {
            HeartbeatTimeout = silence,
            ReputationHalfLife = parsed.GetValue(ReputationHalfLife) ?? options.ReputationHalfLife,
        };
    }
}
