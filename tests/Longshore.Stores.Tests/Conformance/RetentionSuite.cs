using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What is kept how long: by how it ended, by kind and by namespace.</summary>
public abstract class RetentionSuite<TSource> : RunSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task Prune_keeps_each_end_for_as_long_as_it_is_to_be_kept()
    {
        var (done, failed, cancelled, expired) = await EndAllWays();
        Clock.Advance(2 * Hour);
        (await Prune(1, 10, 1, 100)).ShouldBe(2);
        (await Left()).ShouldBe([failed, expired]);
        Clock.Advance(8 * Hour);
        (await Prune(1, 10, 1, 100)).ShouldBe(0, "it ended exactly as long ago as it is kept");
        Clock.Advance(TimeSpan.FromMinutes(61));
        (await Prune(1, 10, 1, 100)).ShouldBe(1);
        (await Left()).ShouldBe([expired]);
        Clock.Advance(100 * Hour);
        (await Prune(1, 10, 1, 100)).ShouldBe(1);
        (await Left()).ShouldBeEmpty();
        (done + cancelled).ShouldBePositive();
    }

    [Fact]
    public async Task Prune_follows_rules_that_changed_after_it_came_past_a_task()
    {
        var (done, failed, cancelled, expired) = await EndAllWays();
        Clock.Advance(2 * Hour);
        (await Prune(1, 1000, 1000, 1000)).ShouldBe(1);
        (await Prune(1, 1000, 1, 1000)).ShouldBe(1, "cancelled ones are not kept any more");
        (await Left()).ShouldBe([failed, expired]);
        Clock.Advance(1000 * Hour);
        (await Prune(1, 1100, 1, 1000)).ShouldBe(1, "failed ones are kept longer than before");
        (await Left()).ShouldBe([failed]);
        (done + cancelled).ShouldBePositive();
    }

    [Fact]
    public async Task Prune_lets_a_kind_and_a_namespace_have_their_own_ages()
    {
        var plain = await Add(Spec());
        var report = await Add(Spec("report"));
        var elsewhere = await Add(Spec("report") with { Namespace = "other" });
        var asOthers = await Add(Spec() with { Namespace = "other" });
        await Store.Tasks.CancelAsync([plain, report, elsewhere, asOthers], null, NowUs, Ct);
        Clock.Advance(5 * Hour);
        var plan = new PrunePlan
        {
            EventsBeforeUs = NowUs - Hour.ToMicroseconds(),
            Rules =
            [
                Rule(null, null, 10), Rule("default", "report", 3), Rule("other", null, 4), Rule("other", "build", 6),
            ],
        };
        (await Store.Tasks.PruneAsync(plan, 100, Ct)).ShouldBe(new PruneOutcome(2, false));
        (await Left()).ShouldBe([plain, asOthers]);
        (await Store.Tasks.PruneAsync(plan with { Rules = [Rule("other", "build", 1)] }, 100, Ct)).Pruned.ShouldBe(1);
        (await Left()).ShouldBe([plain], "what no rule fits is kept");
    }

    [Fact]
    public async Task Prune_keeps_what_was_tried_anew_until_it_ended_again()
    {
        await Register("solo");
        var id = await Add(Spec() with { MaxAttempts = 1 });
        await Finish(await Take("solo"), FinishKind.Fail);
        Clock.Advance(2 * Hour);
        (await Prune(1, 10, 1, 1)).ShouldBe(0);
        await Store.Tasks.RetryAsync([id], NowUs, Ct);
        Clock.Advance(20 * Hour);
        (await Prune(1, 10, 1, 1)).ShouldBe(0, "it lives");
        await Finish(await Take("solo"), FinishKind.Fail);
        Clock.Advance(9 * Hour);
        (await Prune(1, 10, 1, 1)).ShouldBe(0, "it failed nine hours ago");
        Clock.Advance(2 * Hour);
        (await Prune(1, 10, 1, 1)).ShouldBe(1);
    }

    [Fact]
    public async Task Prune_keeps_attempts_and_forgets_events_when_the_task_is_kept_longer()
    {
        await Register("solo");
        var id = await Add(Spec() with { MaxAttempts = 1 });
        await Finish(await Take("solo"), FinishKind.Fail, "no disk");
        Clock.Advance(5 * Hour);
        (await Prune(1, 100, 1, 1)).ShouldBe(0);
        (await Store.Events.ReadAsync(0, 100, Ct)).ShouldBeEmpty();
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldHaveSingleItem().Error.ShouldBe("no disk");
        (await Get(id)).Error.ShouldBe("no disk");
        (await HistoryOf(id)).ShouldContain("task_claimed");
    }

    [Fact]
    public async Task Prune_keeps_events_when_tasks_go_earlier()
    {
        var id = await Add();
        await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
        Clock.Advance(2 * Hour);
        (await Prune(1, 1, 1, 1, events: 10)).ShouldBe(1);
        (await Store.Events.ReadAsync(0, 100, Ct)).Select(e => e.TaskId).ShouldContain(id);
        Clock.Advance(9 * Hour);
        (await Prune(1, 1, 1, 1, events: 10)).ShouldBe(0);
        (await Store.Events.ReadAsync(0, 100, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Prune_takes_what_was_set_aside_in_bounded_steps()
    {
        var ids = (await Insert([.. Enumerable.Range(0, 25).Select(_ => Spec())])).Select(o => o.TaskId).ToArray();
        await Store.Tasks.CancelAsync(ids, null, NowUs, Ct);
        Clock.Advance(2 * Hour);
        while ((await Store.Tasks.PruneAsync(Plan(1, 1, 1, 10, 1), 10, Ct)).HasMore)
        {
            // All are kept.
        }

        (await Left()).Count.ShouldBe(25);
        Clock.Advance(9 * Hour);
        var pruned = new List<int>();
        PruneOutcome step;
        do
        {
            step = await Store.Tasks.PruneAsync(Plan(1, 1, 1, 10, 1), 10, Ct);
            pruned.Add(step.Pruned);
        }
        while (step.HasMore);

        pruned.Max().ShouldBeLessThanOrEqualTo(10);
        pruned.Sum().ShouldBe(25);
    }

    [Fact]
    public async Task Prune_of_runs_goes_by_how_the_run_ended()
    {
        await Start(Flow(Step("a")), "good");
        await Do("a", "1");
        await Start(Flow(Step("b")) with { Name = "other" }, "bad");
        var grant = await TakeStep("b");
        await Finish(new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Fail, Retry = false });
        Clock.Advance(2 * Hour);
        (await Store.Workflows.PruneRunsAsync(Plan(1, 1, 10, 1, 1), 100, Ct)).Pruned.ShouldBe(1);
        (await Store.Workflows.FindRunAsync("default", "good", Ct)).ShouldBeNull();
        (await Store.Workflows.FindRunAsync("default", "bad", Ct)).ShouldNotBeNull();
        Clock.Advance(9 * Hour);
        (await Store.Workflows.PruneRunsAsync(Plan(1, 1, 10, 1, 1), 100, Ct)).Pruned.ShouldBe(1);
    }

    private async Task<(long Done, long Failed, long Cancelled, long Expired)> EndAllWays()
    {
        await Register("solo", max: 10);
        var ids = (await Insert([.. Enumerable.Range(0, 4).Select(i => Spec() with
        {
            MaxAttempts = 1,
            Deadline = i == 3 ? Clock.Now.AddMinutes(30) : null,
        })])).Select(o => o.TaskId).ToArray();
        Clock.Advance(TimeSpan.FromMinutes(30));
        await Finish(await Take("solo", ids[0]), FinishKind.Complete);
        await Finish(await Take("solo", ids[1]), FinishKind.Fail);
        await Store.Tasks.CancelAsync([ids[2]], null, NowUs, Ct);
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(ids[3]);
        return (ids[0], ids[1], ids[2], ids[3]);
    }

    private async Task<int> Prune(int done, int failed, int cancelled, int expired, int events = 1) =>
        (await Store.Tasks.PruneAsync(Plan(events, done, failed, cancelled, expired), 100, Ct)).Pruned;

    /// <summary>A plan by ages in hours.</summary>
    private PrunePlan Plan(int events, int done, int failed, int cancelled, int expired) => new()
    {
        EventsBeforeUs = NowUs - (events * Hour).ToMicroseconds(),
        Rules =
        [
            Rule(null, null, done, TaskState.Done), Rule(null, null, failed, TaskState.Failed),
            Rule(null, null, cancelled), Rule(null, null, expired, TaskState.Expired),
        ],
    };

    private PruneRule Rule(string? @namespace, string? kind, int hours, TaskState state = TaskState.Cancelled) =>
        new(@namespace, kind, state, NowUs - (hours * Hour).ToMicroseconds());

    private async Task<IReadOnlyList<long>> Left() =>
        [.. (await Store.Queries.ListTasksAsync(new TaskQuery(), Ct)).Items.Select(t => t.Id)];
}
