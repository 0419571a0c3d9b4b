using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Tests.Engine;

/// <summary>What the doctor finds, and that it says what to do.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task A_node_at_work_has_nothing_to_complain_of()
    {
        using var log = new EventLog();
        await using var node = await TestNode.StartAsync(logging: log);
        await Until.Holds(() => log.Of(1101).Count == 1, "it leads");
        await node.SubmitAsync();
        var findings = await node.Client.CheckHealthAsync();
        findings.ShouldAllBe(f => f.Level == HealthLevel.Ok && f.Advice == null);
        findings.Select(f => f.Name).ShouldBe(
            ["node", "store", "schema_version", "leadership", "nodes", "mode", "queue", "quarantine", "agents",
                "notification_round_trip"],
            ignoreOrder: true);
        findings.Single(f => f.Name == "node").Value.ShouldBe("node-1, which leads");
        findings.Single(f => f.Name == "queue").Value.ShouldBe("1 ready, the oldest for 0 s (namespace default)");
    }

    [Fact]
    public async Task Work_that_waits_for_an_hour_is_a_warning()
    {
        await using var node = TestNode.Still();
        await node.SubmitAsync("k", "rare-skill");
        node.Clock.Advance(TimeSpan.FromMinutes(61));
        var queue = await FindingAsync(node, "queue", HealthLevel.Warning);
        queue.Value.ShouldContain("the oldest for 3660 s");
    }

    [Fact]
    public async Task Quarantined_tasks_and_silent_agents_are_warnings()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.RegisterAsync("agent-b");
        await node.Client.SubmitAsync([TestNode.Task() with
        {
            MaxAttempts = 2,
            Retry = RetryPolicy.FixedDelay(TimeSpan.FromSeconds(1)),
        }]);
        foreach (var agent in (string[])["agent-a", "agent-b"])
        {
            var grant = (await node.Client.ClaimAsync(new ClaimRequest { Agent = agent })).ShouldHaveSingleItem();
            await node.FinishAsync(grant, FinishKind.Fail);
            node.Clock.Advance(TimeSpan.FromSeconds(2));
            await node.Store.Tasks.StageAsync(10);
        }

        node.Clock.Advance(TimeSpan.FromMinutes(10));
        (await FindingAsync(node, "quarantine", HealthLevel.Warning)).Value.ShouldBe("1 tasks");
        (await FindingAsync(node, "agents", HealthLevel.Warning)).Value.ShouldBe("2 not heard of, such as agent-a");
    }

    [Fact]
    public async Task Nodes_are_listed_and_one_that_fell_silent_is_a_warning()
    {
        await using var node = TestNode.Still();
        await BeatAsync(node, "node-1", "hybrid");
        await BeatAsync(node, "node-2", "polling_only");
        (await FindingAsync(node, "nodes", HealthLevel.Ok)).Value
            .ShouldBe("node-1 (1.0, hybrid), node-2 (1.0, polling_only)");
        (await FindingAsync(node, "mode", HealthLevel.Ok)).Value.ShouldBe("hybrid");
        node.Clock.Advance(TimeSpan.FromSeconds(31));
        await BeatAsync(node, "node-1", "polling_only");
        (await FindingAsync(node, "nodes", HealthLevel.Warning)).Value
            .ShouldContain("node-2 (1.0, polling_only, silent for 31 s)");
        await FindingAsync(node, "mode", HealthLevel.Warning);
    }

    [Fact]
    public async Task Nodes_of_different_versions_are_a_warning()
    {
        await using var node = TestNode.Still();
        await BeatAsync(node, "node-1", "hybrid");
        await BeatAsync(node, "node-2", "hybrid", "1.1");
        await FindingAsync(node, "nodes", HealthLevel.Warning);
    }

    [Fact]
    public async Task A_node_without_a_leader_is_a_problem()
    {
        await using var node = TestNode.Still();
        await FindingAsync(node, "leadership", HealthLevel.Problem);
        (await FindingAsync(node, "node", HealthLevel.Ok)).Value.ShouldBe("node-1, which does not lead");
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_a_problem_and_no_exception()
    {
        await using var node = TestNode.Still();
        await node.Store.DisposeAsync();
        await FindingAsync(node, "store_answers", HealthLevel.Problem);
    }

    [Fact]
    public async Task A_report_is_kept_for_a_few_seconds()
    {
        await using var node = TestNode.Still();
        var first = await node.Client.CheckHealthAsync();
        (await node.Client.CheckHealthAsync()).ShouldBeSameAs(first);
        node.Clock.Advance(TimeSpan.FromSeconds(5));
        (await node.Client.CheckHealthAsync()).ShouldNotBeSameAs(first);
    }

    [Theory]
    [InlineData(0.4, HealthLevel.Ok)]
    [InlineData(80.0, HealthLevel.Warning)]
    [InlineData(null, HealthLevel.Problem)]
    public async Task A_bus_between_processes_is_probed(double? milliseconds, HealthLevel level)
    {
        TimeSpan? took = milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
        await using var node = TestNode.Still(bus: new FarBus(took));
        await FindingAsync(node, "notification_round_trip", level);
    }

    private static async Task BeatAsync(TestNode node, string name, string mode, string version = "1.0") =>
        (await node.Store.Nodes.BeatAsync(
            new NodeBeat { Name = name, Session = "s", Version = version, Mode = mode }, TimeSpan.FromMinutes(1)))
            .Accepted.ShouldBeTrue();

    private static async Task<HealthFinding> FindingAsync(TestNode node, string name, HealthLevel level)
    {
        var found = (await node.Client.CheckHealthAsync()).Single(f => f.Name == name);
        found.Level.ShouldBe(level, found.Value);
        (found.Advice is null).ShouldBe(level == HealthLevel.Ok);
        return found;
    }

    private sealed class FarBus(TimeSpan? took) : IEventBus, IProbedBus
    {
        private readonly InProcessEventBus _near = new();

        public void Publish(BusMessage message) => _near.Publish(message);

        public IDisposable Subscribe(Action<BusMessage> onMessage) => _near.Subscribe(onMessage);

        public ValueTask<TimeSpan?> RoundTripAsync(TimeSpan limit, CancellationToken ct = default) =>
            ValueTask.FromResult(took);
    }
}
