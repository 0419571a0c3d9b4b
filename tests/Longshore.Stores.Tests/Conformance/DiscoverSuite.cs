using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Matching;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What an agent could claim, shown without claiming it (S0.67, S0.81).</summary>
public abstract class DiscoverSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Discover_shows_the_most_urgent_and_claims_nothing()
    {
        var ids = (await Insert([.. Enumerable.Range(0, 8).Select(i => Spec() with { Priority = i })]))
            .Select(o => o.TaskId).ToArray();
        await Register("solo");
        var found = await Discover();
        found.Select(d => d.Task.Id).ShouldBe(ids.Reverse().Take(5));
        Same.Json(found[0].Task).ShouldBe(Same.Json(await Get(ids[7])));
        (await GetAgent("solo")).Load.ShouldBe(0);
    }

    [Fact]
    public async Task Discover_of_an_unknown_agent_is_null() =>
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ghost" }, NowUs, Ct)).ShouldBeNull();

    [Theory]
    [InlineData(AgentMode.Draining)]
    [InlineData(AgentMode.Blocked)]
    [InlineData(AgentMode.Offline)]
    public async Task Discover_by_an_agent_that_may_not_work_is_empty(AgentMode mode)
    {
        await Add();
        await Register("solo");
        await Store.Agents.SetModeAsync("solo", mode, NowUs, Ct);
        (await Discover()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Discover_by_a_full_agent_is_empty()
    {
        await Insert(Spec(), Spec());
        await Register("solo");
        await Take("solo");
        (await Discover()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Discover_by_an_agent_not_heard_of_for_long_shows_what_it_could_claim()
    {
        await Add();
        await Register("solo");
        Clock.Advance(Options.HeartbeatTimeout * 2);
        (await Discover()).ShouldHaveSingleItem().IsBestMatch.ShouldBeTrue();
    }

    [Fact]
    public async Task Discover_filters_by_kinds_codes_priority_and_ability()
    {
        await Insert(
            Spec("build") with { Code = "one", Priority = 9 },
            Spec("test") with { Code = "two", Priority = 8 },
            Spec("build") with { Code = "three", Priority = 7 },
            Spec("build", "magic") with { Code = "four", Priority = 10 },
            Spec("build") with { Code = "five", Priority = 2 },
            Spec("build") with { Code = "six", Namespace = "red" });
        await Register("solo");
        var query = new DiscoverQuery { Agent = "solo" };
        (await Codes(query)).ShouldBe(["one", "two", "three", "five"]);
        (await Codes(query with { Kinds = ["build"] })).ShouldBe(["one", "three", "five"]);
        (await Codes(query with { MinPriority = 8 })).ShouldBe(["one", "two"]);
        (await Codes(query with { ExcludeCodes = ["one", "three"] })).ShouldBe(["two", "five"]);
        (await Codes(query with { ExcludeCodes = ["one"], Limit = 2 })).ShouldBe(["two", "three"]);
    }

    [Fact]
    public async Task Discover_excludes_automatic_codes_too()
    {
        var ids = (await Insert(Spec(), Spec())).Select(o => o.TaskId).ToArray();
        await Register("solo");
        (await Codes(new DiscoverQuery { Agent = "solo", ExcludeCodes = [$"t-{ids[0]}"] })).ShouldBe([$"t-{ids[1]}"]);
    }

    [Fact]
    public async Task Discover_tells_the_urgency_with_its_age_capped()
    {
        var parent = await Add(Spec("other"));
        await Add(Spec() with { Priority = 3, ParentId = parent });
        await Register("solo");
        var query = new DiscoverQuery { Agent = "solo", Kinds = ["build"] };
        (await Discover(query))[0].UrgencyScore.ShouldBe(40.0);
        Clock.Advance(TimeSpan.FromHours(3));
        (await Discover(query))[0].UrgencyScore.ShouldBe(46.0, 1e-9);
        Clock.Advance(TimeSpan.FromDays(30));
        (await Discover(query))[0].UrgencyScore.ShouldBe(140.0);
    }

    [Fact]
    public async Task Discover_tells_the_part_of_the_requirements_that_is_met()
    {
        await Add(Spec("build", "a", "b>=2", "c", "d") with { MinimumMatch = 0.25 });
        await Register("solo", 1, "a", "b:2", "c:9");
        (await Discover())[0].CapabilityMatchScore.ShouldBe(0.75);
        await Register("solo", 1, "a", "b:1");
        (await Discover())[0].CapabilityMatchScore.ShouldBe(0.25);
    }

    [Fact]
    public async Task Discover_puts_best_matches_first_among_the_most_urgent()
    {
        // The first is more urgent, but a specialist meets more of it.
        var ids = (await Insert(
            Spec("build", "a", "b") with { Priority = 9, MinimumMatch = 0.5 },
            Spec("build", "a") with { Priority = 5 },
            Spec("build", "a") with { Priority = 1 })).Select(o => o.TaskId).ToArray();
        await Register(new AgentRegistration
        {
            Name = "solo",
            Capabilities = [new Capability("a")],
        });
        await Register(new AgentRegistration
        {
            Name = "specialist",
            Capabilities = [new Capability("a"), new Capability("b")],
            Reputation = 0.5,
        });
        var found = await Discover();
        found.Select(d => (d.Task.Id, d.IsBestMatch)).ShouldBe([(ids[1], true), (ids[2], true), (ids[0], false)]);
        (await Discover(new DiscoverQuery { Agent = "solo", Limit = 1 }))[0].Task.Id.ShouldBe(ids[0]);
    }

    [Fact]
    public async Task Best_match_goes_by_reputation_then_load_then_name()
    {
        await Add(Spec("build", "a"));
        await Register(Able("anna", 0.5));
        await Register(Able("bert", 0.9));
        await Register(Able("carl", 0.9));
        (await Best()).ShouldBe("bert");
        await Add(Spec("other"));
        await Claim(new ClaimRequest { Agent = "bert", Kinds = ["other"] });
        (await Best()).ShouldBe("carl");
        await Register(Able("anna", 0.95));
        (await Best()).ShouldBe("anna");
    }

    [Fact]
    public async Task Best_match_passes_over_agents_that_could_not_take_it_now()
    {
        await Add(Spec("build", "a"));
        await Register(Able("full-one", 1.0) with { MaxConcurrent = 1 });
        await Register(Able("silent-one", 1.0));
        await Register(Able("stopped-one", 1.0));
        await Register(Able("foreign-one", 1.0) with { Namespaces = ["red"] });
        await Store.Agents.SetModeAsync("stopped-one", AgentMode.Draining, NowUs, Ct);
        await Add(Spec("other"));
        await Claim(new ClaimRequest { Agent = "full-one", Kinds = ["other"], Lease = TimeSpan.FromDays(1) });
        Clock.Advance(Options.HeartbeatTimeout);
        await Register(Able("solo", 0.1));
        (await Discover(new DiscoverQuery { Agent = "solo", Kinds = ["build"] }))[0].IsBestMatch.ShouldBeFalse();
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Discover(new DiscoverQuery { Agent = "solo", Kinds = ["build"] }))[0].IsBestMatch.ShouldBeTrue();
    }

    [Fact]
    public async Task Discover_shows_nothing_that_a_claim_of_it_would_refuse()
    {
        // A suspect at the head is for agents that hold nothing.
        await Register("vanished");
        var suspect = await Add(Spec() with { Priority = 10 });
        await Take("vanished");
        await LoseAll();
        await StageAll();
        await Store.Agents.SetModeAsync("vanished", AgentMode.Offline, NowUs, Ct);
        var other = await Add();
        await Register("solo", max: 5);
        (await Discover()).Select(d => d.Task.Id).ShouldBe([suspect, other]);

        await Add(Spec("held") with { Priority = 0 });
        var held = (await Claim(new ClaimRequest { Agent = "solo", Kinds = ["held"] })).Grants[0];
        (await Discover()).Select(d => d.Task.Id).ShouldBe([other]);
        (await Claim("solo", 1, other)).Status.ShouldBe(ClaimStatus.Granted);

        await Finish(held, FinishKind.Complete);
        await Finish(new Finish { TaskId = other, Epoch = 1, Kind = FinishKind.Release });
        await Take("solo", suspect);
        (await Discover()).ShouldBeEmpty();
    }

    private static AgentRegistration Able(string name, double reputation) => new()
    {
        Name = name,
        MaxConcurrent = 3,
        Capabilities = [new Capability("a")],
        Reputation = reputation,
    };

    private async Task<string> Best()
    {
        var best = new List<string>();
        foreach (var name in new[] { "anna", "bert", "carl" })
        {
            var query = new DiscoverQuery { Agent = name, Kinds = ["build"] };
            if ((await Discover(query)).Single().IsBestMatch)
            {
                best.Add(name);
            }
        }

        return best.ShouldHaveSingleItem();
    }

    private async Task<IReadOnlyList<DiscoveredTask>> Discover(DiscoverQuery? query = null)
    {
        var found = await Store.Queries.DiscoverAsync(query ?? new DiscoverQuery { Agent = "solo" }, NowUs, Ct);
        return found.ShouldNotBeNull();
    }

    private async Task<IEnumerable<string>> Codes(DiscoverQuery query) =>
        (await Discover(query)).Select(d => d.Task.Code);
}
