using Longshore.Storage;

namespace Longshore.Sqlite;

/// <summary>What an acknowledged write survives.</summary>
public enum Durability
{
    /// <summary>Power loss: the log is flushed at every commit (<c>synchronous=FULL</c>).</summary>
    Full = 0,

    /// <summary>
    /// A crash of the process; a power loss may take the last moments, never the consistency
    /// (<c>synchronous=NORMAL</c>).
    /// </summary>
    Normal = 1,
}

/// <summary>Settings of a SQLite store.</summary>
public sealed record SqliteOptions
{
    /// <summary>
    /// The database file; made if missing. Beside it stand <c>-wal</c>, <c>-shm</c> and <c>.lock</c>.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>What an acknowledged write survives.</summary>
    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>Connections for queries, 1 to 64; each serves one query at a time.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>Page cache of the writer in MiB, 1 to 1024; each reader has a quarter.</summary>
    public int CacheMebibytes { get; init; } = 64;

    /// <summary>The rules that are the same for every store.</summary>
    public StoreOptions Store { get; init; } = new();
}
