using Longshore.Matching;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Sqlite.Live;

/// <summary>One limit key of a namespace: how much of it is held, and what of it waits, class by class.</summary>
internal sealed class KeyGate(string @namespace, string key)
{
    private readonly Dictionary<string, Allowance> _allowances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Allowance[]> _byKind = new(StringComparer.Ordinal);
    private readonly Dictionary<Lane, KeyQueue> _queues = [];

    public string Namespace => @namespace;

    public string Key => key;

    public IEnumerable<Allowance> Allowances => _allowances.Values;

    /// <summary>How many wait here and not in the index.</summary>
    public int Shut => _queues.Values.Sum(queue => queue.Shut.Count);

    /// <summary>What is left under a limit, made when it is first asked for.</summary>
    public Allowance Of(string kind, LimitRules limit)
    {
        if (!_allowances.TryGetValue(kind, out var found))
        {
            _allowances.Add(kind, found = new Allowance((@namespace, kind), key, limit));
        }

        return found;
    }

    /// <summary>What is left for tasks of a kind: of the key in the namespace, and in the kind.</summary>
    public Allowance[] AllowancesOf(string kind, LimitRules? ofAll, LimitRules? ofKind)
    {
        if (!_byKind.TryGetValue(kind, out var found))
        {
            _byKind.Add(kind, found =
            [
                .. ofAll is null ? [] : new[] { Of("", ofAll) },
                .. ofKind is null ? [] : new[] { Of(kind, ofKind) },
            ]);
        }

        return found;
    }

    public void Add(in Place place, Allowance[] allowances)
    {
        var lane = Lane.Of(place);
        if (!_queues.TryGetValue(lane, out var queue))
        {
            _queues.Add(lane, queue = new KeyQueue(allowances));
        }

        queue.Shut.Add(place);
    }

    /// <summary>A task leaves; answers whether it stood in the index.</summary>
    public bool Remove(in Place place)
    {
        var lane = Lane.Of(place);
        var queue = _queues[lane];
        var wasOpen = queue.Open.Remove(place);
        if (!wasOpen)
        {
            queue.Shut.Remove(place);
        }

        if (queue.Open.Count + queue.Shut.Count == 0)
        {
            _queues.Remove(lane);
        }

        return wasOpen;
    }

    /// <summary>Brings the index to what there is room for: the best of each lane.</summary>
    public void Settle(ReadyIndex ready, long nowUs)
    {
        foreach (var (lane, queue) in _queues)
        {
            var room = queue.RoomAt(nowUs);
            queue.Settle(ready, lane.IsGuarded && room > 0 ? Math.Max(Limits.GuardedOpenMax, room) : room);
        }
    }

    // Asked of every key that a claim or an end touched: the two that follow allocate nothing for a key at rest.

    /// <summary>When there is a token more for something that waits; null for never.</summary>
    public long? NextTokenUs(long nowUs)
    {
        long? firstUs = null;
        foreach (var queue in _queues.Values)
        {
            if (queue.Shut.Count > 0 && queue.NextTokenUs(nowUs) is { } tokenUs)
            {
                firstUs = Math.Min(firstUs ?? tokenUs, tokenUs);
            }
        }

        return firstUs;
    }

    /// <summary>Until when it must be remembered; null when something is held or waits.</summary>
    public long? IdleFromUs
    {
        get
        {
            if (_queues.Count > 0)
            {
                return null;
            }

            var fullUs = 0L;
            foreach (var allowance in _allowances.Values)
            {
                if (allowance.Held > 0)
                {
                    return null;
                }

                fullUs = Math.Max(fullUs, allowance.FullUs);
            }

            return fullUs;
        }
    }

    /// <summary>
    /// Those of which an agent that may not have the first may not have the next either. Of the guarded ones it may.
    /// </summary>
    private readonly record struct Lane(int ClassId, byte Priority, bool IsGuarded)
    {
        public static Lane Of(in Place place) =>
            new(place.ClassId, place.Priority, (place.Flags & PlaceFlags.Guarded) != 0);
    }

    private sealed class KeyQueue(Allowance[] allowances)
    {
        /// <summary>Those that stand in the index, never behind one of <see cref="Shut"/>.</summary>
        public SortedSet<Place> Open { get; } = [];

        public SortedSet<Place> Shut { get; } = [];

        public long? NextTokenUs(long nowUs) => allowances.Min(allowance => allowance.NextTokenUs(nowUs));

        public int RoomAt(long nowUs) => allowances.Min(allowance => allowance.RoomAt(nowUs));

        public void Settle(ReadyIndex ready, int room)
        {
            while (Open.Count > Math.Max(0, room) || (Open.Count > 0 && Shut.Count > 0 && Shut.Min < Open.Max))
            {
                var last = Open.Max;
                Open.Remove(last);
                Shut.Add(last);
                ready.Remove(last);
            }

            while (Open.Count < room && Shut.Count > 0)
            {
                var first = Shut.Min;
                Shut.Remove(first);
                Open.Add(first);
                ready.Add(first);
            }
        }
    }
}
