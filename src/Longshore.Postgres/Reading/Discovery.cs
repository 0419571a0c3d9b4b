using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Reading;

/// <summary>Shows an agent what it could claim.</summary>
internal sealed class Discovery(
    Database database, ClassCatalog classes, RuleCatalog rules, AgentCatalog catalog, AgentReader agents,
    RoutingReader routing)
{
    private const int BodyAt = TaskColumns.PlaceCount + 1;
    private const int ErrorAt = 31;

    public async ValueTask<IReadOnlyList<DiscoveredTask>?> FindAsync(
        DiscoverQuery query, long? now, CancellationToken ct)
    {
        var all = await agents.ReadAsync(null, ct).ConfigureAwait(false);
        if (all.Find(a => a.Agent.Name == query.Agent) is not { } asking)
        {
            return null;
        }

        if (asking.Agent.Mode != AgentMode.Available || asking.Agent.Load >= asking.Agent.Profile.MaxConcurrent
            || asking.HoldsSuspect)
        {
            return [];
        }

        var nowUs = now ?? catalog.NowUs;
        if (asking.Breakers > 0 && await IsShutAsync(query.Agent, nowUs, ct).ConfigureAwait(false))
        {
            return [];
        }

        await classes.RefreshAsync(ct).ConfigureAwait(false);
        var known = await rules.ReadAsync(ct).ConfigureAwait(false);
        var found = await BrowseAsync(query, asking, known, nowUs, ct).ConfigureAwait(false);
        lock (classes.Gate)
        {
            return
            [
                .. found.Select(f => (f.Place, Shown: Show(f.Task, f.Place, asking, all, nowUs)))
                    .OrderBy(f => f.Shown.IsBestMatch ? 0 : 1).ThenBy(f => f.Place)
                    .Select(f => f.Shown),
            ];
        }
    }

    private async ValueTask<bool> IsShutAsync(string agent, long nowUs, CancellationToken ct) =>
        (await routing.BreakersAsync(agent, openOnly: true, ct).ConfigureAwait(false))
            .Any(b => b.Key.Scope == BreakerScope.Agent && b.GateAt(nowUs) == BreakerGate.Shut);

    private ValueTask<List<(Place Place, WorkTask Task)>> BrowseAsync(
        DiscoverQuery query, PresentAgent asking, KnownRules known, long nowUs, CancellationToken ct)
    {
        int[] ids;
        lock (classes.Gate)
        {
            (ids, _) = asking.Profile.ClassIds(classes, known, ClaimedBy.Agent, query.Kinds, nowUs);
        }

        var options = database.Options.Store;
        var levels = asking.Profile.Levels & (-1 << (query.MinPriority ?? 0));
        return database.RunAsync(
            () => new Round().Add(database.Sql["discover"])
                .With(asking.Profile.Id).With(ids).With(levels).With(query.Limit)
                .With([.. query.ExcludeCodes]).With(asking.Agent.Load == 0).With(nowUs)
                .With((int)options.RecentFailure).With(options.RecentFailureWindow.ToMicroseconds())
                .With(options.HeartbeatTimeout.ToMicroseconds()),
            async row =>
            {
                var tasks = new List<(Place, WorkTask)>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    var place = row.Place(0);
                    tasks.Add((place, new WorkTask
                    {
                        Id = place.Id,
                        Spec = row.Body(BodyAt, place, classes),
                        State = place.QueuedState,
                        Epoch = place.Epoch,
                        Attempts = place.Attempts,
                        Failures = place.Failures,
                        Suspect = place.IsSuspect,
                        Target = classes.TargetOf(place),
                        WasHandedOff = (place.Flags & PlaceFlags.WasHandedOff) != 0,
                        AvailableAt = UnixTime.FromMicroseconds(place.AvailableUs),
                        CreatedAt = row.Instant(BodyAt - 1),
                        Error = row.TextOrNull(ErrorAt),
                        Draft = row.Json(ErrorAt + 1),
                    }.WithRelaxation(row, ErrorAt + 2).WithUnique(row, ErrorAt + 3).WithRun(row, ErrorAt + 4)
                        .WithLimitKey(row, ErrorAt + 5)));
                }

                return tasks;
            },
            ct);
    }

    /// <summary>Best is who is available and fits best: by match, performance, load, then name (S0.50).</summary>
    private DiscoveredTask Show(
        WorkTask task, in Place place, PresentAgent asking, List<PresentAgent> all, long nowUs)
    {
        var key = ClassKey.Of(task);
        var match = asking.Profile.EligibleAt(nowUs).Capabilities.MatchScore(key.Requires, key.Match);
        var performance = PerformanceOf(asking.Agent, key, nowUs);
        var isBest = true;
        foreach (var other in all)
        {
            if (ReferenceEquals(other, asking) || !IsAvailable(other.Agent, nowUs) || !CanDo(other, key, nowUs))
            {
                continue;
            }

            var otherMatch = other.Profile.EligibleAt(nowUs).Capabilities.MatchScore(key.Requires, key.Match);
            if (otherMatch > match || (otherMatch.Equals(match)
                && IsAhead(other.Agent, PerformanceOf(other.Agent, key, nowUs), asking.Agent, performance)))
            {
                isBest = false;
                break;
            }
        }

        return new DiscoveredTask(task, Urgency.Score(nowUs, place.AvailableUs, place.Credit), match, isBest);
    }

    private bool CanDo(PresentAgent agent, ClassKey key, long nowUs) => classes.Index.TryGet(key, out var known)
        && agent.Profile.EligibleAt(nowUs).Admits(known.Id, classes.Index);

    private bool IsAvailable(Agent agent, long nowUs) =>
        agent.StatusAt(UnixTime.FromMicroseconds(nowUs), database.Options.Store.HeartbeatTimeout)
            is AgentStatus.Idle or AgentStatus.Active;

    private double PerformanceOf(Agent agent, ClassKey key, long nowUs) => agent.Supplied
        ?? agent.Record.At(nowUs, database.Options.Store.ReputationHalfLife).ScoreFor(key.Requires);

    private static bool IsAhead(Agent other, double othersPerformance, Agent agent, double performance)
    {
        if (!othersPerformance.Equals(performance))
        {
            return othersPerformance > performance;
        }

        return other.Load != agent.Load
            ? other.Load < agent.Load
            : string.CompareOrdinal(other.Name, agent.Name) < 0;
    }
}
