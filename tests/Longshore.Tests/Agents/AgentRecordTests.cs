using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Tests.Agents;

public sealed class AgentRecordTests
{
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(30);

    private static readonly AgentRegistration Profile = new()
    {
        Name = "ada",
        Capabilities = [new Capability("sql"), new Capability("rust")],
    };

    [Fact]
    public void Give_newcomers_a_half_in_everything()
    {
        AgentRecord.Empty.Score.ShouldBe(0.5, 1e-12);
        AgentRecord.Empty.ScoreIn("sql").ShouldBe(0.5, 1e-12);
        AgentRecord.Empty.ScoreFor([new Requirement("sql"), new Requirement("rust")]).ShouldBe(0.5, 1e-12);
    }

    [Fact]
    public void Take_the_least_of_what_a_task_requires()
    {
        var record = Learn(AgentRecord.Empty, 20, 0, "sql");
        record = Learn(record, 2, 8, "rust");
        record.ScoreFor([new Requirement("sql"), new Requirement("rust")]).ShouldBe(record.ScoreIn("rust"));
        record.ScoreFor([new Requirement("sql")]).ShouldBe(record.ScoreIn("sql"));
        record.ScoreFor([]).ShouldBe(record.Score);
        record.ScoreIn("sql").ShouldBeGreaterThan(record.Score);
        record.ScoreIn("rust").ShouldBeLessThan(record.Score);
    }

    /// <summary>What is known of the agent counts, until enough is known of the capability.</summary>
    [Fact]
    public void Judge_an_untried_capability_by_the_agents_other_work()
    {
        var good = Learn(AgentRecord.Empty, 100, 0, "sql");
        var bad = Learn(AgentRecord.Empty, 0, 100, "sql");
        good.ScoreIn("rust").ShouldBeInRange(0.5, good.ScoreIn("sql"));
        bad.ScoreIn("rust").ShouldBeInRange(bad.ScoreIn("sql"), 0.5);

        // With four trials at the mean of 103 of 104.
        good.ScoreIn("rust").ShouldBe(Quality.LowerBound(0, 0, 103.0 / 104), 1e-12);
        Learn(good, 0, 100, "rust").ScoreIn("rust").ShouldBeLessThan(0.05);
    }

    [Fact]
    public void Weigh_half_after_each_half_life()
    {
        var record = Learn(AgentRecord.Empty, 8, 4, "sql");
        foreach (var (halfLives, left) in new[] { (1, 0.5), (2, 0.25), (5, 1 / 32.0), (64, 0) })
        {
            var later = record.At((HalfLife * halfLives).ToMicroseconds(), HalfLife);
            later.Overall.Good.ShouldBe(8 * left, 0.00001);
            later.Overall.Bad.ShouldBe(4 * left, 0.00001);
            later.Capabilities["sql"].ShouldBe(later.Overall);
        }

        record.At((HalfLife * 100_000).ToMicroseconds(), HalfLife).Overall.Trials.ShouldBe(0);
        record.At(-1, HalfLife).ShouldBeSameAs(record);
    }

    /// <summary>However what happens is grouped, and whoever looks meanwhile.</summary>
    [Fact]
    public void Come_to_the_same_number_in_any_grouping() => Always.Holds((uint[] gapsSeconds) =>
    {
        var (one, other) = (new Evidence(), new Evidence());
        long now = 0;
        foreach (var gap in gapsSeconds.Select(g => g % 10_000_000))
        {
            now += gap * 1_000_000L;
            one = one.Plus(3 * Evidence.One, Evidence.One, now, HalfLife);
            for (var i = 0; i < 3; i++)
            {
                other = other.At(now, HalfLife).Plus(Evidence.One, 0, now, HalfLife);
            }

            other = other.Plus(0, Evidence.One, now, HalfLife);
        }

        return one == other;
    });

    /// <summary>A failure of long ago is forgotten even by an agent that ends something every millisecond.</summary>
    [Fact]
    public void Fade_also_when_something_happens_all_the_time()
    {
        var halfLife = TimeSpan.FromSeconds(100);
        var evidence = new Evidence().Plus(0, 10 * Evidence.One, 0, halfLife);
        for (var us = 0L; us <= 100_000_000; us += 1_000)
        {
            evidence = evidence.Plus(1, 0, us, halfLife);
        }

        evidence.Bad.ShouldBe(5, 0.02);
    }

    [Fact]
    public void Never_hold_less_than_nothing()
    {
        var record = Learn(AgentRecord.Empty, 1, 0, "sql").Plus(
            new Lesson([new Requirement("sql"), new Requirement("rust")], -2 * Evidence.One, 0), Profile, 0, HalfLife);
        record.Overall.Good.ShouldBe(0);
        record.Capabilities["sql"].Good.ShouldBe(0);
        record.Capabilities["rust"].Good.ShouldBe(0);
    }

    private static AgentRecord Learn(AgentRecord record, double good, double bad, string capability) => record.Plus(
        new Lesson([new Requirement(capability)], Evidence.Millionths(good), Evidence.Millionths(bad)), Profile, 0,
        HalfLife);
}
