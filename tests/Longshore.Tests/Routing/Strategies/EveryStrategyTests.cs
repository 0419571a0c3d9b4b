using Longshore.Routing;
using Longshore.Routing.Strategies;

namespace Longshore.Tests.Routing.Strategies;

public sealed class EveryStrategyTests
{
    [Theory]
    [MemberData(nameof(Hall.Strategies), MemberType = typeof(Hall))]
    public void Choose_only_who_is_eligible_online_with_room_and_not_refused(RoutingStrategy strategy) =>
        Always.Holds((int seed) =>
        {
            var random = new Random(seed);
            var hall = new Hall(seed);
            var agents = random.Next(1, 200);
            for (var i = 0; i < agents; i++)
            {
                hall.With($"agent-{i}", random.Next(4), random.Next(3), random.NextDouble(), random.NextDouble(),
                    (uint)random.Next(1 << 11), random.Next(5) > 0);
            }

            for (var i = 0; i < agents; i += 3)
            {
                hall.Eligible.Remove(hall.Board.SlotOf($"agent-{i}"));
            }

            string[] refused =
                [.. Enumerable.Range(0, agents).Where(_ => random.Next(4) == 0).Select(i => $"agent-{i}")];
            var level = random.Next(11);
            var may = Enumerable.Range(0, agents).Where(i => i % 3 != 0).Select(i => $"agent-{i}").Except(refused)
                .Where(name => hall.Board[hall.Board.SlotOf(name)] is var seat && seat.IsOnline
                    && seat.Load < seat.MaxConcurrent && (seat.PriorityLevels >> level & 1) == 1)
                .ToHashSet();
            var chosen = hall.Ask(strategy, level, refused);
            return chosen is null ? may.Count == 0 : may.Contains(chosen);
        });

    [Theory]
    [MemberData(nameof(Hall.Strategies), MemberType = typeof(Hall))]
    public void Never_exceed_the_capacity_and_use_all_of_it(RoutingStrategy strategy) => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var hall = new Hall(seed);
        var room = 0;
        for (var i = 0; i < 30; i++)
        {
            var max = random.Next(5);
            room += max;
            hall.With($"agent-{i}", max);
        }

        for (var i = 0; i < room; i++)
        {
            if (hall.Grant(strategy) is not { } name || hall.Board[hall.Board.SlotOf(name)] is var seat
                && seat.Load > seat.MaxConcurrent)
            {
                return false;
            }
        }

        return hall.Grant(strategy) is null;
    });

    [Theory]
    [MemberData(nameof(Hall.Strategies), MemberType = typeof(Hall))]
    public void Make_the_same_choices_from_the_same_seed(RoutingStrategy strategy)
    {
        List<string?> Run(int seed)
        {
            var hall = new Hall(seed);
            for (var i = 0; i < 150; i++)
            {
                hall.With($"agent-{i}", 3, score: i % 7 / 7.0, match: i % 5 / 5.0);
            }

            return [.. Enumerable.Range(0, 400).Select(_ => hall.Grant(strategy))];
        }

        Run(5).ShouldBe(Run(5));
        var drawsLots = strategy is RoutingStrategy.Random or RoutingStrategy.PerformanceWeighted;
        Run(5).SequenceEqual(Run(6)).ShouldBe(!drawsLots);
    }

    [Theory]
    [MemberData(nameof(Hall.Strategies), MemberType = typeof(Hall))]
    public void Name_itself_and_explain_without_changing_what_comes(RoutingStrategy strategy)
    {
        RoutingStrategies.Of(strategy).Kind.ShouldBe(strategy);
        var (plain, asked) = (Crowd(), Crowd());
        for (var i = 0; i < 50; i++)
        {
            var chosen = Router.Choose(RoutingStrategies.Of(strategy), asked.Choice());
            var shown = Router.Explain(RoutingStrategies.Of(strategy), asked.Choice(), chosen);
            Router.Reserve(asked.Choice(), chosen);

            asked.Board[chosen].Name.ShouldBe(plain.Grant(strategy));
            shown.Count.ShouldBe(ScoreParts.ShownMax);
            shown[0].Agent.ShouldBe(asked.Board[chosen].Name);
            shown.Select(parts => parts.Agent).ShouldBeUnique();
        }
    }

    [Theory]
    [InlineData(RoutingStrategy.LeastLoaded)]
    [InlineData(RoutingStrategy.Hybrid)]
    [InlineData(RoutingStrategy.BestMatch)]
    [InlineData(RoutingStrategy.SpecialistsFirst)]
    public void Show_the_runners_up_in_the_order_of_their_totals(RoutingStrategy strategy)
    {
        var hall = Crowd();
        var chosen = Router.Choose(RoutingStrategies.Of(strategy), hall.Choice());

        var totals = Router.Explain(RoutingStrategies.Of(strategy), hall.Choice(), chosen)
            .Select(parts => parts.Total!.Value).ToList();

        totals.ShouldBe(totals.OrderDescending());
    }

    private static Hall Crowd()
    {
        var hall = new Hall(9);
        for (var i = 0; i < 40; i++)
        {
            hall.With($"agent-{i}", 8, i % 5, i % 7 / 7.0, i % 3 / 3.0);
        }

        return hall;
    }
}
