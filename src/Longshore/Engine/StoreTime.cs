using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>
/// What the store's clock shows, as far as a node can tell: its own clock, and by how much that was off when the store
/// last said. Nodes whose clocks differ agree on it.
/// </summary>
internal sealed class StoreTime(TimeProvider clock)
{
    /// <summary>A timer may fire a little early by the store's clock: by no more than this.</summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    private long _aheadUs;

    /// <summary>The store's present instant, in microseconds since 1970.</summary>
    public long NowUs => clock.NowMicroseconds() + Interlocked.Read(ref _aheadUs);

    /// <summary>The store's present instant.</summary>
    public DateTimeOffset Now => UnixTime.FromMicroseconds(NowUs);

    /// <summary>How long to wait until the store's clock is past an instant.</summary>
    public TimeSpan PauseUntil(long dueUs, TimeSpan least, TimeSpan most)
    {
        var pause = UnixTime.FromMicroseconds(dueUs) - Now + Grain;
        return pause < least ? least : pause < most ? pause : most;
    }

    /// <summary>The store's clock showed this just now.</summary>
    public void Learn(long storeUs) => Interlocked.Exchange(ref _aheadUs, storeUs - clock.NowMicroseconds());
}
