using Longshore.Agents;
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
    public ValueTask<IReadOnlyList<HealthFinding>> CheckAsync(long? nowUs = null, CancellationToken ct = default) =>
        _database.RunAsync<IReadOnlyList<HealthFinding>>(
            () => new Round()
                .Add(_database.Sql["health_schema_version"]).Add(_database.Sql["health_leases"])
                .Add(_database.Sql["health_instant"]).With(_database.Instant(nowUs)),
            async row =>
            {
                await row.ReadAsync(ct).ConfigureAwait(false);
                var version = row.GetInt64(0);
                await row.NextResultAsync(ct).ConfigureAwait(false);
                var leases = new List<LeaseRow>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    leases.Add(new LeaseRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)));
                }

                await row.NextResultAsync(ct).ConfigureAwait(false);
                await row.ReadAsync(ct).ConfigureAwait(false);
                return
                [
                    HealthFinding.Ok("schema_version", $"{version}"),
                    LeadershipFinding.Of(leases, row.GetInt64(0)),
                ];
            },
            ct);
}
