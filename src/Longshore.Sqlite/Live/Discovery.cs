using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Sqlite.Live;

/// <summary>Shows an agent what it could claim: picked in memory, then read from the tables.</summary>
internal sealed class Discovery(LiveIndex live, StoreOptions options)
{
    public IReadOnlyList<DiscoveredTask>? Find(Reader reader, DiscoverQuery query, long nowUs)
    {
        var codes = query.ExcludeCodes.ToHashSet(StringComparer.Ordinal);
        bool Wanted(Place place) =>
            (query.MinPriority is not { } least || place.Priority >= least)
            && (codes.Count == 0 || reader.Ready(place) is { } task && !codes.Contains(task.Code));

        var picked = new List<Place>();
        var found = new List<(Place Place, double Match, bool IsBest)>();
        lock (live.Gate)
        {
            if (live.Agent(query.Agent) is not { } agent)
            {
                return null;
            }

            if (agent.Mode != AgentMode.Available || agent.Load >= agent.Profile.MaxConcurrent || agent.HoldsSuspect
                || agent.GateAt(nowUs) == BreakerGate.Shut)
            {
                return [];
            }

            new Selector(live, reader.Guards).ForDiscovery(agent, query.Kinds, query.Limit, nowUs, Wanted, picked);
            foreach (var place in picked)
            {
                var key = live.Classes[place.ClassId].Key;
                var match = agent.EligibleAt(nowUs).Capabilities.MatchScore(key.Requires, key.Match);
                found.Add((place, match, IsBest(agent, match, place.ClassId, nowUs)));
            }
        }

        return [.. found
            .OrderBy(f => f.IsBest ? 0 : 1).ThenBy(f => f.Place)
            .Select(f => (f, Task: reader.Ready(f.Place)))
            .Where(f => f.Task is not null)
            .Select(f => new DiscoveredTask(
                f.Task!, Urgency.Score(nowUs, f.f.Place.AvailableUs, f.f.Place.Credit), f.f.Match, f.f.IsBest))];
    }

    /// <summary>Nobody available fits better: by match, performance, load, then name (S0.50).</summary>
    private bool IsBest(AgentEntry agent, double match, int classId, long nowUs)
    {
        var key = live.Classes[classId].Key;
        var performance = PerformanceOf(agent, key, nowUs);
        foreach (var other in live.Agents)
        {
            // The cheap questions first.
            if (ReferenceEquals(other, agent) || !IsAvailable(other, nowUs))
            {
                continue;
            }

            var eligible = other.EligibleAt(nowUs);
            if (!eligible.Admits(classId, live.Classes))
            {
                continue;
            }

            var otherMatch = eligible.Capabilities.MatchScore(key.Requires, key.Match);
            if (otherMatch > match || (otherMatch.Equals(match)
                && IsAhead(other, PerformanceOf(other, key, nowUs), agent, performance)))
            {
                return false;
            }
        }

        return true;
    }

    private double PerformanceOf(AgentEntry agent, ClassKey key, long nowUs) => agent.Reputation < 1
        ? agent.Reputation
        : agent.Record.At(nowUs, options.ReputationHalfLife).ScoreFor(key.Requires);

    private bool IsAvailable(AgentEntry agent, long nowUs) =>
        agent.Mode == AgentMode.Available && agent.Load < agent.Profile.MaxConcurrent
        && nowUs - agent.SeenUs <= options.HeartbeatTimeout.ToMicroseconds();

    private static bool IsAhead(AgentEntry other, double othersPerformance, AgentEntry agent, double performance)
    {
        if (!othersPerformance.Equals(performance))
        {
            return othersPerformance > performance;
        }

        return other.Load != agent.Load
            ? other.Load < agent.Load
            : string.CompareOrdinal(other.Profile.Name, agent.Profile.Name) < 0;
    }
}
