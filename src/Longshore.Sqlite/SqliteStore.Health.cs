using Longshore.Agents;
using Longshore.Sqlite.Health;
using Longshore.Storage;

namespace Longshore.Sqlite;

/// <content>How much work there is, and how the database is doing.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<EndedAttempts> ListEndedAttemptsAsync(AttemptQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Attempts.Ended(query), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReadyLoad>> MeasureReadyAsync(
        IReadOnlyList<string> namespaces, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Load.Ready(namespaces), ct);

    /// <inheritdoc/>
    public ValueTask<StoreLoad> MeasureLoadAsync(int agentsMax, CancellationToken ct = default) =>
        _readers.RunAsync(
            reader =>
            {
                List<AgentLoad> agents;
                lock (_live.Gate)
                {
                    agents = [.. _live.Agents.Where(agent => agent.Mode != AgentMode.Offline)
                        .Select(agent => new AgentLoad(agent.Profile.Name, agent.Load, agent.Profile.MaxConcurrent))];
                }

                agents = [.. agents.OrderByDescending(a => a.Load).ThenBy(a => a.Agent, StringComparer.Ordinal)];
                return new StoreLoad(
                    reader.Load.Namespaces(),
                    [.. agents.Take(agentsMax)],
                    AgentLoads.Sum(agents.Skip(agentsMax)));
            },
            ct);

    /// <summary>Reads the first hundred rows of a view; answers how many there are.</summary>
    internal ValueTask<int> ReadViewAsync(string view, CancellationToken ct) =>
        _readers.RunAsync(reader => reader.Views.CountFirst(view), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HealthFinding>> CheckAsync(long? nowUs = null, CancellationToken ct = default) =>
        _readers.RunAsync<IReadOnlyList<HealthFinding>>(
            reader =>
            {
                var path = Path.GetFullPath(_options.Path);
                var log = new FileInfo(path + "-wal");
                var size = new FileInfo(path).Length;
                return
                [
                    SqliteFindings.SchemaVersion(reader.Health.SchemaVersion(), Schema.Migrations.Count),
                    LeadershipFinding.Of(reader.Health.Leases(), Now(nowUs)),
                    size > SqliteFindings.CheckedBytesMax
                        ? SqliteFindings.IntegrityNotChecked(size)
                        : SqliteFindings.Integrity(reader.Health.FirstFault()),
                    SqliteFindings.WriteAheadLog(log.Exists ? log.Length : 0),
                    SqliteFindings.FreeDisk(new DriveInfo(path).AvailableFreeSpace),
                ];
            },
            ct);
}
