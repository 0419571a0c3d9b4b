using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>
/// What the store's clock shows, as far as a node can tell: its own clock, and by how much that was off when the store
/// last said. Nodes whose clocks differ agree on it.
/// </summary>
internal sealed class StoreTime(TimeProvider clock)
{
    private long _aheadUs;

    /// <summary>The store's present instant, in microseconds since 1970.</summary>
    public long NowUs => clock.NowMicroseconds() + Interlocked.Read(ref _aheadUs);

    /// <summary>The store's present instant.</summary>
    public DateTimeOffset Now => UnixTime.FromMicroseconds(NowUs);

    /// <summary>The store's clock showed this just now.</summary>
    public void Learn(long storeUs) => Interlocked.Exchange(ref _aheadUs, storeUs - clock.NowMicroseconds());
}
