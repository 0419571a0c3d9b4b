using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>How a node learns of work that other nodes made possible.</summary>
/// <param name="Mode">event_driven_only, hybrid or polling_only.</param>
public sealed record NodeModeWire(string Mode);

/// <summary>The nodes that share a store.</summary>
/// <param name="Nodes">Every one that is known, by name, silent ones included.</param>
public sealed record NodeListWire(IReadOnlyList<NodeWire> Nodes);

/// <summary>A node as the store knows it; the instants are the store's.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Session">Its present run.</param>
/// <param name="Version">Longshore's version there.</param>
/// <param name="Mode">event_driven_only, hybrid or polling_only.</param>
/// <param name="Interests">The namespaces of which others tell it.</param>
/// <param name="StartedAt">When this run was first heard of.</param>
/// <param name="HeardAt">When it was last heard of.</param>
public sealed record NodeWire(
    string Name,
    string Session,
    string Version,
    string Mode,
    IReadOnlyList<string> Interests,
    DateTimeOffset StartedAt,
    DateTimeOffset HeardAt)
{
    internal static NodeWire Of(NodeRecord node) => new(
        node.Name,
        node.Session,
        node.Version,
        node.Mode,
        node.Interests,
        UnixTime.FromMicroseconds(node.StartedUs),
        UnixTime.FromMicroseconds(node.HeardUs));

    internal NodeRecord ToRecord() => new(
        Name, Session, Version, Mode, Interests, StartedAt.ToMicroseconds(), HeardAt.ToMicroseconds());
}
