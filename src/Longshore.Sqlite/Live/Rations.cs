using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Sqlite.Live;

/// <summary>
/// What limits leave room for. Every claim is counted by its class, so that a limit holds from the moment it is
/// decided. A class without room is left out of a walk as a whole. Guarded by <see cref="LiveIndex.Gate"/>.
/// </summary>
internal sealed class Rations(ClassIndex classes)
{
    private readonly Dictionary<(string Namespace, string Kind), Allowance> _allowances = [];
    private readonly List<Allowance[]> _byClass = [];
    private readonly HashSet<Allowance> _changed = [];
    private int[] _held = new int[64];
    private long _nowUs;

    /// <summary>Anything is limited.</summary>
    public bool IsUsed => _allowances.Count > 0;

    /// <summary>When something that was passed over for want of a token may be had; 0 for never.</summary>
    public long NextTokenUs { get; private set; }

    /// <summary>For how many more the claims that ended since this was set to 0 made room.</summary>
    public int Freed { get; set; }

    /// <summary>A claim begins to pick.</summary>
    public void Begin(long nowUs)
    {
        (_nowUs, NextTokenUs) = (nowUs, 0);
        foreach (var allowance in _allowances.Values)
        {
            allowance.Picked = 0;
        }
    }

    /// <summary>Whether there is no room for a task of a class beside what was picked.</summary>
    public bool IsShut(int classId)
    {
        var isShut = false;
        foreach (var allowance in Of(classId))
        {
            if (allowance.IsShutAt(_nowUs))
            {
                isShut = true;
                NoteToken(allowance);
            }
        }

        return isShut;
    }

    /// <summary>A task of a class is picked.</summary>
    public void Pick(int classId)
    {
        foreach (var allowance in Of(classId))
        {
            allowance.Picked++;
        }
    }

    /// <summary>A task is granted.</summary>
    public void Granted(int classId, long nowUs)
    {
        Count(classId, 1);
        foreach (var allowance in IsUsed ? Of(classId) : [])
        {
            allowance.Held++;
            if (allowance.Take(nowUs))
            {
                _changed.Add(allowance);
            }
        }
    }

    /// <summary>A claim ended.</summary>
    public void Ended(int classId)
    {
        Count(classId, -1);
        var wasFull = false;
        foreach (var allowance in IsUsed ? Of(classId) : [])
        {
            wasFull |= allowance.IsFull;
            allowance.Held--;
        }

        Freed += wasFull ? 1 : 0;
    }

    /// <summary>Takes in what is decided about a namespace; a rate that is changed begins with a full bucket.</summary>
    public void Decide(string @namespace, NamespaceRules rules)
    {
        var before = _allowances.Where(one => one.Key.Namespace == @namespace).ToDictionary();
        foreach (var (at, former) in before)
        {
            _allowances.Remove(at);
            _changed.Remove(former);
        }

        foreach (var (kind, limit) in rules.Scopes)
        {
            var at = (@namespace, kind);
            var former = before.GetValueOrDefault(at);
            var allowance = new Allowance(at, null, limit)
            {
                Held = HeldOf(@namespace, kind),
                FullUs = former?.Limit.Rate == limit.Rate ? former?.FullUs ?? 0 : 0,
            };
            _allowances.Add(at, allowance);
            _changed.Add(allowance);
        }

        _byClass.Clear();
    }

    /// <summary>How the limits of a namespace stand.</summary>
    public IReadOnlyList<LimitStatus> StatusOf(string @namespace) =>
    [
        .. _allowances.Values
            .Where(allowance => allowance.Namespace == @namespace)
            .OrderBy(allowance => allowance.Kind, StringComparer.Ordinal)
            .Select(allowance => allowance.Status),
    ];

    /// <summary>So many claims of a class hold: read from the tables, before anything is decided.</summary>
    public void Load(int classId, int held) => Count(classId, held);

    /// <summary>When a bucket is full: read from the tables, after everything is decided.</summary>
    public void Load(string @namespace, string kind, long fullUs)
    {
        if (_allowances.TryGetValue((@namespace, kind), out var allowance))
        {
            allowance.FullUs = fullUs;
        }
    }

    /// <summary>The buckets that the transaction changed, to be written.</summary>
    public IEnumerable<(string Namespace, string Kind, long FullUs)> TakeChanged()
    {
        foreach (var allowance in _changed)
        {
            yield return (allowance.Namespace, allowance.Kind, allowance.FullUs);
        }

        _changed.Clear();
    }

    public void Clear()
    {
        _allowances.Clear();
        _byClass.Clear();
        _changed.Clear();
        Array.Clear(_held);
    }

    private Allowance[] Of(int classId)
    {
        for (var id = _byClass.Count; id <= classId; id++)
        {
            var key = classes[id].Key;
            _byClass.Add([.. new[] { "", key.Kind }
                .Select(kind => _allowances.GetValueOrDefault((key.Namespace, kind))).OfType<Allowance>()]);
        }

        return _byClass[classId];
    }

    private int HeldOf(string @namespace, string kind)
    {
        var held = 0;
        for (var id = 0; id < Math.Min(classes.Count, _held.Length); id++)
        {
            var key = classes[id].Key;
            held += key.Namespace == @namespace && (kind.Length == 0 || key.Kind == kind) ? _held[id] : 0;
        }

        return held;
    }

    private void Count(int classId, int more)
    {
        if (classId >= _held.Length)
        {
            Array.Resize(ref _held, Math.Max(classId + 1, _held.Length * 2));
        }

        _held[classId] += more;
    }

    private void NoteToken(Allowance allowance)
    {
        if (allowance.IsOutOfTokens(_nowUs) && allowance.NextTokenUs(_nowUs) is { } nextUs
            && (NextTokenUs == 0 || nextUs < NextTokenUs))
        {
            NextTokenUs = nextUs;
        }
    }
}
