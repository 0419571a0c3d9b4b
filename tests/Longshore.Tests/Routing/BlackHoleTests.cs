using Longshore.Routing;

namespace Longshore.Tests.Routing;

/// <summary>An agent that fails everything at once is always free, and must not draw the work to itself.</summary>
public sealed class BlackHoleTests
{
    private const int BreakerThreshold = 5;
    private const string Bad = "agent-0";

    public static TheoryData<RoutingStrategy, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<RoutingStrategy, int, int>();
            foreach (var strategy in Enum.GetValues<RoutingStrategy>())
            {
                cases.Add(strategy, 1, 10);
                cases.Add(strategy, 1, 60_000);
                cases.Add(strategy, 4, 500);
            }

            return cases;
        }
    }

    /// <summary>Nine good agents need <paramref name="workMs"/> a task; there is always another task waiting.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Give_an_agent_that_fails_everything_a_tenth_at_most(RoutingStrategy strategy, int max, int workMs)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var (bad, all) = Simulate(strategy, max, workMs, seed, isSaturated: true);

            ((double)bad / all).ShouldBeLessThanOrEqualTo(0.1, $"seed {seed}: {bad} of {all}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Give_it_no_more_when_there_is_little_to_do(RoutingStrategy strategy, int max, int workMs)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var (bad, all) = Simulate(strategy, max, workMs, seed, isSaturated: false);

            ((double)bad / all).ShouldBeLessThanOrEqualTo(0.1, $"seed {seed}: {bad} of {all}");
        }
    }

    [Fact]
    public void Give_the_work_to_a_failing_agent_when_there_is_no_other()
    {
        var hall = new Hall().With(Bad);
        for (var i = 0; i < 20; i++)
        {
            hall.Grant(RoutingStrategy.LeastLoaded).ShouldBe(Bad);
            hall.End(Bad, GrantEnd.Failed);
        }
    }

    [Fact]
    public void Wait_for_others_who_are_busy_but_a_minute_for_each_failure_at_most()
    {
        var hall = new Hall().With(Bad).With("good", load: 1);
        for (var failures = 1; failures <= 3; failures++)
        {
            hall.Grant(RoutingStrategy.Hybrid).ShouldBe(Bad);
            hall.End(Bad, GrantEnd.Failed);

            hall.NowUs += (failures * Router.RestMaxUs) - 1;
            hall.Ask(RoutingStrategy.Hybrid).ShouldBeNull();
            hall.NowUs++;
        }

        hall.Ask(RoutingStrategy.Hybrid).ShouldBe(Bad);
    }

    [Fact]
    public void Count_who_is_refused_as_nobody_to_wait_for()
    {
        var hall = new Hall().With(Bad).With("good", load: 1);
        hall.Grant(RoutingStrategy.Random).ShouldBe(Bad);
        hall.End(Bad, GrantEnd.Failed);

        hall.Ask(RoutingStrategy.Random, refused: "good").ShouldBe(Bad);
    }

    [Fact]
    public void Forget_the_failures_with_the_first_success()
    {
        var hall = new Hall().With(Bad, max: 2).With("good");
        hall.Grant(RoutingStrategy.FirstAvailable).ShouldBe(Bad);
        hall.Grant(RoutingStrategy.FirstAvailable).ShouldBe(Bad);
        hall.End(Bad, GrantEnd.Failed);
        hall.Ask(RoutingStrategy.FirstAvailable).ShouldBe("good");

        hall.End(Bad, GrantEnd.Completed);

        hall.Ask(RoutingStrategy.FirstAvailable).ShouldBe(Bad);
    }

    /// <summary>Until the bad agent's breaker would open, or a thousand grants.</summary>
    private static (int Bad, int All) Simulate(
        RoutingStrategy strategy, int max, int workMs, int seed, bool isSaturated)
    {
        var hall = new Hall(seed);
        for (var i = 0; i < 10; i++)
        {
            hall.With($"agent-{i}", max);
        }

        var random = new Random(seed);
        var ends = new PriorityQueue<string, long>();
        var (bad, all, failures) = (0, 0, 0);
        while (all < 1000)
        {
            if (hall.Grant(strategy) is { } agent)
            {
                all++;
                bad += agent == Bad ? 1 : 0;
                var workUs = agent == Bad ? 1000 : workMs * random.Next(500, 1500);
                ends.Enqueue(agent, hall.NowUs + workUs);
                if (isSaturated && agent != Bad)
                {
                    continue;
                }
            }

            // Where work is scarce the next task comes when the last is done; otherwise time goes on to the next end.
            do
            {
                ends.TryDequeue(out var done, out var at);
                hall.NowUs = at;
                hall.End(done!, done == Bad ? GrantEnd.Failed : GrantEnd.Completed);
                failures += done == Bad ? 1 : 0;
            }
            while (!isSaturated && ends.Count > 0);

            // From its threshold on the breaker keeps the agent away.
            if (failures == BreakerThreshold)
            {
                break;
            }
        }

        return (bad, all);
    }
}
