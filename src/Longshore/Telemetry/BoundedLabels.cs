using System.Collections.Concurrent;

namespace Longshore.Telemetry;

/// <summary>
/// Keeps a label from having more values than a time series database can bear: the first so many stand for
/// themselves, all later ones are summed under <see cref="Other"/>.
/// </summary>
internal sealed class BoundedLabels(int max)
{
    /// <summary>The value under which the rest is summed.</summary>
    public const string Other = "_other";

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private int _count;

    // Tasks come in runs of one kind, and the kind of the latest is found without a look-up.
    private volatile string? _latest;

    /// <summary>The value to use as the label.</summary>
    public string Of(string value)
    {
        if (_latest is { } latest && latest == value)
        {
            return latest;
        }

        if (_known.TryGetValue(value, out var label))
        {
            return _latest = label;
        }

        if (Volatile.Read(ref _count) >= max)
        {
            return Other;
        }

        // Two at once may pass the limit by one; that bounds it just as well.
        if (_known.TryAdd(value, value))
        {
            Interlocked.Increment(ref _count);
        }

        return value;
    }
}
