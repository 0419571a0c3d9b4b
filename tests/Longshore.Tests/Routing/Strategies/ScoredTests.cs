using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Routing;
using Longshore.Routing.Strategies;

namespace Longshore.Tests.Routing.Strategies;

public sealed class ScoredTests
{
    [Fact]
    public void Weigh_free_capacity_six_and_performance_four_tenths()
    {
        var hall = new Hall().With("anna", 10, 5, score: 1).With("ben", 10, 1, score: 0.5).With("carl", 10, 4);

        var shown = Router.Explain(new Hybrid(), hall.Choice(), Router.Choose(new Hybrid(), hall.Choice()));

        shown.Select(parts => (parts.Agent, Math.Round(parts.Total!.Value, 9))).ShouldBe(
            [("ben", 0.74), ("anna", 0.7), ("carl", 0.56)]);
        shown[2].Performance.ShouldBe(Quality.Unknown, 1e-12);
        hall.Ask(new Hybrid(capacity: 0, performance: 1)).ShouldBe("anna");
    }

    [Fact]
    public void Weigh_match_reputation_and_free_load_as_source_000_does()
    {
        var hall = new Hall().With("anna", 10, 5, score: 1, match: 0.5).With("ben", 10, 0, score: 0.2, match: 1);

        var shown = Router.Explain(
            new BestMatch(), hall.Choice(), Router.Choose(new BestMatch(), hall.Choice()));

        shown.Select(parts => (parts.Agent, Math.Round(parts.Total!.Value, 9))).ShouldBe(
            [("ben", 0.76), ("anna", 0.65)]);
        shown[1].ShouldBe(new ScoreParts("anna", 0.5, 1, 0.5, 0, shown[1].Total));
    }

    [Theory]
    [InlineData(RoutingStrategy.Hybrid)]
    [InlineData(RoutingStrategy.BestMatch)]
    public void Break_ties_by_load_then_by_name(RoutingStrategy strategy)
    {
        var hall = new Hall().With("carl", 4).With("ben", 4).With("anna", 4, 1);

        hall.Ask(strategy).ShouldBe("ben");
    }

    [Fact]
    public void Give_in_proportion_to_performance_and_leave_out_no_newcomer()
    {
        var hall = new Hall().With("good", 100_000, score: 0.9).With("poor", 100_000, score: 0.1).With("new", 100_000);

        var grants = Enumerable.Range(0, 15_000).CountBy(_ => hall.Grant(RoutingStrategy.PerformanceWeighted)!)
            .ToDictionary();

        ((double)grants["good"]).ShouldBe(9000, 300);
        ((double)grants["new"]).ShouldBe(5000, 300);
        ((double)grants["poor"]).ShouldBe(1000, 150);
    }

    [Fact]
    public void Learn_from_results_unless_a_score_is_supplied()
    {
        var hall = new Hall().With("anna", 9).With("ben", 9, score: 0.7);
        foreach (var name in new[] { "anna", "ben" })
        {
            hall.Board.Reserve(hall.Board.SlotOf(name), hall.Eligible, 1);
            hall.End(name, GrantEnd.Completed);
        }

        hall.Board[hall.Board.SlotOf("anna")].Performance.ShouldBe(Quality.LowerBound(1, 0));
        hall.Board[hall.Board.SlotOf("ben")].Performance.ShouldBe(0.7);
    }

    [Fact]
    public void Draw_uniformly_whether_candidates_are_many_or_few()
    {
        foreach (var eligible in new[] { 8, 100 })
        {
            var hall = new Hall();
            for (var i = 0; i < 1000; i++)
            {
                hall.With($"agent-{i:0000}", 1_000_000);
                if (i % (1000 / eligible) != 0)
                {
                    hall.Eligible.Remove(hall.Board.SlotOf($"agent-{i:0000}"));
                }
            }

            var draws = 400 * eligible;
            var grants = Enumerable.Range(0, draws).CountBy(_ => hall.Ask(RoutingStrategy.Random)!).ToList();

            grants.Count.ShouldBe(eligible);
            grants.ShouldAllBe(grant => Math.Abs(grant.Value - 400) < 100);
        }
    }

    /// <summary>Samples begin where the last one ended, so that everybody is looked at in turn.</summary>
    [Theory]
    [InlineData(RoutingStrategy.Hybrid)]
    [InlineData(RoutingStrategy.BestMatch)]
    [InlineData(RoutingStrategy.PerformanceWeighted)]
    public void Look_at_everybody_in_turn_when_there_are_more_than_a_sample(RoutingStrategy strategy)
    {
        var hall = new Hall();
        for (var i = 0; i < Choice.SampleSize * 10; i++)
        {
            hall.With($"agent-{i:0000}", 1000);
        }

        var tenths = Enumerable.Range(0, 10)
            .Select(_ => int.Parse(hall.Grant(strategy)!.AsSpan(6)) / Choice.SampleSize);

        tenths.ShouldBe(Enumerable.Range(0, 10));
    }

    /// <summary>The same two agents, asked for what each does well, before and after their slots moved.</summary>
    [Theory]
    [InlineData(RoutingStrategy.Hybrid)]
    [InlineData(RoutingStrategy.BestMatch)]
    public void Prefer_who_does_what_the_task_requires_well(RoutingStrategy strategy)
    {
        var board = new AgentBoard();
        var (sql, rust) = (board.AddClass([new Requirement("sql")]), board.AddClass([new Requirement("rust", 2)]));
        Put("anna", good: "sql", bad: "rust");
        Put("ben", good: "rust", bad: "sql");
        Ask(sql).ShouldBe("anna");
        Ask(rust).ShouldBe("ben");
        for (var i = 0; i < 200; i++)
        {
            board.Put(new AgentFacts { Name = $"b{i}", MaxConcurrent = 1 });
        }

        Ask(sql).ShouldBe("anna");
        Ask(rust).ShouldBe("ben");

        void Put(string name, string good, string bad)
        {
            var record = AgentRecord.Of(
                Evidence.Of(10, 10), [new(good, Evidence.Of(10, 0)), new(bad, Evidence.Of(0, 10))]);
            board.Put(new AgentFacts { Name = name, MaxConcurrent = 10, Record = record });
            sql.Add(board.SlotOf(name));
            rust.Add(board.SlotOf(name));
        }

        string Ask(EligibleAgents eligible)
        {
            var choice = new Choice(board, eligible, new RouteCursor(), new Random(1)) { NowUs = 1 };
            var parts = Router.Explain(
                RoutingStrategies.Of(strategy), choice, Router.Choose(RoutingStrategies.Of(strategy), choice));
            parts[0].Performance.ShouldBeGreaterThan(0.7);
            parts[1].Performance.ShouldBeLessThan(0.3);
            return parts[0].Agent;
        }
    }
}
