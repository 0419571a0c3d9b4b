using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Matching;

namespace Longshore.Tests.Matching;

/// <summary>
/// G6 by a simulated clock: tasks come in faster than they are done, for weeks, and still nobody is overtaken by a
/// task that became available more than ninety hours after it.
/// </summary>
public sealed class OvertakingTests
{
    private const long HourUs = 3_600_000_000;
    private const int MostUrgent = 130;
    private const int LeastUrgent = -50;

    private readonly ReadyIndex _ready = new();
    private readonly ClassIndex _classes = new();
    private long _lastId;

    [Fact]
    public void Least_urgent_task_comes_after_ninety_hours_of_the_most_urgent_ones_and_no_later()
    {
        var victim = Add(availableUs: 0, LeastUrgent);
        var overtakers = new List<long>();
        var nextUs = HourUs / 6;
        for (var nowUs = HourUs / 2; ; nowUs += HourUs / 2)
        {
            for (; nextUs <= nowUs; nextUs += HourUs / 6)
            {
                Add(nextUs, MostUrgent);
            }

            nowUs.ShouldBeLessThan(10_000 * HourUs, "the task starves");
            if (TakeBest() is not { } granted)
            {
                continue;
            }

            if (granted.Id == victim.Id)
            {
                break;
            }

            overtakers.Add(granted.Rank + (MostUrgent * Urgency.PointUs));
        }

        var latest = TimeSpan.FromMicroseconds(overtakers.Max());
        latest.ShouldBeLessThanOrEqualTo(Urgency.OvertakingMax);
        latest.ShouldBeGreaterThan(Urgency.OvertakingMax - TimeSpan.FromHours(1), "the bound is exact, not generous");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nobody_is_overtaken_by_what_came_ninety_hours_later_in_a_crowd(int seed)
    {
        var random = new Random(seed);
        var waiting = new Dictionary<long, long>();
        var nowUs = 0L;
        for (var step = 0; step < 20_000; step++)
        {
            nowUs += random.NextInt64(HourUs / 4);
            if (random.Next(5) < 3)
            {
                waiting.Add(Add(nowUs, random.Next(LeastUrgent, MostUrgent + 1)).Id, nowUs);
            }
            else if (TakeBest() is { } granted)
            {
                waiting.Remove(granted.Id, out var grantedUs).ShouldBeTrue();
                var oldestUs = waiting.Count == 0 ? grantedUs : waiting.Values.Min();
                (grantedUs - oldestUs).ShouldBeLessThanOrEqualTo(Urgency.OvertakingMax.Ticks / 10);
            }
        }

        waiting.Count.ShouldBeGreaterThan(1000, "the crowd was meant to grow");
    }

    private Place Add(long availableUs, int credit)
    {
        var key = new ClassKey("default", $"kind-{_lastId % 7}", [], 1.0, null);
        var taskClass = _classes.TryGet(key, out var known) ? known : _classes.Add(key);
        var place = new Place(
            ++_lastId, taskClass.Id, Urgency.Rank(availableUs, credit), 0, 0, 0, 5, PlaceFlags.None);
        _ready.Add(place);
        return place;
    }

    private Place? TakeBest()
    {
        var agent = new EligibleClasses(new AgentRegistration { Name = "agent-1" }, CapabilitySet.Empty);
        var walk = new ReadyWalk(_ready);
        walk.Start(agent.CatchUp(_classes), null, 1);
        if (!walk.Next(out var best))
        {
            return null;
        }

        _ready.Remove(best);
        return best;
    }
}
