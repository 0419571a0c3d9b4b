using System.CommandLine;
using System.Text;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Planning;
using Longshore.Routing;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore assign plan</c>, <c>compare</c> and <c>apply</c>: a server's tasks, many at once.</summary>
internal static class PlanCommands
{
    private static readonly Option<string?> Namespace = Options.Word(
        "--namespace", "Plan the tasks of this one; default when missing.", "NAME");

    private static readonly Option<string> Method = new Option<string>("--method")
    {
        Description = "greedy: in order, each to the best agent left; optimal: the best plan, proven; "
            + "candidates: the best among each task's few best agents, with the gap that leaves.",
        DefaultValueFactory = _ => "optimal",
    }.AcceptOnlyFromAmong("greedy", "optimal", "candidates");

    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "At most so many tasks, the most urgent: 1 to 10000; 100 when missing.");

    private static readonly Option<string[]> Kinds = Options.Words("--kind", "Only this kind; repeatable.", "KIND");

    private static readonly Option<int?> MinPriority = Options.Whole("--min-priority", "At least this priority.");

    private static readonly Option<string[]> Codes = Options.Words(
        "--code", "Exactly the tasks with these codes; repeatable.", "CODE");

    private static readonly Option<double?> MinimumMatch = Options.Number(
        "--minimum-match", "The part of its requirements that a task's agent must meet; 0.5 when missing.");

    private static readonly Option<int?> Candidates = Options.Whole(
        "--candidates", "Agents weighed for each task by the method candidates; 32 when missing.");

    private static readonly Option<bool> Prices = new("--prices")
    {
        Description = "Also tell what one more place with an agent, and one more agent, would add.",
    };

    private static readonly Option<string?> PlanFile = Options.Word(
        "--plan", "Apply this plan, as printed by plan --json; - reads stdin. Without it, plan now.", "FILE");

    public static Command Plan()
    {
        var command = Command("plan", "Plan who should do what; nothing is given out.", """
            longshore assign plan
            longshore assign plan --method greedy --limit 500 --kind scan
            longshore assign plan --prices
            longshore assign plan --size survey=6 --size report=2.5 --budget 40 --agent-budget ann=20
            longshore assign plan --json > plan.json
            """);
        command.Add(Method);
        command.Add(Candidates);
        command.Add(Prices);
        command.SetAction(PlanAsync);
        return command;
    }

    public static Command Compare()
    {
        var command = Command("compare", "Show the greedy plan beside the best one.", """
            longshore assign compare
            longshore assign compare --limit 1000 --json
            """);
        command.SetAction(CompareAsync);
        return command;
    }

    public static Command Apply()
    {
        var command = Command("apply", "Offer every task of a plan to its agent, in one step.", """
            longshore assign apply --plan plan.json
            longshore assign apply --namespace default --limit 50 --actor ann
            """);
        command.Add(Method);
        command.Add(Candidates);
        command.Add(PlanFile);
        command.Add(TaskHolderCommands.Actor);
        command.SetAction(ApplyAsync);
        return command;
    }

    private static ExplainedCommand Command(string name, string description, string examples)
    {
        var command = new ExplainedCommand(name, description, examples)
        {
            Namespace, Limit, Kinds, MinPriority, Codes, MinimumMatch,
        };
        PlanSizeOptions.AddTo(command);
        return command;
    }

    private static async Task<int> PlanAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var request = await RequestAsync(parsed, ct).ConfigureAwait(false);
        request = request with { Prices = parsed.GetValue(Prices) };
        var plan = await connection.Client.PlanAsync(request, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(AssignmentPlanWire.Of(plan));
            return 0;
        }

        PlanText.Write(plan);
        return 0;
    }

    private static async Task<int> CompareAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var request = await RequestAsync(parsed, ct).ConfigureAwait(false);
        var both = await connection.Client.ComparePlansAsync(request, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(PlanComparisonWire.Of(both));
            return 0;
        }

        PlanText.Write(both);
        return 0;
    }

    private static async Task<int> ApplyAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var plan = parsed.GetValue(PlanFile) is { } file
            ? await ReadAsync(file, ct).ConfigureAwait(false)
            : await PlanAsync(connection, parsed, ct).ConfigureAwait(false);
        var applied = plan.Assignments.Count == 0
            ? new AppliedPlan([])
            : await connection.Client
                .ApplyPlanAsync(plan.Assignments, TaskHolderCommands.ActorOf(parsed), ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(AppliedPlanWire.Of(applied));
            return 0;
        }

        PlanText.Write(applied, plan.Assignments);
        return 0;
    }

    private static async Task<AssignmentPlan> PlanAsync(
        Connection connection, ParseResult parsed, CancellationToken ct) =>
        await connection.Client.PlanAsync(await RequestAsync(parsed, ct).ConfigureAwait(false), ct)
            .ConfigureAwait(false);

    private static async Task<AssignmentPlan> ReadAsync(string file, CancellationToken ct)
    {
        var text = file == "-"
            ? Encoding.UTF8.GetBytes(await Console.In.ReadToEndAsync(ct).ConfigureAwait(false))
            : await File.ReadAllBytesAsync(file, ct).ConfigureAwait(false);
        return WireJson.Read<AssignmentPlanWire>(text).ToPlan();
    }

    private static async Task<PlanRequest> RequestAsync(ParseResult parsed, CancellationToken ct)
    {
        var usual = new PlanRequest();
        return new PlanRequest
        {
            Namespace = parsed.GetValue(Namespace) ?? usual.Namespace,
            Method = Words.Parse<PlanMethod>(parsed.GetValue(Method) ?? "optimal", "--method"),
            Limit = parsed.GetValue(Limit) ?? usual.Limit,
            Kinds = parsed.GetValue(Kinds) ?? [],
            MinPriority = parsed.GetValue(MinPriority),
            Codes = parsed.GetValue(Codes) ?? [],
            MinimumMatch = parsed.GetValue(MinimumMatch) ?? usual.MinimumMatch,
            Candidates = parsed.GetValue(Candidates) ?? usual.Candidates,
            Sizes = await PlanSizeOptions.ReadAsync(parsed, ct).ConfigureAwait(false),
        };
    }
}
