using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Nobody is given a task that is not for them (G4), and no task hides another (G8).</summary>
public abstract class MatchSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly string[] Three = ["a", "b>=2", "c"];

    [Theory]
    [InlineData("rust", "rust", true)]
    [InlineData("rust", "go", false)]
    [InlineData("sql>=3", "sql:3", true)]
    [InlineData("sql>=3", "sql:2", false)]
    [InlineData("sql", "sql:9", true)]
    public async Task Claim_needs_the_capability_at_its_level(string required, string has, bool granted)
    {
        await Add(Spec("build", required));
        await Register("solo", 1, has);
        (await Claim("solo")).Status.ShouldBe(granted ? ClaimStatus.Granted : ClaimStatus.Empty);
    }

    [Theory]
    [InlineData(1.0, "a,b:2,c", true)]
    [InlineData(1.0, "a,c", false)]
    [InlineData(0.6667, "a,c", true)]
    [InlineData(0.7, "a,c", false)]
    [InlineData(0.34, "a", false)]
    [InlineData(0.3, "c", true)]
    [InlineData(0.01, "b", false)]
    public async Task Claim_needs_the_part_of_the_requirements_that_the_task_says(
        double minimumMatch, string has, bool granted)
    {
        await Add(Spec("build", Three) with { MinimumMatch = minimumMatch });
        await Register("solo", 1, has.Split(','));
        (await Claim("solo")).Status.ShouldBe(granted ? ClaimStatus.Granted : ClaimStatus.Empty);
    }

    [Fact]
    public async Task Claim_ends_with_the_capability_at_exactly_its_expiry()
    {
        await Insert(Spec("build", "visa"), Spec("build", "visa"));
        var expiry = Clock.Now.AddHours(1);
        await Register(new AgentRegistration
        {
            Name = "solo",
            MaxConcurrent = 5,
            Capabilities = [new Capability("visa", ExpiresAt: expiry)],
        });
        Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMicroseconds(1));
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Granted);
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Fact]
    public async Task Claim_follows_the_capabilities_of_the_latest_registration()
    {
        await Insert(Spec("build", "old"), Spec("build", "new"));
        await Register("solo", 5, "old");
        await Register("solo", 5, "new");
        (await Claim("solo", 5)).Grants.ShouldHaveSingleItem().Task.Spec.Requires[0].Name.ShouldBe("new");
    }

    [Fact]
    public async Task Claim_stays_in_the_namespaces_of_the_agent()
    {
        await Insert(Spec() with { Namespace = "red" }, Spec() with { Namespace = "blue" }, Spec());
        await Register(new AgentRegistration { Name = "solo", MaxConcurrent = 5, Namespaces = ["red", "green"] });
        (await Claim("solo", 5)).Grants.ShouldHaveSingleItem().Task.Spec.Namespace.ShouldBe("red");
    }

    [Fact]
    public async Task Claim_takes_kinds_that_both_the_agent_and_the_request_name()
    {
        await Insert(Spec("build"), Spec("test"), Spec("ship"));
        await Register(new AgentRegistration { Name = "solo", MaxConcurrent = 5, Kinds = ["build", "test"] });
        var request = new ClaimRequest { Agent = "solo", Max = 5, Kinds = ["test", "ship", "test"] };
        (await Claim(request)).Grants.ShouldHaveSingleItem().Task.Spec.Kind.ShouldBe("test");
        (await Claim("solo", 5)).Grants.ShouldHaveSingleItem().Task.Spec.Kind.ShouldBe("build");
    }

    [Fact]
    public async Task Claim_by_anybody_but_the_owner_is_empty()
    {
        await Add(Spec() with { Owner = "right-one" });
        await Register("wrong-one");
        await Register("right-one");
        (await Claim("wrong-one")).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("right-one")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Claim_passes_over_any_number_of_tasks_that_the_agent_cannot_do()
    {
        await Insert([.. Enumerable.Range(0, 300).Select(i => Spec("build", $"rare-{i % 40}") with { Priority = 10 })]);
        var mine = await Add(Spec() with { Priority = 0 });
        await Register("solo");
        (await Take("solo")).TaskId.ShouldBe(mine);
    }

    [Fact]
    public async Task Claim_sees_classes_of_tasks_that_came_after_the_agent_asked_before()
    {
        await Register("solo", 100, "a", "b");
        await Add(Spec("build", "a"));
        (await Claim("solo", 5)).Grants.Count.ShouldBe(1);
        await Insert(Spec("other", "b"), Spec("other", "a", "b"), Spec("other", "z"));
        (await Claim("solo", 5)).Grants.Count.ShouldBe(2);
    }
}
