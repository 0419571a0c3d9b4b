using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Tests.Engine;

/// <summary>Waiting for offers, on a clock that stands still unless the test moves it.</summary>
public sealed class OfferWaitTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(100);

    [Fact]
    public async Task Assignment_answers_the_wait_without_any_time_passing()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var other = node.Client.ListOffersAsync("agent-a", Long);
        var waiting = node.Client.ListOffersAsync("agent-a", Long);
        var id = await node.SubmitAsync();
        waiting.IsCompleted.ShouldBeFalse();
        await node.Client.AssignAsync(id, "agent-a", "ann");
        (await Until.Soon(waiting)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        (await Until.Soon(other)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Offer_that_another_node_made_is_found_within_a_second()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var waiting = node.Client.ListOffersAsync("agent-a", Long);
        var id = await node.SubmitAsync();
        await OfferElsewhereAsync(node, id);
        waiting.IsCompleted.ShouldBeFalse();
        node.Clock.Advance(TimeSpan.FromSeconds(1));
        (await Until.Soon(waiting)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Offer_whose_time_is_over_is_not_shown_even_before_anybody_noticed()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.Client.AssignAsync(await node.SubmitAsync(), "agent-a", "ann");
        (await node.Client.ListOffersAsync("agent-a")).ShouldHaveSingleItem();
        node.Clock.Advance(TimeSpan.FromSeconds(61));
        (await node.Client.ListOffersAsync("agent-a")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Eviction_is_shown_to_those_who_follow_without_any_time_passing()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var id = await node.SubmitAsync();
        await node.Client.AssignAsync(id, "agent-a", "ann");
        await using var offers = node.Client.FollowOffersAsync("agent-a").GetAsyncEnumerator();
        (await offers.MoveNextAsync()).ShouldBeTrue();
        offers.Current.ShouldHaveSingleItem();
        var next = offers.MoveNextAsync().AsTask();
        await node.Client.EvictAsync(id, "ann");
        (await Until.Soon(next)).ShouldBeTrue();
        offers.Current.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_lets_everybody_go()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var waiting = node.Client.ListOffersAsync("agent-a", Long);
        await using var offers = node.Client.FollowOffersAsync("agent-a").GetAsyncEnumerator();
        await offers.MoveNextAsync();
        var next = offers.MoveNextAsync().AsTask();
        await node.Engine.StopAsync();
        (await Until.Soon(waiting)).ShouldBeEmpty();
        (await Until.Soon(next)).ShouldBeFalse();
    }

    [Fact]
    public async Task Cancelled_wait_ends_at_once()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        using var gone = new CancellationTokenSource();
        var waiting = node.Client.ListOffersAsync("agent-a", Long, gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Until.Soon(waiting));
    }

    [Fact]
    public async Task Reassigned_agent_comes_first_even_if_others_wait_for_work()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.RegisterAsync("agent-b");
        await node.RegisterAsync("agent-c");
        var id = await node.SubmitAsync();
        await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" });
        var waiting = await node.ParkAsync("agent-c");
        var offer = await node.Client.AssignAsync(id, "agent-b", "ann", replace: true);
        offer.Task.Agent.ShouldBe("agent-b");
        waiting.IsCompleted.ShouldBeFalse();
        (await node.Client.GetAgentAsync("agent-a")).Status.ShouldBe(AgentStatus.Idle);
    }

    private static async Task OfferElsewhereAsync(TestNode node, long id)
    {
        var batch = new TaskBatch();
        batch.Claims.Add(new ClaimRequest
        {
            Agent = "agent-a",
            TaskIds = [id],
            Offer = TimeSpan.FromSeconds(60),
            By = ClaimedBy.Administrator,
        });
        var outcome = await ((IStore)node.Store).Tasks.CommitAsync(batch);
        outcome.Claims[0].Grants.ShouldHaveSingleItem().Task.State.ShouldBe(TaskState.Assigned);
    }
}
