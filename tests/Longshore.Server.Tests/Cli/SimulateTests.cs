using System.Globalization;
using System.Xml.Linq;

namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore simulate</c>: the report in its three forms, and how bad scenarios are refused.</summary>
public sealed class SimulateTests : IDisposable
{
    private const string Day = """
        {
          "name": "Two desks & a <door>", "days": 2,
          "agents": [
            { "name": "clerk", "count": 2, "capabilities": ["desk"] },
            { "name": "expert", "capabilities": ["desk", "law:3"], "shifts": [{ "from": "08:00", "to": "16:00" }] }
          ],
          "kinds": [
            {
              "kind": "letter", "requires": ["desk"], "priorities": { "3": 1, "8": 1 },
              "arrivals": { "process": "poisson", "per_hour": 12 },
              "service": { "distribution": "exponential", "mean_seconds": 600 }
            },
            {
              "kind": "appeal", "requires": ["law>=2"], "patience": { "distribution": "fixed", "mean_seconds": 3600 },
              "arrivals": { "process": "interval", "every_seconds": 2400 },
              "service": { "distribution": "uniform", "from_seconds": 60, "to_seconds": 1200 }
            }
          ]
        }
        """;

    private static readonly Uri Nobody = new("http://127.0.0.1:1/");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-simulate");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_method_is_compared_and_every_promise_checked()
    {
        var answer = (await Simulate(Day, "--json")).Succeeded().Json;

        var runs = answer["runs"]!.AsArray();
        runs.Select(run => (string)run!["method"]!).ShouldBe(
            [
                "pull", "round_robin", "least_loaded", "performance_weighted", "hybrid", "first_available", "random",
                "best_match", "specialists_first", "plan",
            ]);
        foreach (var run in runs)
        {
            var all = run!["all"]!;
            Sum(all, "done", "failed", "abandoned", "expired", "open").ShouldBe((long)all["arrived"]!);
            ((double)all["wait_p95_seconds"]!).ShouldBeGreaterThan((double)all["wait_p50_seconds"]!);
            ((double)run["fairness"]!).ShouldBeInRange(0.3, 1);
            run["promises"]!.AsArray().ShouldAllBe(promise => (int)promise!["violations"]! == 0);
        }

        var law = runs[0]!["pressure"]!.AsArray().Single(p => (string)p!["requires"]! == "law>=2")!;
        ((int)law["agents"]!).ShouldBe(1);
        ((double)law["capacity_hours"]!).ShouldBe(16);
        ((double)law["pressure"]!).ShouldBeGreaterThan(0.6);
    }

    [Fact]
    public async Task Same_seed_same_report_to_the_byte()
    {
        var first = (await Simulate(Day, "--seed", "5", "--each-agent")).Succeeded().Output;
        var again = (await Simulate(Day, "--seed", "5", "--each-agent")).Succeeded().Output;
        var other = (await Simulate(Day, "--seed", "6", "--each-agent")).Succeeded().Output;

        again.ShouldBe(first);
        other.ShouldNotBe(first);
        first.ShouldContain("Two desks & a <door>: 2 days, 3 agents, seed 5");
        first.ShouldContain("clerk-2");
        first.ShouldContain("checked at every step: G4");
    }

    [Fact]
    public async Task The_plot_is_a_drawing_with_labelled_axes()
    {
        var file = Path.Combine(_folder.FullName, "day.svg");

        (await Simulate(Day, "--strategy", "pull,hybrid", "--plot", file)).Succeeded();

        var svg = XDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Root!;
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        foreach (var text in new[]
        {
            "Two desks & a <door>", "pull", "hybrid", "letter", "appeal", "minutes", "hours since the beginning",
            "of the time at work", "of the room", "law>=2 (1)",
        })
        {
            texts.ShouldContain(text);
        }

        var width = double.Parse(svg.Attribute("width")!.Value, CultureInfo.InvariantCulture);
        svg.Descendants().Attributes("cx").ShouldAllBe(x => Inside(x.Value, width));
        svg.Descendants().Attributes("x2").ShouldAllBe(x => Inside(x.Value, width));
    }

    [Theory]
    [InlineData("capabilities", "capabilites", "day.json: agents[0].capabilites: there is no member")]
    [InlineData("\"desk\"]", "\"desk:0\"]", "day.json: agents[0].capabilities[0]")]
    [InlineData("exponential", "lognormal", "day.json: kinds[0].service.sd_seconds: is required")]
    public async Task Bad_scenarios_are_refused_in_one_line_that_names_the_place(
        string good, string bad, string message)
    {
        var run = await Simulate(Day.Replace(good, bad, StringComparison.Ordinal));

        run.FailedWith(1).ShouldStartWith($"longshore: {message}");
    }

    [Fact]
    public async Task Unknown_strategies_are_refused_with_those_there_are()
    {
        var run = await Simulate(Day, "--strategy", "fastest");

        run.FailedWith(1).ShouldContain("'fastest' is none of pull, round_robin");
    }

    private static long Sum(System.Text.Json.Nodes.JsonNode of, params string[] names) =>
        names.Sum(name => (long)of[name]!);

    private static bool Inside(string x, double width) =>
        double.Parse(x, CultureInfo.InvariantCulture) is var value && value >= 0 && value <= width;

    private async Task<CliRun> Simulate(string scenario, params string[] options)
    {
        var path = Path.Combine(_folder.FullName, "day.json");
        await File.WriteAllTextAsync(path, scenario, TestContext.Current.CancellationToken);
        return await CliRun.OfAsync(Nobody, ["simulate", path, .. options]);
    }
}
