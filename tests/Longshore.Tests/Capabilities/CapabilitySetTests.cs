using Longshore.Capabilities;

namespace Longshore.Tests.Capabilities;

public sealed class CapabilitySetTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Requirement[] ThreeNeeds = [new("css"), new("rust"), new("sql", 2)];

    [Fact]
    public void Match_score_is_the_met_part_of_the_requirements()
    {
        Holding("rust", "sql:2").MatchScore(ThreeNeeds).ShouldBe(2.0 / 3);
        Holding("rust", "sql:1").MatchScore(ThreeNeeds).ShouldBe(1.0 / 3);
        Holding("css", "rust", "sql:9").MatchScore(ThreeNeeds).ShouldBe(1.0);
        Holding("go").MatchScore(ThreeNeeds).ShouldBe(0.0);
    }

    [Fact]
    public void Match_score_is_one_when_nothing_is_required()
    {
        Holding().MatchScore([]).ShouldBe(1.0);
        Holding("rust").MatchScore([]).ShouldBe(1.0);
        CapabilitySet.Empty.CanDo([], 1.0).ShouldBeTrue();
    }

    [Theory]
    [InlineData(3, 1.0, 3)]
    [InlineData(3, 0.9, 3)]
    [InlineData(3, 0.67, 3)]
    [InlineData(3, 0.6667, 2)]
    [InlineData(3, 0.66, 2)]
    [InlineData(3, 0.34, 2)]
    [InlineData(3, 0.3334, 1)]
    [InlineData(3, 0.0001, 1)]
    [InlineData(1, 0.0001, 1)]
    [InlineData(2, 0.5, 1)]
    [InlineData(2, 0.51, 2)]
    [InlineData(4, 0.75, 3)]
    [InlineData(32, 1.0, 32)]
    [InlineData(32, 0.97, 32)]
    [InlineData(10, 0.7, 7)]
    public void Needed_count_is_the_least_number_that_reaches_the_minimum(int count, double minimum, int needed) =>
        CapabilitySet.NeededCount(count, minimum).ShouldBe(needed);

    [Fact]
    public void Can_do_asks_for_the_minimum_match_and_no_more()
    {
        var agent = Holding("rust", "sql:2");

        agent.CanDo(ThreeNeeds, 1.0).ShouldBeFalse();
        agent.CanDo(ThreeNeeds, 0.67).ShouldBeFalse();
        agent.CanDo(ThreeNeeds, 2.0 / 3).ShouldBeTrue();
        agent.CanDo(ThreeNeeds, 0.01).ShouldBeTrue();
        Holding("go").CanDo(ThreeNeeds, 0.01).ShouldBeFalse("no requirement met is no match, however low the minimum");
    }

    [Fact]
    public void Level_below_the_required_one_does_not_count()
    {
        Holding("sql:2").CanDo([new("sql", 3)], 1.0).ShouldBeFalse();
        Holding("sql:3").CanDo([new("sql", 3)], 1.0).ShouldBeTrue();
        Holding("sql").CanDo([new("sql")], 1.0).ShouldBeTrue();
    }

    [Fact]
    public void Name_listed_twice_counts_with_its_highest_level()
    {
        Holding("sql:1", "sql:5", "sql:3").CanDo([new("sql", 5)], 1.0).ShouldBeTrue();
        Holding("sql:1", "sql:5").Names.ShouldBe(["sql"]);
    }

    [Fact]
    public void Capability_stops_counting_at_the_instant_it_expires()
    {
        Capability[] held = [new("sql", 3, Noon), new("sql", 1), new("rust", 1, Noon.AddHours(1))];

        var before = new CapabilitySet(held, Noon.AddTicks(-1));
        before.CanDo([new("sql", 3)], 1.0).ShouldBeTrue();
        before.ValidUntil.ShouldBe(Noon);

        var from = new CapabilitySet(held, Noon);
        from.CanDo([new("sql", 3)], 1.0).ShouldBeFalse();
        from.CanDo([new("sql", 1)], 1.0).ShouldBeTrue("the lower level does not expire");
        from.ValidUntil.ShouldBe(Noon.AddHours(1));

        new CapabilitySet(held, Noon.AddHours(1)).ValidUntil.ShouldBeNull();
    }

    private static CapabilitySet Holding(params string[] capabilities) =>
        new(capabilities.Select(text => Capability.Parse(text)), Noon);
}
