using System.Collections.Concurrent;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Catalog;

/// <summary>
/// The profiles this node has seen, by name. Others may change them; every claim says which version it went by and is
/// refused when that is not the present one.
/// </summary>
internal sealed class AgentCatalog(Database database)
{
    private readonly ConcurrentDictionary<string, AgentProfile> _profiles = new(StringComparer.Ordinal);

    /// <summary>How far the database's clock is ahead of this node's, in microseconds.</summary>
    private long _aheadUs;

    /// <summary>Where claims begin while dead rows pile up.</summary>
    public LowWaters Lows { get; } = new();

    /// <summary>The database's present instant as far as this node can tell.</summary>
    public long NowUs => database.Options.Store.Clock.NowMicroseconds() + Interlocked.Read(ref _aheadUs);

    /// <summary>The profile this node knows, read if it knows none; null when there is no such agent.</summary>
    public async ValueTask<AgentProfile?> FindAsync(string name, CancellationToken ct) =>
        _profiles.TryGetValue(name, out var known) ? known : await ReadAsync(name, ct).ConfigureAwait(false);

    /// <summary>Reads the present profile.</summary>
    public ValueTask<AgentProfile?> ReadAsync(string name, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["agent_profile"]).With(name),
        async reader =>
        {
            if (!await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                return null;
            }

            Interlocked.Exchange(
                ref _aheadUs, reader.GetInt64(0) - database.Options.Store.Clock.NowMicroseconds());
            return Note(AgentColumns.Profile(reader, 3, reader.GetInt32(1), reader.GetInt32(2)));
        },
        ct);

    /// <summary>Where the claims of a known agent begin that asks for any kind.</summary>
    public LowWater Low(string agent) => _profiles[agent].Low(ClaimedBy.Agent, [], Lows, database.Options.Store.Clock);

    /// <summary>Takes note of a version, unless a newer one is known.</summary>
    public AgentProfile Note(AgentProfile seen) => _profiles.AddOrUpdate(
        seen.Agent.Name, seen, (_, known) => known.Version >= seen.Version ? known : seen);
}
