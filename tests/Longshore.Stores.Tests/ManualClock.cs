using Longshore.Tasks;

namespace Longshore.Stores.Tests;

/// <summary>A clock that stands still until it is moved.</summary>
public sealed class ManualClock : TimeProvider
{
    private long _nowUs = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).ToMicroseconds();

    public long NowUs => Interlocked.Read(ref _nowUs);

    public DateTimeOffset Now => GetUtcNow();

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => NowUs;

    public override DateTimeOffset GetUtcNow() => UnixTime.FromMicroseconds(NowUs);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _nowUs, by.ToMicroseconds());
}
