using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>What a plan is made from: tasks and agents as they stood when they were looked at.</summary>
internal sealed class PlanInput
{
    public required PlanRequest Request { get; init; }

    public required NamespaceRules Rules { get; init; }

    public required StoreInfo Store { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>In the order in which greedy takes them.</summary>
    public required IReadOnlyList<WorkTask> Tasks { get; init; }

    /// <summary>The best first; of equal pairs the first wins (S0.95).</summary>
    public required IReadOnlyList<Candidate> Crowd { get; init; }

    /// <summary>What stands between each task and each of the crowd.</summary>
    public required IReadOnlyList<PairRow> Pairs { get; init; }

    /// <summary>How many more tasks each agent may be given; 0 for those that are not there.</summary>
    public required int[] Room { get; init; }

    /// <summary>What tasks take and agents have beside places; null where places are all that counts.</summary>
    public Sizing? Sizing { get; init; }

    /// <summary>What a task is worth beyond its pairs' scores, in millionths; null for nothing.</summary>
    public long[]? Bonus { get; init; }

    /// <summary>
    /// Pairs, by task id and agent's name, that the store refused a moment ago for a reason that is not seen here.
    /// </summary>
    public IReadOnlySet<(long TaskId, string Agent)>? Apart { get; init; }

    /// <summary>Whether the agent may be given the task, as far as the two alone can tell.</summary>
    public bool MayHave(int task, int agent) =>
        IsOpen(task, agent) && Sizing?.Fits(task, agent) != false;

    /// <summary>The same, its size apart.</summary>
    public bool IsOpen(int task, int agent) =>
        Room[agent] > 0 && Pairs[task].ObstacleOf(agent) == Obstacle.None
        && Pairs[task].MatchOf(agent) >= Request.MinimumMatch
        && Apart?.Contains((Tasks[task].Id, Crowd[agent].Agent.Name)) != true;

    /// <summary>How much an agent does at a time.</summary>
    public int CapacityOf(int agent) => Crowd[agent].Agent.Profile.MaxConcurrent;

    /// <summary>How many tasks an agent may be given now.</summary>
    public static int RoomOf(Candidate candidate, DateTimeOffset now, TimeSpan heartbeatTimeout)
    {
        // To be offered something is no sign of life, so those who are silent are passed over (T0.33).
        if (candidate.Agent.StatusAt(now, heartbeatTimeout) > AgentStatus.Active || candidate.HoldsSuspect)
        {
            return 0;
        }

        var room = Math.Max(0, candidate.Agent.Profile.MaxConcurrent - candidate.Agent.Load);
        return candidate.GateAt(now.ToMicroseconds()) == BreakerGate.Probe ? Math.Min(1, room) : room;
    }
}
