namespace Longshore.Simulation.Checks;

/// <summary>Judges whether a record keeps a promise of the engine.</summary>
internal abstract class Promise
{
    private const int ViolationsMax = 20;
    private readonly List<Violation> _violations = [];

    /// <summary>Its number in the architecture: G4 to G8.</summary>
    public abstract string Name { get; }

    /// <summary>How often it was put to the test.</summary>
    public long Looks { get; private set; }

    /// <summary>The first that were found.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>Looks at what happens next, before the ledger takes it down.</summary>
    public abstract void Look(Ledger before, in Happening next);

    protected void Looked() => Looks++;

    protected void Broken(in Happening next, string how)
    {
        if (_violations.Count < ViolationsMax)
        {
            _violations.Add(new Violation(Name, next.AtUs, next.Task, next.Agent, how));
        }
    }
}

/// <summary>A promise that was not kept.</summary>
/// <param name="Promise">Which.</param>
/// <param name="AtUs">When, in microseconds since 1970.</param>
/// <param name="Task">By which task.</param>
/// <param name="Agent">By which agent.</param>
/// <param name="How">What happened.</param>
internal sealed record Violation(string Promise, long AtUs, SimulatedTask? Task, SimulatedAgent? Agent, string How)
{
    public override string ToString() =>
        $"{Promise}: {Task?.Kind.Spec.Kind} {Task?.Number}, {Agent?.Agent}: {How}";
}

/// <summary>Every promise over one record.</summary>
internal sealed class PromiseChecks(Ledger ledger, bool isPull) : IObserver
{
    private readonly Promise[] _all =
    [
        new OnlyWhoMay(), new WithinRoom(), .. isPull ? [new BoundedOvertaking()] : Array.Empty<Promise>(),
        new CountedAttempts(), new NoBlocking(isPull),
    ];

    public IReadOnlyList<Promise> All => _all;

    public IReadOnlyList<Violation> Violations => [.. _all.SelectMany(promise => promise.Violations)];

    public static PromiseChecks Of(SimulationRun run, bool isPull) =>
        new(new Ledger(run.Agents, run.Kinds, run.Rules), isPull);

    public void Note(in Happening happening)
    {
        foreach (var promise in _all)
        {
            promise.Look(ledger, happening);
        }

        ledger.Apply(happening);
    }
}
