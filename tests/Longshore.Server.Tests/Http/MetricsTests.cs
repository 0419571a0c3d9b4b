using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Http;

/// <summary><c>GET /metrics</c>: well formed, and true.</summary>
public sealed class MetricsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_are_those_of_the_work_done()
    {
        await using var server = await TestServer.StartAsync();
        await server.Local.RegisterAsync(new AgentRegistration { Name = "painter", MaxConcurrent = 7 }, Ct);
        await server.Local.SubmitAsync([.. Enumerable.Range(0, 5).Select(_ => new NewTask { Kind = "resize" })], Ct);
        await server.Local.SubmitAsync([new NewTask { Kind = "x", Namespace = "later", ReadyAt = Later }], Ct);
        var grants = await server.Local.ClaimAsync(new ClaimRequest { Agent = "painter", Max = 4 }, ct: Ct);
        await Finish(server, grants[0], FinishKind.Complete);
        await Finish(server, grants[1], FinishKind.Fail);
        await Finish(server, grants[2], FinishKind.Release);

        var metrics = await ScrapeAsync(server);
        metrics["longshore_tasks_inserted_total{namespace=\"default\"}"].ShouldBe(5);
        metrics["longshore_tasks_inserted_total{namespace=\"later\"}"].ShouldBe(1);
        metrics["longshore_tasks_claimed_total{namespace=\"default\"}"].ShouldBe(4);
        metrics["longshore_tasks_completed_total"].ShouldBe(1);
        metrics["longshore_tasks_failed_total"].ShouldBe(1);
        metrics["longshore_tasks_retried_total{cause=\"failure\"}"].ShouldBe(1);
        metrics["longshore_tasks_given_back_total"].ShouldBe(1);
        metrics["longshore_queue_wait_seconds_count{kind=\"resize\"}"].ShouldBe(4);
        metrics["longshore_queue_depth{namespace=\"default\",state=\"ready\"}"].ShouldBe(2);
        metrics["longshore_queue_depth{namespace=\"default\",state=\"running\"}"].ShouldBe(1);
        metrics["longshore_queue_depth{namespace=\"default\",state=\"deferred\"}"].ShouldBe(1);
        metrics["longshore_queue_depth{namespace=\"later\",state=\"deferred\"}"].ShouldBe(1);
        metrics["longshore_queue_oldest_age_seconds{namespace=\"default\"}"].ShouldBeInRange(0, 600);
        metrics["longshore_queue_oldest_age_seconds{namespace=\"later\"}"].ShouldBe(0);
        metrics["longshore_agent_load{agent=\"painter\"}"].ShouldBe(1);
        metrics["longshore_agent_capacity{agent=\"painter\"}"].ShouldBe(7);
        metrics["longshore_commit_time_seconds_count"].ShouldBe(metrics["longshore_commits_total"]);
    }

    [Fact]
    public async Task The_node_that_leads_says_so()
    {
        await using var server = await TestServer.StartAsync();
        await Patience.UntilAsync(async () => (await ScrapeAsync(server))["longshore_leading"] == 1, Limit, Ct);
    }

    [Fact]
    public async Task Counters_go_on_and_are_those_of_this_server_alone()
    {
        await using var first = await TestServer.StartAsync();
        await using var second = await TestServer.StartAsync();
        await first.Local.SubmitAsync([new NewTask { Kind = "a" }], Ct);
        (await ScrapeAsync(first))["longshore_tasks_inserted_total{namespace=\"default\"}"].ShouldBe(1);
        await first.Local.SubmitAsync([new NewTask { Kind = "a" }, new NewTask { Kind = "a" }], Ct);
        (await ScrapeAsync(first))["longshore_tasks_inserted_total{namespace=\"default\"}"].ShouldBe(3);
        (await ScrapeAsync(second)).Samples.Keys.ShouldNotContain(name => name.Contains("tasks_inserted"));
    }

    [Fact]
    public async Task Odd_names_are_escaped_and_too_many_are_summed()
    {
        await using var server = await TestServer.StartAsync();
        await server.Local.RegisterAsync(new AgentRegistration { Name = "painter" }, Ct);
        await server.Local.SubmitAsync([new NewTask { Kind = "a", Namespace = "\"b\"\\c" }], Ct);
        await server.Local.SubmitAsync(
            [.. Enumerable.Range(0, 400).Select(i => new NewTask { Kind = "a", Namespace = $"n{i}" })], Ct);
        var metrics = await ScrapeAsync(server);
        metrics["longshore_tasks_inserted_total{namespace=\"\\\"b\\\"\\\\c\"}"].ShouldBe(1);
        metrics["longshore_tasks_inserted_total{namespace=\"_other\"}"].ShouldBe(301);
        metrics["longshore_queue_depth{namespace=\"_other\",state=\"ready\"}"].ShouldBe(301);
        metrics.Samples.Keys.Count(name => name.Contains("tasks_inserted")).ShouldBe(101);
        metrics.Samples.Keys.Count(name => name.Contains("queue_oldest")).ShouldBe(101);
    }

    [Fact]
    public async Task The_five_of_readiness_are_there_under_their_names()
    {
        await using var server = await TestServer.StartAsync();
        var types = (await ScrapeAsync(server)).Types;
        types["task_readiness_events_received_total"].ShouldBe("counter");
        types["task_readiness_command_sent_total"].ShouldBe("counter");
        types["task_readiness_latency_seconds"].ShouldBe("histogram");
        types["fallback_polls_executed_total"].ShouldBe("counter");
        types["fallback_tasks_found_total"].ShouldBe("counter");
    }

    private static DateTimeOffset Later => TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);

    private static Task<FinishOutcome> Finish(
        TestServer server, Grant grant, FinishKind kind) => server.Local.FinishAsync(
        new Finish
        {
            TaskId = grant.TaskId,
            Epoch = grant.Epoch,
            Kind = kind,
            Delay = kind == FinishKind.Fail ? TimeSpan.FromHours(1) : null,
        },
        Ct);

    private static async Task<Exposition> ScrapeAsync(TestServer server)
    {
        using var response = await server.Http.GetAsync("metrics", Ct);
        response.EnsureSuccessStatusCode();
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        return Exposition.Parse(await response.Content.ReadAsStringAsync(Ct));
    }
}
