using Longshore.Storage;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Tests.Engine;

/// <summary>Events that an operator may tie an alert to: their numbers are a promise.</summary>
public sealed class NodeLogTests : IDisposable
{
    private readonly EventLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_node_tells_of_its_start_its_lead_and_its_end()
    {
        await using (var node = await TestNode.StartAsync(logging: _log))
        {
            await Until.Holds(() => _log.Of(1101).Count == 1, "it leads");
        }

        _log.Of(1001).ShouldBe(["Node node-1 started over memory (this process)"]);
        _log.Of(1101).ShouldBe(["Node node-1 leads (epoch 1)"]);
        _log.Of(1103).ShouldBe(["Node node-1 gave up the lead"]);
        _log.Of(1102).ShouldBeEmpty();
        _log.Of(1002).ShouldBe(["Node node-1 stopped"]);
    }

    [Fact]
    public async Task A_lead_that_another_node_took_is_told_of()
    {
        await using var node = await TestNode.StartAsync(logging: _log);
        await Until.Holds(() => _log.Of(1101).Count == 1, "it leads");
        await node.Store.Leases.ReleaseAsync("maintenance", "node-1");
        await node.Store.Leases.AcquireAsync("maintenance", "node-2", TimeSpan.FromHours(1));
        node.Clock.Advance(TimeSpan.FromSeconds(6));
        await Until.Holds(() => _log.Of(1102).Count == 1, "it knows");
        _log.Of(1102).ShouldBe(["Node node-1 no longer leads: another node has it"]);
    }

    [Fact]
    public async Task A_store_that_fails_and_comes_back_is_told_of_once_each_way()
    {
        await using var node = TestNode.Still(logging: _log);
        node.Store.FailsOn = _ => true;
        await Should.ThrowAsync<LongshoreException>(() => node.SubmitAsync());
        node.Store.FailsOn = _ => false;
        await node.SubmitAsync();
        await node.SubmitAsync();
        _log.Of(1201).ShouldHaveSingleItem();
        _log.Entries.Single(e => e.Id.Id == 1201).Level.ShouldBe(LogLevel.Error);
        _log.Of(1202).ShouldBe(["The store answers again after 1 failures"]);
    }

    [Fact]
    public async Task Lost_claims_and_tasks_that_fail_for_good_are_told_of()
    {
        await using var node = TestNode.Still(logging: _log);
        await node.RegisterAsync("agent-a", 2);
        await node.Client.SubmitAsync([TestNode.Task() with { MaxAttempts = 1 }]);
        var failing = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }))[0];
        await node.Client.FinishAsync(new Finish
        {
            TaskId = failing.TaskId,
            Epoch = failing.Epoch,
            Kind = FinishKind.Fail,
            Error = "no paint",
        });
        _log.Of(1302).ShouldBe([$"Task {failing.TaskId} failed for good: no paint"]);

        await node.SubmitAsync();
        var held = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }))[0];
        node.Clock.Advance(TimeSpan.FromMinutes(1));
        node.Engine.OnLost(await node.Store.Tasks.RescueAsync(10), Longshore.Engine.LossCause.Lease);
        _log.Of(1301).ShouldBe([$"Task {held.TaskId}: agent agent-a lost its claim (epoch 1); the task is created"]);
    }

    [Fact]
    public async Task An_offer_that_ran_out_is_no_warning()
    {
        await using var node = TestNode.Still(logging: _log);
        await node.RegisterAsync("agent-a");
        var id = await node.SubmitAsync();
        await node.Client.AssignAsync(id, "agent-a", "ann");
        node.Clock.Advance(TimeSpan.FromMinutes(2));
        node.Engine.OnLost(await node.Store.Tasks.RescueAsync(10), Longshore.Engine.LossCause.Lease);
        _log.Of(1304).ShouldBe(
            [$"Task {id}: agent agent-a did not accept its offer (epoch 1); the task goes to others"]);
        _log.Of(1301).ShouldBeEmpty();
    }

    [Fact]
    public void Each_event_has_a_number_and_a_name_of_its_own()
    {
        var events = typeof(NodeLog).GetMethods()
            .SelectMany(m => m.GetCustomAttributes(typeof(LoggerMessageAttribute), false))
            .Cast<LoggerMessageAttribute>()
            .ToList();
        events.Count.ShouldBeGreaterThan(10);
        events.Select(e => e.EventId).ShouldBeUnique();
        events.Select(e => e.EventName).ShouldBeUnique();
    }
}
