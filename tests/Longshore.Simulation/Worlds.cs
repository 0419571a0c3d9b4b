using Longshore.Simulation.Checks;
using Longshore.Simulation.Figures;
using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>Small scenarios, and runs of them that are recorded.</summary>
internal static class Worlds
{
    public static Durations Fixed(double seconds) => new() { Distribution = "fixed", MeanSeconds = seconds };

    public static Durations Exponential(double seconds) =>
        new() { Distribution = "exponential", MeanSeconds = seconds };

    public static Arrivals PerHour(double rate) => new() { Process = "poisson", PerHour = rate };

    public static Arrivals At(params double[] seconds) => new() { Process = "trace", AtSeconds = seconds };

    public static WorkKind Kind(string kind, Arrivals arrivals, Durations service) =>
        new() { Kind = kind, Arrivals = arrivals, Service = service };

    public static Scenario World(double days, Crew[] agents, params WorkKind[] kinds) =>
        new() { Name = "a test", Days = days, Agents = agents, Kinds = kinds };

    /// <summary>A week at a load, of which 1 is all the room there is; for a part of it few will do.</summary>
    public static Scenario Week(double load) => World(
        7,
        [
            new Crew { Name = "clerk", Count = 6, Capabilities = ["desk"] },
            new Crew { Name = "expert", Count = 4, Capabilities = ["desk", "law:3"], FailureProbability = 0.01 },
        ],
        Kind("letter", PerHour(7 * load), Exponential(3600)) with
        {
            Requires = ["desk"],
            Priorities = new Dictionary<string, double> { ["0"] = 1, ["5"] = 2, ["10"] = 1 },
        },
        Kind("appeal", PerHour(3 * load), new Durations
        {
            Distribution = "lognormal",
            MeanSeconds = 3600,
            SdSeconds = 5400,
        }) with
        {
            Requires = ["law>=2"],
        });

    /// <summary>A run, with all that happened.</summary>
    public static Recorded Record(Scenario scenario, string method = "pull", long seed = 1)
    {
        var record = new List<Happening>();
        var chosen = Method.Parse(method);
        using var run = new SimulationRun(scenario, chosen, seed);
        var tally = new Tally(run, TimeSpan.FromHours(scenario.WarmUpHours));
        var checks = PromiseChecks.Of(run, chosen == Method.Pull);
        run.Observe(tally, checks, new Recorder(record));
        run.Run(TestContext.Current.CancellationToken);
        return new Recorded(run, record, tally.Figures(method, checks), checks);
    }

    private sealed class Recorder(List<Happening> record) : IObserver
    {
        public void Note(in Happening happening) => record.Add(happening);
    }
}

/// <summary>What came of a run.</summary>
internal sealed record Recorded(
    SimulationRun Run, List<Happening> Record, RunFigures Figures, PromiseChecks Checks)
{
    public IEnumerable<Happening> All(What what) => Record.Where(h => h.What == what);

    /// <summary>Judges a record that was tampered with.</summary>
    public IReadOnlyList<Violation> Judge(IEnumerable<Happening> record, bool isPull = true)
    {
        var checks = PromiseChecks.Of(Run, isPull);
        foreach (var happening in record)
        {
            checks.Note(happening);
        }

        return checks.Violations;
    }
}
