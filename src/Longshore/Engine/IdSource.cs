using System.Globalization;

namespace Longshore.Engine;

/// <summary>Where session ids and keys come from: a seeded source, so that a test can repeat them.</summary>
internal sealed class IdSource
{
    private readonly Lock _gate = new();
    private readonly Random _random;

    public IdSource(int? seed, TimeProvider clock) =>
        _random = new Random(seed ?? HashCode.Combine(
            clock.GetUtcNow().UtcTicks, clock.GetTimestamp(), Environment.ProcessId));

    /// <summary>Sixteen hexadecimal digits.</summary>
    public string Next()
    {
        lock (_gate)
        {
            return _random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        }
    }
}
