namespace Longshore.Routing;

/// <summary>One way to choose among the agents that may do a task and have room.</summary>
internal interface IRoutingStrategy
{
    RoutingStrategy Kind { get; }

    /// <summary>The slot chosen, or −1 when nobody has room. Changes nothing but where samples begin.</summary>
    int Choose(in Choice choice);

    /// <summary>What it compares of an agent, for explanations; null when it goes by turn, by name or by lot.</summary>
    double? TotalOf(in Choice choice, int slot);
}
