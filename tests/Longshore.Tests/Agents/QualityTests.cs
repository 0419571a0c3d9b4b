using Longshore.Agents;

namespace Longshore.Tests.Agents;

public sealed class QualityTests
{
    [Fact]
    public void Give_newcomers_a_half() => Quality.LowerBound(0, 0).ShouldBe(0.5, 1e-12);

    [Fact]
    public void Trust_many_successes_more_than_few()
    {
        Quality.LowerBound(1, 0).ShouldBeGreaterThan(Quality.LowerBound(0, 0));
        Quality.LowerBound(100, 0).ShouldBeGreaterThan(Quality.LowerBound(10, 0));
        Quality.LowerBound(1_000_000, 0).ShouldBeInRange(0.999, 1);
        Quality.LowerBound(0, 1_000_000).ShouldBeInRange(0, 0.001);
    }

    [Fact]
    public void Rise_with_each_success_and_fall_with_each_failure() => Always.Holds((ushort completed, ushort failed) =>
    {
        var now = Quality.LowerBound(completed, failed);
        return now is > 0 and < 1
            && Quality.LowerBound(completed + 1, failed) > now
            && Quality.LowerBound(completed, failed + 1) < now;
    });

    /// <summary>Solved from (share − bound)² = bound·(1 − bound) / trials, which the bound is defined by.</summary>
    [Fact]
    public void Lie_one_standard_deviation_below_the_share() => Always.Holds((byte completed, byte failed) =>
    {
        var trials = completed + failed + 4.0;
        var bound = Quality.LowerBound(completed, failed);
        var below = ((completed + 3) / trials) - bound;
        return below > 0 && Math.Abs((below * below) - (bound * (1 - bound) / trials)) < 1e-12;
    });
}
