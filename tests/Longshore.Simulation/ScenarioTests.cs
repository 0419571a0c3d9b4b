using System.Text;
using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>What a scenario's file must be like, and how refusals tell where it is not.</summary>
public sealed class ScenarioTests
{
    private const string Agents = """[{ "name": "agent" }]""";

    private const string Kinds = """
        [{ "kind": "work", "arrivals": { "process": "poisson", "per_hour": 1 },
           "service": { "distribution": "exponential", "mean_seconds": 60 } }]
        """;

    public static TheoryData<string, string, string> Refusals => new()
    {
        {
            Agents.Replace("name", "nmae", StringComparison.Ordinal),
            Kinds,
            "there is no member 'nmae' here; did you mean 'name'?"
        },
        { "[]", Kinds, "agents.length: must be from 1 to 10000, not 0" },
        { """[{ "name": "a" }]""", Kinds, "agents[0].name: an agent name has 3 to 50 characters" },
        {
            """[{ "name": "agent" }, { "name": "agent" }]""",
            Kinds,
            "agents[1].name: there is an agent 'agent' already"
        },
        { """[{ "name": "agent", "capabilities": ["ok", "sql:x"] }]""", Kinds, "agents[0].capabilities[1]" },
        { """[{ "name": "agent", "speed": 0 }]""", Kinds, "agents[0].speed: must be from 0.001 to 1000, not 0" },
        {
            """[{ "name": "agent", "speeds": { "wrok": 2 } }]""",
            Kinds,
            "agents[0].speeds: there is no kind 'wrok' here; did you mean 'work'?"
        },
        {
            """[{ "name": "agent", "shifts": [{ "from": "8:00", "to": "16:00" }] }]""",
            Kinds,
            "agents[0].shifts[0].from: '8:00' is no time of day"
        },
        {
            """[{ "name": "agent", "shifts": [{ "days": ["mon"], "from": "08:00", "to": "16:00" }] }]""",
            Kinds,
            "agents[0].shifts[0].days[0]: 'mon' is none of monday"
        },
        {
            Agents,
            Kinds.Replace("\"mean_seconds\": 60", "\"sd_seconds\": 60", StringComparison.Ordinal),
            "kinds[0].service.mean_seconds: is required"
        },
        {
            Agents,
            Kinds.Replace("exponential", "gamma", StringComparison.Ordinal),
            "kinds[0].service.distribution: 'gamma' is none of"
        },
        {
            Agents,
            Kinds.Replace("poisson", "often", StringComparison.Ordinal),
            "kinds[0].arrivals.process: 'often' is none of"
        },
        {
            Agents,
            Kinds.Replace("\"per_hour\": 1", "\"per_hour\": 1, \"profile\": [1, 2]", StringComparison.Ordinal),
            "kinds[0].arrivals.profile: has 2 numbers"
        },
        { Agents, Kinds.Replace("\"kind\": \"work\",", "", StringComparison.Ordinal), "kinds[0].kind: is required" },
        {
            Agents,
            """[{ "kind": "a", "after": "a", "service": { "distribution": "fixed", "mean_seconds": 1 } }]""",
            "kinds[0].after: follows itself"
        },
        {
            Agents,
            """[{ "kind": "a", "service": { "distribution": "fixed", "mean_seconds": 1 } }]""",
            "kinds[0]: needs either arrivals, or after"
        },
        {
            Agents,
            Kinds.Replace("\"kind\": \"work\",", "\"kind\": \"work\", \"priority\": 11,", StringComparison.Ordinal),
            "kinds[0].priority: must be from 0 to 10, not 11"
        },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Refusals_name_the_place_and_what_would_do(string agents, string kinds, string message) =>
        Should.Throw<LongshoreException>(() => Read(agents, kinds))
            .ShouldSatisfyAllConditions(
                e => e.Code.ShouldBe(ErrorCode.InvalidInput),
                e => e.Message.ShouldContain(message));

    [Fact]
    public void Rules_are_those_of_a_namespace_and_refused_alike()
    {
        var file = $$"""{ "name": "x", "rules": { "order": "lifo" }, "agents": {{Agents}}, "kinds": {{Kinds}} }""";

        Should.Throw<LongshoreException>(() => ScenarioRules.Read(Encoding.UTF8.GetBytes(file)))
            .Message.ShouldStartWith("rules.order: 'lifo' is none of");
    }

    [Fact]
    public void The_sample_can_be_run_and_every_promise_is_kept()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Samples", "bank-day.json");
        var scenario = ScenarioRules.Read(File.ReadAllBytes(file));

        var runs = Simulator.Run(scenario, Method.All, 1, TestContext.Current.CancellationToken);

        runs.Select(run => run.Method).ShouldBe(Method.All.Select(method => method.Word));
        runs.ShouldAllBe(run => run.Promises.All(p => p.Violations == 0));
        runs.ShouldAllBe(run => run.All.Done > 1000 && run.All.Arrived < 1500);
        runs[0].Agents.Count.ShouldBe(13);
    }

    private static Scenario Read(string agents, string kinds) => ScenarioRules.Read(
        Encoding.UTF8.GetBytes($$"""{ "name": "x", "agents": {{agents}}, "kinds": {{kinds}} }"""));
}
