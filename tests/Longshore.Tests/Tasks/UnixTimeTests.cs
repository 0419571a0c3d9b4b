using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class UnixTimeTests
{
    [Fact]
    public void Instants_are_whole_microseconds_since_1970()
    {
        DateTimeOffset.UnixEpoch.ToMicroseconds().ShouldBe(0);
        DateTimeOffset.UnixEpoch.AddSeconds(1).AddTicks(9).ToMicroseconds().ShouldBe(1_000_000);
        new DateTimeOffset(1970, 1, 1, 2, 0, 0, TimeSpan.FromHours(2)).ToMicroseconds().ShouldBe(0);
        TimeSpan.FromHours(1).ToMicroseconds().ShouldBe(3_600_000_000);
    }

    [Fact]
    public void Every_instant_a_clock_can_show_survives_the_round_trip()
    {
        UnixTime.FromMicroseconds(DateTimeOffset.MaxValue.ToMicroseconds())
            .ShouldBe(DateTimeOffset.MaxValue.AddTicks(-9));
        UnixTime.FromMicroseconds(DateTimeOffset.MinValue.ToMicroseconds()).ShouldBe(DateTimeOffset.MinValue);
        Always.Holds<long>(n => UnixTime.FromMicroseconds(n % (1L << 55)).ToMicroseconds() == n % (1L << 55));
    }
}
