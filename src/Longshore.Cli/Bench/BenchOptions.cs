using Longshore.Cli.Shell;

namespace Longshore.Cli.Bench;

/// <summary>What to measure, and how much of it.</summary>
internal sealed record BenchOptions
{
    /// <summary>Where tasks are kept.</summary>
    public required StoreChoice Store { get; init; }

    public required int Tasks { get; init; }

    public int Agents { get; init; } = 1;

    public int Concurrency { get; init; } = 1;

    public required int Runs { get; init; }

    /// <summary>Tasks that handlers hold in advance; null adapts.</summary>
    public int? Prefetch { get; init; }

    /// <summary>A few capabilities are wanted and had by most; otherwise all are alike.</summary>
    public bool Zipf { get; init; }

    public int Capabilities { get; init; } = 100;

    /// <summary>Submit on one node, handle on another.</summary>
    public bool Across { get; init; }

    /// <summary>Every task belongs to a group and is kept from somebody, so that every claim asks the guards.</summary>
    public bool Guarded { get; init; }

    /// <summary>Every task is unique by a key of its own.</summary>
    public bool Unique { get; init; }

    /// <summary>As many ended tasks as there are to do are deleted meanwhile.</summary>
    public bool Pruning { get; init; }

    /// <summary>Everything is limited, and no limit reached.</summary>
    public bool Limited { get; init; }

    /// <summary>The tasks have so many limit keys, of each of which one may be in progress.</summary>
    public int Keyed { get; init; }

    /// <summary>So many more urgent tasks stand beside it whose limit is full.</summary>
    public int Blocked { get; init; }

    /// <summary>The tasks are of ten namespaces of different shares.</summary>
    public bool Shared { get; init; }

    /// <summary>The tasks are of ten namespaces without shares.</summary>
    public bool Tenants { get; init; }

    /// <summary>All tasks are of one batch, and one of them is its callback.</summary>
    public bool Batch { get; init; }

    /// <summary>How steps depend on each other.</summary>
    public FlowShape Flow { get; init; }

    /// <summary>Steps of one chain.</summary>
    public int Steps { get; init; } = 5;

    /// <summary>Run the bare statements beside it.</summary>
    public bool Bare { get; init; }
}
