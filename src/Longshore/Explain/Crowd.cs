using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>Reads everybody, as they stand now.</summary>
internal sealed class Crowd(IStore store)
{
    /// <summary>All agents by name, at most <see cref="Limits.ExplainedAgentsMax"/>.</summary>
    public async Task<IReadOnlyList<Candidate>> ReadAsync(DateTimeOffset now, CancellationToken ct)
    {
        var breakers = (await store.Breakers.ListAsync(ct: ct).ConfigureAwait(false))
            .Where(b => b.Key.Agent is not null)
            .ToLookup(b => b.Key.Agent!, StringComparer.Ordinal);
        var agents = new List<Agent>();
        string? after = null;
        do
        {
            var page = await store.Queries.ListAgentsAsync(
                new AgentQuery { Limit = Limits.PageMax, After = after }, now.ToMicroseconds(), ct)
                .ConfigureAwait(false);
            agents.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null && agents.Count < Limits.ExplainedAgentsMax);
        var suspects = await SuspectHoldersAsync(agents, ct).ConfigureAwait(false);
        return [.. agents.Select(agent => new Candidate(
            agent,
            breakers[agent.Name].ToDictionary(b => b.Key.Kind ?? "", StringComparer.Ordinal),
            suspects.Contains(agent.Name),
            now))];
    }

    // A suspect is always its agent's only claim, so only the agents that hold one thing need a look.
    private async Task<HashSet<string>> SuspectHoldersAsync(List<Agent> agents, CancellationToken ct)
    {
        if (!agents.Exists(a => a.Load == 1))
        {
            return [];
        }

        var holders = new HashSet<string>(StringComparer.Ordinal);
        string? after = null;
        do
        {
            var page = await store.Queries.ListTasksAsync(
                new TaskQuery
                {
                    States = [TaskState.InProgress, TaskState.Assigned, TaskState.Blocked],
                    Limit = Limits.PageMax,
                    After = after,
                },
                ct).ConfigureAwait(false);
            holders.UnionWith(page.Items.Where(t => t.Suspect).Select(t => t.Agent).OfType<string>());
            after = page.Next;
        }
        while (after is not null);
        return holders;
    }
}
