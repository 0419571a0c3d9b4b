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
    private readonly List<(LimitRules? OfAll, LimitRules? OfKind)> _byClass = [];
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

    /// <summary>A task becomes ready.</summary>
    public void Add(in Place place, string key)
    {
        var member = MemberOf(place, key, isHeld: false);
        _members[place.Id] = member;
        Wait(member);
    }

    /// <summary>A task is ready no more.</summary>
    public void Remove(in Place place)
    {
        _members.Remove(place.Id, out var member);
        TakeOut(member with { Place = place });
    }

    /// <summary>A task is ready no more: it is granted.</summary>
    public void Grant(in Place place, in Place held, long nowUs)
    {
        var waiting = _members[place.Id] with { Place = place };
        TakeOut(waiting);
        Hold(waiting with { Place = held, IsHeld = true });
        foreach (var allowance in waiting.Allowances)
        {
            if (allowance.Take(nowUs))
            {
                _changed.Add((allowance.Namespace, allowance.Kind, waiting.Key));
            }
        }
    }

    /// <summary>A task is held that was read from the tables, before anything is decided.</summary>
    public void Hold(in Place place, string key) => Hold(MemberOf(place, key, isHeld: true));

    /// <summary>A claim ended.</summary>
    public void End(in Place place)
    {
        _members.Remove(place.Id, out var member);
        Freed += Count(member, -1) ? 1 : 0;
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
            else if (gate.IdleFromUs is { } idleUs)
            {
                Forget(gate, idleUs, nowUs);
            }
        }

        _touched.Clear();
    }

    /// <summary>Whether the keys of a task have room beside what was picked.</summary>
    public bool HasRoom(in Place place)
    {
        foreach (var allowance in _members[place.Id].Allowances)
        {
            if (allowance.IsShutAt(_nowUs))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A task is picked.</summary>
    public void Pick(in Place place)
    {
        foreach (var allowance in _members[place.Id].Allowances)
        {
            allowance.Picked++;
            _picked.Add(allowance);
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

        _byClass.Clear();
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
            .Where(one => one.Kind == kind && (one.Held > 0 || one.FullUs > 0))
            .Select(one => one.Status));

    /// <summary>The buckets that the transaction changed, to be written; null for what is forgotten.</summary>
    public IEnumerable<(string Namespace, string Kind, string Key, long? FullUs)> TakeChanged()
    {
        foreach (var (name, kind, key) in _changed)
        {
            yield return (name, kind, key, _gates.TryGetValue((name, key), out var gate)
                ? gate.Allowances.FirstOrDefault(one => one.Kind == kind)?.FullUs
                : null);
        }

        _changed.Clear();
    }

    public void Clear()
    {
        _limits.Clear();
        _byClass.Clear();
        _gates.Clear();
        _members.Clear();
        _touched.Clear();
        _picked.Clear();
        _due.Clear();
        _idle.Clear();
        _changed.Clear();
    }

    private void Hold(Member member)
    {
        _members[member.Place.Id] = member;
        Count(member, 1);
    }

    /// <summary>Forgets what nothing is held of and nothing waits for, once its buckets are full.</summary>
    private void Forget(KeyGate gate, long idleUs, long nowUs)
    {
        if (idleUs > nowUs)
        {
            _idle.Enqueue(gate, idleUs);
            return;
        }

        _gates.Remove((gate.Namespace, gate.Key));
        if (idleUs > 0)
        {
            _changed.UnionWith(gate.Allowances
                .Where(one => one.FullUs > 0).Select(one => (gate.Namespace, one.Kind, gate.Key)));
        }
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
        foreach (var allowance in former.Allowances.Where(one => one.FullUs > 0))
        {
            _changed.Add((former.Namespace, allowance.Kind, former.Key));
            if (_limits.GetValueOrDefault((former.Namespace, allowance.Kind))?.Rate == allowance.Limit.Rate)
            {
                Load(former.Namespace, allowance.Kind, former.Key, allowance.FullUs);
            }
        }
    }

    private void TakeOut(Member member)
    {
        if (member.IsHeld)
        {
            return;
        }

        if (member.Gate is { } gate)
        {
            _touched.Add(gate);
            if (!gate.Remove(member.Place))
            {
                return;
            }
        }

        ready.Remove(member.Place);
    }

    private void PutBack(Member former)
    {
        if (former.IsHeld)
        {
            Hold(former.Place, former.Key);
        }
        else
        {
            Add(former.Place, former.Key);
        }
    }

    private void Wait(Member member)
    {
        if (member.Gate is { } gate)
        {
            gate.Add(member.Place, member.Allowances);
            _touched.Add(gate);
        }
        else
        {
            ready.Add(member.Place);
        }
    }

    /// <summary>Counts what is held of a key; answers whether there was no room.</summary>
    private bool Count(Member member, int more)
    {
        var wasFull = false;
        if (member.Gate is { } gate)
        {
            _touched.Add(gate);
            foreach (var allowance in member.Allowances)
            {
                wasFull |= allowance.IsFull;
                allowance.Held += more;
            }
        }

        return wasFull;
    }

    private Member MemberOf(in Place place, string key, bool isHeld)
    {
        var (ofAll, ofKind) = LimitsOf(place.ClassId);
        if (ofAll is null && ofKind is null)
        {
            return new Member(key, place, isHeld, null, []);
        }

        var of = classes[place.ClassId].Key;
        var gate = GateOf(of.Namespace, key);
        return new Member(key, place, isHeld, gate, gate.AllowancesOf(of.Kind, ofAll, ofKind));
    }

    private (LimitRules? OfAll, LimitRules? OfKind) LimitsOf(int classId)
    {
        for (var id = _byClass.Count; id <= classId; id++)
        {
            var of = classes[id].Key;
            _byClass.Add((
                _limits.GetValueOrDefault((of.Namespace, "")), _limits.GetValueOrDefault((of.Namespace, of.Kind))));
        }

        return _byClass[classId];
    }

    private KeyGate GateOf(string @namespace, string key)
    {
        if (!_gates.TryGetValue((@namespace, key), out var gate))
        {
            _gates.Add((@namespace, key), gate = new KeyGate(@namespace, key));
        }

        return gate;
    }

    /// <summary>A task with a key that is ready or held.</summary>
    private readonly record struct Member(
        string Key, Place Place, bool IsHeld, KeyGate? Gate, Allowance[] Allowances);
}
