namespace Longshore.Storage;

/// <summary>The nodes that share a store, as far as they say that they are there.</summary>
public interface INodeStore
{
    /// <summary>
    /// A node says that it is there and what it waits for. Its name is its own as long as it is heard of: while another
    /// session of that name was heard of within <paramref name="timeout"/>, it is refused, unless it
    /// <see cref="NodeBeat.TakesOver"/>. Forgets nodes silent for ten times that.
    /// </summary>
    /// <param name="beat">Who, and what it waits for.</param>
    /// <param name="timeout">After this silence a session counts as gone.</param>
    /// <param name="nowUs">The instant; null for the store's own.</param>
    /// <param name="ct">Ends the call.</param>
    ValueTask<NodeBeatOutcome> BeatAsync(
        NodeBeat beat, TimeSpan timeout, long? nowUs = null, CancellationToken ct = default);

    /// <summary>A node stops. Nothing happens when the name belongs to another session by now.</summary>
    ValueTask LeaveAsync(string name, string session, CancellationToken ct = default);

    /// <summary>Every node that is known, by name, silent ones included.</summary>
    ValueTask<IReadOnlyList<NodeRecord>> ListAsync(CancellationToken ct = default);
}

/// <summary>What a node says of itself.</summary>
public sealed record NodeBeat
{
    /// <summary>Its name among those that share the store.</summary>
    public required string Name { get; init; }

    /// <summary>This run of it.</summary>
    public required string Session { get; init; }

    /// <summary>Longshore's version there.</summary>
    public required string Version { get; init; }

    /// <summary>How it learns of work, in wire spelling.</summary>
    public required string Mode { get; init; }

    /// <summary>The namespaces somebody waits for there; others tell it of work in these.</summary>
    public IReadOnlyList<string> Interests { get; init; } = [];

    /// <summary>It takes the name, whoever has it: a run that begins.</summary>
    public bool TakesOver { get; init; }
}

/// <summary>The answer to a node that says it is there.</summary>
/// <param name="Accepted">False: another session has the name.</param>
/// <param name="NowUs">The store's time, in microseconds since 1970.</param>
public readonly record struct NodeBeatOutcome(bool Accepted, long NowUs);

/// <summary>A node as the store knows it. Instants are the store's.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Session">Its present run.</param>
/// <param name="Version">Longshore's version there.</param>
/// <param name="Mode">How it learns of work, in wire spelling.</param>
/// <param name="Interests">The namespaces somebody waits for there, in order.</param>
/// <param name="StartedUs">When this run was first heard of.</param>
/// <param name="HeardUs">When it was last heard of.</param>
public sealed record NodeRecord(
    string Name,
    string Session,
    string Version,
    string Mode,
    IReadOnlyList<string> Interests,
    long StartedUs,
    long HeardUs);
