using Longshore.Matching;
using Longshore.Rules;

namespace Longshore.Sqlite.Live;

/// <summary>
/// Walks the ready tasks that an agent of several namespaces may do: those of the group whose turn it is, best first. A
/// walk of its own for each group, begun when it is looked at first. One instance, guarded by
/// <see cref="LiveIndex.Gate"/>.
/// </summary>
internal sealed class SharedWalk(ReadyIndex ready, ClassIndex classes, Shares shares)
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Group, ShareTurn> _turns = new(ShareTurn.Order);
    private EligibleClasses _eligible = null!;
    private Predicate<int>? _isShut;

    /// <summary>Starts over; as <see cref="ReadyWalk.Start"/>.</summary>
    public void Start(EligibleClasses eligible, List<int>? among, Predicate<int>? isShut)
    {
        (_eligible, _isShut) = (eligible, isShut);
        _turns.Clear();
        shares.Begin();
        foreach (var group in _groups.Values)
        {
            group.Begin();
        }

        foreach (var classId in among ?? eligible.List ?? Enumerable.Range(0, classes.Count).Where(eligible.Contains))
        {
            if (ready.CountOf(classId) > 0)
            {
                Add(shares.GroupOf(classId), classId);
            }
        }
    }

    /// <summary>The next task of the group whose turn it is; false when none is left.</summary>
    public bool Next(out Place place)
    {
        while (_turns.TryPeek(out var group, out _))
        {
            if (group.Next(_eligible, _isShut, out place))
            {
                return true;
            }

            _turns.Dequeue();
        }

        place = default;
        return false;
    }

    /// <summary>What was answered last is given out.</summary>
    public void Take()
    {
        var group = _turns.Dequeue();
        shares.Serve(group.Name);
        _turns.Enqueue(group, shares.Tags.TurnOf(group.Name));
    }

    private void Add(string name, int classId)
    {
        if (!_groups.TryGetValue(name, out var group))
        {
            _groups.Add(name, group = new Group(name, new ReadyWalk(ready)));
        }

        if (group.Add(classId))
        {
            _turns.Enqueue(group, shares.Tags.TurnOf(name));
        }
    }

    private sealed class Group(string name, ReadyWalk walk)
    {
        private readonly List<int> _classes = [];
        private bool _isStarted;

        public string Name => name;

        public void Begin()
        {
            _classes.Clear();
            _isStarted = false;
        }

        /// <summary>Adds a class; true if it is the first.</summary>
        public bool Add(int classId)
        {
            _classes.Add(classId);
            return _classes.Count == 1;
        }

        public bool Next(EligibleClasses eligible, Predicate<int>? isShut, out Place place)
        {
            if (!_isStarted)
            {
                walk.Start(eligible, _classes, 1, isShut);
                _isStarted = true;
            }

            return walk.Next(out place);
        }
    }
}
