using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>How much may be in progress, and how fast it is given out.</summary>
public abstract class LimitSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Kind_and_namespace_grant_no_more_than_their_limits_and_hide_nothing_else()
    {
        await Register("ada", max: 100);
        await Rules(new NamespaceRules { Limit = Of(5), Kinds = Kinds(("scan", Of(2))) });
        var scans = await AddMany("scan", 10);
        var builds = await AddMany("build", 10);
        (await Claim("ada", 50)).Grants.Select(g => g.TaskId).ShouldBe([.. scans[..2], .. builds[..3]]);
        (await Claim("ada", 50)).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("ada", 1, scans[5])).Status.ShouldBe(ClaimStatus.Empty, "by name no more than from the queue");
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ada" }, NowUs, Ct)).ShouldBeEmpty();
        (await Limits()).ShouldBe([("", 5), ("scan", 2)]);
    }

    [Fact]
    public async Task Every_end_of_a_claim_gives_its_room_back()
    {
        await Register("ada", max: 100);
        await Rules(new NamespaceRules { Kinds = Kinds(("build", Of(1))) });
        await AddMany("build", 20);
        foreach (var kind in new[] { FinishKind.Complete, FinishKind.Fail, FinishKind.Snooze, FinishKind.Cancel })
        {
            await Finish(await Take("ada"), kind);
            (await Limits()).ShouldBe([("build", 0)], kind.ToString());
        }

        var held = await Take("ada");
        await Store.Tasks.CancelAsync([held.TaskId], null, NowUs, Ct);
        held = await Take("ada");
        await Store.Tasks.EvictAsync([held.TaskId], "op", null, NowUs, Ct);
        await Take("ada");
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        (await LoseAll()).ShouldHaveSingleItem();
        await Take("ada");
        await Store.Agents.DeregisterAsync("ada", NowUs, Ct);
        (await Limits()).ShouldBe([("build", 0)]);
        await Register("bob", max: 10);
        var offer = (await Claim(new ClaimRequest { Agent = "bob", Offer = Lease, By = ClaimedBy.Administrator }))
            .Grants.ShouldHaveSingleItem();
        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty, "an offer takes room");
        await Finish(offer, FinishKind.Reject);
        (await Limits()).ShouldBe([("build", 0)]);
        await Take("bob");
    }

    [Fact]
    public async Task Limits_set_while_tasks_run_count_them_and_lowering_ends_nothing()
    {
        await Register("ada", max: 100);
        await AddMany("build", 10);
        var held = (await Claim("ada", 4)).Grants;
        await Rules(new NamespaceRules { Limit = Of(2) });
        (await Limits()).ShouldBe([("", 4)]);
        await Reopen();
        (await Limits()).ShouldBe([("", 4)]);
        foreach (var grant in held.Take(2))
        {
            (await Finish(grant, FinishKind.Complete)).State.ShouldBe(TaskState.Done);
            (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        }

        await Finish(held[2], FinishKind.Complete);
        await Take("ada");
        await Rules(new NamespaceRules { Limit = Of(5) });
        (await Claim("ada", 10)).Grants.Count.ShouldBe(3);
        await Rules(new NamespaceRules());
        (await Limits()).ShouldBeEmpty();
        (await Claim("ada", 10)).Grants.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Room_is_given_and_taken_in_one_commit()
    {
        await Register("ada", max: 10);
        await Rules(new NamespaceRules { Limit = Of(1) });
        await AddMany("build", 3);
        var held = await Take("ada");
        var outcome = await Commit(batch =>
        {
            batch.Finishes.Add(
                new Finish { TaskId = held.TaskId, Epoch = held.Epoch, Kind = FinishKind.Complete });
            batch.Claims.Add(new ClaimRequest { Agent = "ada", Max = 5 });
            batch.Claims.Add(new ClaimRequest { Agent = "ada", Max = 5 });
        });
        outcome.Claims.Select(c => c.Grants.Count).ShouldBe([1, 0]);
    }

    [Fact]
    public async Task Rate_gives_a_burst_and_then_a_token_at_a_time_also_after_a_restart()
    {
        await Register("ada", max: 100);
        var rate = new RateRule { Tasks = 10, Per = TimeSpan.FromSeconds(1), Burst = 3 };
        await Rules(new NamespaceRules { Limit = new LimitRules { Rate = rate } });
        await AddMany("build", 20);
        (await Claim("ada", 50)).Grants.Count.ShouldBe(3);
        await Reopen();
        (await Claim("ada", 50)).Status.ShouldBe(ClaimStatus.Empty);
        var status = (await Store.Rules.LimitsAsync("default", Ct)).ShouldHaveSingleItem();
        (status.TokensAt(Clock.Now), status.NextTokenAt(Clock.Now)).ShouldBe((0, Clock.Now.AddMilliseconds(100)));
        Clock.Advance(TimeSpan.FromMilliseconds(99));
        (await Claim("ada", 50)).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await Claim("ada", 50)).Grants.Count.ShouldBe(1);
        Clock.Advance(TimeSpan.FromMilliseconds(250));
        (await Claim("ada", 50)).Grants.Count.ShouldBe(2);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Claim("ada", 50)).Grants.Count.ShouldBe(3);
        await Rules(new NamespaceRules { Limit = new LimitRules { Rate = rate with { Burst = 5 } } });
        (await Claim("ada", 50)).Grants.Count.ShouldBe(5, "a rate that is changed begins with a full bucket");
    }

    [Fact]
    public async Task Suspects_groups_and_limits_hold_together()
    {
        await Register("ada", max: 10);
        await Rules(new NamespaceRules { Limit = Of(3), Kinds = Kinds(("scan", Of(1))) });
        var first = await Add(Spec("scan") with { Group = "g", Step = "a", Priority = 9 });
        await Add(Spec("scan") with { Group = "h", Step = "a" });
        await Add(Spec("build") with { Group = "g", Step = "b" });
        var free = await Add(Spec("build") with { Group = "i" });
        (await Claim("ada", 10)).Grants.Select(g => g.TaskId).ShouldBe([first, free]);
        await LoseAll();
        await Register("bob", max: 10);
        Clock.Advance(RetryWait);
        await Store.Tasks.StageAsync(10, NowUs, Ct);
        (await Limits()).ShouldBe([("", 0), ("scan", 0)]);
        (await Claim("bob", 10)).Grants.Count.ShouldBeLessThanOrEqualTo(3);
    }

    private static LimitRules Of(int most) => new() { InProgress = most };

    private static Dictionary<string, StepRules> Kinds(params (string Kind, LimitRules Limit)[] kinds) =>
        kinds.ToDictionary(kind => kind.Kind, kind => new StepRules { Limit = kind.Limit });

    private async Task<long[]> AddMany(string kind, int count) =>
        [.. (await Insert([.. Enumerable.Repeat(Spec(kind), count)])).Select(o => o.TaskId)];

    private async Task<IEnumerable<(string Kind, int Held)>> Limits() =>
        (await Store.Rules.LimitsAsync("default", Ct)).Select(limit => (limit.Kind ?? "", limit.InProgress));
}
