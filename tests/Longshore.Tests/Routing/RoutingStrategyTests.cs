using Longshore.Routing;

namespace Longshore.Tests.Routing;

public sealed class RoutingStrategyTests
{
    [Fact]
    public void Read_every_word_that_is_written() => Enum.GetValues<RoutingStrategy>().ShouldAllBe(
        strategy => RoutingStrategyWords.Parse(strategy.ToWire(), "strategy") == strategy);

    [Theory]
    [InlineData("capacity_based", RoutingStrategy.LeastLoaded)]
    [InlineData("hybrid_capacity_performance", RoutingStrategy.Hybrid)]
    [InlineData("quality_weighted", RoutingStrategy.PerformanceWeighted)]
    public void Understand_the_other_words_of_the_sources(string word, RoutingStrategy strategy) =>
        RoutingStrategyWords.Parse(word, "strategy").ShouldBe(strategy);

    [Fact]
    public void Refuse_an_unknown_word_and_list_the_known() => new Action(
            () => RoutingStrategyWords.Parse("fastest", "rules.strategy"))
        .ShouldBeRefused(
            "rules.strategy",
            "'fastest' is no strategy; use one of round_robin, least_loaded, performance_weighted, hybrid, "
                + "first_available, random, best_match, specialists_first");
}
