using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>The nodes that share a store: each name belongs to one session that is heard of.</summary>
public abstract class NodeSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_node_is_listed_with_what_it_last_said_until_it_leaves()
    {
        var started = NowUs;
        (await Beat("node-a", "1", "zeta", "alpha")).ShouldBe(new NodeBeatOutcome(true, started));
        Clock.Advance(TimeSpan.FromSeconds(5));
        (await Beat("node-a", "1", "beta")).ShouldBe(new NodeBeatOutcome(true, NowUs));
        await Beat("node-b", "2", "zeta", "alpha");
        var nodes = await List();
        nodes.Select(n => n.Name).ShouldBe(["node-a", "node-b"]);
        nodes[0].Interests.ShouldBe(["beta"]);
        nodes[1].Interests.ShouldBe(["alpha", "zeta"]);
        (nodes[0].StartedUs, nodes[0].HeardUs).ShouldBe((started, NowUs));
        (nodes[0].Session, nodes[0].Version, nodes[0].Mode).ShouldBe(("1", "1.2.3", "hybrid"));
        await Store.Nodes.LeaveAsync("node-a", "1", Ct);
        (await List()).ShouldHaveSingleItem().Name.ShouldBe("node-b");
    }

    [Fact]
    public async Task A_name_is_refused_to_another_session_exactly_as_long_as_its_own_is_heard_of()
    {
        await Beat("node-a", "1");
        Clock.Advance(Timeout - TimeSpan.FromMicroseconds(1));
        (await Beat("node-a", "2")).Accepted.ShouldBeFalse();
        (await List()).ShouldHaveSingleItem().Session.ShouldBe("1");
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Beat("node-a", "2")).Accepted.ShouldBeTrue();
        (await Beat("node-a", "1")).Accepted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_that_begins_takes_its_name_and_the_former_session_is_refused()
    {
        await Beat("node-a", "1");
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await Store.Nodes.BeatAsync(Says("node-a", "2") with { TakesOver = true }, Timeout, NowUs, Ct))
            .Accepted.ShouldBeTrue();
        (await List()).ShouldHaveSingleItem().StartedUs.ShouldBe(NowUs);
        (await Beat("node-a", "1")).Accepted.ShouldBeFalse();
        await Store.Nodes.LeaveAsync("node-a", "1", Ct);
        (await List()).ShouldHaveSingleItem().Session.ShouldBe("2");
    }

    [Fact]
    public async Task A_node_silent_for_ten_times_the_limit_is_forgotten()
    {
        await Beat("node-a", "1");
        Clock.Advance(10 * Timeout - TimeSpan.FromMicroseconds(1));
        await Beat("node-b", "2");
        (await List()).Count.ShouldBe(2);
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        await Beat("node-b", "2");
        (await List()).ShouldHaveSingleItem().Name.ShouldBe("node-b");
    }

    private static NodeBeat Says(string name, string session, params string[] interests) => new()
    {
        Name = name,
        Session = session,
        Version = "1.2.3",
        Mode = "hybrid",
        Interests = interests,
    };

    private async Task<NodeBeatOutcome> Beat(string name, string session, params string[] interests) =>
        await Store.Nodes.BeatAsync(Says(name, session, interests), Timeout, NowUs, Ct);

    private async Task<IReadOnlyList<NodeRecord>> List() => await Store.Nodes.ListAsync(Ct);
}
