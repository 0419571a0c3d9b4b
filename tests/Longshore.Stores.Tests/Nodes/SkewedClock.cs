namespace Longshore.Stores.Tests.Nodes;

/// <summary>A clock that runs as another does and shows something else.</summary>
internal sealed class SkewedClock(TimeProvider right, TimeSpan ahead) : TimeProvider
{
    public override long TimestampFrequency => right.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + ahead;

    public override long GetTimestamp() => right.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        right.CreateTimer(callback, state, dueTime, period);
}
