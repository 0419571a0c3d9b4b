using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Engine;
using Longshore.Simulation.Scenarios;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Simulation;

/// <summary>
/// An agent of a run. It waits in the engine's own waiting room and asks for as much as it has room for, whenever it is
/// at work.
/// </summary>
internal sealed class SimulatedAgent(int index, string name, Crew crew) : Claimant(name, [])
{
    /// <summary>Its place among all agents.</summary>
    public int Index { get; } = index;

    public Crew Crew { get; } = crew;

    /// <summary>What it can do, in canonical form.</summary>
    public IReadOnlyList<Capability> Capabilities { get; } =
        Capability.Canonical(crew.Capabilities.Select(text => Capability.Parse(text)));

    /// <summary>What it holds, offers included.</summary>
    public List<SimulatedTask> Held { get; } = [];

    /// <summary>It is its time to work.</summary>
    public bool IsOnShift { get; set; }

    /// <summary>It went down and is not back yet.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often it went down: each life is a session of its own.</summary>
    public int Lives { get; set; } = 1;

    /// <summary>It is among those counted as having room.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Failures since it last completed something.</summary>
    public int FailuresInRow { get; set; }

    public bool HasRoom => IsOnShift && !IsDown && Held.Count < Crew.MaxConcurrent;

    /// <summary>Takes the grants of a claim, when the engine serves it.</summary>
    public required Action<SimulatedAgent, IReadOnlyList<Grant>> OnGranted { get; init; }

    public override int Want => Math.Max(1, Crew.MaxConcurrent - Held.Count);

    public AgentRegistration Registration => new()
    {
        Name = Agent,
        Capabilities = Capabilities,
        Kinds = Crew.Kinds,
        PriorityLevels = Crew.PriorityLevels,
        MaxConcurrent = Crew.MaxConcurrent,
        Principal = Crew.Principal,
        Reputation = Crew.Reputation,
        Session = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Agent}-{Lives}"),
    };

    public double SpeedWith(SimulatedKind kind) => Crew.Speeds.GetValueOrDefault(kind.Spec.Kind, Crew.Speed);

    public override ClaimRequest? NextRequest() => HasRoom
        ? new ClaimRequest { Agent = Agent, Max = Crew.MaxConcurrent - Held.Count, Lease = Limits.LeaseMax }
        : null;

    public override ClaimantNext Answer(ClaimOutcome outcome)
    {
        OnGranted(this, outcome.Grants);
        return HasRoom ? ClaimantNext.Park : ClaimantNext.Done;
    }

    public override void Fail(LongshoreException error) => throw error;
}
