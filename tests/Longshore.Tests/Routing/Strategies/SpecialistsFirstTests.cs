using Longshore.Routing;
using Longshore.Routing.Strategies;

namespace Longshore.Tests.Routing.Strategies;

public sealed class SpecialistsFirstTests
{
    [Fact]
    public void Go_by_breadth_then_by_load_then_by_name()
    {
        var hall = new Hall().With("anna", 4).With("ben", 4, 3).With("carl", 4, 1).With("dora", 4, 1);
        Widen(hall, "anna");
        Widen(hall, "anna");

        hall.Ask(RoutingStrategy.SpecialistsFirst).ShouldBe("carl");
        hall.Ask(RoutingStrategy.SpecialistsFirst, refused: ["carl", "dora"]).ShouldBe("ben");
        hall.Ask(RoutingStrategy.SpecialistsFirst, refused: ["carl", "dora", "ben"]).ShouldBe("anna");
    }

    [Fact]
    public void Fill_the_specialists_before_anybody_else_is_asked()
    {
        var hall = new Hall().With("anna", 10).With("ben", 2).With("carl", 1);
        Widen(hall, "anna");

        Enumerable.Range(0, 4).Select(_ => hall.Grant(RoutingStrategy.SpecialistsFirst))
            .ShouldBe(["ben", "carl", "ben", "anna"]);
    }

    [Fact]
    public void Tell_the_share_that_this_class_is_of_what_each_can_do()
    {
        var hall = new Hall().With("anna").With("ben");
        Widen(hall, "anna");
        var rule = new SpecialistsFirst();

        Router.Explain(rule, hall.Choice(), Router.Choose(rule, hall.Choice()))
            .Select(parts => (parts.Agent, parts.Total)).ShouldBe([("ben", 1.0), ("anna", 0.5)]);
    }

    /// <summary>Against sorting everybody; beyond a sample, of the lowest tier that anybody is in.</summary>
    [Fact]
    public void Choose_nobody_while_somebody_narrower_is_there() => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var hall = new Hall(seed);
        var agents = random.Next(1, 200);
        for (var i = 0; i < agents; i++)
        {
            hall.With($"agent-{i}", random.Next(4), random.Next(3), online: random.Next(5) > 0);
        }

        for (var c = random.Next(40); c > 0; c--)
        {
            Widen(hall, [.. Enumerable.Range(0, agents).Where(i => random.Next(agents) < i).Select(i => $"agent-{i}")]);
        }

        var free = Enumerable.Range(0, agents).Select(i => hall.Board.SlotOf($"agent-{i}"))
            .Where(slot => hall.Board.Free.Contains(slot))
            .OrderBy(slot => hall.Board[slot].Breadth)
            .ThenBy(slot => slot, Comparer<int>.Create((a, b) => Load.Compare(hall.Board, a, b)))
            .ToList();
        var chosen = Router.Choose(new SpecialistsFirst(), hall.Choice());
        return free.Count == 0 ? chosen < 0
            : agents <= Choice.SampleSize ? chosen == free[0]
            : hall.Board[chosen].Tier == hall.Board[free[0]].Tier;
    });

    /// <summary>Whatever comes and goes, breadth is the number of classes that the agent is a member of.</summary>
    [Fact]
    public void Count_the_classes_that_an_agent_can_do() => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var board = new AgentBoard();
        var classes = new List<EligibleAgents>();
        for (var i = 0; i < 300; i++)
        {
            var slot = board.Put(new AgentFacts { Name = $"agent-{random.Next(150)}", MaxConcurrent = 1 });
            switch (random.Next(8))
            {
                case 0:
                    classes.Add(board.AddClass());
                    break;
                case 1 when classes.Count > 0:
                    board.RemoveClass(classes[^1]);
                    classes.RemoveAt(classes.Count - 1);
                    break;
                case 2:
                    board.Remove(board[slot].Name!);
                    break;
                case 3 when classes.Count > 0:
                    classes[random.Next(classes.Count)].Remove(slot);
                    break;
                default:
                    classes.ForEach(c => c.Add(slot));
                    break;
            }
        }

        return Enumerable.Range(0, 150).Select(i => board.SlotOf($"agent-{i}")).Where(slot => slot >= 0).All(slot =>
            board[slot].Breadth == classes.Count(c => c.Slots.Contains(slot))
            && board.Breadths[SlotTiers.TierOf(board[slot].Breadth)].Contains(slot));
    });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(15, 15)]
    [InlineData(16, 16)]
    [InlineData(19, 16)]
    [InlineData(20, 17)]
    [InlineData(31, 19)]
    [InlineData(32, 20)]
    [InlineData(20_000, 56)]
    [InlineData(65_535, 63)]
    [InlineData(int.MaxValue, 63)]
    public void Put_breadths_within_a_quarter_of_a_power_of_two_into_one_tier(int breadth, int tier) =>
        SlotTiers.TierOf(breadth).ShouldBe(tier);

    private static void Widen(Hall hall, params string[] names)
    {
        var other = hall.Board.AddClass();
        foreach (var name in names)
        {
            other.Add(hall.Board.SlotOf(name));
        }
    }
}
