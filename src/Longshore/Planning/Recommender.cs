using Longshore.Agents;
using Longshore.Explain;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// Recommends tasks to an agent (S0.72–S0.80): only what its claim would get if it had room, each task once.
/// </summary>
internal sealed class Recommender(IStore store, Func<DateTimeOffset> clock)
{
    // Of one class the most urgent stand first; those kept from the agent must not hide the others.
    private const int PerClassMax = 200;

    private readonly TaskPicker _tasks = new(store);

    /// <summary>The recommendations, best first; null when there is no such agent.</summary>
    public async Task<IReadOnlyList<Recommendation>?> FindAsync(RecommendQuery query, CancellationToken ct)
    {
        var now = clock();
        var crowd = await new Crowd(store).ReadAsync(now, ct).ConfigureAwait(false);
        var self = crowd.ToList().FindIndex(candidate => candidate.Agent.Name == query.Agent);
        if (self < 0)
        {
            return null;
        }

        var found = new List<(Recommendation One, double Urgency)>();
        foreach (var name in crowd[self].Agent.Profile.Namespaces)
        {
            var rules = await store.Rules.GetAsync(name, ct).ConfigureAwait(false);
            var limits = await store.Rules.LimitsAsync(name, ct).ConfigureAwait(false);
            var side = new Side(
                query, crowd, self, new Pairs(store, rules, limits, crowd, now), now,
                store.Info.HeartbeatTimeout);
            var heads = await store.Queries.ListHeadsAsync(name, PerClassMax, Limits.BatchMax, ct)
                .ConfigureAwait(false);
            foreach (var alike in heads
                .Where(head => rules.LeaveTo(ClaimedBy.Agent, head.Kind, head.Step))
                .GroupBy(head => head.ClassId))
            {
                await AddAsync(side, alike.Select(head => head.TaskId), found, ct).ConfigureAwait(false);
            }
        }

        return
        [
            .. found
                .OrderByDescending(f => f.One.Confidence).ThenByDescending(f => f.Urgency).ThenBy(f => f.One.TaskId)
                .Take(query.Limit)
                .Select(f => f.One),
        ];
    }

    private async Task AddAsync(
        Side side, IEnumerable<long> ids, List<(Recommendation One, double Urgency)> found, CancellationToken ct)
    {
        var left = side.Query.Limit;
        foreach (var chunk in ids.Chunk(side.Query.Limit))
        {
            foreach (var task in await _tasks.ReadAllAsync(chunk, ct).ConfigureAwait(false))
            {
                var row = await side.Pairs.OfAsync(task, ct).ConfigureAwait(false);
                if (left > 0 && MayHave(row.ObstacleOf(side.Self)) && side.Recommend(task, row) is { } one)
                {
                    found.Add((one, UrgencyOf(task, side.Now)));
                    left--;
                }
            }

            if (left == 0)
            {
                return;
            }
        }
    }

    // Room apart: what it may take next is worth knowing while it is busy.
    private static bool MayHave(Obstacle obstacle) =>
        obstacle is Obstacle.None or Obstacle.AtCapacity or Obstacle.SuspectNeedsIdle;

    // As tasks are ordered: the age not capped, so that the oldest come first however old all are.
    private static double UrgencyOf(WorkTask task, DateTimeOffset now) =>
        CreditOf(task) + ((now - task.AvailableAt).TotalMicroseconds / Urgency.PointUs);

    private static int CreditOf(WorkTask task) => Urgency.Credit(
        task.Spec.Priority, task.State, task.Failures, task.Spec.ParentId is not null);

    /// <summary>One agent beside the others, in one namespace.</summary>
    private sealed record Side(
        RecommendQuery Query, IReadOnlyList<Candidate> Crowd, int Self, Pairs Pairs, DateTimeOffset Now,
        TimeSpan HeartbeatTimeout)
    {
        public Recommendation? Recommend(WorkTask task, PairRow row)
        {
            var shown = Urgency.Score(
                Now.ToMicroseconds(), task.AvailableAt.ToMicroseconds(), CreditOf(task));
            var special = Crowd[Self].Agent.Profile.Specializations;
            if (task.Asks.Requires.Any(r => special.Contains(r.Name, StringComparer.Ordinal)))
            {
                return Of(RecommendationReason.SpecializationMatch, 1.0);
            }

            if (IsBest(row))
            {
                return Of(RecommendationReason.BestMatch, 0.9);
            }

            return shown >= Query.HighPriorityFrom ? Of(RecommendationReason.HighPriority, 0.8) : null;

            Recommendation Of(RecommendationReason reason, double confidence) =>
                new(task.Id, task.Code, task.Spec.Name, reason, confidence, shown);
        }

        /// <summary>Nobody who could be given it fits better: by match, performance, load, then name (S0.50).</summary>
        private bool IsBest(PairRow row)
        {
            for (var other = 0; other < Crowd.Count; other++)
            {
                if (other != Self && row.ObstacleOf(other) == Obstacle.None && IsAhead(row, other)
                    && Crowd[other].Agent.StatusAt(Now, HeartbeatTimeout) <= AgentStatus.Active)
                {
                    return false;
                }
            }

            return true;
        }

        private bool IsAhead(PairRow row, int other)
        {
            var order = row.MatchOf(other).CompareTo(row.MatchOf(Self));
            order = order != 0 ? order : row.PerformanceOf(other).CompareTo(row.PerformanceOf(Self));
            order = order != 0 ? order : Crowd[Self].Agent.Load.CompareTo(Crowd[other].Agent.Load);
            return order > 0
                || (order == 0 && string.CompareOrdinal(Crowd[other].Agent.Name, Crowd[Self].Agent.Name) < 0);
        }
    }
}
