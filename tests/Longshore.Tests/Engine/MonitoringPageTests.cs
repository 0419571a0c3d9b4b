using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Longshore.Telemetry;
using Longshore.Tests.Tidy;
using Microsoft.Extensions.Logging;

namespace Longshore.Tests.Engine;

/// <summary>The operator's page lists every instrument and every numbered event, and no other.</summary>
public sealed partial class MonitoringPageTests
{
    private static readonly string Page =
        Repository.Files.Single(file => file.Path == "docs/operations.md").Text;

    [Fact]
    public async Task Page_lists_every_instrument()
    {
        var names = new ConcurrentBag<string>();
        await using var node = TestNode.Still();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter == node.Engine.Metrics.Meter)
            {
                names.Add(instrument.Name);
            }
        };
        listener.Start();
        Instrument().Matches(Page).Select(row => row.Groups[1].Value).ShouldBe(names, ignoreOrder: true);
    }

    [Fact]
    public void Page_lists_every_numbered_event_with_its_level()
    {
        var events = typeof(NodeLog).GetMethods()
            .SelectMany(method => method.GetCustomAttributes(typeof(LoggerMessageAttribute), false))
            .Cast<LoggerMessageAttribute>()
            .Select(e => $"{e.EventId} {e.EventName} {e.Level.ToString().ToLowerInvariant()}");
        Event().Matches(Page)
            .Select(row => $"{row.Groups["id"].Value} {row.Groups["name"].Value} {row.Groups["level"].Value}")
            .ShouldBe(events, ignoreOrder: true);
    }

    [GeneratedRegex(@"^\| `([a-z_.]+)` \| (?:counter|gauge|histogram) \|", RegexOptions.Multiline)]
    private static partial Regex Instrument();

    [GeneratedRegex(@"^\| (?<id>\d{4}) \| `(?<name>\w+)` \| (?<level>\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Event();
}
