using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>
/// A task of a run. All that chance has to say about it is drawn from a stream of its own, so that every method is
/// tried with the same tasks.
/// </summary>
internal sealed class SimulatedTask
{
    public SimulatedTask(long number, SimulatedKind kind, long arrivedUs, long seed, string? item)
    {
        Number = number;
        Kind = kind;
        ArrivedUs = arrivedUs;
        Chance = Chance.Of(seed, kind.Index + 1, number);
        Item = item;
        Priority = kind.DrawPriority(Chance);
        NominalUs = Math.Max(1, kind.Spec.Service.DrawUs(Chance));
        PatienceUs = kind.Spec.Patience?.DrawUs(Chance);
        IsPoison = Chance.Unit() < kind.Spec.PoisonProbability;
    }

    /// <summary>Unique in the run among tasks of its kind; equal in runs of one scenario and seed.</summary>
    public long Number { get; }

    public SimulatedKind Kind { get; }

    public long ArrivedUs { get; }

    public int Priority { get; }

    /// <summary>What it is about, where several steps are about one thing.</summary>
    public string? Item { get; }

    /// <summary>How long the work takes an agent of speed 1.</summary>
    public long NominalUs { get; }

    public long? PatienceUs { get; }

    /// <summary>It takes down every agent that tries it.</summary>
    public bool IsPoison { get; }

    public Chance Chance { get; }

    /// <summary>Its id in the store, once it is there.</summary>
    public long Id { get; set; }

    /// <summary>The epoch of the grant that holds it; 0 when nobody does.</summary>
    public int Epoch { get; set; }

    /// <summary>Who holds it.</summary>
    public SimulatedAgent? Holder { get; set; }

    /// <summary>How often it was given to somebody.</summary>
    public int Gifts { get; set; }

    /// <summary>When it was given last, its holder held nothing else.</summary>
    public bool WasGivenAlone { get; set; }

    /// <summary>Somebody began it, once.</summary>
    public bool WasBegun { get; set; }

    /// <summary>Since when its present holder works on it; 0 before.</summary>
    public long BegunUs { get; set; }

    /// <summary>Waits to be given out now.</summary>
    public bool IsReady { get; set; }

    public bool IsEnded { get; set; }
}

/// <summary>A kind of a run.</summary>
internal sealed class SimulatedKind(int index, WorkKind spec)
{
    private readonly (int Priority, double Below)[] _priorities = Cumulate(spec);

    /// <summary>Its place in the scenario.</summary>
    public int Index { get; } = index;

    public WorkKind Spec { get; } = spec;

    /// <summary>What is required of agents, in canonical form.</summary>
    public IReadOnlyList<Capabilities.Requirement> Requires { get; } =
        Capabilities.Requirement.Canonical(spec.Requires.Select(text => Capabilities.Requirement.Parse(text)));

    /// <summary>The kinds that follow when one of these is done.</summary>
    public List<SimulatedKind> Followers { get; } = [];

    /// <summary>It is one of several steps about an item.</summary>
    public bool IsStep => Spec.After is not null || Followers.Count > 0;

    public int DrawPriority(Chance chance)
    {
        if (_priorities.Length == 0)
        {
            return Spec.Priority;
        }

        var drawn = chance.Unit() * _priorities[^1].Below;
        return Array.Find(_priorities, p => drawn < p.Below).Priority;
    }

    private static (int Priority, double Below)[] Cumulate(WorkKind spec)
    {
        var below = 0.0;
        return
        [
            .. spec.Priorities
                .Select(p => (Priority: int.Parse(p.Key, System.Globalization.CultureInfo.InvariantCulture), p.Value))
                .OrderBy(p => p.Priority)
                .Select(p => (p.Priority, below += p.Value)),
        ];
    }
}
