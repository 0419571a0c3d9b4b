using System.CommandLine;
using System.Globalization;
using System.Text;
using Longshore.Cli.Shell;
using Longshore.Cli.Simulate;
using Longshore.Simulation;
using Longshore.Simulation.Scenarios;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore simulate</c>: what would become of a day's work, by each way of giving it out.</summary>
internal static class SimulateCommand
{
    private const int FileBytesMax = 64 << 20;
    private const string EveryMethod = "all";

    private static readonly Argument<string> FileName = new("SCENARIO.json")
    {
        Description = "Who works and what there is to do; docs/simulation.md.",
    };

    private static readonly Option<string> Strategy = new("--strategy")
    {
        Description = $"Which to compare, with commas: {string.Join(", ", Method.All.Select(m => m.Word))}; or all.",
        HelpName = "A,B,…",
        DefaultValueFactory = _ => EveryMethod,
    };

    private static readonly Option<long> Seed = new("--seed")
    {
        Description = "What chance does. Same scenario and seed: same report, to the byte.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> Plot = Options.Word("--plot", "Draw the report too.", "FILE.svg");

    private static readonly Option<bool> EachAgent = new("--each-agent") { Description = "Tell of each agent, too." };

    private static readonly Option<bool> Speed = new("--speed")
    {
        Description = "Tell at the end how fast the simulation ran.",
    };

    public static Command Create()
    {
        const string About = "Try in virtual time who would wait how long, by each way of giving out work.";
        var command = new ExplainedCommand("simulate", About, """
            longshore simulate bank-day.json
            longshore simulate bank-day.json --strategy pull,hybrid --seed 7 --plot bank-day.svg
            longshore simulate bank-day.json --json
            """)
        {
            FileName, Strategy, Seed, Plot, EachAgent, Speed,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var methods = MethodsOf(parsed.GetValue(Strategy)!);
        var scenario = await ReadAsync(parsed.GetValue(FileName)!, ct).ConfigureAwait(false);
        var started = TimeProvider.System.GetTimestamp();
        var seed = parsed.GetValue(Seed);
        var report = SimulationReport.Of(scenario, seed, Simulator.Run(scenario, methods, seed, ct));
        var took = TimeProvider.System.GetElapsedTime(started);
        if (parsed.GetValue(Plot) is { } file)
        {
            await File.WriteAllTextAsync(file, SimulationPlot.Draw(report), new UTF8Encoding(false), ct)
                .ConfigureAwait(false);
        }

        if (parsed.WantsJson())
        {
            Output.Json(report);
        }
        else
        {
            SimulationText.Write(report, parsed.GetValue(EachAgent));
        }

        if (parsed.GetValue(Speed))
        {
            var agentDays = report.Agents * report.Days * methods.Count;
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"simulated {agentDays:0.#} agent-days in {took.TotalSeconds:0.00} s: "
                + $"{agentDays / took.TotalSeconds:0} a second")).ConfigureAwait(false);
        }

        return report.IsKept ? 0 : CommandLine.Failure;
    }

    private static List<Method> MethodsOf(string words) => words == EveryMethod
        ? [.. Method.All]
        : [.. words.Split(',', StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).Select(Method.Parse)];

    private static async Task<Scenario> ReadAsync(string path, CancellationToken ct)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length > FileBytesMax)
        {
            throw LongshoreException.Invalid(path, $"has {file.Length} bytes; at most {FileBytesMax} are read");
        }

        var bytes = await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false);
        try
        {
            return ScenarioRules.Read(bytes.AsSpan().TrimStart("\uFEFF"u8));
        }
        catch (LongshoreException e)
        {
            throw new LongshoreException(e.Code, $"{Path.GetFileName(path)}: {e.Message}", e.Field, e);
        }
    }
}
