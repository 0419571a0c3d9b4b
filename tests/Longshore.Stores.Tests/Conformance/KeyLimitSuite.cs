using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Limits for each key by itself: one task at a time for each customer, say.</summary>
public abstract class KeyLimitSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Each_key_is_limited_by_itself_and_hides_nothing_else()
    {
        await Register("ada", max: 100);
        await Rules(PerKey(Of(1)));
        var red = await AddMany("red", 5);
        var blue = await AddMany("blue", 5);
        var free = await AddMany(null, 3);
        (await Discover()).ShouldBe([red[0], blue[0], .. free]);
        (await Claim("ada", 50)).Grants.Select(g => g.TaskId).ShouldBe([red[0], blue[0], .. free]);
        (await Claim("ada", 50)).Status.ShouldBe(ClaimStatus.Empty);
        (await Discover()).ShouldBeEmpty();
        (await Claim("ada", 1, red[3])).Status.ShouldBe(ClaimStatus.Empty, "by name no more than from the queue");
        (await Keys()).ShouldBe([("", "blue", 1), ("", "red", 1)]);
    }

    [Fact]
    public async Task Next_of_a_key_comes_when_the_one_before_it_has_ended_however_it_ends()
    {
        await Register("ada", max: 100);
        await Rules(PerKey(Of(1)));
        var red = await AddMany("red", 20);
        foreach (var kind in new[] { FinishKind.Complete, FinishKind.Fail, FinishKind.Snooze, FinishKind.Cancel })
        {
            var held = (await Claim("ada", 5)).Grants.ShouldHaveSingleItem(kind.ToString());
            await Finish(held, kind);
            (await Keys()).ShouldBeEmpty(kind.ToString());
        }

        var fifth = await Take("ada");
        fifth.TaskId.ShouldBe(red[4]);
        await Store.Tasks.CancelAsync([fifth.TaskId], null, NowUs, Ct);
        var sixth = await Take("ada");
        await Store.Tasks.EvictAsync([sixth.TaskId], "op", null, NowUs, Ct);
        await Take("ada");
        (await LoseAll()).ShouldHaveSingleItem();
        await Take("ada");
        await Store.Agents.DeregisterAsync("ada", NowUs, Ct);
        (await Keys()).ShouldBeEmpty();
        await Register("bob", max: 10);
        var offer = (await Claim(new ClaimRequest { Agent = "bob", Offer = Lease, By = ClaimedBy.Administrator }))
            .Grants.ShouldHaveSingleItem();
        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty, "an offer takes room");
        await Finish(offer, FinishKind.Reject);
        await Take("bob");
    }

    [Fact]
    public async Task Best_of_a_key_comes_first_and_a_class_that_nobody_takes_holds_up_no_other()
    {
        await Register("ada", max: 100);
        await Rules(PerKey(Of(1)));
        await Add(Spec("build") with { LimitKey = "red", Priority = 9, Requires = [new Requirement("welding")] });
        var first = await Add(Spec("build") with { LimitKey = "red" });
        var other = await Add(Spec("scan") with { LimitKey = "red" });
        var urgent = await Add(Spec("build") with { LimitKey = "red", Priority = 8 });
        var held = await Take("ada");
        held.TaskId.ShouldBe(urgent);
        (await Claim("ada", 5)).Status.ShouldBe(ClaimStatus.Empty, "one of the key, whatever its class");
        await Store.Tasks.ReprioritiseAsync([other], 7, NowUs, Ct);
        await Finish(held, FinishKind.Complete);
        (await Claim("ada", 5)).Grants.ShouldHaveSingleItem().TaskId.ShouldBe(other);
        await Store.Tasks.CancelAsync([other], null, NowUs, Ct);
        (await Claim("ada", 5)).Grants.ShouldHaveSingleItem().TaskId.ShouldBe(first);
    }

    [Fact]
    public async Task What_leaves_the_queue_makes_way_for_the_next_of_its_key()
    {
        await Register("ada", max: 100);
        await Rules(PerKey(Of(1)));
        var red = await AddMany("red", 4);
        var held = await Take("ada");
        await Finish(held, FinishKind.Complete);
        await Store.Tasks.CancelAsync([red[1], red[2]], null, NowUs, Ct);
        (await Claim("ada", 5)).Grants.ShouldHaveSingleItem().TaskId.ShouldBe(red[3]);
        await LoseAll();
        var later = await Add(Spec("build") with { LimitKey = "red", ReadyAt = Clock.Now.AddHours(1) });
        Clock.Advance(TimeSpan.FromHours(2));
        await Store.Tasks.StageAsync(10, NowUs, Ct);
        (await Claim("ada", 5)).Grants.ShouldHaveSingleItem();
        (await Get(later)).Spec.LimitKey.ShouldBe("red");
    }

    [Fact]
    public async Task Kind_and_namespace_and_their_keys_limit_together()
    {
        await Register("ada", max: 100);
        await Rules(new NamespaceRules
        {
            Limit = new LimitRules { InProgress = 5, PerKey = Of(2) },
            Kinds = new Dictionary<string, StepRules> { ["scan"] = new() { Limit = new() { PerKey = Of(1) } } },
        });
        for (var i = 0; i < 3; i++)
        {
            await AddMany("red", 3, "scan");
            await AddMany("blue", 3);
        }

        await AddMany("green", 9);
        var kinds = (await Claim("ada", 50)).Grants
            .Select(g => $"{g.Task.Spec.Kind} {g.Task.Spec.LimitKey}").Order(StringComparer.Ordinal);
        kinds.ShouldBe(["build blue", "build blue", "build green", "build green", "scan red"]);
        (await Keys()).ShouldBe([("", "blue", 2), ("", "green", 2), ("", "red", 1), ("scan", "red", 1)]);
    }

    [Fact]
    public async Task Key_of_another_namespace_is_another_key()
    {
        await Register(new AgentRegistration { Name = "ada", MaxConcurrent = 100, Namespaces = ["default", "other"] });
        await Rules(PerKey(Of(1)));
        await Insert([.. Enumerable.Repeat(Spec("build") with { LimitKey = "red", Namespace = "other" }, 3)]);
        var red = await AddMany("red", 3);
        (await Claim("ada", 2)).Grants.Count.ShouldBe(2);
        (await Claim("ada", 9)).Grants.Select(g => g.TaskId).ShouldContain(red[0]);
        (await Claim("ada", 9)).Status.ShouldBe(ClaimStatus.Empty);
        await Store.Rules.SetAsync("other", PerKey(Of(5)), null, NowUs, Ct);
        await Insert([.. Enumerable.Repeat(Spec("build") with { LimitKey = "red", Namespace = "other" }, 3)]);
        (await Claim("ada", 9)).Grants.Count.ShouldBe(2);
        (await Keys()).ShouldBe([("", "red", 1)]);
    }

    [Fact]
    public async Task Shares_and_keys_hold_together()
    {
        await Register(new AgentRegistration { Name = "ada", MaxConcurrent = 100, Namespaces = ["default", "other"] });
        await Rules(PerKey(Of(1)) with { Share = 1 });
        await Store.Rules.SetAsync("other", new NamespaceRules { Share = 2 }, null, NowUs, Ct);
        var red = await AddMany("red", 9);
        var first = await Take("ada");
        first.TaskId.ShouldBe(red[0]);
        var later = await AddMany("red", 5, "scan");
        await Insert([.. Enumerable.Repeat(Spec("build") with { Namespace = "other" }, 6)]);
        (await Claim("ada", 1)).Grants.ShouldHaveSingleItem().Task.Spec.Namespace.ShouldBe("other");
        (await Claim("ada", 50)).Grants.Count.ShouldBe(5);
        (await Claim("ada", 50)).Status.ShouldBe(ClaimStatus.Empty);
        await Finish(first, FinishKind.Complete);
        (await Claim("ada", 50)).Grants.ShouldHaveSingleItem().TaskId.ShouldBe(red[1]);
        later.Length.ShouldBe(5);
    }

    [Fact]
    public async Task Limits_per_key_set_and_dropped_while_tasks_run_count_them()
    {
        await Register("ada", max: 100);
        await AddMany("red", 10);
        (await Claim("ada", 3)).Grants.Count.ShouldBe(3);
        await Rules(PerKey(Of(2)));
        (await Keys()).ShouldBe([("", "red", 3)]);
        (await Claim("ada", 5)).Status.ShouldBe(ClaimStatus.Empty);
        await Reopen();
        (await Keys()).ShouldBe([("", "red", 3)]);
        (await Claim("ada", 5)).Status.ShouldBe(ClaimStatus.Empty);
        await Rules(PerKey(Of(5)));
        (await Claim("ada", 5)).Grants.Count.ShouldBe(2);
        await Rules(new NamespaceRules());
        (await Claim("ada", 10)).Grants.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Rate_of_a_key_gives_a_burst_and_then_a_token_at_a_time_also_after_a_restart()
    {
        await Register("ada", max: 100);
        var rate = new RateRule { Tasks = 10, Per = TimeSpan.FromSeconds(1), Burst = 3 };
        await Rules(PerKey(new LimitRules { Rate = rate }));
        await AddMany("red", 20);
        var blue = await AddMany("blue", 1);
        (await Claim("ada", 50)).Grants.Count.ShouldBe(4);
        await Reopen();
        (await Claim("ada", 50)).NextTokenUs.ShouldBe(Clock.Now.AddMilliseconds(100).ToMicroseconds());
        Clock.Advance(TimeSpan.FromMilliseconds(99));
        (await Claim("ada", 50)).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await Claim("ada", 50)).Grants.Count.ShouldBe(1);
        Clock.Advance(TimeSpan.FromMilliseconds(250));
        (await Claim("ada", 50)).Grants.Count.ShouldBe(2);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Claim("ada", 50)).Grants.Count.ShouldBe(3);
        blue.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Room_of_a_key_is_given_and_taken_in_one_commit()
    {
        await Register("ada", max: 10);
        await Rules(PerKey(Of(1)));
        await AddMany("red", 3);
        var held = await Take("ada");
        var outcome = await Commit(batch =>
        {
            batch.Finishes.Add(
                new Finish { TaskId = held.TaskId, Epoch = held.Epoch, Kind = FinishKind.Complete });
            batch.Claims.Add(new ClaimRequest { Agent = "ada", Max = 5 });
            batch.Claims.Add(new ClaimRequest { Agent = "ada", Max = 5 });
        });
        outcome.Claims.Select(c => c.Grants.Count).ShouldBe([1, 0]);
        outcome.Freed.ShouldBe(1);
    }

    private static LimitRules Of(int most) => new() { InProgress = most };

    private static NamespaceRules PerKey(LimitRules limit) => new() { Limit = new LimitRules { PerKey = limit } };

    private async Task<long[]> AddMany(string? key, int count, string kind = "build") =>
        [.. (await Insert([.. Enumerable.Repeat(Spec(kind) with { LimitKey = key }, count)])).Select(o => o.TaskId)];

    private async Task<IEnumerable<long>> Discover() =>
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ada" }, NowUs, Ct))!.Select(d => d.Task.Id);

    private async Task<IEnumerable<(string Kind, string Key, int Held)>> Keys() =>
        (await Store.Rules.LimitsAsync("default", Ct)).Where(limit => limit.Key is not null && limit.InProgress > 0)
            .Select(limit => (limit.Kind ?? "", limit.Key!, limit.InProgress));
}
