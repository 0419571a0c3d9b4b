using System.Text.Json.Nodes;
using Longshore.Alerts;
using Longshore.Engine.Maintenance;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Tests.Engine;

/// <summary>Which deliveries there are of failed tasks and deep queues.</summary>
public sealed class AlertTests
{
    private static readonly Webhook Ops = new()
    {
        Name = "ops",
        Url = "https://example.org/hook",
        Secret = "a-secret-of-sixteen",
    };

    [Fact]
    public async Task A_task_that_failed_for_good_is_told_of_once_and_an_attempt_is_not()
    {
        await using var node = TestNode.Still();
        await TellAsync(node, new AlertRules { Webhooks = [Ops] });
        await node.RegisterAsync("agent-a", 10);
        var twice = await node.SubmitAsync("twice");
        await FailAsync(node, retry: true);
        var failed = await node.SubmitAsync("once");
        await FailAsync(node, retry: false, "no paper");
        var told = (await ToldAsync(node)).ShouldHaveSingleItem();
        ((string)told["type"]!, (long)told["task"]!["id"]!, (string)told["task"]!["error"]!)
            .ShouldBe(("task_failed", failed, "no paper"));
        await node.Client.CancelAsync(twice);
        await node.SubmitAsync("again");
        await FailAsync(node, retry: false);
        (await ToldAsync(node)).Select(alert => (string)alert["task"]!["kind"]!).ShouldBe(["once", "again"]);
    }

    [Fact]
    public async Task A_webhook_is_told_of_the_ends_and_kinds_that_it_wants()
    {
        await using var node = TestNode.Still();
        await TellAsync(node, new AlertRules
        {
            Webhooks = [Ops with { On = [TaskState.Cancelled], Kinds = ["scan"] }, Ops with { Name = "second" }],
        });
        await node.Client.CancelAsync(await node.SubmitAsync("other"));
        await node.Client.CancelAsync(await node.SubmitAsync("scan"));
        await node.RegisterAsync("agent-a");
        await node.SubmitAsync("scan");
        await FailAsync(node, retry: false);
        (await ToldAsync(node)).Select(alert => (string)alert["type"]!)
            .ShouldBe(["task_cancelled", "task_failed"]);
    }

    [Fact]
    public async Task What_failed_before_anybody_was_to_be_told_is_not_told()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.SubmitAsync("before");
        await FailAsync(node, retry: false);
        await TellAsync(node, new AlertRules { Webhooks = [Ops] });
        await node.SubmitAsync("after");
        await FailAsync(node, retry: false);
        (await ToldAsync(node)).Select(alert => (string)alert["task"]!["kind"]!).ShouldBe(["after"]);
    }

    [Fact]
    public async Task The_end_of_a_delivery_is_not_told()
    {
        await using var node = TestNode.Still();
        var all = Ops with { On = [TaskState.Failed, TaskState.Cancelled] };
        await TellAsync(node, new AlertRules { Webhooks = [all] });
        await node.Client.SetRulesAsync(
            Delivery.Namespace, new NamespaceRules { Alerts = new AlertRules { Webhooks = [all] } });
        await node.Client.CancelAsync(await node.SubmitAsync("scan"));
        await ToldAsync(node);
        await node.Client.CancelAsync((await DeliveriesAsync(node))[0].Id);
        await node.Client.CancelAsync(await node.SubmitAsync("scan"));
        (await ToldAsync(node)).ShouldAllBe(alert => (string)alert["task"]!["kind"]! == "scan");
    }

    [Fact]
    public async Task A_leader_that_died_between_deliveries_and_its_bookmark_doubles_nothing()
    {
        await using var node = TestNode.Still();
        await TellAsync(node, new AlertRules { Webhooks = [Ops with { On = [TaskState.Cancelled] }] });
        var position = await node.Store.Events.GetBookmarkAsync("failure_alerts");
        await node.Client.CancelAsync(await node.SubmitAsync("scan"));
        await ToldAsync(node);
        await node.Store.Events.SetBookmarkAsync("failure_alerts", position!.Value);
        await node.Client.CancelAsync(await node.SubmitAsync("sort"));
        (await ToldAsync(node)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_deep_queue_is_told_of_once_until_it_has_fallen_well_below()
    {
        await using var node = TestNode.Still();
        await TellAsync(node, new AlertRules
        {
            Webhooks = [Ops],
            Depths = [new DepthAlert { Name = "backlog", Kind = "scan", ReadyMax = 10 }],
        });
        await node.SubmitAsync("other");
        var ids = new List<long>();
        await ReadyAsync(11);
        var deep = (await ToldAsync(node))[0];
        ((string)deep["type"]!, (string)deep["queue"]!["alert"]!, (long)deep["queue"]!["ready"]!)
            .ShouldBe(("queue_deep", "backlog", 11));
        await ReadyAsync(9);
        await ReadyAsync(12);
        await ReadyAsync(8);
        (await ToldAsync(node)).Select(alert => (string)alert["type"]!).ShouldBe(["queue_deep", "queue_normal"]);
        await ReadyAsync(12);
        (await ToldAsync(node)).Select(alert => (string)alert["type"]!)
            .ShouldBe(["queue_deep", "queue_normal", "queue_deep"]);

        async Task ReadyAsync(int count)
        {
            while (ids.Count < count)
            {
                ids.Add(await node.SubmitAsync("scan"));
            }

            while (ids.Count > count)
            {
                await node.Client.CancelAsync(ids[0]);
                ids.RemoveAt(0);
            }

            await LookAsync(node);
        }
    }

    [Fact]
    public async Task A_queue_is_deep_when_its_oldest_task_waits_too_long()
    {
        await using var node = TestNode.Still();
        await TellAsync(node, new AlertRules
        {
            Webhooks = [Ops],
            Depths = [new DepthAlert { Name = "slow", AgeMax = TimeSpan.FromMinutes(10) }],
        });
        await node.SubmitAsync("scan");
        await LookAsync(node);
        (await DeliveriesAsync(node)).ShouldBeEmpty();
        node.Clock.Advance(TimeSpan.FromMinutes(10.1));
        ((double)(await ToldAsync(node))[0]["queue"]!["oldest_age_seconds"]!).ShouldBeGreaterThan(600);
    }

    private static Task<NamespaceRules> TellAsync(TestNode node, AlertRules alerts) =>
        node.Client.SetRulesAsync("default", new NamespaceRules { Alerts = alerts });

    private static async Task FailAsync(TestNode node, bool retry, string? error = null)
    {
        var grant = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        await node.Client.FinishAsync(new Finish
        {
            TaskId = grant.TaskId,
            Epoch = grant.Epoch,
            Kind = FinishKind.Fail,
            Retry = retry,
            Error = error,
        });
    }

    /// <summary>What is to be told when both watches have looked at what there is now.</summary>
    private static async Task<IReadOnlyList<JsonNode>> ToldAsync(TestNode node)
    {
        await LookAsync(node);
        return [.. (await DeliveriesAsync(node)).Select(task => JsonNode.Parse(task.Spec.Payload.Utf8)!["alert"]!)];
    }

    private static async Task LookAsync(TestNode node)
    {
        var (store, processor, options) = (node.Store, node.Engine.Processor, node.Engine.Options);
        var leads = new Leadership(
            store.Leases, "node-1", options.LeadershipTerm, options.Clock, NullLogger.Instance);
        using var failures = new FailureWatch(store, processor, leads, options, NullLogger.Instance);
        using var depths = new DepthWatch(store, processor, leads, options, node.Engine.Time, NullLogger.Instance);
        await failures.DoDueAsync(() => true, TestContext.Current.CancellationToken);
        await depths.DoDueAsync(() => true, TestContext.Current.CancellationToken);
    }

    private static async Task<IReadOnlyList<WorkTask>> DeliveriesAsync(TestNode node) =>
        [.. (await node.Client.ListTasksAsync(new TaskQuery { Namespace = Delivery.Namespace, Limit = 100 })).Items
            .OrderBy(task => task.Id)];
}
