using System.Text.Json;
using Longshore.Client;
using Longshore.Schedules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Schedules: what every implementation of the façade must do alike.</summary>
public abstract class ScheduleConformance : FacadeConformance
{
    private static readonly Schedule Nightly = new()
    {
        Name = "nightly:1",
        Namespace = "re ports",
        Cron = "0 2 * * *",
        TimeZone = "Europe/Paris",
        Jitter = TimeSpan.FromSeconds(1.5),
        Misfire = MisfirePolicy.Skip,
        MisfireAfter = TimeSpan.FromMinutes(5),
        ExpireAfter = TimeSpan.FromHours(6),
        Task = new NewTask { Kind = "report", Priority = 7, Payload = JsonText.Parse("""{"a":[1]}""") },
    };

    [Fact]
    public async Task A_schedule_comes_back_as_it_was_sent()
    {
        var put = await Client.PutScheduleAsync(Nightly, ct: Ct);
        var sent = Nightly with { Task = Nightly.Task with { Namespace = Nightly.Namespace } };
        Text(put.Definition).ShouldBe(Text(sent));
        (put.Version, put.LastTick, put.LastTaskId, put.Ticks).ShouldBe((1, null, null, 0));
        put.NextTick!.Value.UtcDateTime.Hour.ShouldBeInRange(0, 1, "two o'clock in Paris");
        Text((await GetAsync()).Definition).ShouldBe(Text(sent));
        (await Client.PutScheduleAsync(Nightly, ct: Ct)).Version.ShouldBe(1, "nothing changed");
        (await Client.ListSchedulesAsync(new ScheduleQuery { Namespace = "re ports", Limit = 1 }, Ct))
            .Items.ShouldHaveSingleItem().NextTick.ShouldBe(put.NextTick);
        (await Client.ListSchedulesAsync(new ScheduleQuery { Namespace = "other" }, Ct)).Items.ShouldBeEmpty();
        var ticks = await Client.NextTicksAsync(Nightly.Namespace, Nightly.Name, 3, Ct);
        ticks.Count.ShouldBe(3);
        ticks[0].ShouldBe(put.NextTick.Value);
    }

    [Fact]
    public async Task A_change_can_be_tied_to_a_version()
    {
        await Client.PutScheduleAsync(Nightly, 0, Ct);
        var changed = Nightly with { Jitter = TimeSpan.Zero };
        await ShouldFailAsync(ErrorCode.WrongState, () => Client.PutScheduleAsync(changed, 0, Ct));
        await ShouldFailAsync(ErrorCode.WrongState, () => Client.PutScheduleAsync(changed, 2, Ct));
        (await Client.PutScheduleAsync(changed, 1, Ct)).Version.ShouldBe(2);
        (await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.PutScheduleAsync(Nightly with { Cron = "61 * * * *" }, ct: Ct)))
            .Field.ShouldBe("cron");
        (await GetAsync()).Version.ShouldBe(2);
    }

    [Fact]
    public async Task It_rests_goes_on_fires_out_of_turn_and_is_removed()
    {
        var next = (await Client.PutScheduleAsync(Nightly, ct: Ct)).NextTick;
        (await Client.PauseScheduleAsync(Nightly.Namespace, Nightly.Name, true, Ct)).NextTick.ShouldBeNull();
        (await Client.PauseScheduleAsync(Nightly.Namespace, Nightly.Name, true, Ct)).Version.ShouldBe(2);
        (await Client.NextTicksAsync(Nightly.Namespace, Nightly.Name, 3, Ct)).ShouldBeEmpty();
        var id = await Client.TriggerScheduleAsync(Nightly.Namespace, Nightly.Name, Ct);
        var task = await Client.GetTaskAsync(id, Ct);
        (task.Spec.Kind, task.Spec.Namespace, task.Spec.Metadata["schedule"])
            .ShouldBe(("report", "re ports", "nightly:1"));
        (await Client.PauseScheduleAsync(Nightly.Namespace, Nightly.Name, false, Ct)).NextTick.ShouldBe(next);
        await Client.RemoveScheduleAsync(Nightly.Namespace, Nightly.Name, Ct);
        await ShouldFailAsync(ErrorCode.NotFound, GetAsync);
        await ShouldFailAsync(
            ErrorCode.NotFound, () => Client.RemoveScheduleAsync(Nightly.Namespace, Nightly.Name, Ct));
        await ShouldFailAsync(
            ErrorCode.NotFound, () => Client.PauseScheduleAsync(Nightly.Namespace, Nightly.Name, ct: Ct));
        await ShouldFailAsync(
            ErrorCode.NotFound, () => Client.TriggerScheduleAsync(Nightly.Namespace, Nightly.Name, Ct));
    }

    [Fact]
    public async Task A_tick_comes_by_itself_and_a_full_namespace_puts_it_off()
    {
        await Client.SetRulesAsync(
            "full", (await Client.GetRulesAsync("full", Ct)) with { MaxPending = 1 }, ct: Ct);
        var schedule = new Schedule
        {
            Name = "s",
            Namespace = "full",
            Every = TimeSpan.FromSeconds(1),
            StartAtOnce = true,
            Task = new NewTask { Kind = "k" },
        };
        await Client.PutScheduleAsync(schedule, ct: Ct);
        await UntilAsync(now => now.Ticks == 1);
        var once = await Client.GetScheduleAsync("full", "s", Ct);
        var first = await Client.GetTaskAsync(once.LastTaskId!.Value, Ct);
        first.Spec.Metadata["tick"].ShouldStartWith(once.LastTick!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss", null));
        await UntilAsync(now => now.NextTick < TimeProvider.System.GetUtcNow().AddSeconds(-1));
        (await Client.GetScheduleAsync("full", "s", Ct)).Ticks.ShouldBe(1, "no room for more");
        await Client.CancelAsync(first.Id, ct: Ct);
        await UntilAsync(now => now.Ticks == 2);

        Task UntilAsync(Predicate<ScheduleStatus> condition) => Patience.UntilAsync(
            async () => condition(await Client.GetScheduleAsync("full", "s", Ct)), TimeSpan.FromSeconds(30), Ct);
    }

    private Task<ScheduleStatus> GetAsync() => Client.GetScheduleAsync(Nightly.Namespace, Nightly.Name, Ct);

    // Records that hold lists are only equal when the lists are the same object.
    private static string Text(Schedule schedule) => JsonSerializer.Serialize(schedule);
}

/// <summary>The façade in process.</summary>
public sealed class LocalScheduleConformance : ScheduleConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpScheduleConformance : ScheduleConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
