using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Assign;
using Longshore.Cli.Shell;
using Longshore.Routing.Batch;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore assign</c>: who should do what, for many tasks at once.</summary>
internal static class AssignCommand
{
    private const string Slots = "orlib-assignment";
    private const string Sizes = "orlib-gap";

    private static readonly Argument<string> FileName = new("FILE") { Description = "The problems." };

    private static readonly Option<string> Format = new Option<string>("--format")
    {
        Description = $"{Slots}: n tasks, n agents, one each; {Sizes}: tasks with sizes, agents with room.",
        Required = true,
    }.AcceptOnlyFromAmong(Slots, Sizes);

    private static readonly Option<string> Objective = new Option<string>("--objective")
    {
        Description = "min: the file's numbers are costs; max: they are what a pair is worth.",
        DefaultValueFactory = _ => "min",
    }.AcceptOnlyFromAmong("min", "max");

    private static readonly Option<bool> Plan = new("--plan")
    {
        Description = "Tell the agent of each task, too.",
    };

    public static Command Create() =>
        new("assign", "Plan who should do what, for many tasks at once.")
        {
            PlanCommands.Plan(), PlanCommands.Compare(), PlanCommands.Apply(), CreateSolve(),
        };

    private static ExplainedCommand CreateSolve()
    {
        var command = new ExplainedCommand("solve", "Solve a public assignment problem with the planner.", $"""
            longshore assign solve assign100.txt --format {Slots}
            longshore assign solve gap1.txt --format {Sizes} --objective max --json
            """)
        {
            FileName, Format, Objective, Plan,
        };
        command.SetAction(SolveAsync);
        return command;
    }

    private static async Task<int> SolveAsync(ParseResult parsed, CancellationToken ct)
    {
        var maximise = parsed.GetValue(Objective) == "max";
        var path = parsed.GetValue(FileName)!;
        var file = await NumberFile.ReadAsync(path, ct).ConfigureAwait(false);
        List<AssignmentProblem> problems = parsed.GetValue(Format) == Slots
            ? [OrLibrary.Assignment(file, maximise)]
            : OrLibrary.Generalised(file, maximise);
        var solved = new List<SolvedProblem>();
        for (var i = 0; i < problems.Count; i++)
        {
            ct.ThrowIfCancellationRequested();
            var name = problems.Count == 1
                ? $"{Path.GetFileName(path)}: "
                : string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}, problem {i + 1}: ");
            solved.Add(SolvedProblem.Of(problems[i], maximise, parsed.GetValue(Plan), name));
        }

        if (parsed.WantsJson())
        {
            Output.Json(new SolvedFile(solved));
            return 0;
        }

        Write(problems, solved);
        return 0;
    }

    private static void Write(List<AssignmentProblem> problems, List<SolvedProblem> solved)
    {
        Output.Table(
            ["TASKS", "AGENTS", "VALUE", "BOUND", "GAP", "SECONDS"],
            problems.Zip(solved, (problem, one) => (IReadOnlyList<string>)
            [
                Output.Number(problem.Tasks),
                Output.Number(problem.Agents),
                Output.Number(one.Value),
                Output.Number(one.Bound),
                one.Gap == 0 ? "0 (proven best)" : Output.Number(one.Gap),
                one.Seconds.ToString("0.000", CultureInfo.InvariantCulture),
            ]));
        foreach (var plan in solved.Where(one => one.Plan is not null))
        {
            Output.Line($"agents: {string.Join(' ', plan.Plan!)}");
        }
    }
}
