using Longshore.Explain;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>The tasks that a standing plan is made for, taken in by urgency as long as they could be placed.</summary>
internal sealed class StandingIntake(IReadOnlyList<Candidate> crowd, int[] room)
{
    // Bounds what a plan takes of memory and time; what is beyond waits for the next, in its order.
    private const long PairsMax = 10_000_000;
    private const long OwnCellsMax = 4_000_000;

    private readonly Dictionary<(int ClassId, int Priority, bool IsSuspect), int> _taken = [];
    private readonly Dictionary<int, (int Taken, long Places)> _classes = [];
    private readonly Dictionary<PairRow, (int Agents, long Places)> _known = new(ReferenceEqualityComparer.Instance);
    private long _ownCells;

    /// <summary>The tasks, the most urgent first.</summary>
    public List<WorkTask> Tasks { get; } = [];

    /// <summary>What stands between each and everybody.</summary>
    public List<PairRow> Rows { get; } = [];

    /// <summary>Where each stands in the order of its namespace.</summary>
    public List<(long Rank, int Priority)> Places { get; } = [];

    /// <summary>Pairs of a task and an agent that may have it.</summary>
    public long Pairs { get; private set; }

    /// <summary>No more is taken in.</summary>
    public bool IsFull => Tasks.Count == Limits.BatchMax || Pairs >= PairsMax || _ownCells >= OwnCellsMax;

    /// <summary>Agents choose by priority, so tasks of one class are not alike, and each has to be looked at.</summary>
    public bool IsByPriority { get; } = crowd.Any(one => one.Agent.Profile.PriorityLevels.Count > 0);

    /// <summary>There are as many tasks of a class as there are places for it.</summary>
    public bool HasEnoughOf(int classId) =>
        !IsByPriority && _classes.TryGetValue(classId, out var known) && known.Taken >= known.Places;

    /// <summary>Takes a task in if somebody has a place for it.</summary>
    public void Add(QueueHead head, WorkTask task, PairRow row)
    {
        var (agents, places) = CountOf(row);
        var alike = (head.ClassId, task.Spec.Priority, task.Suspect);
        var taken = _taken.GetValueOrDefault(alike);
        if (agents == 0 || taken >= places)
        {
            return;
        }

        _taken[alike] = taken + 1;
        var ofClass = _classes.GetValueOrDefault(head.ClassId);
        _classes[head.ClassId] = (ofClass.Taken + 1, Math.Max(ofClass.Places, places));
        Pairs += agents;
        _ownCells += Planning.Pairs.AreShared(task) ? 0 : row.Agents;
        Tasks.Add(task);
        Rows.Add(row);
        Places.Add((head.Rank, task.Spec.Priority));
    }

    private (int Agents, long Places) CountOf(PairRow row)
    {
        if (!_known.TryGetValue(row, out var count))
        {
            for (var agent = 0; agent < room.Length; agent++)
            {
                if (room[agent] > 0 && row.ObstacleOf(agent) == Obstacle.None)
                {
                    count = (count.Agents + 1, count.Places + room[agent]);
                }
            }

            _known.Add(row, count);
        }

        return count;
    }
}
