using Longshore.Assignments;

namespace Longshore.Tests.Assignments;

public sealed class BreakerTests
{
    private const long Second = 1_000_000;
    private static readonly BreakerLimits Limits = new(3, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(100));
    private static readonly Breaker Fresh = new(new BreakerKey(BreakerScope.Agent, "ann"));

    [Theory]
    [InlineData(1, BreakerState.Closed)]
    [InlineData(2, BreakerState.Closed)]
    [InlineData(3, BreakerState.Open)]
    public void Opens_at_the_threshold_and_not_before(int failures, BreakerState state) =>
        Failed(failures).StateAt(0).ShouldBe(state);

    [Fact]
    public void Is_half_open_from_the_end_of_its_time_on()
    {
        var open = Failed(3);
        open.OpenUntilUs.ShouldBe(30 * Second);
        (open.StateAt((30 * Second) - 1), open.GateAt((30 * Second) - 1)).ShouldBe(
            (BreakerState.Open, BreakerGate.Shut));
        (open.StateAt(30 * Second), open.GateAt(30 * Second)).ShouldBe((BreakerState.HalfOpen, BreakerGate.Probe));
    }

    [Fact]
    public void Lets_one_probe_through_and_no_second()
    {
        var probed = Failed(3).WithProbe(7, 2);
        probed.GateAt(60 * Second).ShouldBe(BreakerGate.Shut);
        probed.AfterNothing(7, 2).GateAt(60 * Second).ShouldBe(BreakerGate.Probe);
        probed.AfterNothing(7, 1).GateAt(60 * Second).ShouldBe(BreakerGate.Shut);
    }

    [Fact]
    public void Closes_by_the_success_of_its_probe_and_of_no_other()
    {
        var probed = Failed(3).WithProbe(7, 2);
        probed.AfterSuccess(7, 2).ShouldBeNull();
        probed.AfterSuccess(8, 1).ShouldBe(probed);
        Failed(2).AfterSuccess(8, 1).ShouldBeNull();
    }

    [Fact]
    public void Doubles_its_time_with_each_failed_probe_up_to_the_longest()
    {
        var breaker = Failed(3);
        foreach (var seconds in new[] { 60, 100, 100 })
        {
            breaker = breaker.WithProbe(7, 2).AfterFailure(Limits, 7, 2, nowUs: 0);
            (breaker.OpenUntilUs, breaker.ProbeTaskId).ShouldBe((seconds * Second, null));
        }
    }

    [Fact]
    public void Counts_late_failures_of_what_was_granted_before_and_stays_open_as_long()
    {
        var late = Failed(3).AfterFailure(Limits, 9, 1, nowUs: 10 * Second);
        (late.Failures, late.OpenUntilUs, late.Trips).ShouldBe((4, 30 * Second, 1));
    }

    private static Breaker Failed(int times) => Enumerable.Range(0, times)
        .Aggregate(Fresh, (breaker, i) => breaker.AfterFailure(Limits, i, 1, nowUs: 0));
}
