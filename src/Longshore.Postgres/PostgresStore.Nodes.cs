using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres;

/// <content>The nodes that share the database.</content>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public ValueTask<NodeBeatOutcome> BeatAsync(
        NodeBeat beat, TimeSpan timeout, long? nowUs = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(beat);
        var (instant, timeoutUs) = (_database.Instant(nowUs), timeout.ToMicroseconds());
        return _database.RunAsync(
            () => new Round()
                .Add(_database.Sql["node_beat"])
                .With(beat.Name).With(beat.Session).With(beat.Version).With(beat.Mode)
                .With([.. beat.Interests.Order(StringComparer.Ordinal)])
                .With(timeoutUs).With((bool?)beat.TakesOver).With(instant)
                .Add(_database.Sql["nodes_forget"]).With(instant).With(timeoutUs),
            async row =>
            {
                await row.ReadAsync(ct).ConfigureAwait(false);
                return new NodeBeatOutcome(row.GetBoolean(0), row.GetInt64(1));
            },
            ct);
    }

    /// <inheritdoc/>
    public async ValueTask LeaveAsync(string name, string session, CancellationToken ct = default) =>
        await _database.RunAsync(
            () => new Round().Add(_database.Sql["node_leave"]).With(name).With(session),
            _ => ValueTask.FromResult(true),
            ct).ConfigureAwait(false);

    /// <inheritdoc/>
    ValueTask<IReadOnlyList<NodeRecord>> INodeStore.ListAsync(CancellationToken ct) =>
        _database.RunAsync<IReadOnlyList<NodeRecord>>(
            () => new Round().Add(_database.Sql["nodes_list"]),
            async row =>
            {
                var found = new List<NodeRecord>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    found.Add(new NodeRecord(
                        row.GetString(0),
                        row.GetString(1),
                        row.GetString(2),
                        row.GetString(3),
                        row.GetFieldValue<string[]>(4),
                        row.GetInt64(5),
                        row.GetInt64(6)));
                }

                return found;
            },
            ct);
}
