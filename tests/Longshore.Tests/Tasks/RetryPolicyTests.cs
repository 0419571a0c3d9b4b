using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class RetryPolicyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(11, 2048)]
    [InlineData(12, 3600)]
    [InlineData(13, 3600)]
    [InlineData(64, 3600)]
    [InlineData(1000, 3600)]
    [InlineData(int.MaxValue, 3600)]
    [InlineData(0, 2)]
    [InlineData(-5, 2)]
    public void Exponential_wait_doubles_to_the_cap_and_never_overflows(int failure, int secondsAtMost) =>
        RetryPolicy.Default.WaitAfter(failure, 1.0).ShouldBe(secondsAtMost * Second);

    [Fact]
    public void Longest_policy_stays_within_its_cap()
    {
        var longest = RetryPolicy.ExponentialDelay(Limits.DurationMax, Limits.DurationMax);

        longest.WaitAfter(int.MaxValue, 1.0).ShouldBe(Limits.DurationMax);
        RetryPolicy.ExponentialDelay(TimeSpan.FromTicks(1), Limits.DurationMax).WaitAfter(int.MaxValue, 1.0)
            .ShouldBe(Limits.DurationMax);
    }

    [Fact]
    public void Jitter_takes_its_part_of_the_whole_wait()
    {
        RetryPolicy.Default.WaitAfter(3, 0.0).ShouldBe(TimeSpan.Zero);
        RetryPolicy.Default.WaitAfter(3, 0.25).ShouldBe(2 * Second);
        RetryPolicy.Default.WaitAfter(3, 0.75).ShouldBe(6 * Second);
    }

    [Fact]
    public void Wait_is_between_zero_and_the_cap_whatever_the_failure_and_chance() =>
        Always.Holds<int, uint>((failure, random) =>
        {
            var wait = RetryPolicy.Default.WaitAfter(failure, random / (uint.MaxValue + 1.0));
            return wait >= TimeSpan.Zero && wait < RetryPolicy.Default.Cap;
        });

    [Fact]
    public void Waits_of_many_are_spread_evenly()
    {
        var random = new Random(42);
        var seconds = Enumerable.Range(0, 10_000)
            .Select(_ => RetryPolicy.Default.WaitAfter(5, random.NextDouble()).TotalSeconds)
            .ToList();

        seconds.Average().ShouldBe(16, tolerance: 0.5);
        seconds.Count(s => s < 8).ShouldBeInRange(2300, 2700);
        seconds.Count(s => s >= 24).ShouldBeInRange(2300, 2700);
    }

    [Fact]
    public void Fixed_wait_is_the_same_each_time_without_jitter()
    {
        foreach (var failure in new[] { 1, 2, 50 })
        {
            RetryPolicy.TenMinutes.WaitAfter(failure, 0.0).ShouldBe(TimeSpan.FromMinutes(10));
            RetryPolicy.TenMinutes.WaitAfter(failure, 0.9).ShouldBe(TimeSpan.FromMinutes(10));
        }
    }
}
