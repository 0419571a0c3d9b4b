using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Requirements that relax with waiting time, step by step.</summary>
public abstract class RelaxSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    [Fact]
    public async Task Each_step_holds_from_its_instant_on_and_not_before()
    {
        await Crew();
        var id = await Add(Steps());

        (await AbleTo(id)).ShouldBe(["senior"]);
        Clock.Advance(TimeSpan.FromMinutes(5) - Microsecond);
        (await Relax()).ShouldBe(default);
        (await AbleTo(id)).ShouldBe(["senior"]);
        Clock.Advance(Microsecond);
        (await Relax()).ShouldBe(new RelaxOutcome(1, 1));
        (await AbleTo(id)).ShouldBe(["middle", "senior"]);
        Clock.Advance(TimeSpan.FromMinutes(25));
        (await Relax()).ShouldBe(new RelaxOutcome(1, 1));
        (await AbleTo(id)).ShouldBe(["junior", "middle", "senior"]);
        (await Store.Tasks.NextRelaxAsync(Ct)).ShouldBeNull();
        (await HistoryOf(id)).Count(type => type == EventTypes.TaskRelaxed).ShouldBe(2);
    }

    [Fact]
    public async Task A_relaxed_task_keeps_its_place()
    {
        await Crew();
        var first = await Add(Steps());
        Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await Add(Spec("build", "rust"));
        (await Take("junior")).TaskId.ShouldBe(second);
        var third = await Add(Spec("build", "rust"));

        Clock.Advance(TimeSpan.FromMinutes(29));
        await Relax();
        (await Take("junior2")).TaskId.ShouldBe(first);
        (await Take("middle")).TaskId.ShouldBe(third);
        (await Get(first)).AvailableAt.ShouldBe(Clock.Now.AddMinutes(-30));
    }

    [Fact]
    public async Task What_was_submitted_stays_as_it_was()
    {
        await Crew();
        var spec = TaskValidation.Checked(Steps() with { Prefer = "middle", PreferFor = Minutes(1) }, Clock.Now);
        var id = await Add(spec);
        var before = Same.Json((await Get(id)).Spec);
        (await Get(id)).Relaxing!.ShouldSatisfyAllConditions(
            r => r.Step.ShouldBe(0), r => r.NextAt.ShouldBe(Clock.Now.AddMinutes(1)), r => r.Skipped.ShouldBeEmpty());
        (await Get(id)).Spec.ShouldSatisfyAllConditions(
            s => s.Requires.ShouldBe([new Requirement("rust", 3)]), s => s.Prefer.ShouldBe("middle"),
            s => s.PreferFor.ShouldBe(Minutes(1)), s => s.Owner.ShouldBeNull(),
            s => Same.Json(s.Relax).ShouldBe(Same.Json(spec.Relax)));

        Clock.Advance(Minutes(30));
        await Relax();
        var task = await Get(id);
        (task.Relaxing!.Step, task.Relaxing.NextAt).ShouldBe((3, null));
        Same.Json(task.Spec).ShouldBe(before);
        var shown = (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "junior" }, NowUs, Ct))!.Single();
        Same.Json(shown.Task).ShouldBe(Same.Json(task));
        shown.CapabilityMatchScore.ShouldBe(1);
        var granted = (await Take("junior")).Task;
        Same.Json(granted.Spec).ShouldBe(before);
        Same.Json(granted.Relaxing).ShouldBe(Same.Json(task.Relaxing));
        var again = Store.Queries.ListTasksAsync(new TaskQuery(), Ct);
        Same.Json((await again).Items.Single().Spec).ShouldBe(before);
    }

    [Fact]
    public async Task A_preferred_agent_is_alone_until_its_time_is_over()
    {
        await Register("ann-1", max: 5, "rust:3");
        await Register("bob-2", max: 5, "rust:3");
        var id = await Add(Spec("build", "rust") with { Prefer = "ann-1", PreferFor = Minutes(2) });
        var other = await Add(Spec("build", "rust"));

        (await AbleTo(id)).ShouldBe(["ann-1"]);
        (await Claim("bob-2", 5)).Grants.Single().TaskId.ShouldBe(other);
        Clock.Advance(Minutes(2) - Microsecond);
        await Relax();
        (await AbleTo(id)).ShouldBe(["ann-1"]);
        Clock.Advance(Microsecond);
        await Relax();
        (await AbleTo(id)).ShouldBe(["ann-1", "bob-2"]);
    }

    [Fact]
    public async Task A_preferred_agent_must_be_able_itself()
    {
        await Register("ann-1");
        var id = await Add(Spec("build", "rust") with { Prefer = "ann-1", PreferFor = Minutes(2) });
        (await AbleTo(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_step_may_ask_for_a_part_and_the_next_for_all_of_it_as_the_task_says()
    {
        await Register("ann-1", max: 1, "sql");
        var id = await Add(Spec("build", "rust", "sql") with
        {
            Relax =
            [
                new RelaxStep(Minutes(1), Needs("rust", "sql")) { MinimumMatch = 0.5 },
                new RelaxStep(Minutes(2), Needs("go", "sql")),
                new RelaxStep(Minutes(3), []),
            ],
        });
        bool[] expected = [false, true, false, true];
        foreach (var isAble in expected)
        {
            await Relax();
            (await AbleTo(id)).Count.ShouldBe(isAble ? 1 : 0);
            Clock.Advance(Minutes(1));
        }
    }

    [Fact]
    public async Task Time_goes_on_while_a_task_is_held_and_the_step_is_in_force_when_it_comes_back()
    {
        await Crew();
        var id = await Add(Steps());
        var grant = await Take("senior");
        Clock.Advance(Minutes(5));

        (await Relax()).ShouldBe(new RelaxOutcome(1, 0));
        (await Get(id)).State.ShouldBe(TaskState.InProgress);
        (await Finish(grant, FinishKind.Release)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await AbleTo(id)).ShouldBe(["middle", "senior"]);
    }

    [Fact]
    public async Task A_step_reached_stays_through_failures_losses_and_snoozes()
    {
        await Crew();
        var id = await Add(Steps());
        Clock.Advance(Minutes(5));
        await Relax();
        await Finish(await Take("senior"), FinishKind.Fail);
        (await Relax()).ShouldBe(default);
        await StageAll();
        (await Get(id)).Relaxing!.NextAt.ShouldBe((await Get(id)).AvailableAt.AddMinutes(30));

        await Take("middle", id);
        await LoseAll();
        Clock.Advance(Minutes(15));
        (await Relax()).ShouldBe(new RelaxOutcome(1, 0));
        await StageAll();
        (await Get(id)).Relaxing!.Step.ShouldBe(2);
        (await AbleTo(id)).ShouldContain("junior");
    }

    [Fact]
    public async Task A_task_that_waits_for_its_instant_waits_for_its_steps_from_then_on()
    {
        await Crew();
        var id = await Add(Steps() with { ReadyAt = Clock.Now.AddHours(1) });
        (await Store.Tasks.NextRelaxAsync(Ct)).ShouldBe(NowUs + Minutes(65).ToMicroseconds());
        Clock.Advance(Minutes(60));
        (await Relax()).ShouldBe(default);
        (await Store.Tasks.StageAsync(10, NowUs, Ct)).ShouldBe(1);
        (await AbleTo(id)).ShouldBe(["senior"]);
    }

    [Fact]
    public async Task Several_steps_that_are_due_at_once_are_one_change()
    {
        await Crew();
        var id = await Add(Steps());
        Clock.Advance(TimeSpan.FromDays(1));
        (await Relax()).ShouldBe(new RelaxOutcome(1, 1));
        (await Relax()).ShouldBe(default);
        (await Get(id)).Relaxing!.ShouldSatisfyAllConditions(
            r => r.Step.ShouldBe(2), r => r.Skipped.ShouldBeEmpty());
        var told = (await Store.Events.HistoryAsync(id, Ct))[^1];
        told.Payload.ToString().ShouldBe(
            """{"from":0,"to":2,"skipped":false,"requires":["rust"],"minimum_match":1}""");
    }

    [Fact]
    public async Task Those_due_first_come_first_in_bounded_steps()
    {
        await Crew();
        var late = await Add(Spec("build", "rust>=3") with { Relax = [new RelaxStep(Minutes(2), Needs("rust"))] });
        var soon = await Add(Spec("build", "rust>=3") with { Relax = [new RelaxStep(Minutes(1), Needs("rust"))] });
        await Add(Spec("build", "rust>=3"));
        Clock.Advance(Minutes(3));
        (await Store.Tasks.RelaxAsync(1, NowUs, Ct)).ShouldBe(new RelaxOutcome(1, 1));
        (await Get(soon)).Relaxing!.Step.ShouldBe(1);
        (await Get(late)).Relaxing!.Step.ShouldBe(0);
        (await Store.Tasks.RelaxAsync(10, NowUs, Ct)).ShouldBe(new RelaxOutcome(1, 1));
    }

    [Fact]
    public async Task What_ended_is_let_be_and_goes_on_from_its_step_when_it_is_retried()
    {
        await Crew();
        var id = await Add(Steps() with { MaxAttempts = 1 });
        Clock.Advance(Minutes(5));
        await Relax();
        await Finish(await Take("senior"), FinishKind.Fail);
        (await Get(id)).State.ShouldBe(TaskState.Failed);
        Clock.Advance(TimeSpan.FromDays(1));
        (await Relax()).ShouldBe(new RelaxOutcome(1, 0));
        (await Store.Tasks.NextRelaxAsync(Ct)).ShouldBeNull();

        (await Store.Tasks.RetryAsync([id], NowUs, Ct))[0].Status.ShouldBe(ChangeStatus.Changed);
        (await Relax()).ShouldBe(new RelaxOutcome(1, 0));
        (await Get(id)).Relaxing!.ShouldSatisfyAllConditions(
            r => r.Step.ShouldBe(1), r => r.NextAt.ShouldBe(Clock.Now.AddMinutes(30)));
        (await AbleTo(id)).ShouldContain("middle");
    }

    [Fact]
    public async Task A_skip_takes_those_alike_and_only_from_the_step_they_are_at()
    {
        await Crew();
        var ids = (await Insert(Steps(), Steps(), Steps())).Select(i => i.TaskId).ToList();
        var other = await Add(Steps() with { Priority = 9 });
        var held = await Add(Steps());
        await Take("senior", held);

        var skip = new StepSkip(ids[0], 0, 2);
        (await Store.Tasks.SkipStepsAsync(skip with { From = 1 }, 10, NowUs, Ct)).ShouldBe(0);
        (await Store.Tasks.SkipStepsAsync(skip with { To = 3 }, 10, NowUs, Ct)).ShouldBe(0);
        (await Store.Tasks.SkipStepsAsync(skip with { To = 0 }, 10, NowUs, Ct)).ShouldBe(0);
        (await Store.Tasks.SkipStepsAsync(skip with { TaskId = 999 }, 10, NowUs, Ct)).ShouldBe(0);
        (await Store.Queries.ListRelaxingAsync(10, Ct)).ShouldBe(
            [new RelaxingGroup(ids[0], 0, 3, false), new RelaxingGroup(other, 0, 1, false)]);
        (await Store.Tasks.SkipStepsAsync(skip, 2, NowUs, Ct)).ShouldBe(2);
        (await Store.Tasks.SkipStepsAsync(skip, 10, NowUs, Ct)).ShouldBe(0);
        (await Store.Tasks.SkipStepsAsync(skip with { TaskId = ids[2] }, 10, NowUs, Ct)).ShouldBe(1);
        foreach (var id in ids)
        {
            (await Get(id)).Relaxing!.ShouldSatisfyAllConditions(
                r => r.Step.ShouldBe(2), r => r.NextAt.ShouldBeNull(), r => r.Skipped.ShouldBe([0, 1]));
            (await AbleTo(id)).ShouldContain("junior");
        }

        (await Get(other)).Relaxing!.Step.ShouldBe(0);
        (await Get(held)).Relaxing!.Step.ShouldBe(0);
    }

    [Fact]
    public async Task A_task_that_is_kept_from_somebody_is_a_group_of_its_own()
    {
        await Register("ann-1", max: 5, "rust:3");
        var ids = (await Insert(Steps(), Steps())).Select(i => i.TaskId).ToList();
        var grant = await Take("ann-1", ids[0]);
        await Finish(new Finish { TaskId = ids[0], Epoch = grant.Epoch, Kind = FinishKind.Reject });
        (await Store.Queries.ListRelaxingAsync(10, Ct)).ShouldBe(
            [new RelaxingGroup(ids[0], 0, 1, true), new RelaxingGroup(ids[1], 0, 1, false)]);
        (await Store.Tasks.SkipStepsAsync(new StepSkip(ids[0], 0, 1), 10, NowUs, Ct)).ShouldBe(1);
        (await Get(ids[1])).Relaxing!.Step.ShouldBe(0);
    }

    [Fact]
    public async Task Two_who_relax_at_once_take_each_task_one_step()
    {
        await Crew();
        var ids = (await Insert([.. Enumerable.Repeat(Steps(), 40)])).Select(i => i.TaskId).ToList();
        Clock.Advance(Minutes(5));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => Task.Run(async () => await Store.Tasks.RelaxAsync(1000, NowUs, Ct))));
        outcomes.Sum(o => o.Changed).ShouldBe(40);
        foreach (var id in ids)
        {
            (await HistoryOf(id)).Count(type => type == EventTypes.TaskRelaxed).ShouldBe(1);
        }
    }

    [Fact]
    public async Task The_steps_are_part_of_what_a_key_stands_for()
    {
        var keyed = Steps() with { IdempotencyKey = "k" };
        var id = await Add(keyed);
        (await Insert(keyed))[0].ShouldBe(new InsertOutcome(InsertStatus.Existing, id));
        (await Insert(keyed with { Relax = [] }))[0].Status.ShouldBe(InsertStatus.KeyReused);
        (await Insert(keyed with { Prefer = "ann-1", PreferFor = Minutes(1) }))[0].Status.ShouldBe(
            InsertStatus.KeyReused);
    }

    [Fact]
    public async Task Other_requirements_take_the_place_of_all_steps()
    {
        await Crew();
        var id = await Add(Steps());
        (await Store.Tasks.ReclassifyAsync([id], Needs("go"), "because", NowUs, Ct))[0].Status.ShouldBe(
            ChangeStatus.Changed);
        (await Get(id)).ShouldSatisfyAllConditions(
            t => t.Relaxing.ShouldBeNull(), t => t.Spec.Requires.ShouldBe(Needs("go")),
            t => t.Spec.Relax.ShouldBeEmpty());
        Clock.Advance(Minutes(30));
        (await Relax()).ShouldBe(default);
        (await AbleTo(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_is_left_of_a_task_that_is_pruned()
    {
        await Crew();
        var id = await Add(Steps());
        await Finish(await Take("senior"), FinishKind.Complete);
        Clock.Advance(TimeSpan.FromDays(8));
        (await Store.Tasks.PruneAsync(NowUs, 10, Ct)).ShouldBe(1);
        (await Store.Queries.GetTaskAsync(id, Ct)).ShouldBeNull();
        (await Store.Tasks.NextRelaxAsync(Ct)).ShouldBeNull();
        (await Relax()).ShouldBe(default);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task At_every_instant_an_agent_can_claim_exactly_what_it_satisfies_then(int seed)
    {
        var chance = new Random(seed);
        string[] levels = ["rust:1", "rust:2", "rust:3", "go:2"];
        foreach (var level in levels)
        {
            await Register("agent-" + level.Replace(':', '-'), max: 100, level, "base");
        }

        var tasks = new List<(long Id, NewTask Spec, DateTimeOffset At)>();
        for (var i = 0; i < 60; i++)
        {
            if (i % 3 == 0)
            {
                var spec = TaskValidation.Checked(Anything(chance), Clock.Now);
                tasks.Add((await Add(spec), spec, Clock.Now));
            }

            Clock.Advance(TimeSpan.FromSeconds(chance.Next(1, 90)));
            await Relax();
            foreach (var agent in levels)
            {
                await CheckClaims(agent, tasks);
            }
        }
    }

    private async Task CheckClaims(string level, List<(long Id, NewTask Spec, DateTimeOffset At)> tasks)
    {
        var name = "agent-" + level.Replace(':', '-');
        var can = new CapabilitySet([Capability.Parse(level), Capability.Parse("base")], Clock.Now);
        var expected = tasks.Where(t =>
        {
            var waited = Clock.Now - t.At;
            if (t.Spec.Prefer is { } preferred && waited < t.Spec.PreferFor && preferred != name)
            {
                return false;
            }

            var step = t.Spec.Relax.LastOrDefault(s => s.After <= waited);
            return can.CanDo(step?.Requires ?? t.Spec.Requires, step?.MinimumMatch ?? t.Spec.MinimumMatch);
        }).Select(t => t.Id).Order();
        var got = (await Claim(name, 100)).Grants;
        got.Select(g => g.TaskId).Order().ShouldBe(expected, $"{name} at {Clock.Now:T}");
        await Commit(b => b.Finishes.AddRange(got.Select(
            g => new Finish { TaskId = g.TaskId, Epoch = g.Epoch, Kind = FinishKind.Release })));
    }

    private static NewTask Anything(Random chance)
    {
        var after = TimeSpan.Zero;
        var prefer = chance.Next(3) == 0 ? TimeSpan.FromSeconds(chance.Next(1, 200)) : (TimeSpan?)null;
        after = prefer ?? after;
        var steps = new List<RelaxStep>();
        string[] wants = ["rust>=2", "rust", "go", "rust>=2,base"];
        for (var i = chance.Next(4); i > 0; i--)
        {
            after += TimeSpan.FromSeconds(chance.Next(1, 400));
            var want = Needs([.. wants[(i + chance.Next(2)) % 4].Split(',')]);
            if (steps.Count == 0 || !steps[^1].Requires.SequenceEqual(want))
            {
                steps.Add(new RelaxStep(after, want) { MinimumMatch = want.Length > 1 ? 0.5 : null });
            }
        }

        return Spec("build", "rust>=3") with
        {
            Relax = steps,
            Prefer = prefer is null ? null : "agent-rust-3",
            PreferFor = prefer,
        };
    }

    private static NewTask Steps() => Spec("build", "rust>=3") with
    {
        Relax = [new RelaxStep(Minutes(5), Needs("rust>=2")), new RelaxStep(Minutes(30), Needs("rust"))],
    };

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static Requirement[] Needs(params string[] words) => [.. words.Select(w => Requirement.Parse(w))];

    private async Task Crew()
    {
        await Register("senior", max: 1, "rust:3");
        await Register("middle", max: 1, "rust:2");
        await Register("junior", max: 1, "rust:1");
        await Register("junior2", max: 1, "rust:1");
    }

    private ValueTask<RelaxOutcome> Relax() => Store.Tasks.RelaxAsync(1000, NowUs, Ct);

    /// <summary>Who is shown the task, which is who gets it; of the juniors only one is named.</summary>
    private async Task<IReadOnlyList<string>> AbleTo(long id)
    {
        var able = new List<string>();
        foreach (var agent in (await Store.Queries.ListAgentsAsync(new AgentQuery(), NowUs, Ct)).Items)
        {
            var query = new DiscoverQuery { Agent = agent.Name, Limit = 100 };
            var shown = (await Store.Queries.DiscoverAsync(query, NowUs, Ct))!.Any(d => d.Task.Id == id);
            var grant = (await Claim(agent.Name, 1, id)).Grants.SingleOrDefault();
            (grant is not null).ShouldBe(shown);
            if (grant is not null)
            {
                able.Add(agent.Name);
                await Finish(grant, FinishKind.Release);
            }
        }

        return [.. able.Where(name => name != "junior2")];
    }
}
