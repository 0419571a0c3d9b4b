using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Tasks are given out by urgency, oldest first among equals, and in no other order (G6).</summary>
public abstract class OrderSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Claim_takes_the_higher_priority_first_and_equals_by_id()
    {
        var ids = (await Insert([.. new[] { 5, 0, 10, 5, 7, 10 }.Select(p => Spec() with { Priority = p })]))
            .Select(o => o.TaskId).ToArray();
        await Register("solo", max: 10);
        (await Claim("solo", 10)).Grants.Select(g => g.TaskId)
            .ShouldBe([ids[2], ids[5], ids[4], ids[0], ids[3], ids[1]]);
    }

    [Fact]
    public async Task Claim_prefers_an_old_task_once_its_age_outweighs_a_priority()
    {
        // One priority is ten points; a point of age takes half an hour.
        var old = await Add(Spec() with { Priority = 4 });
        Clock.Advance(TimeSpan.FromHours(5) + TimeSpan.FromMicroseconds(1));
        var young = await Add(Spec() with { Priority = 5 });
        await Register("solo", max: 2);
        (await Claim("solo", 2)).Grants.Select(g => g.TaskId).ShouldBe([old, young]);
    }

    [Fact]
    public async Task Claim_prefers_the_priority_while_the_age_does_not_outweigh_it()
    {
        var old = await Add(Spec() with { Priority = 4 });
        Clock.Advance(TimeSpan.FromHours(5) - TimeSpan.FromMicroseconds(1));
        var young = await Add(Spec() with { Priority = 5 });
        await Register("solo", max: 2);
        (await Claim("solo", 2)).Grants.Select(g => g.TaskId).ShouldBe([young, old]);
    }

    [Fact]
    public async Task Claim_gives_the_earlier_id_when_urgency_is_exactly_equal()
    {
        var old = await Add(Spec() with { Priority = 4 });
        Clock.Advance(TimeSpan.FromHours(5));
        await Add(Spec() with { Priority = 5 });
        await Register("solo", max: 2);
        (await Take("solo")).TaskId.ShouldBe(old);
    }

    [Fact]
    public async Task Claim_prefers_a_part_of_a_task_by_ten_points()
    {
        var ids = (await Insert(Spec(), Spec() with { Priority = 6 }, Spec())).Select(o => o.TaskId).ToArray();
        var part = await Add(Spec() with { ParentId = ids[0] });
        await Register("solo", max: 10);
        (await Claim("solo", 10)).Grants.Select(g => g.TaskId).ShouldBe([ids[1], part, ids[0], ids[2]]);
    }

    [Fact]
    public async Task Claim_puts_a_task_back_ten_points_for_each_failure()
    {
        var failing = await Add(Spec() with { Priority = 5, MaxAttempts = 100 });
        var rivals = (await Insert([.. Enumerable.Range(0, 5).Select(i => Spec() with { Priority = 4 - i })]))
            .Select(o => o.TaskId).ToArray();
        await Register("solo", max: 10);
        var finish = new Finish { TaskId = failing, Epoch = 1, Kind = FinishKind.Fail, Delay = TimeSpan.Zero };
        for (var epoch = 1; epoch <= 7; epoch++)
        {
            await Take("solo", failing);
            await Finish(finish with { Epoch = epoch });
        }

        // Seven failures count as five: fifty points, equal to priority 0, and the failing task is older.
        (await Claim("solo", 10)).Grants.Select(g => g.TaskId).ShouldBe(
            [rivals[0], rivals[1], rivals[2], rivals[3], failing, rivals[4]]);
    }

    [Fact]
    public async Task Claim_counts_the_age_from_when_a_task_could_first_be_claimed()
    {
        var late = await Add(Spec() with { ReadyAt = Clock.Now.AddMinutes(2) });
        Clock.Advance(TimeSpan.FromMinutes(1));
        var early = await Add();
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Store.Tasks.StageAsync(10, NowUs, Ct);
        await Register("solo", max: 2);
        (await Claim("solo", 2)).Grants.Select(g => g.TaskId).ShouldBe([early, late]);
    }

    [Fact]
    public async Task Claim_gives_a_released_task_its_old_place()
    {
        var ids = (await Insert(Spec(), Spec())).Select(o => o.TaskId).ToArray();
        await Register("solo", max: 2);
        var grant = await Take("solo");
        Clock.Advance(TimeSpan.FromHours(1));
        await Finish(grant, FinishKind.Release);
        (await Claim("solo", 2)).Grants.Select(g => g.TaskId).ShouldBe(ids);
    }

    [Fact]
    public async Task Claim_overtakes_nobody_who_became_available_ninety_hours_earlier()
    {
        await Register("solo", max: 10);
        var failing = await Add(Spec() with { Priority = 0, MaxAttempts = 100 });
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            var grant = await Take("solo");
            await Finish(new Finish
            {
                TaskId = grant.TaskId,
                Epoch = grant.Epoch,
                Kind = FinishKind.Fail,
                Delay = TimeSpan.Zero,
            });
        }

        var parent = await Add(Spec() with { Kind = "elsewhere" });
        Clock.Advance(Matching.Urgency.OvertakingMax);
        await Add(Spec() with { Priority = 10, ParentId = parent });
        (await Claim(new ClaimRequest { Agent = "solo", Kinds = ["build"] })).Grants[0].TaskId.ShouldBe(failing);
    }

    [Fact]
    public async Task Claim_of_many_takes_them_in_the_order_of_single_claims()
    {
        var specs = Enumerable.Range(0, 60)
            .Select(i => Spec($"kind-{i % 7}", i % 3 == 0 ? ["a"] : ["b"]) with { Priority = i * 7 % 11 })
            .ToArray();
        var expected = (await Insert(specs)).Zip(specs)
            .OrderByDescending(t => t.Second.Priority).ThenBy(t => t.First.TaskId)
            .Select(t => t.First.TaskId).ToList();
        await Register("solo", 100, "a", "b");
        var taken = new List<long>();
        foreach (var wish in new[] { 1, 2, 20, 1, 30, 10 })
        {
            taken.AddRange((await Claim("solo", wish)).Grants.Select(g => g.TaskId));
        }

        taken.ShouldBe(expected);
    }
}
