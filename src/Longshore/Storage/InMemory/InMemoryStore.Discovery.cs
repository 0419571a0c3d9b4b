using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Showing work without giving it out.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DiscoveredTask>?> DiscoverAsync(
        DiscoverQuery query, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<DiscoveredTask>?>(nowUs, now =>
        {
            if (!_state.Agents.TryGetValue(query.Agent, out var agent))
            {
                return null;
            }

            if (agent.Mode != AgentMode.Available || agent.Load >= agent.Profile.MaxConcurrent
                || HoldsSuspect(agent)
                || GateOf(new BreakerKey(BreakerScope.Agent, agent.Name), now) == BreakerGate.Shut)
            {
                return [];
            }

            // A suspect is only given to an agent that holds nothing, so only such an agent is shown it.
            var best = Claimable(_state.InOrder(), agent, query.Kinds, ClaimedBy.Agent, now)
                .Where(e => agent.Load == 0 || !e.Task.Suspect)
                .Where(e => new Ration(this, now).Allows(e.Task.Spec) && IsOpenByKey(e, now))
                .Where(e => query.MinPriority is not { } least || e.Task.Spec.Priority >= least)
                .Where(e => !query.ExcludeCodes.Contains(e.Task.Code, StringComparer.Ordinal))
                .Take(query.Limit);
            return
            [
                .. best
                    .Select(e => (Entry: e, Shown: Show(e, agent, now)))
                    .OrderBy(e => e.Shown.IsBestMatch ? 0 : 1).ThenBy(e => e.Entry.Rank).ThenBy(e => e.Entry.Task.Id)
                    .Select(e => e.Shown),
            ];
        });

    private DiscoveredTask Show(TaskEntry entry, Agent agent, long nowUs)
    {
        var now = UnixTime.FromMicroseconds(nowUs);
        var spec = entry.Task.Asks;
        var best = _state.Agents.Values
            .Where(a => a.Name == agent.Name || a.StatusAt(now, _options.HeartbeatTimeout) <= AgentStatus.Active)
            .Select(a => (Agent: a, Capabilities: new CapabilitySet(a.Usable, now)))
            .Where(a => CanDo(a.Agent, a.Capabilities, entry.Task))
            .OrderByDescending(a => a.Capabilities.MatchScore(spec.Requires, spec.Match))
            .ThenByDescending(a => PerformanceOf(a.Agent, spec, nowUs))
            .ThenBy(a => a.Agent.Load)
            .ThenBy(a => a.Agent.Name, StringComparer.Ordinal)
            .First();
        return new DiscoveredTask(
            entry.Task,
            Urgency.Score(nowUs, entry.Task.AvailableAt.ToMicroseconds(), entry.Credit),
            new CapabilitySet(agent.Usable, now).MatchScore(spec.Requires, spec.Match),
            best.Agent.Name == agent.Name);
    }

    private double PerformanceOf(Agent agent, NewTask spec, long nowUs) =>
        agent.Supplied ?? agent.Record.At(nowUs, _options.ReputationHalfLife).ScoreFor(spec.Requires);
}
