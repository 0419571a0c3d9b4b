using Longshore.Tasks;

namespace Longshore.Server.Tests.Cli;

/// <summary>Changes of many tasks at once, on the command line against a real server.</summary>
public sealed class BulkCommandsTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        var tasks = Enumerable.Range(0, 1203).Select(i => new NewTask { Kind = "scan", Tags = i < 3 ? ["vip"] : [] });
        await _server.Local.SubmitAsync([.. tasks], Ct);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Tasks_of_a_filter_are_changed_all_together()
    {
        (await RunAsync("tasks", "reprioritise", "--tag", "vip", "--to", "9")).Output.ShouldBe(
            "3 matched, 3 changed, 0 refused\n");
        (await _server.Local.GetTaskAsync(1, Ct)).Spec.Priority.ShouldBe(9);
        (await RunAsync("tasks", "cancel", "--kind", "scan", "--dry-run")).Output.ShouldBe(
            "1203 matched, 1203 would be changed, 0 refused\n");
        var cancelled = (await RunAsync("tasks", "cancel", "--kind", "scan", "--reason", "late", "--json")).Json;
        ((int)cancelled["matched"]!, (int)cancelled["changed"]!).ShouldBe((1203, 1203));
        (await RunAsync("tasks", "retry", "--kind", "scan", "--state", "cancelled", "--tag", "vip")).Output.ShouldBe(
            "3 matched, 3 changed, 0 refused\n");
    }

    [Fact]
    public async Task A_filter_that_names_nothing_is_refused()
    {
        (await CliRun.OfAsync(_server.Http.BaseAddress!, "tasks", "cancel")).FailedWith(1)
            .ShouldContain("filter: names nothing");
        (await _server.Local.CountByStateAsync(null, Ct))[TaskState.Created].ShouldBe(1203);
    }

    private async Task<CliRun> RunAsync(params string[] arguments) =>
        (await CliRun.OfAsync(_server.Http.BaseAddress!, arguments)).Succeeded();
}
