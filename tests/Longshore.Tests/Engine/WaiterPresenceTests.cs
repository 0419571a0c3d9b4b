using Longshore.Agents;

namespace Longshore.Tests.Engine;

/// <summary>Whoever waits is there, however long the wait is; whoever is silent is not.</summary>
public sealed class WaiterPresenceTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Agent_that_waits_for_work_longer_than_the_heartbeat_timeout_is_there()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a", wait: Long);
        await SeenForAMinuteAsync(node, "agent-a");
        claim.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Agent_that_waits_for_offers_is_there()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        var offers = node.Client.ListOffersAsync("agent-a", Long);
        await SeenForAMinuteAsync(node, "agent-a");
        offers.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Agent_that_says_nothing_for_30_seconds_is_unresponsive()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        node.Clock.Advance(TimeSpan.FromSeconds(30));
        (await node.Client.GetAgentAsync("agent-a")).Status.ShouldBe(AgentStatus.Idle);
        node.Clock.Advance(TimeSpan.FromSeconds(1));
        (await node.Client.GetAgentAsync("agent-a")).Status.ShouldBe(AgentStatus.Unresponsive);
    }

    private static async Task SeenForAMinuteAsync(TestNode node, string agent)
    {
        for (var i = 0; i < 6; i++)
        {
            node.Clock.Advance(TimeSpan.FromSeconds(10));
            await Until.Holds(
                () => node.Clock.GetUtcNow() - SeenAt() < TimeSpan.FromSeconds(1), $"{agent} is said to be there");
        }

        (await node.Client.GetAgentAsync(agent)).Status.ShouldBe(AgentStatus.Idle);

        DateTimeOffset SeenAt() =>
            node.Store.Queries.GetAgentAsync(agent).AsTask().GetAwaiter().GetResult()!.LastSeen;
    }
}
