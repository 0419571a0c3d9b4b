using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Sqlite.Live;

/// <summary>
/// Limits per key. Of each key and class only as many ready tasks stand in the index as the key has room for, the best
/// ones; the others wait here, so that a claim never walks over them. Guarded by <see cref="LiveIndex.Gate"/>.
/// </summary>
internal sealed class KeyGates(ClassIndex classes, ReadyIndex ready)
{
    private readonly Dictionary<(string Namespace, string Kind), LimitRules> _limits = [];
    private readonly Dictionary<(string Namespace, string Key), KeyGate> _gates = [];
    private readonly Dictionary<long, Member> _members = [];
    private readonly HashSet<KeyGate> _touched = [];
    private readonly List<Allowance> _picked = [];

    // Gates to look at again: when a token comes, and when nothing of them need be remembered.
    private readonly PriorityQueue<KeyGate, long> _due = new();
    private readonly PriorityQueue<KeyGate, long> _idle = new();
    private readonly HashSet<(string Namespace, string Kind, string Key)> _changed = [];
    private long _nowUs;

    /// <summary>How many ready tasks do not stand in the index.</summary>
    public int Shut => _gates.Values.Sum(gate => gate.Shut);

    /// <summary>For how many more the claims that ended since this was set to 0 made room.</summary>
    public int Freed { get; set; }

    /// <summary>When something that waits for a token may be had; 0 for never.</summary>
    public long NextTokenUs => _due.TryPeek(out _, out var dueUs) ? dueUs : 0;

    /// <summary>The key of a task that is ready or held; null when it is not known here.</summary>
    public string? Find(long taskId) => _members.TryGetValue(taskId, out var member) ? member.Key : null;

    /// <summary>A task becomes ready.</summary>
    public void Add(in Place place, string key)
    {
        _members[place.Id] = new Member(key, place, false);
        Wait(place, key);
    }

    /// <summary>A task is ready no more.</summary>
    public void Remove(in Place place)
    {
        _members.Remove(place.Id, out var member);
        TakeOut(member with { Place = place });
    }

    /// <summary>A task is granted.</summary>
    public void Grant(in Place place, string key, long nowUs)
    {
        Hold(place, key);
        if (Limited(place.ClassId, key) is { } gate)
        {
            foreach (var (kind, allowance) in AllowancesOf(gate, place.ClassId))
            {
                if (allowance.Take(nowUs))
                {
                    _changed.Add((gate.Namespace, kind, key));
                }
            }
        }
    }

    /// <summary>A task is held: read from the tables, before anything is decided.</summary>
    public void Hold(in Place place, string key)
    {
        _members[place.Id] = new Member(key, place, true);
        Count(place.ClassId, key, 1);
    }

    /// <summary>A claim ended.</summary>
    public void End(in Place place)
    {
        _members.Remove(place.Id, out var member);
        Freed += Count(place.ClassId, member.Key, -1) ? 1 : 0;
    }

    /// <summary>A claim begins to pick, or somebody to look.</summary>
    public void Begin(long nowUs)
    {
        _nowUs = nowUs;
        _picked.ForEach(allowance => allowance.Picked = 0);
        _picked.Clear();
        TouchDue(_due, nowUs);
        TouchDue(_idle, nowUs);
        foreach (var gate in _touched)
        {
            gate.Settle(ready, nowUs);
            if (gate.NextTokenUs(nowUs) is { } tokenUs)
            {
                _due.Enqueue(gate, tokenUs);
            }
            else if (gate.IdleFromUs > nowUs)
            {
                _idle.Enqueue(gate, gate.IdleFromUs.Value);
            }
            else if (gate.IdleFromUs is not null)
            {
                _gates.Remove((gate.Namespace, gate.Key));
                _changed.UnionWith(gate.Allowances
                    .Where(one => one.Value.FullUs > 0).Select(one => (gate.Namespace, one.Key, gate.Key)));
            }
        }

        _touched.Clear();
    }

    /// <summary>Whether the keys of a task have room beside what was picked.</summary>
    public bool HasRoom(in Place place)
    {
        if (Limited(place.ClassId, _members[place.Id].Key) is { } gate)
        {
            foreach (var (_, allowance) in AllowancesOf(gate, place.ClassId))
            {
                if (allowance.RoomAt(_nowUs) <= allowance.Picked)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>A task is picked.</summary>
    public void Pick(in Place place)
    {
        if (Limited(place.ClassId, _members[place.Id].Key) is { } gate)
        {
            foreach (var (_, allowance) in AllowancesOf(gate, place.ClassId))
            {
                allowance.Picked++;
                _picked.Add(allowance);
            }
        }
    }

    /// <summary>Takes in what is decided about a namespace; a rate that is changed begins with a full bucket.</summary>
    public void Decide(string @namespace, NamespaceRules rules)
    {
        var members = _members.Values.Where(m => classes[m.Place.ClassId].Key.Namespace == @namespace).ToList();
        members.ForEach(TakeOut);
        var former = _gates.Values.Where(gate => gate.Namespace == @namespace).ToList();
        foreach (var gate in former)
        {
            _gates.Remove((@namespace, gate.Key));
            _touched.Remove(gate);
        }

        foreach (var at in _limits.Keys.Where(at => at.Namespace == @namespace).ToList())
        {
            _limits.Remove(at);
        }

        foreach (var (kind, limit) in rules.Scopes.Where(scope => scope.Limit.PerKey is not null))
        {
            _limits.Add((@namespace, kind), limit.PerKey!);
        }

        former.ForEach(KeepBuckets);
        members.ForEach(PutBack);
    }

    /// <summary>When a bucket is full: read from the tables, after everything is decided.</summary>
    public void Load(string @namespace, string kind, string key, long fullUs)
    {
        if (_limits.TryGetValue((@namespace, kind), out var limit))
        {
            var gate = GateOf(@namespace, key);
            gate.Of(kind, limit).FullUs = fullUs;
            _touched.Add(gate);
        }
    }

    /// <summary>How the keys of a limit stand of which something is counted, by key.</summary>
    public IEnumerable<LimitStatus> StatusOf(string @namespace, string kind) => _gates.Values
        .Where(gate => gate.Namespace == @namespace)
        .OrderBy(gate => gate.Key, StringComparer.Ordinal)
        .SelectMany(gate => gate.Allowances
            .Where(one => one.Key == kind && (one.Value.Held > 0 || one.Value.FullUs > 0))
            .Select(one => one.Value.StatusOf(@namespace, kind, gate.Key)));

    /// <summary>The buckets that the transaction changed, to be written; null for what is forgotten.</summary>
    public IEnumerable<(string Namespace, string Kind, string Key, long? FullUs)> TakeChanged()
    {
        foreach (var (name, kind, key) in _changed)
        {
            yield return (name, kind, key, _gates.TryGetValue((name, key), out var gate)
                ? gate.Allowances.FirstOrDefault(one => one.Key == kind).Value?.FullUs
                : null);
        }

        _changed.Clear();
    }

    public void Clear()
    {
        _limits.Clear();
        _gates.Clear();
        _members.Clear();
        _touched.Clear();
        _picked.Clear();
        _due.Clear();
        _idle.Clear();
        _changed.Clear();
    }

    private void TouchDue(PriorityQueue<KeyGate, long> due, long nowUs)
    {
        while (due.TryPeek(out var gate, out var dueUs) && dueUs <= nowUs)
        {
            due.Dequeue();
            if (_gates.GetValueOrDefault((gate.Namespace, gate.Key)) == gate)
            {
                _touched.Add(gate);
            }
        }
    }

    private void KeepBuckets(KeyGate former)
    {
        foreach (var (kind, allowance) in former.Allowances.Where(one => one.Value.FullUs > 0))
        {
            _changed.Add((former.Namespace, kind, former.Key));
            if (_limits.GetValueOrDefault((former.Namespace, kind))?.Rate == allowance.Limit.Rate)
            {
                Load(former.Namespace, kind, former.Key, allowance.FullUs);
            }
        }
    }

    private void TakeOut(Member member)
    {
        if (member.IsHeld)
        {
            return;
        }

        if (Limited(member.Place.ClassId, member.Key) is { } gate)
        {
            _touched.Add(gate);
            if (!gate.Remove(member.Place))
            {
                return;
            }
        }

        ready.Remove(member.Place);
    }

    private void PutBack(Member member)
    {
        if (member.IsHeld)
        {
            Count(member.Place.ClassId, member.Key, 1);
        }
        else
        {
            Wait(member.Place, member.Key);
        }
    }

    private void Wait(in Place place, string key)
    {
        if (Limited(place.ClassId, key) is { } gate)
        {
            gate.Add(place, [.. AllowancesOf(gate, place.ClassId).Select(one => one.Allowance)]);
            _touched.Add(gate);
        }
        else
        {
            ready.Add(place);
        }
    }

    /// <summary>Counts what is held of a key; answers whether there was no room.</summary>
    private bool Count(int classId, string key, int more)
    {
        var wasFull = false;
        if (Limited(classId, key) is { } gate)
        {
            _touched.Add(gate);
            foreach (var (_, allowance) in AllowancesOf(gate, classId))
            {
                wasFull |= allowance.Limit.InProgress <= allowance.Held;
                allowance.Held += more;
            }
        }

        return wasFull;
    }

    /// <summary>The gate of a key, if there is a limit per key for tasks of a class.</summary>
    private KeyGate? Limited(int classId, string key)
    {
        var of = classes[classId].Key;
        return _limits.ContainsKey((of.Namespace, "")) || _limits.ContainsKey((of.Namespace, of.Kind))
            ? GateOf(of.Namespace, key)
            : null;
    }

    private KeyGate GateOf(string @namespace, string key)
    {
        if (!_gates.TryGetValue((@namespace, key), out var gate))
        {
            _gates.Add((@namespace, key), gate = new KeyGate(@namespace, key));
        }

        return gate;
    }

    private IEnumerable<(string Kind, Allowance Allowance)> AllowancesOf(KeyGate gate, int classId)
    {
        if (_limits.TryGetValue((gate.Namespace, ""), out var all))
        {
            yield return ("", gate.Of("", all));
        }

        var kind = classes[classId].Key.Kind;
        if (_limits.TryGetValue((gate.Namespace, kind), out var ofKind))
        {
            yield return (kind, gate.Of(kind, ofKind));
        }
    }

    private readonly record struct Member(string Key, Place Place, bool IsHeld);
}
