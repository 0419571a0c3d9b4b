using Longshore.Agents;
using Longshore.Explain;
using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// What keeps each of many agents from each of many tasks: the claim's own predicate (<see cref="Eligibility"/>), asked
/// once for tasks that are alike in everything it looks at.
/// </summary>
internal sealed class Pairs(
    IStore store, NamespaceRules rules, IReadOnlyList<LimitStatus> limits, IReadOnlyList<Candidate> crowd,
    DateTimeOffset now)
{
    private readonly Dictionary<Alike, PairRow> _known = [];

    // What the records are worth now; evidence fades.
    private readonly AgentRecord[] _records =
    [
        .. crowd.Select(one => one.Agent.Record.At(now.ToMicroseconds(), store.Info.ReputationHalfLife)),
    ];

    /// <summary>What stands between a task and each of the crowd; the same row for tasks that are alike.</summary>
    public async ValueTask<PairRow> OfAsync(WorkTask task, CancellationToken ct)
    {
        if (AreShared(task))
        {
            var alike = new Alike(
                ClassKey.Of(task), task.Spec.Priority, task.Suspect, task.State, task.DeferredUntil is null,
                task.Spec.Deadline <= now);
            if (!_known.TryGetValue(alike, out var row))
            {
                _known.Add(alike, row = Find(task, TaskGuards.None));
            }

            return row;
        }

        var guards = await store.Queries.GetGuardsAsync(task.Id, now.ToMicroseconds(), ct).ConfigureAwait(false);
        return Find(task, guards ?? TaskGuards.None);
    }

    /// <summary>
    /// Whether nothing stands between a task and single agents: nobody rejected, failed or lost a task that was never
    /// granted, and without a group it excludes nobody.
    /// </summary>
    public static bool AreShared(WorkTask task) => task is { Epoch: 0, Spec.Group: null };

    private PairRow Find(WorkTask task, TaskGuards guards)
    {
        var eligibility = new Eligibility(rules, guards, limits, store.Info, now);
        var row = new PairRow(
            new Obstacle[crowd.Count], new double[crowd.Count], new double[crowd.Count]);
        for (var i = 0; i < crowd.Count; i++)
        {
            row.Obstacles[i] = eligibility.Find(task, crowd[i], crowd);
            row.Matches[i] = crowd[i].Usable.MatchScore(task.Asks.Requires, task.Spec.Match);
            row.Performances[i] = crowd[i].Agent.Supplied ?? _records[i].ScoreFor(task.Asks.Requires);
        }

        return row;
    }

    private readonly record struct Alike(
        ClassKey Class, int Priority, bool IsSuspect, TaskState State, bool IsDue, bool IsLate);
}

/// <summary>A task beside each agent of a crowd.</summary>
/// <param name="Obstacles">What keeps it from each.</param>
/// <param name="Matches">The part of its requirements that each meets.</param>
/// <param name="Performances">How well each may be expected to do it.</param>
internal sealed record PairRow(Obstacle[] Obstacles, double[] Matches, double[] Performances);
