namespace Longshore.Routing;

/// <summary>Where the routing of one namespace and step or kind stands.</summary>
internal sealed class RouteCursor
{
    /// <summary>
    /// The agent that was given the last task, by name, or null: what the caller keeps so that turns go on after a
    /// restart (T1.12).
    /// </summary>
    public string? LastAgent { get; set; }

    /// <summary>The slot from which the next sample is taken, so that everybody gets into one.</summary>
    public int SampleFrom { get; set; }
}
