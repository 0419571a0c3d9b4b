using System.Text.Json;
using Longshore.Agents;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class EventSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task History_tells_a_whole_life_in_order()
    {
        var id = await Add(Spec() with { MaxAttempts = 2, CorrelationId = "c-9" });
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Release);
        await Finish(await Take("solo"), FinishKind.Snooze);
        await StageAll();
        await Take("solo");
        await LoseAll();
        await StageAll();
        await Finish(await Take("solo"), FinishKind.Fail, "second");
        await Store.Tasks.RetryAsync([id], NowUs, Ct);
        await Finish(await Take("solo"), FinishKind.Complete);

        (await HistoryOf(id)).ShouldBe(
        [
            EventTypes.TaskCreated,
            EventTypes.TaskClaimed, EventTypes.TaskReleased,
            EventTypes.TaskClaimed, EventTypes.TaskSnoozed,
            EventTypes.TaskClaimed, EventTypes.TaskClaimLost,
            EventTypes.TaskClaimed, EventTypes.TaskFailed,
            EventTypes.TaskRetried,
            EventTypes.TaskClaimed, EventTypes.TaskCompleted,
        ]);
        var events = await Store.Events.HistoryAsync(id, Ct);
        events.ShouldAllBe(e => e.TaskId == id && e.CorrelationId == "c-9");
        events.Select(e => e.At).ShouldBe(events.Select(e => e.At).Order());
        events.Select(e => e.Position).ShouldBe(events.Select(e => e.Position).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task History_ends_with_the_cancellation(bool isHeld)
    {
        var id = await Add();
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Release);
        if (isHeld)
        {
            await Take("solo");
        }

        await Store.Tasks.CancelAsync([id], "enough", NowUs, Ct);
        string[] held = isHeld ? [EventTypes.TaskClaimed] : [];
        (await HistoryOf(id)).ShouldBe(
        [
            EventTypes.TaskCreated, EventTypes.TaskClaimed, EventTypes.TaskReleased,
            .. held, EventTypes.TaskCancelled,
        ]);
    }

    [Fact]
    public async Task History_of_a_late_result_shows_the_loss_and_the_completion()
    {
        var id = await Add();
        await Register("solo");
        var grant = await Take("solo");
        await LoseAll();
        await Finish(grant, FinishKind.Complete);
        (await HistoryOf(id)).ShouldBe(
            [EventTypes.TaskCreated, EventTypes.TaskClaimed, EventTypes.TaskClaimLost, EventTypes.TaskCompleted]);
    }

    [Fact]
    public async Task History_says_who_did_it()
    {
        var id = await Add(Spec() with { Deadline = Clock.Now.AddHours(1) });
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail);
        Clock.Advance(TimeSpan.FromHours(2));
        await Store.Tasks.ExpireAsync(10, NowUs, Ct);
        (await Store.Events.HistoryAsync(id, Ct)).Select(e => (e.ActorType, e.Actor)).ShouldBe(
        [
            (ActorType.Human, "api"),
            (ActorType.Agent, "solo"),
            (ActorType.Agent, "solo"),
            (ActorType.System, "longshore"),
        ]);
    }

    [Fact]
    public async Task History_of_an_unknown_task_is_empty() =>
        (await Store.Events.HistoryAsync(404, Ct)).ShouldBeEmpty();

    [Fact]
    public async Task Log_holds_one_event_for_each_step_with_growing_positions()
    {
        await Register("solo", max: 5);
        var ids = (await Insert(Spec(), Spec(), Spec())).Select(o => o.TaskId).ToArray();
        foreach (var grant in (await Claim("solo", 3)).Grants)
        {
            await Finish(grant, FinishKind.Complete);
        }

        await Store.Agents.SetModeAsync("solo", AgentMode.Draining, NowUs, Ct);
        await Store.Agents.DeregisterAsync("solo", NowUs, Ct);
        var log = await Store.Events.ReadAsync(0, 1000, Ct);
        log.Select(e => (e.Type, e.TaskId)).ShouldBe(
        [
            (EventTypes.AgentRegistered, null),
            .. ids.Select(id => (EventTypes.TaskCreated, (long?)id)),
            .. ids.Select(id => (EventTypes.TaskClaimed, (long?)id)),
            .. ids.Select(id => (EventTypes.TaskCompleted, (long?)id)),
            (EventTypes.AgentModeChanged, null),
            (EventTypes.AgentDeregistered, null),
        ]);
        log.Zip(log.Skip(1)).ShouldAllBe(pair => pair.First.Position < pair.Second.Position);
        log.ShouldAllBe(e => e.At == Clock.Now);
    }

    [Fact]
    public async Task Log_carries_the_correlation_id_of_the_task_and_of_the_event()
    {
        var id = await Add(Spec() with { CorrelationId = "c-1" });
        await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Events.Add(new NewEvent("note", ActorType.Human, "me", CorrelationId: "c-2"));
        await Store.Tasks.CommitAsync(batch, Ct);
        (await Store.Events.ReadAsync(0, 10, Ct)).Select(e => e.CorrelationId).ShouldBe(["c-1", "c-1", "c-2"]);
    }

    [Fact]
    public async Task Log_says_under_which_epoch_a_task_was_claimed_and_where_a_failure_led()
    {
        await Add();
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail);
        var log = await Store.Events.ReadAsync(0, 10, Ct);
        var claimed = Payload(log.Single(e => e.Type == EventTypes.TaskClaimed));
        (claimed.GetProperty("epoch").GetInt32(), claimed.GetProperty("agent").GetString()).ShouldBe((1, "solo"));
        var failed = Payload(log.Single(e => e.Type == EventTypes.TaskFailed));
        (failed.GetProperty("epoch").GetInt32(), failed.GetProperty("state").GetString()).ShouldBe((1, "created"));
    }

    [Fact]
    public async Task Log_takes_events_of_others_before_those_of_the_batch()
    {
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Inserts.Add(Spec());
        batch.Events.Add(new NewEvent(
            EventTypes.AgentWaiting, ActorType.Agent, "solo", Payload: JsonText.Parse("""{"kinds": []}""")));
        await Store.Tasks.CommitAsync(batch, Ct);
        var log = await Store.Events.ReadAsync(0, 10, Ct);
        log.Select(e => e.Type).ShouldBe([EventTypes.AgentWaiting, EventTypes.TaskCreated]);
        (log[0].Actor, log[0].ActorType, log[0].Payload.ToString()).ShouldBe(
            ("solo", ActorType.Agent, """{"kinds": []}"""));
    }

    [Fact]
    public async Task Log_shows_what_one_batch_did_in_the_order_in_which_it_was_done()
    {
        await Register("solo", max: 9);
        await Insert(Spec(), Spec(), Spec(), Spec());
        var grants = (await Claim("solo", 4)).Grants;
        var end = await Store.Events.EndAsync(Ct);
        var batch = new TaskBatch { NowUs = NowUs };
        foreach (var (grant, kind) in grants.Zip([FinishKind.Release, FinishKind.Fail, FinishKind.Complete]))
        {
            batch.Finishes.Add(new Finish { TaskId = grant.TaskId, Epoch = 1, Kind = kind });
        }

        batch.Inserts.Add(Spec());
        batch.Claims.Add(new ClaimRequest { Agent = "solo", Max = 9 });
        var outcome = await Store.Tasks.CommitAsync(batch, Ct);

        var log = (await Store.Events.ReadAsync(end, 100, Ct)).ToList();
        int At(string type, long id) => log.FindIndex(e => e.Type == type && e.TaskId == id);
        var added = outcome.Inserts[0].TaskId;
        log.Count.ShouldBe(6);
        At(EventTypes.TaskCreated, added).ShouldBeLessThan(At(EventTypes.TaskClaimed, added));
        var released = grants[0].TaskId;
        At(EventTypes.TaskReleased, released).ShouldBeLessThan(At(EventTypes.TaskClaimed, released));
    }

    [Fact]
    public async Task Log_is_read_in_pages_from_a_position()
    {
        await Insert([.. Enumerable.Range(0, 23).Select(_ => Spec())]);
        await Register("solo", max: 23);
        await Claim("solo", 23);
        var all = await Store.Events.ReadAsync(0, 1000, Ct);
        all.Count.ShouldBe(47);
        var paged = new List<EventRecord>();
        while (await Store.Events.ReadAsync(paged.LastOrDefault()?.Position ?? 0, 5, Ct) is { Count: > 0 } page)
        {
            page.Count.ShouldBeLessThanOrEqualTo(5);
            paged.AddRange(page);
        }

        paged.Select(e => e.Position).ShouldBe(all.Select(e => e.Position));
    }

    [Fact]
    public async Task Log_after_its_end_shows_only_what_came_later()
    {
        await Add();
        var end = await Store.Events.EndAsync(Ct);
        (await Store.Events.ReadAsync(end, 10, Ct)).ShouldBeEmpty();
        await Register("solo");
        (await Store.Events.ReadAsync(end, 10, Ct)).ShouldHaveSingleItem().Type.ShouldBe(EventTypes.AgentRegistered);
    }

    [Fact]
    public async Task Log_of_a_new_store_is_empty_to_its_end()
    {
        var end = await Store.Events.EndAsync(Ct);
        (await Store.Events.ReadAsync(0, 10, Ct)).ShouldBeEmpty();
        await Add();
        (await Store.Events.ReadAsync(end, 10, Ct)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Log_keeps_its_order_when_one_batch_holds_as_many_events_as_two_batches_may()
    {
        const int count = 2 * Limits.BatchMax;
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Inserts.AddRange(Enumerable.Range(0, count).Select(_ => Spec()));
        await Store.Tasks.CommitAsync(batch, Ct);
        await Register("one-agent", max: Limits.ConcurrentMax);
        await Register("two-agent", max: Limits.ConcurrentMax);
        var claims = new TaskBatch { NowUs = NowUs };
        claims.Claims.Add(new ClaimRequest { Agent = "one-agent", Max = Limits.BatchMax });
        claims.Claims.Add(new ClaimRequest { Agent = "two-agent", Max = Limits.BatchMax });
        await Store.Tasks.CommitAsync(claims, Ct);
        await Register("end-mark");

        var log = await Store.Events.ReadAsync(0, (2 * count) + 10, Ct);
        log.Count.ShouldBe((2 * count) + 3);
        log.Zip(log.Skip(1)).Count(pair => pair.First.Position >= pair.Second.Position).ShouldBe(0);
        log[^1].Actor.ShouldBe("end-mark");
        (await Store.Events.ReadAsync(log[^2].Position, 10, Ct)).ShouldHaveSingleItem().Actor.ShouldBe("end-mark");
        var next = await Store.Events.ReadAsync(log[count / 2].Position, 1, Ct);
        next[0].Position.ShouldBe(log[(count / 2) + 1].Position);
    }

    private static JsonElement Payload(EventRecord e) => e.Payload.To<JsonElement>();
}
