using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Explain;
using Longshore.Planning;

namespace Longshore.Cli.Commands;

/// <summary>Plans, and what became of them, for people.</summary>
internal static class PlanText
{
    public static void Write(AssignmentPlan plan)
    {
        var size = Text($"{plan.Assignments.Count} of {plan.Tasks} tasks for {plan.Agents} agents, {plan.Pairs} pairs");
        Output.Line(Text($"{size}: total {plan.Total:0.000}{Proof(plan)}"));
        if (plan.Assignments.Count > 0)
        {
            // Without sizes there is nothing to tell of units.
            var isSized = plan.Units.Count > 0;
            Output.Table(
                ["TASK", "AGENT", .. isSized ? ["UNITS"] : Array.Empty<string>(),
                    "SCORE", "MATCH", "PERFORMANCE", "FREE", "REASON"],
                plan.Assignments.Select(one => (IReadOnlyList<string>)
                [
                    one.Code, one.Agent, .. isSized ? [Units(one.Units)] : Array.Empty<string>(),
                    Score(one.Score), Score(one.Match), Score(one.Performance), Score(one.FreeLoad),
                    Words.Snake(one.Reason),
                ]));
        }

        WriteUnits(plan.Units);
        WriteUnassigned(plan.Unassigned);
        WritePrices(plan);
    }

    public static void Write(PlanComparison both)
    {
        Output.Table(
            ["METHOD", "ASSIGNED", "OF", "TOTAL", "GAP"],
            new[] { both.Greedy, both.Optimal }.Select(plan => (IReadOnlyList<string>)
            [
                Words.Snake(plan.Method), Output.Number(plan.Assignments.Count), Output.Number(plan.Tasks),
                Score(plan.Total), plan.Gap == 0 ? "0 (proven best)" : Score(plan.Gap),
            ]));
        Output.Line(Text($"greedy loses {100 * both.Loss:0.0} %; {both.Differences.Count} tasks differ"));
        if (both.Differences.Count > 0)
        {
            Output.Table(
                ["TASK", "GREEDY", "OPTIMAL"],
                both.Differences.Select(one => (IReadOnlyList<string>)
                    [one.Code, one.Greedy ?? "nobody", one.Optimal ?? "nobody"]));
        }
    }

    public static void Write(AppliedPlan applied, IReadOnlyList<PlannedAssignment> planned)
    {
        Output.Line(Text($"{applied.Offered} of {applied.Items.Count} offered"));
        if (applied.Items.Count > 0)
        {
            Output.Table(
                ["TASK", "AGENT", "STATUS", "EPOCH", "UNTIL", "WHY"],
                applied.Items.Zip(planned, (item, one) => (IReadOnlyList<string>)
                [
                    one.Code.Length > 0 ? one.Code : Output.Number(item.TaskId),
                    item.Agent,
                    Words.Snake(item.Status),
                    Output.Number(item.Epoch),
                    Output.Instant(item.Until), item.Sentence ?? "",
                ]));
        }
    }

    private static string Proof(AssignmentPlan plan) => plan.Gap switch
    {
        null => "",
        0 => ", proven best",
        { } gap => Text($", at most {gap:0.000} below the best"),
    };

    private static void WriteUnassigned(IReadOnlyList<UnassignedTask> unassigned)
    {
        if (unassigned.Count == 0)
        {
            return;
        }

        Output.Table(
            ["NOT ASSIGNED", "REASON", "MEANS", "AGENTS KEPT BY"],
            unassigned.Select(one => (IReadOnlyList<string>)
            [
                one.Code, Words.Snake(one.Reason), one.Sentence,
                string.Join(", ", one.Obstacles.Select(o => Text($"{o.Obstacle.ToWire()} {o.Agents}"))),
            ]));
    }

    private static void WriteUnits(IReadOnlyList<PlannedUnits> units)
    {
        if (units.Count > 0)
        {
            Output.Table(
                ["AGENT", "UNITS", "OF", "TASKS", "OF"],
                units.Select(one => (IReadOnlyList<string>)
                [
                    one.Agent, Units(one.Used), Units(one.Budget), Output.Number(one.Planned), Output.Number(one.Room),
                ]));
        }
    }

    private static void WritePrices(AssignmentPlan plan)
    {
        if (plan.PlacePrices.Count > 0)
        {
            Output.Table(
                ["ONE MORE PLACE WITH", "WORTH", "ROOM", "PLANNED"],
                plan.PlacePrices.Select(price => (IReadOnlyList<string>)
                    [price.Agent, Score(price.Worth), Output.Number(price.Room), Output.Number(price.Planned)]));
        }

        if (plan.NewcomerPrices.Count > 0)
        {
            Output.Table(
                ["ONE MORE AGENT WITH", "WORTH", "TASKS", "NOT ASSIGNED"],
                plan.NewcomerPrices.Select(price => (IReadOnlyList<string>)
                [
                    price.Capabilities.Count == 0 ? "nothing special" : string.Join(' ', price.Capabilities),
                    Score(price.Worth), Output.Number(price.Tasks), Output.Number(price.Unassigned),
                ]));
        }
    }

    private static string Units(double? units) => units?.ToString("0.###", CultureInfo.InvariantCulture) ?? "";

    private static string Score(double? score) => score?.ToString("0.000", CultureInfo.InvariantCulture) ?? "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
