using System.Text.Json;
using Longshore.Client.Wire;

namespace Longshore.Simulation;

/// <summary>Chance comes from the seed alone.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void Same_scenario_and_seed_make_the_same_figures_to_the_byte()
    {
        var scenario = Worlds.Week(0.95) with { Days = 2 };

        Text(scenario, 7).ShouldBe(Text(scenario, 7));
        Text(scenario, 7).ShouldNotBe(Text(scenario, 8));
    }

    [Fact]
    public void Streams_of_chance_are_uniform_and_apart()
    {
        var streams = Enumerable.Range(0, 1000).Select(i => Chance.Of(1, 1, i).Unit()).ToList();
        var numbers = Chance.Of(1, 2);
        var drawn = Enumerable.Range(0, 10_000).Select(_ => numbers.Unit()).ToList();

        streams.Distinct().Count().ShouldBe(1000);
        streams.Average().ShouldBe(0.5, 0.03);
        drawn.Average().ShouldBe(0.5, 0.01);
        drawn.ShouldAllBe(x => x >= 0 && x < 1);
        Enumerable.Range(0, 10_000).Average(_ => Math.Pow(numbers.Normal(), 2)).ShouldBe(1, 0.05);
    }

    private static string Text(Scenarios.Scenario scenario, long seed) => JsonSerializer.Serialize(
        Simulator.Run(scenario, Method.All, seed, TestContext.Current.CancellationToken), WireJson.Options);
}
