using Longshore.Assignments;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Circuit breakers: of an agent, of an agent and kind, of a task.</summary>
public abstract class BreakerSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Reset = TimeSpan.FromSeconds(30);

    protected override StoreOptions Options => base.Options with
    {
        RecentFailure = RecentFailurePolicy.Off,
        Breakers = new BreakerOptions
        {
            AgentKind = new BreakerLimits(3, Reset, TimeSpan.FromMinutes(2)),
            Agent = new BreakerLimits(5, Reset, TimeSpan.FromMinutes(2)),
            Task = new BreakerLimits(3, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)),
        },
    };

    [Fact]
    public async Task Failures_in_a_row_shut_the_kind_and_no_other()
    {
        await Register("ada");
        await AddMany("bad", 6);
        var good = await Add(Spec("good") with { Priority = 0 });
        await FailOf("ada", "bad", 3);

        (await Claim(Ask("ada", "bad"))).Status.ShouldBe(ClaimStatus.Empty);
        (await Take("ada")).TaskId.ShouldBe(good);
        var breaker = (await Store.Breakers.ListAsync("ada", openOnly: true, Ct)).ShouldHaveSingleItem();
        breaker.Key.ShouldBe(new BreakerKey(BreakerScope.AgentKind, "ada", "bad"));
        (breaker.Failures, breaker.Trips, breaker.StateAt(NowUs)).ShouldBe((3, 1, BreakerState.Open));
        breaker.OpenUntilUs.ShouldBe(NowUs + Reset.ToMicroseconds());
    }

    [Fact]
    public async Task Success_starts_the_count_anew()
    {
        await Register("ada");
        await AddMany("bad", 8);
        await FailOf("ada", "bad", 2);
        await Finish(await Take("ada"), FinishKind.Complete);
        (await Store.Breakers.ListAsync(ct: Ct)).ShouldBeEmpty();
        await FailOf("ada", "bad", 2);
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failures_for_good_are_the_tasks_fault()
    {
        await Register("ada");
        await AddMany("bad", 8);
        for (var i = 0; i < 6; i++)
        {
            var grant = await Take("ada");
            await Finish(new Finish { TaskId = grant.TaskId, Epoch = 1, Kind = FinishKind.Fail, Retry = false });
        }

        (await Store.Breakers.ListAsync(ct: Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Half_open_lets_one_probe_through_at_a_time()
    {
        await Register("ada", max: 10);
        await AddMany("bad", 8);
        await FailOf("ada", "bad", 3);
        Clock.Advance(Reset);

        var probe = (await Claim("ada", 10)).Grants.ShouldHaveSingleItem();
        (await Claim("ada", 10)).Status.ShouldBe(ClaimStatus.Empty);
        var breaker = (await Store.Breakers.ListAsync("ada", openOnly: true, Ct)).Single();
        (breaker.ProbeTaskId, breaker.ProbeEpoch).ShouldBe((probe.TaskId, probe.Epoch));
        await Finish(probe, FinishKind.Complete);
        (await Store.Breakers.ListAsync("ada", openOnly: true, Ct)).ShouldBeEmpty();
        (await Claim("ada", 10)).Grants.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_failed_probe_doubles_the_time_up_to_the_longest()
    {
        await Register("ada");
        await AddMany("bad", 10);
        await FailOf("ada", "bad", 3);
        foreach (var seconds in new[] { 60, 120, 120 })
        {
            Clock.Advance(TimeSpan.FromSeconds(125));
            await FailOf("ada", "bad", 1);
            var breaker = (await Store.Breakers.ListAsync("ada", openOnly: true, Ct))
                .Single(b => b.Key.Scope == BreakerScope.AgentKind);
            breaker.OpenUntilUs.ShouldBe(NowUs + (seconds * 1_000_000L));
            await Store.Breakers.ResetAsync(new BreakerKey(BreakerScope.Agent, "ada"), "boss", null, NowUs, Ct);
        }
    }

    [Fact]
    public async Task A_probe_given_back_lets_another_through()
    {
        await Register("ada");
        await AddMany("bad", 8);
        await FailOf("ada", "bad", 3);
        Clock.Advance(Reset);

        await Finish(await Take("ada"), FinishKind.Release);
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failing_at_everything_shuts_the_agent()
    {
        await Register("ada");
        foreach (var kind in new[] { "a", "b", "c", "d", "e" })
        {
            await Add(Spec(kind));
            await FailOf("ada", kind, 1);
        }

        var id = await Add(Spec("f"));
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.BreakerOpen);
        (await Claim("ada", 1, id)).Status.ShouldBe(ClaimStatus.BreakerOpen);
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ada" }, NowUs, Ct))!.ShouldBeEmpty();
        Clock.Advance(Reset);
        await AddMany("g", 4);
        (await Claim("ada", 1)).Grants.Count.ShouldBe(1);
        (await Claim("ada", 1)).Status.ShouldBe(ClaimStatus.BreakerOpen);
    }

    [Fact]
    public async Task A_person_resets_a_breaker()
    {
        await Register("ada");
        await AddMany("bad", 6);
        await FailOf("ada", "bad", 3);
        var key = new BreakerKey(BreakerScope.AgentKind, "ada", "bad");

        (await Store.Breakers.ResetAsync(key, "the boss", "fixed", NowUs, Ct)).ShouldBeTrue();
        (await Store.Breakers.ResetAsync(key, "the boss", "fixed", NowUs, Ct)).ShouldBeFalse();
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Granted);
        var said = (await Store.Events.ReadAsync(0, 1000, Ct)).Single(e => e.Type == EventTypes.BreakerReset);
        (said.Actor, said.Payload.ToString()).ShouldBe(
            ("the boss", """{"agent":"ada","kind":"bad","reason":"fixed"}"""));
    }

    [Fact]
    public async Task A_task_that_several_agents_fail_is_quarantined_for_a_time_and_comes_back()
    {
        await Register("ada");
        await Register("bob");
        var id = await Add(Spec() with { MaxAttempts = 10 });
        await Fail("ada", id);
        await Fail("ada", id);
        (await Get(id)).State.ShouldBe(TaskState.Created);
        await Fail("bob", id);

        var task = await Get(id);
        (task.State, task.DeferredUntil).ShouldBe((TaskState.Quarantined, Clock.Now.AddMinutes(10)));
        (await Guards(id)).Breaker!.Key.ShouldBe(new BreakerKey(BreakerScope.Task, TaskId: id));
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBe(NowUs + TimeSpan.FromMinutes(10).ToMicroseconds());
        Clock.Advance(TimeSpan.FromMinutes(10));
        (await Store.Tasks.StageAsync(10, NowUs, Ct)).ShouldBe(1);
        (await Get(id)).State.ShouldBe(TaskState.Created);
        await Fail("ada", id, stage: false);
        (await Get(id)).DeferredUntil.ShouldBe(Clock.Now.AddMinutes(20));
        Clock.Advance(TimeSpan.FromMinutes(20));
        await Store.Tasks.StageAsync(10, NowUs, Ct);
        await Finish(await Take("bob", id), FinishKind.Complete);
        (await Store.Breakers.ListAsync(ct: Ct)).ShouldNotContain(b => b.Key.Scope == BreakerScope.Task);
    }

    [Fact]
    public async Task Reset_lets_a_quarantined_task_go()
    {
        await Register("ada");
        await Register("bob");
        var id = await Add(Spec() with { MaxAttempts = 10 });
        await Fail("ada", id);
        await Fail("ada", id);
        await Fail("bob", id);

        var key = new BreakerKey(BreakerScope.Task, TaskId: id);
        (await Store.Breakers.ResetAsync(key, "the boss", null, NowUs, Ct)).ShouldBeTrue();
        (await Take("ada", id)).TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Clean_forgets_what_is_long_ago_and_closed()
    {
        await Register("ada");
        await Register("bob");
        await AddMany("bad", 6);
        await AddMany("odd", 1);
        await FailOf("ada", "bad", 3);
        await FailOf("bob", "odd", 1);
        Clock.Advance(TimeSpan.FromHours(1));

        (await Store.Breakers.CleanAsync(NowUs, Ct)).ShouldBe(3);
        (await Store.Breakers.ListAsync(ct: Ct)).ShouldHaveSingleItem().Key.Kind.ShouldBe("bad");
    }

    private static ClaimRequest Ask(string agent, string kind) =>
        new() { Agent = agent, Kinds = [kind], Lease = Lease };

    private async Task AddMany(string kind, int count) =>
        await Insert([.. Enumerable.Range(0, count).Select(_ => Spec(kind) with { MaxAttempts = 100 })]);

    private async Task FailOf(string agent, string kind, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var grant = (await Claim(Ask(agent, kind))).Grants.ShouldHaveSingleItem();
            await Finish(grant, FinishKind.Fail);
        }
    }

    private async Task Fail(string agent, long id, bool stage = true)
    {
        await Finish(await Take(agent, id), FinishKind.Fail);
        if (stage && (await Get(id)).State == TaskState.Created)
        {
            await StageAll();
        }
    }
}
