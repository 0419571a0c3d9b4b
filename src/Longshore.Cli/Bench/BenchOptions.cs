using Longshore.Sqlite;

namespace Longshore.Cli.Bench;

/// <summary>What to measure, and how much of it.</summary>
internal sealed record BenchOptions
{
    /// <summary>The database file of <c>sqlite:PATH</c>; null lets the benchmark make one.</summary>
    public string? Path { get; init; }

    /// <summary>Measure the store in memory instead of SQLite.</summary>
    public bool InMemory { get; init; }

    public Durability Durability { get; init; }

    public required int Tasks { get; init; }

    public int Agents { get; init; } = 1;

    public int Concurrency { get; init; } = 1;

    public required int Runs { get; init; }

    /// <summary>Tasks that handlers hold in advance; null adapts.</summary>
    public int? Prefetch { get; init; }

    /// <summary>A few capabilities are wanted and had by most; otherwise all are alike.</summary>
    public bool Zipf { get; init; }

    public int Capabilities { get; init; } = 100;

    /// <summary>Run the bare statements beside it.</summary>
    public bool Bare { get; init; }

    /// <summary>The store in the words of the option.</summary>
    public string StoreName => InMemory ? "memory" : "sqlite";
}
