using Longshore.Routing;

namespace Longshore.Tests.Routing;

public sealed class AgentBoardTests
{
    [Fact]
    public void Keep_slots_in_the_order_of_names_and_classes_with_them() => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var hall = new Hall();
        var match = new SortedDictionary<string, double>(StringComparer.Ordinal);
        for (var i = 0; i < 400; i++)
        {
            var name = $"agent-{random.Next(300)}";
            if (random.Next(4) == 0)
            {
                hall.Board.Remove(name);
                match.Remove(name);
                continue;
            }

            match[name] = random.Next(3) / 2.0;
            hall.With(name, match: match[name]);
        }

        var members = new List<string>();
        for (var slot = hall.Eligible.Slots.Next(0); slot >= 0; slot = hall.Eligible.Slots.Next(slot + 1))
        {
            members.Add(hall.Board[slot].Name!);
        }

        return members.SequenceEqual(match.Keys)
            && hall.Board.Count == match.Count
            && hall.Board.Free.Count == match.Count
            && members.TrueForAll(name => hall.Eligible.MatchOf(hall.Board.SlotOf(name)) == match[name]);
    });

    [Fact]
    public void Keep_the_load_when_an_agent_registers_again()
    {
        var hall = new Hall().With("anna", max: 3);
        hall.Grant(RoutingStrategy.FirstAvailable).ShouldBe("anna");
        hall.End("anna", GrantEnd.Completed);
        hall.Grant(RoutingStrategy.FirstAvailable).ShouldBe("anna");

        var slot = hall.Board.Put(new AgentFacts { Name = "anna", MaxConcurrent = 2 });

        (hall.Board[slot].Load, hall.Board[slot].Record!.Overall.Good).ShouldBe((1, 1));
        hall.Grant(RoutingStrategy.FirstAvailable).ShouldBe("anna");
        hall.Ask(RoutingStrategy.FirstAvailable).ShouldBeNull();
    }

    [Fact]
    public void Choose_nobody_whose_capacity_is_zero_or_who_is_not_online() => new Hall()
        .With("anna", max: 0).With("ben", online: false).Ask(RoutingStrategy.LeastLoaded).ShouldBeNull();

    [Fact]
    public void Give_a_priority_only_to_those_who_take_it()
    {
        var hall = new Hall().With("anna", levels: 0b0001).With("ben", levels: 0b1000);

        hall.Ask(RoutingStrategy.FirstAvailable, priority: 3).ShouldBe("ben");
        hall.Ask(RoutingStrategy.FirstAvailable, priority: 0).ShouldBe("anna");
        hall.Ask(RoutingStrategy.FirstAvailable, priority: 5).ShouldBeNull();

        hall.Board.Remove("anna");
        hall.With("ben").Ask(RoutingStrategy.FirstAvailable, priority: 5).ShouldBe("ben");
    }

    /// <summary>Whatever happened, the sets say the same as the facts.</summary>
    [Fact]
    public void Keep_the_sets_true_to_the_facts() => Always.Holds((int seed) =>
    {
        var random = new Random(seed);
        var hall = new Hall(seed);
        for (var i = 0; i < 20; i++)
        {
            hall.With($"agent-{i}", max: random.Next(1, 5));
        }

        for (var i = 0; i < 300; i++)
        {
            var name = $"agent-{random.Next(20)}";
            switch (random.Next(8))
            {
                case 0:
                    hall.With(name, random.Next(4), random.Next(3), online: random.Next(4) > 0);
                    break;
                case < 4:
                    hall.Grant((RoutingStrategy)random.Next(8));
                    break;
                default:
                    hall.End(name, (GrantEnd)random.Next(3));
                    break;
            }
        }

        return AreTrue(hall.Board, hall.Board.Loads, seat => seat.Bucket)
            && AreTrue(hall.Board, hall.Board.Breadths, seat => seat.Tier)
            && Enumerable.Range(0, 20).All(i =>
            {
                var slot = hall.Board.SlotOf($"agent-{i}");
                var seat = hall.Board[slot];
                var isSteady = seat.IsOnline && seat.RestLeft == 0;
                return hall.Board.Steady.Contains(slot) == isSteady
                    && hall.Board.Resting.Contains(slot) == (seat.IsOnline && seat.RestLeft > 0)
                    && hall.Board.Free.Contains(slot) == (isSteady && seat.Load < seat.MaxConcurrent);
            });
    });

    private static bool AreTrue(AgentBoard board, SlotTiers tiers, Func<Seat, int> tierOf)
    {
        var members = 0;
        for (var tier = 0; tier < SlotTiers.Count; tier++)
        {
            members += tiers[tier].Count;
            for (var slot = tiers[tier].Next(0); slot >= 0; slot = tiers[tier].Next(slot + 1))
            {
                if (tierOf(board[slot]) != tier)
                {
                    return false;
                }
            }

            if ((tiers[tier].Count > 0) != ((tiers.Used >> tier & 1) == 1))
            {
                return false;
            }
        }

        return members == board.Free.Count;
    }
}
