namespace Longshore.Events;

/// <summary>
/// How a node learns of work that other nodes made possible (S3.42). What happens on the node itself is handed over
/// directly in every mode, and timers for delayed work and retries run in every mode.
/// </summary>
public enum NodeMode
{
    /// <summary>By notifications alone (S3.43). What a lost one told of waits for the next.</summary>
    EventDrivenOnly = 0,

    /// <summary>By notifications, and from time to time a look at what was left behind (S3.44).</summary>
    Hybrid = 1,

    /// <summary>
    /// By looking alone (S3.45), from four times a second while there is work down to once in five seconds while there
    /// is none.
    /// </summary>
    PollingOnly = 2,
}

/// <summary>How modes are written.</summary>
public static class NodeModes
{
    /// <summary>The mode's name in snake_case.</summary>
    public static string ToWire(this NodeMode mode) => mode switch
    {
        NodeMode.EventDrivenOnly => "event_driven_only",
        NodeMode.PollingOnly => "polling_only",
        _ => "hybrid",
    };

    /// <summary>The mode of this name.</summary>
    /// <exception cref="LongshoreException">invalid_input: there is none; the message names them all.</exception>
    public static NodeMode Parse(string text) =>
        Enum.GetValues<NodeMode>().Cast<NodeMode?>().FirstOrDefault(mode => mode!.Value.ToWire() == text)
        ?? throw LongshoreException.Invalid(
            "mode", $"'{text}' is none of event_driven_only, hybrid, polling_only");
}
