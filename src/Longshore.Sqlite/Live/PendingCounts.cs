using Longshore.Matching;

namespace Longshore.Sqlite.Live;

/// <summary>
/// How many tasks wait in each namespace, counted with every move so that a bound costs nothing to check. Only the
/// writer's thread uses it.
/// </summary>
internal sealed class PendingCounts
{
    private readonly Dictionary<string, Counter> _byNamespace = new(StringComparer.Ordinal);
    private Counter?[] _byClass = new Counter?[64];

    public long Of(string @namespace) => _byNamespace.GetValueOrDefault(@namespace)?.Value ?? 0;

    public void Add(int classId, ClassIndex classes, long count)
    {
        if (classId >= _byClass.Length)
        {
            Array.Resize(ref _byClass, Math.Max(classId + 1, _byClass.Length * 2));
        }

        (_byClass[classId] ??= CounterOf(classes[classId].Key.Namespace)).Value += count;
    }

    public void Clear()
    {
        _byNamespace.Clear();
        Array.Clear(_byClass);
    }

    private Counter CounterOf(string @namespace)
    {
        if (!_byNamespace.TryGetValue(@namespace, out var counter))
        {
            _byNamespace.Add(@namespace, counter = new Counter());
        }

        return counter;
    }

    private sealed class Counter
    {
        public long Value { get; set; }
    }
}
