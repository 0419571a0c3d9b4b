using Longshore.Routing;

namespace Longshore.Tests.Routing.Strategies;

public sealed class RoundRobinTests
{
    [Fact]
    public void Stay_within_one_of_equal_while_others_come_and_go() => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var hall = new Hall();
        string[] stayers = [.. Enumerable.Range(0, 5).Select(_ => $"agent-{random.Next(1000)}-s").Distinct()];
        foreach (var stayer in stayers)
        {
            hall.With(stayer, 1000);
        }

        var turns = stayers.ToDictionary(name => name, _ => 0);
        for (var i = 0; i < 200; i++)
        {
            var guest = $"agent-{random.Next(1000)}";
            switch (random.Next(3))
            {
                case 0:
                    hall.With(guest, 1000);
                    break;
                case 1:
                    hall.Board.Remove(hall.Cursor.LastAgent is { } last && !turns.ContainsKey(last) ? last : guest);
                    break;
                default:
                    if (turns.ContainsKey(hall.Grant(RoutingStrategy.RoundRobin)!))
                    {
                        turns[hall.Cursor.LastAgent!]++;
                    }

                    break;
            }

            if (turns.Values.Max() - turns.Values.Min() > 1)
            {
                return false;
            }
        }

        return true;
    });

    [Fact]
    public void Go_on_after_a_restart_with_the_name_that_was_kept()
    {
        var hall = new Hall().With("anna", 9).With("ben", 9).With("carl", 9);
        hall.Grant(RoutingStrategy.RoundRobin).ShouldBe("anna");
        var kept = hall.Cursor.LastAgent;

        var again = new Hall { Cursor = new RouteCursor { LastAgent = kept } }.With("carl", 9).With("ben", 9);

        again.Grant(RoutingStrategy.RoundRobin).ShouldBe("ben");
        again.Grant(RoutingStrategy.RoundRobin).ShouldBe("carl");
        again.Grant(RoutingStrategy.RoundRobin).ShouldBe("ben");
    }

    [Fact]
    public void Take_nobodys_turn_for_a_choice_that_came_to_nothing()
    {
        var hall = new Hall().With("anna", 9).With("ben", 9);

        hall.Ask(RoutingStrategy.RoundRobin).ShouldBe("anna");
        hall.Ask(RoutingStrategy.RoundRobin).ShouldBe("anna");
        hall.Grant(RoutingStrategy.RoundRobin, refused: "anna").ShouldBe("ben");
    }
}
