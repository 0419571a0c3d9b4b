using Longshore.Tasks;

namespace Longshore.Server.Tests.Cli;

/// <summary>Changes of many tasks at once, on the command line against a real server.</summary>
public sealed class BulkCommandsTests : CommandTests
{
    protected override async Task PrepareAsync()
    {
        var tasks = Enumerable.Range(0, 1203).Select(i => new NewTask { Kind = "scan", Tags = i < 3 ? ["vip"] : [] });
        await Server.Local.SubmitAsync([.. tasks], Ct);
    }

    [Fact]
    public async Task Tasks_of_a_filter_are_changed_all_together()
    {
        (await RunAsync("tasks", "reprioritise", "--tag", "vip", "--to", "9")).Output.ShouldBe(
            "3 matched, 3 changed, 0 refused\n");
        (await Server.Local.GetTaskAsync(1, Ct)).Spec.Priority.ShouldBe(9);
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
        (await CliRun.OfAsync(Address, "tasks", "cancel")).FailedWith(1)
            .ShouldContain("filter: names nothing");
        (await Server.Local.CountByStateAsync(null, Ct))[TaskState.Created].ShouldBe(1203);
    }
}
