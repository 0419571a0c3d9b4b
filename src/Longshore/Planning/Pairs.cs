using Longshore.Capabilities;
using Longshore.Explain;
using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// What keeps each of many agents from each of many tasks: the claim's own predicate (<see cref="Eligibility"/>), asked
/// once for tasks that are alike in everything it looks at beside what they require. What they require is then looked
/// up for all agents at once, since of ten thousand tasks each may require something else.
/// </summary>
internal sealed class Pairs(
    IStore store, NamespaceRules rules, IReadOnlyList<LimitStatus> limits, IReadOnlyList<Candidate> crowd,
    DateTimeOffset now)
{
    private readonly Dictionary<Alike, PairRow> _known = [];
    private readonly Dictionary<Alike, byte[]> _beside = [];
    private readonly CrowdCapabilities _capabilities = new(crowd);
    private readonly CrowdRecords _records = new(crowd, now, store.Info.ReputationHalfLife);

    /// <summary>What stands between a task and each of the crowd; the same row for tasks that are alike.</summary>
    public async ValueTask<PairRow> OfAsync(WorkTask task, CancellationToken ct)
    {
        if (AreShared(task))
        {
            var alike = AlikeOf(task);
            if (!_known.TryGetValue(alike, out var row))
            {
                _known.Add(alike, row = RowOf(task, SharedBeside(task, alike)));
            }

            return row;
        }

        var guards = await store.Queries.GetGuardsAsync(task.Id, now.ToMicroseconds(), ct).ConfigureAwait(false);
        return RowOf(task, Beside(task, guards ?? TaskGuards.None));
    }

    /// <summary>
    /// Whether nothing stands between a task and single agents: nobody rejected, failed or lost a task that was never
    /// granted, and without a group it excludes nobody.
    /// </summary>
    public static bool AreShared(WorkTask task) => task is { Epoch: 0, Spec.Group: null };

    private PairRow RowOf(WorkTask task, byte[] beside)
    {
        var (obstacles, met) = _capabilities.Judge(task.Asks, beside);
        return new PairRow(obstacles, met, task.Asks.Requires.Count, _records.For(task.Asks.Requires));
    }

    private byte[] SharedBeside(WorkTask task, Alike alike)
    {
        var key = alike with
        {
            Class = alike.Class with { Requires = [], MinimumMatch = 1, Match = MatchMode.Tiered },
        };
        if (!_beside.TryGetValue(key, out var beside))
        {
            _beside.Add(key, beside = Beside(task, TaskGuards.None));
        }

        return beside;
    }

    /// <summary>What keeps each of the crowd from the task, but for what it requires.</summary>
    private byte[] Beside(WorkTask task, TaskGuards guards)
    {
        var eligibility = new Eligibility(rules, guards, limits, store.Info, now);
        var obstacles = new byte[crowd.Count];
        for (var i = 0; i < obstacles.Length; i++)
        {
            obstacles[i] = (byte)eligibility.FindBesideCapabilities(task, crowd[i], crowd);
        }

        return obstacles;
    }

    private Alike AlikeOf(WorkTask task) => new(
        ClassKey.Of(task), task.Spec.Priority, task.Suspect, task.State, task.DeferredUntil is null,
        task.Spec.Deadline <= now,
        limits.Any(limit => limit.Key is not null && limit.Concerns(task.Spec)) ? task.Spec.LimitKey : null);

    private readonly record struct Alike(
        ClassKey Class, int Priority, bool IsSuspect, TaskState State, bool IsDue, bool IsLate,
        string? LimitKey);
}
