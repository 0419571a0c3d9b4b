using Longshore.Agents;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>How much work there is in each namespace, and who is busy.</summary>
public abstract class LoadSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task An_empty_store_has_no_load()
    {
        var load = await Measure();
        load.Namespaces.ShouldBeEmpty();
        load.Agents.ShouldBeEmpty();
        load.Others.ShouldBeNull();
    }

    [Fact]
    public async Task Tasks_count_where_they_are_and_no_more_once_they_ended()
    {
        await Register("agent-a", 10);
        await Insert(
            Spec(), Spec(), Spec("other", "imaging"),
            Spec() with { Namespace = "later", ReadyAt = Clock.Now + TimeSpan.FromHours(1) },
            Spec() with { Namespace = "apart" });
        var running = await Take("agent-a");
        var load = await Measure();
        load.Namespaces.Select(n => n.Namespace).ShouldBe(["apart", "default", "later"]);
        Of(load, "default").ShouldBe(new NamespaceLoad("default", 2, 0, 1, NowUs));
        Of(load, "apart").ShouldBe(new NamespaceLoad("apart", 1, 0, 0, NowUs));
        Of(load, "later").ShouldBe(new NamespaceLoad("later", 0, 1, 0, null));
        await Finish(running, FinishKind.Complete);
        Of(await Measure(), "default").ShouldBe(new NamespaceLoad("default", 2, 0, 0, NowUs));
    }

    [Fact]
    public async Task The_oldest_is_the_one_that_waits_longest_whatever_its_urgency()
    {
        await Register("agent-a", 1);
        var parent = await Add(Spec() with { Priority = 0 });
        var oldest = NowUs;
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Insert(
            Spec() with { Priority = 10 }, Spec() with { Priority = 9, ParentId = parent }, Spec("failing"));
        var failing = await Claim(new ClaimRequest { Agent = "agent-a", Kinds = ["failing"], Lease = Lease });
        await Finish(failing.Grants.ShouldHaveSingleItem(), FinishKind.Fail, "no");
        await StageAll();
        Of(await Measure(), "default").OldestUs.ShouldBe(oldest);
        await Store.Tasks.CancelAsync([parent], null, NowUs, Ct);
        Of(await Measure(), "default").OldestUs.ShouldBe(oldest + 60_000_000);
    }

    [Fact]
    public async Task Agents_come_busiest_first_and_the_rest_is_summed()
    {
        await Register("agent-a", 1);
        await Register("agent-b", 2);
        await Register("agent-c", 3);
        await Register("agent-d", 4);
        await Insert(Spec(), Spec(), Spec());
        await Claim("agent-c", 2);
        await Claim("agent-b");
        await Store.Agents.SetModeAsync("agent-d", AgentMode.Offline, NowUs, Ct);
        var load = await Measure();
        load.Agents.ShouldBe(
            [new AgentLoad("agent-c", 2, 3), new AgentLoad("agent-b", 1, 2), new AgentLoad("agent-a", 0, 1)]);
        load.Others.ShouldBeNull();
        var cut = await Measure(1);
        cut.Agents.ShouldBe([new AgentLoad("agent-c", 2, 3)]);
        cut.Others.ShouldBe(new AgentLoad("", 1, 3));
    }

    private static NamespaceLoad Of(StoreLoad load, string name) => load.Namespaces.Single(n => n.Namespace == name);

    private async Task<StoreLoad> Measure(int agentsMax = 100) => await Store.Queries.MeasureLoadAsync(agentsMax, Ct);
}
