using Longshore.Client;
using Longshore.Schedules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Unique tasks: what every implementation of the façade must answer alike.</summary>
public abstract class UniqueConformance : FacadeConformance
{
    [Fact]
    public async Task Answer_says_what_became_of_each_task_and_who_has_the_key()
    {
        var unique = new Unique { Key = "k", Window = TimeSpan.FromMinutes(1), While = UniqueWhile.Unstarted };
        var id = (await Submit(Of(unique)))[0].Id;
        var answers = await Submit(
            Of(unique), Of(unique, UniqueConflict.Reject), Of(unique, UniqueConflict.AddAttempts),
            Of(unique, UniqueConflict.Replace) with { Payload = JsonText.Parse("2"), Priority = 8 });
        answers.ShouldBe(
        [
            new SubmittedTask(InsertStatus.Deduplicated, id, null),
            new SubmittedTask(InsertStatus.DuplicateTask, id, null),
            new SubmittedTask(InsertStatus.AttemptsAdded, id, null),
            new SubmittedTask(InsertStatus.Replaced, id, null),
        ]);
        var task = await Client.GetTaskAsync(id, Ct);
        task.Spec.Unique.ShouldBe(unique);
        (task.Spec.Payload.ToString(), task.Spec.Priority, task.Spec.MaxAttempts).ShouldBe(("2", 8, 6));
        (await Client.HistoryAsync(id, Ct)).Select(e => e.Type).ShouldBe(
            ["task_created", "task_attempts_added", "task_replaced"]);
    }

    [Fact]
    public async Task Bad_keys_are_refused_with_their_field()
    {
        foreach (var (unique, field) in ((Unique, string)[])
            [(new Unique { Key = "" }, "key"), (new Unique { Window = TimeSpan.FromDays(-1) }, "window_seconds")])
        {
            var error = await Should.ThrowAsync<LongshoreException>(() => Submit(Of(unique), Of(unique)));
            (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, $"tasks[0].unique.{field}"));
        }
    }

    [Fact]
    public async Task Retry_of_a_task_whose_key_another_has_is_refused()
    {
        var first = (await Submit(Of(new Unique())))[0].Id;
        await Client.CancelAsync(first, null, Ct);
        var second = (await Submit(Of(new Unique())))[0].Id;
        var error = await Should.ThrowAsync<LongshoreException>(() => Client.RetryAsync(first, Ct));
        (error.Code, error.Field).ShouldBe((ErrorCode.DuplicateTask, "unique"));
        error.Message.ShouldContain($"task {second}");
    }

    [Fact]
    public async Task Replaced_task_that_is_ready_now_wakes_who_waits()
    {
        await Client.RegisterAsync(new Agents.AgentRegistration { Name = "ann" }, Ct);
        var later = Of(new Unique { Key = "k", OnConflict = UniqueConflict.Replace });
        var id = (await Submit(later with { ReadyAt = TimeProvider.System.GetUtcNow().AddHours(1) }))[0].Id;
        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct);
        (await Submit(later))[0].Status.ShouldBe(InsertStatus.Replaced);
        (await waiting).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Schedule_whose_task_is_unique_enqueues_none_while_one_is_live()
    {
        await Client.PutScheduleAsync(
            new Schedule
            {
                Name = "nightly",
                Every = TimeSpan.FromHours(1),
                Task = new NewTask { Kind = "build", Unique = new Unique { Window = TimeSpan.FromSeconds(90) } },
            },
            null, Ct);
        var stored = (await Client.GetScheduleAsync("default", "nightly", Ct)).Definition.Task;
        stored.Unique.ShouldBe(new Unique { Window = TimeSpan.FromSeconds(90) });
        var id = await Client.TriggerScheduleAsync("default", "nightly", Ct);
        (await Client.TriggerScheduleAsync("default", "nightly", Ct)).ShouldBe(id);
    }

    private static NewTask Of(Unique unique, UniqueConflict? onConflict = null) => new()
    {
        Kind = "build",
        Unique = unique with { OnConflict = onConflict ?? unique.OnConflict },
    };

    private Task<IReadOnlyList<SubmittedTask>> Submit(params NewTask[] tasks) => Client.SubmitAsync(tasks, Ct);
}

/// <summary>The façade in process.</summary>
public sealed class LocalUniqueConformance : UniqueConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpUniqueConformance : UniqueConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
