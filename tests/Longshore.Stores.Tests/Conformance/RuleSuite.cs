using Longshore.Events;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What operators decide about a namespace.</summary>
public abstract class RuleSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Rules_are_the_defaults_until_decided()
    {
        Same.Json(await Store.Rules.GetAsync("default", Ct)).ShouldBe(Same.Json(NamespaceRules.Default));
        (await Store.Rules.ListAsync(Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Set_keeps_everything_and_counts_versions()
    {
        var rules = new NamespaceRules
        {
            Mode = AssignmentMode.Auto,
            Order = TaskOrder.PriorityFifo,
            MaxPending = 10_000,
            OfferTimeout = TimeSpan.FromSeconds(90),
            InactivityTimeout = TimeSpan.FromHours(8),
            RejectCooldown = TimeSpan.FromSeconds(1.5),
            ReofferRejected = true,
            TaskCooldown = TimeSpan.FromMinutes(1),
            Exclusion = new ExclusionRules { ExcludeAll = false, Exclude = [new("a", "b")], Allow = [new("c", "d")] },
            Unroutable = UnroutablePolicy.Fallback,
            FallbackRequires = ["rust>=2"],
            Kinds = new Dictionary<string, StepRules> { ["scan"] = new() { Mode = AssignmentMode.Manual } },
            Steps = new Dictionary<string, StepRules> { ["review"] = new() { OfferTimeout = TimeSpan.FromHours(1) } },
        };
        var first = await Store.Rules.SetAsync("default", rules, null, NowUs, Ct);
        first!.Version.ShouldBe(1);
        Same.Json(await Store.Rules.GetAsync("default", Ct)).ShouldBe(Same.Json(rules with { Version = 1 }));
        (await Store.Rules.SetAsync("default", rules, 7, NowUs, Ct)).ShouldBeNull();
        (await Store.Rules.SetAsync("default", rules, 1, NowUs, Ct))!.Version.ShouldBe(2);
        (await Store.Rules.ListAsync(Ct)).Keys.ShouldBe(["default"]);
    }

    [Fact]
    public async Task Priority_fifo_gives_out_by_priority_and_arrival_alone()
    {
        await Rules(new NamespaceRules { Order = TaskOrder.PriorityFifo });
        await Register("ada", max: 10);
        var low = await Add(Spec() with { Priority = 4 });
        Clock.Advance(TimeSpan.FromDays(300));
        var first = await Add(Spec() with { Priority = 5 });
        var second = await Add(Spec() with { Priority = 5, ParentId = first });
        var high = await Add(Spec() with { Priority = 9 });

        var failed = await Take("ada", first);
        await Finish(failed, FinishKind.Fail);
        await StageAll();
        (await Claim("ada", 10)).Grants.Select(g => g.TaskId).ShouldBe([high, first, second, low]);
        (await Get(low)).AvailableAt.ShouldBe(Clock.Now - RetryWait - TimeSpan.FromDays(300));
    }

    [Fact]
    public async Task Max_pending_refuses_what_comes_beyond()
    {
        await Rules(new NamespaceRules { MaxPending = 3 });
        await Register("ada", max: 10);
        await Add(Spec() with { ReadyAt = Clock.Now.AddHours(1) });
        var outcomes = await Insert(Spec(), Spec(), Spec(), Spec() with { Namespace = "other" });

        outcomes.Select(o => o.Status).ShouldBe(
            [InsertStatus.Inserted, InsertStatus.Inserted, InsertStatus.QueueFull, InsertStatus.Inserted]);
        outcomes[2].TaskId.ShouldBe(0);
        await Take("ada");
        (await Insert(Spec(), Spec())).Select(o => o.Status).ShouldBe(
            [InsertStatus.Inserted, InsertStatus.QueueFull]);
    }

    [Fact]
    public async Task Rules_survive_and_say_so_in_the_log()
    {
        await Rules(new NamespaceRules { Mode = AssignmentMode.Manual });
        var said = (await Store.Events.ReadAsync(0, 10, Ct)).ShouldHaveSingleItem();
        (said.Type, said.Payload.ToString()).ShouldBe((EventTypes.RulesChanged, """{"namespace":"default"}"""));
    }

    [Fact]
    public async Task Cursors_are_kept_with_the_batch()
    {
        await Commit(b => b.Cursors.AddRange(
        [
            new RoutingCursor("default", "step:review", "bob"), new RoutingCursor("default", "kind:scan", "ada"),
            new RoutingCursor("other", "kind:scan", "eve"), new RoutingCursor("default", "step:review", "carl"),
        ]));
        (await Store.Queries.ListCursorsAsync("default", Ct)).ShouldBe(
            [new("default", "kind:scan", "ada"), new("default", "step:review", "carl")]);
    }
}
