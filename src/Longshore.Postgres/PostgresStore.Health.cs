using Longshore.Agents;
using Longshore.Postgres.Health;
using Longshore.Postgres.Reading;
using Longshore.Storage;

namespace Longshore.Postgres;

/// <content>How much work there is, and how the database is doing.</content>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public async ValueTask<StoreLoad> MeasureLoadAsync(int agentsMax, CancellationToken ct = default)
    {
        var namespaces = await _database.RunAsync(
            () => new Round().Add(_database.Sql["load_by_namespace"]),
            async row =>
            {
                var found = new List<NamespaceLoad>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    found.Add(new NamespaceLoad(
                        row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.LongOrNull(4)));
                }

                return found;
            },
            ct).ConfigureAwait(false);
        var present = await _agentReader.ReadAsync(null, ct).ConfigureAwait(false);
        var agents = present.Select(p => p.Agent).Where(agent => agent.Mode != AgentMode.Offline)
            .Select(agent => new AgentLoad(agent.Name, agent.Load, agent.Profile.MaxConcurrent))
            .OrderByDescending(a => a.Load).ThenBy(a => a.Agent, StringComparer.Ordinal).ToList();
        return new StoreLoad(
            namespaces, [.. agents.Take(agentsMax)], AgentLoads.Sum(agents.Skip(agentsMax)));
    }

    /// <inheritdoc/>
    public ValueTask<EndedAttempts> ListEndedAttemptsAsync(AttemptQuery query, CancellationToken ct = default) =>
        new AttemptReader(_database).EndedAsync(query, ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReadyLoad>> MeasureReadyAsync(
        IReadOnlyList<string> namespaces, CancellationToken ct = default) =>
        _database.RunAsync<IReadOnlyList<ReadyLoad>>(
            () => new Round().Add(_database.Sql["ready_by_kind"]).With([.. namespaces]),
            async row =>
            {
                var found = new List<ReadyLoad>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    found.Add(new ReadyLoad(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)));
                }

                return found;
            },
            ct);

    /// <summary>Reads the first hundred rows of a view; answers how many there are.</summary>
    internal ValueTask<int> ReadViewAsync(string view, CancellationToken ct) =>
        new ViewReader(_database).CountFirstAsync(view, ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HealthFinding>> CheckAsync(long? nowUs = null, CancellationToken ct = default) =>
        new DatabaseHealth(_database).CheckAsync(nowUs, ct);
}
