using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Sqlite.Live;

/// <summary>
/// What limits leave room for. Every claim is counted by its class, so that a limit holds from the moment it is
/// decided. A class without room is left out of a walk as a whole. Guarded by <see cref="LiveIndex.Gate"/>.
/// </summary>
internal sealed class Rations(ClassIndex classes)
{
    private readonly Dictionary<(string Namespace, string Kind), Scope> _scopes = [];
    private readonly List<Scope[]> _byClass = [];
    private int[] _held = new int[64];
    private long _nowUs;

    /// <summary>Anything is limited.</summary>
    public bool IsUsed => _scopes.Count > 0;

    /// <summary>When something that was passed over for want of a token may be had; 0 for never.</summary>
    public long NextTokenUs { get; private set; }

    /// <summary>For how many more the claims that ended since this was set to 0 made room.</summary>
    public int Freed { get; set; }

    /// <summary>A claim begins to pick.</summary>
    public void Begin(long nowUs)
    {
        (_nowUs, NextTokenUs) = (nowUs, 0);
        foreach (var scope in _scopes.Values)
        {
            scope.Picked = 0;
        }
    }

    /// <summary>Whether there is no room for a task of a class beside what was picked.</summary>
    public bool IsShut(int classId)
    {
        var isShut = false;
        foreach (var scope in Of(classId))
        {
            if (scope.RoomAt(_nowUs) <= scope.Picked)
            {
                isShut = true;
                NoteToken(scope);
            }
        }

        return isShut;
    }

    /// <summary>A task of a class is picked.</summary>
    public void Pick(int classId)
    {
        foreach (var scope in Of(classId))
        {
            scope.Picked++;
        }
    }

    /// <summary>A task is granted.</summary>
    public void Granted(int classId, long nowUs)
    {
        Count(classId, 1);
        foreach (var scope in IsUsed ? Of(classId) : [])
        {
            scope.Held++;
            if (scope.Limit.Rate is { } rate)
            {
                scope.FullUs = rate.AfterTaking(nowUs, scope.FullUs);
                scope.IsDirty = true;
            }
        }
    }

    /// <summary>A claim ended.</summary>
    public void Ended(int classId)
    {
        Count(classId, -1);
        var wasFull = false;
        foreach (var scope in IsUsed ? Of(classId) : [])
        {
            wasFull |= scope.Limit.InProgress <= scope.Held;
            scope.Held--;
        }

        Freed += wasFull ? 1 : 0;
    }

    /// <summary>Takes in what is decided about a namespace; a rate that is changed begins with a full bucket.</summary>
    public void Decide(string @namespace, NamespaceRules rules)
    {
        var before = _scopes.Where(scope => scope.Key.Namespace == @namespace).ToDictionary();
        foreach (var at in before.Keys)
        {
            _scopes.Remove(at);
        }

        foreach (var (kind, limit) in rules.Scopes)
        {
            var at = (@namespace, kind);
            var former = before.GetValueOrDefault(at);
            _scopes.Add(at, new Scope(at, limit)
            {
                Held = HeldOf(@namespace, kind),
                FullUs = former?.Limit.Rate == limit.Rate ? former?.FullUs ?? 0 : 0,
                IsDirty = true,
            });
        }

        _byClass.Clear();
    }

    /// <summary>How the limits of a namespace stand.</summary>
    public IReadOnlyList<LimitStatus> StatusOf(string @namespace) =>
    [
        .. _scopes.Values
            .Where(scope => scope.At.Namespace == @namespace)
            .OrderBy(scope => scope.At.Kind, StringComparer.Ordinal)
            .Select(scope => scope.Status),
    ];

    /// <summary>So many claims of a class hold: read from the tables, before anything is decided.</summary>
    public void Load(int classId, int held) => Count(classId, held);

    /// <summary>When a bucket is full: read from the tables, after everything is decided.</summary>
    public void Load(string @namespace, string kind, long fullUs)
    {
        if (_scopes.TryGetValue((@namespace, kind), out var scope))
        {
            scope.FullUs = fullUs;
        }
    }

    /// <summary>The buckets that the transaction changed, to be written.</summary>
    public IEnumerable<(string Namespace, string Kind, long FullUs)> TakeChanged()
    {
        foreach (var scope in _scopes.Values.Where(scope => scope.IsDirty))
        {
            scope.IsDirty = false;
            yield return (scope.At.Namespace, scope.At.Kind, scope.FullUs);
        }
    }

    public void Clear()
    {
        _scopes.Clear();
        _byClass.Clear();
        Array.Clear(_held);
    }

    private Scope[] Of(int classId)
    {
        for (var id = _byClass.Count; id <= classId; id++)
        {
            var key = classes[id].Key;
            _byClass.Add([.. new[] { "", key.Kind }
                .Select(kind => _scopes.GetValueOrDefault((key.Namespace, kind))).OfType<Scope>()]);
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

    private void NoteToken(Scope scope)
    {
        if (scope.Status.NextTokenAt(UnixTime.FromMicroseconds(_nowUs)) is { } next
            && (NextTokenUs == 0 || next.ToMicroseconds() < NextTokenUs))
        {
            NextTokenUs = next.ToMicroseconds();
        }
    }

    private sealed class Scope((string Namespace, string Kind) at, LimitRules limit)
    {
        public (string Namespace, string Kind) At => at;

        public LimitRules Limit => limit;

        public int Held { get; set; }

        public int Picked { get; set; }

        public long FullUs { get; set; }

        public bool IsDirty { get; set; }

        public LimitStatus Status => new(at.Namespace, at.Kind.Length == 0 ? null : at.Kind, limit, Held, FullUs);

        public int RoomAt(long nowUs) => Math.Min(
            limit.InProgress is { } most ? most - Held : int.MaxValue,
            limit.Rate?.TokensAt(nowUs, FullUs) ?? int.MaxValue);
    }
}
