using Longshore.Tasks;

namespace Longshore.Simulation;

/// <summary>A clock that stands still until it is set, in microseconds since 1970.</summary>
internal sealed class VirtualClock : TimeProvider
{
    public long NowUs { get; set; }

    public override long TimestampFrequency => 1_000_000;

    public override DateTimeOffset GetUtcNow() => UnixTime.FromMicroseconds(NowUs);

    public override long GetTimestamp() => NowUs;
}
