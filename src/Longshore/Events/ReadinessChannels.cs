using System.Security.Cryptography;
using System.Text;

namespace Longshore.Events;

/// <summary>
/// The names of the channels over which nodes tell each other. Databases cut names at 63 bytes or refuse longer ones
/// (T3.4); a longer name is shortened to its beginning and a hash.
/// </summary>
/// <param name="Prefix">What they begin with, so that two installations in one database do not hear each other.</param>
public sealed record ReadinessChannels(string Prefix)
{
    /// <summary>Longest name of a channel, in bytes.</summary>
    public const int NameBytesMax = 63;

    private const int HashDigits = 20;

    /// <summary>Work whose namespace is not known.</summary>
    public string TaskReady { get; init; } = $"{Prefix}.task_ready";

    /// <summary>Tasks whose state somebody other than their holder changed.</summary>
    public string TaskStateChange { get; init; } = $"{Prefix}.task_state_change";

    /// <summary>Namespaces that have their first task.</summary>
    public string NamespaceCreated { get; init; } = $"{Prefix}.namespace_created";

    /// <summary>What nodes have to tell each other besides.</summary>
    public string Control { get; init; } = $"{Prefix}.control";

    /// <summary>The channels that every node listens on.</summary>
    public IReadOnlyList<string> Global => [TaskReady, TaskStateChange, NamespaceCreated, Control];

    /// <summary>Work in one namespace.</summary>
    public string TaskReadyIn(string @namespace) => Fitted($"{TaskReady}.{@namespace}");

    /// <summary>Whether a channel is the one for work of some namespace.</summary>
    public bool IsTaskReadyIn(string channel) =>
        channel.StartsWith(TaskReady + ".", StringComparison.Ordinal)
        || channel.StartsWith(Prefix + ".#", StringComparison.Ordinal);

    // In SQL: left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 20). Two namespaces
    // that share a name wake each other's waiters, no more.
    private string Fitted(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return bytes.Length <= NameBytesMax
            ? name
            : $"{Prefix}.#{Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashDigits]}";
    }
}
