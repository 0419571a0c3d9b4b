using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>By default a failed task goes to somebody else while there is somebody else (S0.60).</summary>
public abstract class RecentFailureSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Failed_task_is_kept_from_its_failer_while_another_can_do_it()
    {
        await FailOnce();
        await Register("second-agent");
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("second-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failed_task_goes_back_to_a_lone_agent()
    {
        await FailOnce();
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failed_task_waits_for_another_agent_that_is_merely_full()
    {
        await FailOnce();
        await Add(Spec("other"));
        await Register("second-agent");
        await Claim(new ClaimRequest { Agent = "second-agent", Kinds = ["other"], Lease = TimeSpan.FromDays(1) });
        (await GetAgent("second-agent")).Load.ShouldBe(1);
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Theory]
    [InlineData(AgentMode.Draining)]
    [InlineData(AgentMode.Blocked)]
    [InlineData(AgentMode.Offline)]
    public async Task Failed_task_does_not_wait_for_an_agent_that_takes_no_work(AgentMode mode)
    {
        await FailOnce();
        await Register("second-agent");
        await Store.Agents.SetModeAsync("second-agent", mode, NowUs, Ct);
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failed_task_waits_for_a_silent_agent_only_until_it_counts_as_unresponsive()
    {
        await FailOnce();
        await Register("second-agent");
        Clock.Advance(Options.HeartbeatTimeout);
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failed_task_does_not_wait_for_an_agent_that_cannot_do_it()
    {
        await FailOnce(Spec("build", "rust"), "rust");
        await Register("second-agent", 1, "go");
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failed_task_comes_back_to_anybody_once_all_failed_it()
    {
        await FailOnce();
        await Register("second-agent");
        await Finish(await Take("second-agent"), FinishKind.Fail);
        Clock.Advance(RetryWait);
        await Store.Tasks.StageAsync(10, NowUs, Ct);
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failed_task_is_free_again_when_the_window_has_passed()
    {
        await FailOnce();
        var failedUs = NowUs - RetryWait.ToMicroseconds();
        await Register("second-agent");
        Clock.Advance(TimeSpan.FromMicroseconds(
            failedUs + Options.RecentFailureWindow.ToMicroseconds() - NowUs - 1));
        await Store.Agents.HeartbeatAsync(["second-agent"], NowUs + 1, Ct);
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Failed_task_does_not_hide_those_behind_it()
    {
        await FailOnce();
        await Register("second-agent");
        var behind = await Add(Spec() with { Priority = 0 });
        (await Take("first-agent")).TaskId.ShouldBe(behind);
    }

    [Fact]
    public async Task Failed_task_is_kept_from_its_failer_by_name_too()
    {
        var id = await FailOnce();
        await Register("second-agent");
        (await Claim("first-agent", 1, id)).Status.ShouldBe(ClaimStatus.Empty);
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "first-agent" }, NowUs, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Loss_of_a_single_grant_counts_as_a_failure_and_of_a_shared_one_does_not()
    {
        await Register("first-agent", max: 3);
        var alone = await Add();
        await Take("first-agent");
        await LoseAll();
        var pair = (await Insert(Spec("other"), Spec("other"))).Select(o => o.TaskId).ToArray();
        await Claim("first-agent", 2, pair);
        await LoseAll();
        await StageAll();
        await Register("second-agent");
        (await Claim("first-agent", 1, alone)).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("first-agent", 1, pair[0])).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Theory]
    [InlineData(FinishKind.Snooze)]
    [InlineData(FinishKind.Release)]
    public async Task Giving_back_is_no_failure(FinishKind kind)
    {
        await Add();
        await Register("first-agent");
        await Register("second-agent");
        await Finish(await Take("first-agent"), kind);
        await StageAll();
        await Store.Agents.HeartbeatAsync(["second-agent"], NowUs, Ct);
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }

    /// <summary>A ready task that the first agent failed.</summary>
    private async Task<long> FailOnce(NewTask? spec = null, params string[] capabilities)
    {
        var id = await Add(spec);
        await Register("first-agent", 1, capabilities);
        await Finish(await Take("first-agent"), FinishKind.Fail);
        await StageAll();
        return id;
    }
}

/// <summary>Under the strict policy a task never goes back to its failer within the window.</summary>
public abstract class StrictRecentFailureSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    protected override StoreOptions Options => base.Options with { RecentFailure = RecentFailurePolicy.Strict };

    [Fact]
    public async Task Failed_task_is_kept_from_its_failer_though_it_is_alone()
    {
        await Add();
        await Register("lone-agent");
        await Finish(await Take("lone-agent"), FinishKind.Fail);
        await StageAll();
        (await Claim("lone-agent")).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(Options.RecentFailureWindow);
        (await Claim("lone-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }
}

/// <summary>Switched off, the policy keeps nothing from anybody.</summary>
public abstract class NoRecentFailureSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    protected override StoreOptions Options => base.Options with { RecentFailure = RecentFailurePolicy.Off };

    [Fact]
    public async Task Failed_task_goes_back_to_its_failer_though_there_are_others()
    {
        await Add();
        await Register("first-agent");
        await Finish(await Take("first-agent"), FinishKind.Fail);
        await StageAll();
        await Register("second-agent");
        (await Claim("first-agent")).Status.ShouldBe(ClaimStatus.Granted);
    }
}
