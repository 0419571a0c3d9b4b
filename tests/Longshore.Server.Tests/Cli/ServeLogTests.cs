using System.Text.Json.Nodes;
using Longshore.Server.Tests.Crash;

namespace Longshore.Server.Tests.Cli;

/// <summary>The log of <c>longshore serve</c> on stderr.</summary>
public sealed class ServeLogTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task As_json_each_event_is_one_document_with_its_number()
    {
        await using var server = new ServerProcess("--log-format", "json");
        await server.StartAsync(Ct);
        List<JsonNode> events = [];
        await Patience.UntilAsync(
            () =>
            {
                events = [.. server.Lines.Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!)];
                return Task.FromResult(events.Count >= 2);
            },
            Limit,
            Ct);
        events.Select(e => (int)e["EventId"]!).Order().ShouldBe([1001, 1101]);
        var started = events.Single(e => (int)e["EventId"]! == 1001);
        ((string)started["LogLevel"]!).ShouldBe("Information");
        ((string)started["State"]!["Store"]!).ShouldBe("sqlite");
        server.Lines.Count(line => !line.StartsWith('{')).ShouldBe(1, "the announcement on stdout");
    }

    [Fact]
    public async Task As_text_each_event_is_one_line()
    {
        await using var server = new ServerProcess();
        await server.StartAsync(Ct);
        await Patience.UntilAsync(
            () => Task.FromResult(server.Lines.Any(line => line.Contains("[1001] Node", StringComparison.Ordinal))),
            Limit,
            Ct);
    }
}
