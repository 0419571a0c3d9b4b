using Longshore.Client;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Changes of many tasks at once: what every implementation of the façade must answer alike.</summary>
public abstract class BulkConformance : FacadeConformance
{
    [Fact]
    public async Task Cancel_goes_through_all_pages_and_says_what_it_did()
    {
        await SubmitAsync(25, "a");
        await SubmitAsync(3, "b");
        var cancel = Change(BulkAction.Cancel, "a") with { Reason = "no longer wanted" };
        (await AllAsync(cancel with { DryRun = true })).ShouldBe((25, 25, 0, 3));
        (await CountAsync("a", TaskState.Created)).ShouldBe(25);
        (await AllAsync(cancel)).ShouldBe((25, 25, 0, 3));
        (await CountAsync("a", TaskState.Cancelled)).ShouldBe(25);
        (await CountAsync("b", TaskState.Created)).ShouldBe(3);
        (await AllAsync(cancel)).ShouldBe((0, 0, 0, 1));
        (await Client.GetTaskAsync(1, Ct)).Error.ShouldBe("no longer wanted");
    }

    [Fact]
    public async Task Cancel_ends_claims_and_counts_what_cannot_be()
    {
        await SubmitAsync(2, "a");
        await Client.RegisterAsync(new Agents.AgentRegistration { Name = "ann" }, Ct);
        var grant = (await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct)).Single();
        await Client.FinishAsync(
            new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete }, Ct);
        await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct);
        TaskState[] both = [TaskState.Done, TaskState.InProgress];
        var cancel = Change(BulkAction.Cancel, "a");
        (await AllAsync(cancel with { Filter = cancel.Filter with { States = both } })).ShouldBe((2, 1, 1, 1));
        (await Client.GetAgentAsync("ann", Ct)).Load.ShouldBe(0);
    }

    [Fact]
    public async Task Retry_means_what_failed_and_wakes_who_waits()
    {
        await SubmitAsync(3, "a");
        await AllAsync(Change(BulkAction.Cancel, "a"));
        (await AllAsync(Change(BulkAction.Retry, "a"))).ShouldBe((0, 0, 0, 1));
        await Client.RegisterAsync(new Agents.AgentRegistration { Name = "ann", MaxConcurrent = 5 }, Ct);
        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct);
        var retry = Change(BulkAction.Retry, "a");
        var cancelled = retry with { Filter = retry.Filter with { States = [TaskState.Cancelled] } };
        (await AllAsync(cancelled)).ShouldBe((3, 3, 0, 1));
        (await waiting).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Reprioritise_changes_what_waits()
    {
        await SubmitAsync(2, "a");
        (await AllAsync(Change(BulkAction.Reprioritise, "a") with { Priority = 9 })).ShouldBe((2, 2, 0, 1));
        (await Client.GetTaskAsync(1, Ct)).Spec.Priority.ShouldBe(9);
        (await Client.HistoryAsync(1, Ct)).Select(e => e.Type).ShouldBe(["task_created", "task_reprioritised"]);
    }

    [Fact]
    public async Task Changes_that_say_too_little_or_too_much_are_refused()
    {
        await SubmitAsync(1, "a");
        var nothing = new BulkChange { Action = BulkAction.Cancel, Filter = new TaskQuery() };
        await RefusedAsync(nothing, "filter");
        await RefusedAsync(Change(BulkAction.Cancel, "a") with { Priority = 1 }, "priority");
        await RefusedAsync(Change(BulkAction.Retry, "a") with { Reason = "why" }, "reason");
        await RefusedAsync(Change(BulkAction.Reprioritise, "a"), "priority");
        await RefusedAsync(Change(BulkAction.Reprioritise, "a") with { Priority = 11 }, "priority");
        var large = Change(BulkAction.Cancel, "a");
        await RefusedAsync(large with { Filter = large.Filter with { Limit = 1001 } }, "limit");
        (await CountAsync("a", TaskState.Created)).ShouldBe(1);
    }

    private static BulkChange Change(BulkAction action, string kind) => new()
    {
        Action = action,
        Filter = new TaskQuery { Kind = kind, Limit = 10 },
    };

    private async Task RefusedAsync(BulkChange change, string field)
    {
        var error = await Should.ThrowAsync<LongshoreException>(() => Client.ChangeTasksAsync(change, Ct));
        (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, field));
    }

    private async Task<(int Matched, int Changed, int Refused, int Pages)> AllAsync(BulkChange change)
    {
        var (matched, changed, refused, pages) = (0, 0, 0, 0);
        string? next = null;
        do
        {
            var page = await Client.ChangeTasksAsync(
                change with { Filter = change.Filter with { After = next } }, Ct);
            (matched, changed, refused, pages) =
                (matched + page.Matched, changed + page.Changed, refused + page.Refused, pages + 1);
            next = page.Next;
        }
        while (next is not null);
        return (matched, changed, refused, pages);
    }

    private async Task SubmitAsync(int count, string kind) =>
        await Client.SubmitAsync([.. Enumerable.Range(0, count).Select(_ => new NewTask { Kind = kind })], Ct);

    private async Task<int> CountAsync(string kind, TaskState state) =>
        (await Client.ListTasksAsync(new TaskQuery { Kind = kind, States = [state], Limit = 100 }, Ct)).Items.Count;
}

/// <summary>The façade in process.</summary>
public sealed class LocalBulkConformance : BulkConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpBulkConformance : BulkConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
