using System.Collections.Concurrent;

namespace Longshore.Engine.Distribution;

/// <summary>What the distributor of a node did since the node started (S4.44–S4.48).</summary>
/// <param name="Distributed">Offers made.</param>
/// <param name="Refused">
/// Offers the store refused because something changed meanwhile, or a guard stood between.
/// </param>
/// <param name="Redistributed">Tasks that came back from an agent that vanished or let its offer run out.</param>
/// <param name="ByKind">Offers made, by kind.</param>
/// <param name="WaitP50">
/// Half of the offers were made within this after the task could be given out; null before any.
/// </param>
/// <param name="WaitP99">Ninety-nine of a hundred were.</param>
/// <param name="Plans">Standing plans made; their offers are among those above.</param>
/// <param name="Planned">Tasks that these gave to agents.</param>
/// <param name="PlannedRefused">Those of them that the store refused.</param>
public sealed record DistributionStatistics(
    long Distributed,
    long Refused,
    long Redistributed,
    IReadOnlyDictionary<string, long> ByKind,
    TimeSpan? WaitP50,
    TimeSpan? WaitP99,
    long Plans,
    long Planned,
    long PlannedRefused);

/// <summary>Counts for <see cref="DistributionStatistics"/>. Safe for several threads.</summary>
internal sealed class DistributionTally
{
    private const int KindsMax = 1000;
    private const int WaitsMax = 4096;
    private readonly ConcurrentDictionary<string, long> _kinds = new(StringComparer.Ordinal);
    private readonly long[] _waitsUs = new long[WaitsMax];
    private long _offers;
    private long _refused;
    private long _redistributed;
    private long _plans;
    private long _planned;
    private long _plannedRefused;

    /// <summary>Offers the store refused.</summary>
    public long Refusals => Interlocked.Read(ref _refused);

    public void Offered(string kind, long waitedUs)
    {
        var number = Interlocked.Increment(ref _offers);
        Volatile.Write(ref _waitsUs[(number - 1) % WaitsMax], Math.Max(0, waitedUs));
        var label = _kinds.Count < KindsMax || _kinds.ContainsKey(kind) ? kind : "other";
        _kinds.AddOrUpdate(label, 1, (_, count) => count + 1);
    }

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Redistributed(int tasks) => Interlocked.Add(ref _redistributed, tasks);

    public void Planned(int assignments, int refused)
    {
        Interlocked.Add(ref _planned, assignments);
        Interlocked.Add(ref _plannedRefused, refused);
        Interlocked.Increment(ref _plans);
    }

    public DistributionStatistics Read()
    {
        var offers = Interlocked.Read(ref _offers);
        var waits = _waitsUs[..(int)Math.Min(offers, WaitsMax)];
        Array.Sort(waits);
        return new DistributionStatistics(
            offers, Interlocked.Read(ref _refused), Interlocked.Read(ref _redistributed),
            new SortedDictionary<string, long>(_kinds, StringComparer.Ordinal),
            Percentile(waits, 0.5), Percentile(waits, 0.99), Interlocked.Read(ref _plans),
            Interlocked.Read(ref _planned), Interlocked.Read(ref _plannedRefused));
    }

    private static TimeSpan? Percentile(long[] sorted, double part) => sorted.Length == 0
        ? null
        : TimeSpan.FromMicroseconds(sorted[(int)(part * (sorted.Length - 1))]);
}
