using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Levels, expiry and grace, match modes; declared, available now, authorised; priorities taken.</summary>
public abstract class SkillSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Theory]
    [InlineData(MatchMode.Tiered, "sql>=3", "sql:3", true)]
    [InlineData(MatchMode.Tiered, "sql>=3", "sql:2", false)]
    [InlineData(MatchMode.Flexible, "sql>=3", "sql:1", true)]
    [InlineData(MatchMode.Flexible, "sql>=3", "css:9", false)]
    [InlineData(MatchMode.Strict, "sql", "sql:1", false)]
    [InlineData(MatchMode.Strict, "sql", "sql:2", true)]
    [InlineData(MatchMode.Strict, "sql>=3", "sql:2", false)]
    public async Task Match_mode_compares_levels(MatchMode mode, string requires, string capability, bool can)
    {
        await Register("ada", 1, capability);
        var id = await Add(Spec("build", requires) with { Match = mode });
        (await Get(id)).Spec.Match.ShouldBe(mode);
        (await Claim("ada")).Status.ShouldBe(can ? ClaimStatus.Granted : ClaimStatus.Empty);
    }

    [Fact]
    public async Task Strict_needs_everything_whatever_the_minimum_match()
    {
        await Register("ada", 1, "sql:5");
        await Add(Spec("build", "sql", "rust") with { MinimumMatch = 0.5, Match = MatchMode.Strict });
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        await Add(Spec("build", "sql", "rust") with { MinimumMatch = 0.5 });
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task An_expired_capability_counts_in_its_grace_but_not_for_strict_tasks()
    {
        await Register(new AgentRegistration
        {
            Name = "ada",
            MaxConcurrent = 5,
            Capabilities =
            [
                new Capability("sql", 3, Clock.Now.AddHours(1)) { Grace = TimeSpan.FromHours(1) },
            ],
        });
        var strict = await Add(Spec("build", "sql") with { Match = MatchMode.Strict });
        var tiered = await Add(Spec("build", "sql"));

        async Task<IEnumerable<long>> Shown() =>
            (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ada" }, NowUs, Ct))!
                .Select(d => d.Task.Id).Order();

        (await Shown()).ShouldBe([strict, tiered]);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Shown()).ShouldBe([tiered]);
        (await Claim("ada", 1, strict)).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Shown()).ShouldBeEmpty();
        (await Claim("ada", 5)).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Fact]
    public async Task What_is_not_available_now_does_not_count_until_it_is()
    {
        await Register("ada", 2, "sql", "rust");
        var id = await Add(Spec("build", "sql"));
        (await Store.Agents.SetAvailabilityAsync("ada", ["sql"], NowUs, Ct)).ShouldBeTrue();
        (await GetAgent("ada")).Unavailable.ShouldBe(["sql"]);
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        (await Store.Agents.SetAvailabilityAsync("ada", [], NowUs, Ct)).ShouldBeTrue();
        (await Take("ada")).TaskId.ShouldBe(id);
        (await Store.Agents.SetAvailabilityAsync("ghost", [], NowUs, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task Registering_again_clears_what_was_unavailable_and_keeps_what_is_authorised()
    {
        await Register("ada", 1, "sql", "rust");
        await Store.Agents.SetAvailabilityAsync("ada", ["sql"], NowUs, Ct);
        (await Store.Agents.AuthoriseAsync("ada", ["sql"], NowUs, Ct)).ShouldBeTrue();
        await Register("ada", 1, "sql", "rust");

        var agent = await GetAgent("ada");
        agent.Unavailable.ShouldBeEmpty();
        agent.Authorised.ShouldBe(["sql"]);
        await Add(Spec("build", "rust"));
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        await Store.Agents.AuthoriseAsync("ada", null, NowUs, Ct);
        (await GetAgent("ada")).Authorised.ShouldBeNull();
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task An_agent_is_given_only_the_priorities_it_takes()
    {
        await Register(new AgentRegistration { Name = "ada", MaxConcurrent = 5, PriorityLevels = [3, 1] });
        var one = await Add(Spec() with { Priority = 1 });
        var two = await Add(Spec() with { Priority = 2 });
        var three = await Add(Spec() with { Priority = 3 });

        (await GetAgent("ada")).Profile.PriorityLevels.ShouldBe([1, 3]);
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ada" }, NowUs, Ct))!
            .Select(d => d.Task.Id).ShouldBe([three, one]);
        (await Claim("ada", 1, two)).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("ada", 5)).Grants.Select(g => g.TaskId).ShouldBe([three, one]);
    }
}
