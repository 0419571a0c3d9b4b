using Longshore.Tasks;

namespace Longshore.Routing.Batch;

/// <summary>One agent who may do a task, and what that is worth in the problem's unit.</summary>
internal readonly record struct Arc(int Agent, int Score);

/// <summary>
/// Who could do what, for many tasks at once: every task goes to at most one agent, an agent takes no more than it has
/// room for, and the sum of the scores shall be as high as it can be. Tasks and agents are numbered from 0.
/// </summary>
/// <remarks>
/// Scores are whole numbers, because "optimal" is proved by equality. A score with a fraction, such as 0.83, is
/// counted in millionths (<see cref="FromScore"/>); then the optimum is that of the scores rounded so.
/// </remarks>
internal sealed class AssignmentProblem
{
    /// <summary>Units in a score of one, where scores have fractions.</summary>
    public const int UnitsPerScore = 1_000_000;

    /// <summary>Highest score of an arc, and the lowest with a minus sign, in units.</summary>
    public const int ScoreMax = 1_000_000_000;

    private readonly int[] _firstArc;
    private readonly Arc[] _arcs;
    private readonly int[]? _sizes;
    private readonly int[] _room;
    private readonly int[]? _crowding;
    private readonly int[]? _slots;

    private AssignmentProblem(int[] firstArc, Arc[] arcs, int[]? sizes, Builder agents)
    {
        (_firstArc, _arcs, _sizes) = (firstArc, arcs, sizes);
        (_room, _crowding, _slots, EveryTask) = (agents.Room, agents.Crowding, agents.Slots, agents.EveryTask);
    }

    private AssignmentProblem(AssignmentProblem other, int[] firstArc, Arc[] arcs)
    {
        (_firstArc, _arcs) = (firstArc, arcs);
        (_room, _crowding, EveryTask) = (other._room, other._crowding, other.EveryTask);
    }

    public int Tasks => _firstArc.Length - 1;

    public int Agents => _room.Length;

    public int ArcCount => _arcs.Length;

    /// <summary>Every task must be assigned; otherwise one may be left out, which is worth 0.</summary>
    public bool EveryTask { get; }

    /// <summary>Arcs have sizes, and an agent's room is counted in them; otherwise every task takes one slot.</summary>
    public bool HasSizes => _sizes is not null;

    /// <summary>How much each agent can take: slots, or the sum of sizes.</summary>
    public ReadOnlySpan<int> Room => _room;

    /// <summary>Beside the sum of sizes, the number of tasks of an agent is bounded.</summary>
    public bool HasSlots => _slots is not null;

    /// <summary>With sizes: the most tasks that the agent can take, whatever they add up to.</summary>
    public int SlotsOf(int agent) => _slots is null ? int.MaxValue : _slots[agent];

    /// <summary>
    /// How much less each further task of the agent is worth than the one before, in units: with it, load is spread.
    /// </summary>
    public int CrowdingOf(int agent) => _crowding is null ? 0 : _crowding[agent];

    /// <summary>Whether any agent has <see cref="CrowdingOf"/>.</summary>
    public bool HasCrowding => _crowding is not null;

    /// <summary>Who may do a task, in the order given.</summary>
    public ReadOnlySpan<Arc> ArcsOf(int task) => _arcs.AsSpan(_firstArc[task].._firstArc[task + 1]);

    /// <summary>How much of the agent's room the task takes, for each of <see cref="ArcsOf"/>.</summary>
    public ReadOnlySpan<int> SizesOf(int task) => _sizes.AsSpan(_firstArc[task].._firstArc[task + 1]);

    /// <summary>A score in millionths.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number from -1000 to 1000.</exception>
    public static int FromScore(double score) => double.Abs(score) <= (double)ScoreMax / UnitsPerScore
        ? (int)double.Round(score * UnitsPerScore)
        : throw new ArgumentOutOfRangeException(nameof(score), score, "a score is from -1000 to 1000");

    /// <summary>The same tasks and agents with other arcs.</summary>
    public AssignmentProblem WithArcs(int[] firstArc, Arc[] arcs) => new(this, firstArc, arcs);

    /// <summary>
    /// The same tasks and arcs with slots alone. Every plan for this problem is one for that, so what bounds that
    /// bounds this, too.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are no slots.</exception>
    public AssignmentProblem WithoutSizes() => new(
        _firstArc, _arcs, null,
        new Builder(_slots ?? throw new InvalidOperationException("there are no slots")) { EveryTask = EveryTask });

    /// <summary>Collects tasks one after the other, each followed by its arcs.</summary>
    public sealed class Builder
    {
        private readonly bool _withSizes;
        private readonly List<int> _firstArc = [];
        private readonly List<Arc> _arcs = [];
        private readonly List<int> _sizes = [];
        private readonly int[] _lastTaskOf;

        /// <summary>Begins a problem.</summary>
        /// <param name="room">What each agent can take: slots, or with sizes their sum; not negative.</param>
        /// <param name="withSizes">Arcs have sizes.</param>
        public Builder(IReadOnlyCollection<int> room, bool withSizes = false)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(room.Count, Limits.BatchAgentsMax);
            foreach (var one in room)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(one, nameof(room));
            }

            (Room, _withSizes) = ([.. room], withSizes);
            _lastTaskOf = new int[Room.Length];
            Array.Fill(_lastTaskOf, -1);
        }

        /// <summary>What each agent can take.</summary>
        public int[] Room { get; }

        /// <summary>Every task must be assigned.</summary>
        public bool EveryTask { get; init; }

        /// <summary>
        /// For each agent, how much less each further task is worth than the one before: from 0 to
        /// <see cref="ScoreMax"/> units. Not for arcs with sizes.
        /// </summary>
        public int[]? Crowding { get; init; }

        /// <summary>
        /// With sizes: the most tasks each agent can take. Not where every task must be assigned.
        /// </summary>
        public int[]? Slots { get; init; }

        /// <summary>Begins the next task and answers its number.</summary>
        public int AddTask()
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_firstArc.Count, Limits.BatchTasksMax);
            _firstArc.Add(_arcs.Count);
            return _firstArc.Count - 1;
        }

        /// <summary>The agent may do the task that was added last.</summary>
        /// <param name="agent">The agent's number; each once per task.</param>
        /// <param name="score">What it is worth, in units, at most <see cref="ScoreMax"/> either way.</param>
        /// <param name="size">What it takes of the agent's room, where arcs have sizes; not negative.</param>
        public void AddArc(int agent, int score, int size = 1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(score, ScoreMax);
            ArgumentOutOfRangeException.ThrowIfLessThan(score, -ScoreMax);
            ArgumentOutOfRangeException.ThrowIfNegative(size);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_arcs.Count, Limits.BatchArcsMax);
            if (_lastTaskOf[agent] == _firstArc.Count - 1)
            {
                throw new ArgumentException($"agent {agent} is named twice for task {_firstArc.Count - 1}");
            }

            _lastTaskOf[agent] = _firstArc.Count - 1;
            _arcs.Add(new Arc(agent, score));
            if (_withSizes)
            {
                _sizes.Add(size);
            }
        }

        public AssignmentProblem Build() => new(
            [.. _firstArc, _arcs.Count], [.. _arcs], _withSizes ? [.. _sizes] : null, this);
    }
}
