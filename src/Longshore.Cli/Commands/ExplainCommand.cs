using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Explain;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore explain</c>: why something is as it is.</summary>
internal static class ExplainCommand
{
    private static readonly Argument<string> Agent = new("NAME") { Description = "The agent." };
    private static readonly Argument<string> File = new("FILE")
    {
        Description = "A file with one task, in the JSON of the HTTP API; - reads stdin.",
    };

    private static readonly Option<string?> Namespace = Options.Word("--namespace", "Only in this one.", "NAME");

    public static Command Create()
    {
        var task = new ExplainedCommand("task", "Why is my task not picked up?", """
            longshore explain task t-12
            longshore explain task report-2030-01 --namespace billing
            """) { TaskCommand.Id, TaskCommand.Namespace };
        task.SetAction((parsed, ct) => TaskAsync(parsed, ct));
        var agent = new ExplainedCommand("agent", "Why does this agent get nothing?", """
            longshore explain agent painter
            """) { Agent };
        agent.SetAction((parsed, ct) => AgentAsync(parsed, ct));
        var assignment = new ExplainedCommand("assignment", "Whom does the strategy prefer, and why?", """
            longshore explain assignment t-12
            """) { TaskCommand.Id, TaskCommand.Namespace };
        assignment.SetAction((parsed, ct) => AssignmentAsync(parsed, ct));
        var pending = new ExplainedCommand("pending", "Why does everything that waits do so?", """
            longshore explain pending --namespace default
            """) { Namespace };
        pending.SetAction((parsed, ct) => PendingAsync(parsed, ct));
        var file = new ExplainedCommand("file", "What would become of this task? Nothing is submitted.", """
            longshore explain file task.json
            """) { File };
        file.SetAction((parsed, ct) => FileAsync(parsed, ct));
        return new ExplainedCommand("explain", "Tell why something is as it is.", """
            longshore explain task 12
            longshore explain agent painter
            longshore explain pending
            """) { task, agent, assignment, pending, file };
    }

    private static async Task<int> TaskAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var id = await TaskCommand.IdAsync(parsed, connection, ct).ConfigureAwait(false);
        return Show(parsed, await connection.Client.ExplainTaskAsync(id, ct).ConfigureAwait(false));
    }

    private static async Task<int> FileAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var task = await TaskFile.ReadOneAsync(parsed.GetValue(File)!, ct).ConfigureAwait(false);
        return Show(parsed, await connection.Client.DryRunAsync(task, ct).ConfigureAwait(false));
    }

    private static async Task<int> AgentAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var explained = await connection.Client.ExplainAgentAsync(parsed.GetValue(Agent)!, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(AgentExplanationWire.Of(explained));
            return 0;
        }

        Output.Line($"{explained.Agent}: {explained.Sentence}");
        Output.Table(
            ["TASKS", "REASON", "MEANS", "FOR EXAMPLE"],
            explained.Reasons.Select(r => (IReadOnlyList<string>)
                [Output.Number(r.Tasks), r.Obstacle.ToWire(), r.Obstacle.Sentence(), Output.Number(r.Example)]));
        return 0;
    }

    private static async Task<int> AssignmentAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var id = await TaskCommand.IdAsync(parsed, connection, ct).ConfigureAwait(false);
        var explained = await connection.Client.ExplainAssignmentAsync(id, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(AssignmentExplanationWire.Of(explained));
            return 0;
        }

        Output.Line($"strategy {Words.Snake(explained.Strategy)}, held by {explained.Holder ?? "nobody"}");
        Output.Table(
            ["AGENT", "TOTAL", "MATCH", "PERFORMANCE", "FREE", "FAILED IN ROW"],
            explained.Candidates.Select(c => (IReadOnlyList<string>)
            [
                c.Agent, Score(c.Total), Score(c.Match), Score(c.Performance), Score(c.FreeLoad),
                Output.Number(c.FailuresInRow),
            ]));
        return 0;
    }

    private static async Task<int> PendingAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var pending = await connection.Client.ExplainPendingAsync(parsed.GetValue(Namespace), ct)
            .ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new PendingListWire([.. pending.Select(PendingReasonWire.Of)]));
            return 0;
        }

        Output.Table(
            ["TASKS", "NAMESPACE", "KIND", "STEP", "REASON", "MEANS", "FOR EXAMPLE"],
            pending.Select(p => (IReadOnlyList<string>)
            [
                Output.Number(p.Tasks), p.Namespace, p.Kind, p.Step ?? "", Words.Snake(p.Reason), p.Sentence,
                Output.Number(p.Example),
            ]));
        return 0;
    }

    private static int Show(ParseResult parsed, TaskExplanation explained)
    {
        if (parsed.WantsJson())
        {
            Output.Json(TaskExplanationWire.Of(explained));
            return 0;
        }

        Output.Line($"{Words.Snake(explained.Reason)}: {explained.Sentence}");
        if (explained.WaitsFor.Count > 0)
        {
            Output.Table(
                ["WAITS FOR", "TASK", "STATE", "AGENT"],
                explained.WaitsFor.Select(s => (IReadOnlyList<string>)
                    [s.Name, Output.Number(s.TaskId), s.State.ToWire(), s.Agent ?? ""]));
        }

        Output.Table(
            ["FILTER", "AGENTS LEFT"],
            Telling(explained.Funnel).Select(f => (IReadOnlyList<string>)[f.Filter.ToWire(), Output.Number(f.Left)]));
        ShowSteps(explained.Steps);
        foreach (var clause in explained.Clauses)
        {
            Output.Line(string.Create(
                CultureInfo.InvariantCulture, $"{clause.Requirement}: {clause.Agents} agents, {clause.Free} free"));
        }

        foreach (var miss in explained.NearestMisses)
        {
            Output.Line($"near miss: {miss.Agent} lacks {string.Join(", ", miss.Missing)}");
        }

        foreach (var suggestion in explained.Suggestions)
        {
            Output.Line($"suggestion: {suggestion}");
        }

        if (explained.ClaimableBy.Count > 0)
        {
            Output.Line($"claimable by: {string.Join(", ", explained.ClaimableBy)}");
        }

        var wait = explained.EstimatedWait is { } estimate
            ? string.Create(CultureInfo.InvariantCulture, $", about {estimate.TotalSeconds:0} seconds")
            : "";
        Output.Line(string.Create(CultureInfo.InvariantCulture, $"ahead: {explained.Ahead} tasks{wait}"));
        return 0;
    }

    /// <summary>The first filter, those that leave fewer than the one before, and what is left in the end.</summary>
    private static IEnumerable<FunnelStep> Telling(IReadOnlyList<FunnelStep> funnel) =>
        funnel.Where((f, i) => i == 0 || i == funnel.Count - 1 || f.Left < funnel[i - 1].Left);

    private static void ShowSteps(IReadOnlyList<StepExplanation> steps)
    {
        if (steps.Count > 0)
        {
            Output.Table(
                ["STEP", "ASKS FOR", "ONLY", "ABLE", "PRESENT", "STANDS"],
                steps.Select(s => (IReadOnlyList<string>)
                [
                    Output.Number(s.Step),
                    (s.Requires.Count == 0 ? "nothing" : string.Join(", ", s.Requires))
                        + (s.MinimumMatch < 1
                            ? string.Create(CultureInfo.InvariantCulture, $" ({s.MinimumMatch:0.##} of it)")
                            : ""),
                    s.OnlyAgent ?? "", Output.Number(s.Able), Output.Number(s.Present), s.Sentence,
                ]));
        }
    }

    private static string Score(double? score) => score?.ToString("0.000", CultureInfo.InvariantCulture) ?? "";
}
