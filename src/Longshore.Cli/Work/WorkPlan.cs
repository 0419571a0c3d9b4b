using Longshore.Capabilities;

namespace Longshore.Cli.Work;

/// <summary>What an agent that runs programs was asked to be.</summary>
internal sealed record WorkPlan
{
    public required string Name { get; init; }

    public required IReadOnlyList<Capability> Capabilities { get; init; }

    public required IReadOnlyList<string> Kinds { get; init; }

    public required IReadOnlyList<string> Namespaces { get; init; }

    public required int Concurrency { get; init; }

    public required TimeSpan Lease { get; init; }

    public required bool ExitWhenIdle { get; init; }

    /// <summary>The program, then its arguments.</summary>
    public required IReadOnlyList<string> Program { get; init; }
}
