using Longshore.Routing;

namespace Longshore.Tests.Routing.Strategies;

public sealed class LeastLoadedTests
{
    /// <summary>Longest idle of Azure's job router: A 3/5, B 3/4, C 3/5 and D 0/3 give D, C, A, B.</summary>
    [Fact]
    public void Go_by_ratio_then_by_who_waits_longest()
    {
        var hall = new Hall().With("agent-a", 5, 2).With("agent-b", 4, 2).With("agent-c", 5, 2).With("agent-d", 3);
        foreach (var (name, minute) in new[] { ("agent-a", 2), ("agent-b", 4), ("agent-c", 0) })
        {
            hall.Board.Reserve(hall.Board.SlotOf(name), hall.Eligible, 1 + (minute * 60_000_000));
        }

        string[] order = ["agent-d", "agent-c", "agent-a", "agent-b"];
        for (var i = 0; i < order.Length; i++)
        {
            hall.Ask(RoutingStrategy.LeastLoaded, refused: order[..i]).ShouldBe(order[i]);
        }
    }

    [Fact]
    public void Prefer_the_fewest_of_equal_ratios_and_the_first_name_of_equals()
    {
        var hall = new Hall().With("anna", 4, 2).With("carl", 2, 1).With("ben", 2, 1);

        hall.Ask(RoutingStrategy.LeastLoaded).ShouldBe("ben");
    }

    /// <summary>With more candidates than are compared, the buckets must still find the emptiest.</summary>
    [Fact]
    public void Find_the_smallest_ratio_among_many() => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var hall = new Hall();
        for (var i = 0; i < 300; i++)
        {
            hall.With($"agent-{i}", 20, random.Next(2, 20));
        }

        var emptiest = $"agent-{random.Next(300)}";
        hall.With(emptiest, 20, 1);
        return hall.Ask(RoutingStrategy.LeastLoaded) == emptiest;
    });

    [Fact]
    public void Give_everybody_the_same_when_all_are_alike()
    {
        var hall = new Hall();
        for (var i = 0; i < 500; i++)
        {
            hall.With($"agent-{i}", 3);
        }

        for (var round = 1; round <= 3; round++)
        {
            Enumerable.Range(0, 500).Select(_ => hall.Grant(RoutingStrategy.LeastLoaded)).ShouldBeUnique();
        }
    }
}
