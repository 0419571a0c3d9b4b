using Longshore.Simulation.Checks;
using Longshore.Simulation.Figures;
using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>Runs a scenario by several methods with the same tasks, and checks every run.</summary>
internal static class Simulator
{
    /// <summary>The figures of each method, in the order given. Runs as many at once as there are processors.</summary>
    public static IReadOnlyList<RunFigures> Run(
        Scenario scenario, IReadOnlyList<Method> methods, long seed, CancellationToken ct = default)
    {
        var figures = new RunFigures[methods.Count];
        var options = new ParallelOptions
        {
            CancellationToken = ct,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        };
        Parallel.For(0, methods.Count, options, i => figures[i] = Run(scenario, methods[i], seed, ct));
        return figures;
    }

    /// <summary>One run.</summary>
    public static RunFigures Run(Scenario scenario, Method method, long seed, CancellationToken ct = default)
    {
        using var run = new SimulationRun(scenario, method, seed);
        var tally = new Tally(run, TimeSpan.FromHours(scenario.WarmUpHours));
        var checks = PromiseChecks.Of(run, method.IsPull);
        run.Observe(tally, checks);
        run.Run(ct);
        return tally.Figures(method.Word, checks);
    }
}
