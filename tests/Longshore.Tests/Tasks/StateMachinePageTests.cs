using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Longshore.Tasks;
using Longshore.Tests.Tidy;

namespace Longshore.Tests.Tasks;

/// <summary>Writes <c>docs/state-machine.md</c> from the table and the documentation beside it.</summary>
public sealed partial class StateMachinePageTests
{
    private static readonly TaskState[] States = Enum.GetValues<TaskState>();
    private static readonly TaskOperation[] Operations = Enum.GetValues<TaskOperation>();

    private static readonly TaskState[] Live = [.. States.Where(state =>
        Operations.Any(operation => TaskTransitions.Next(state, operation) is not null || Leads(operation, state)))];

    [Fact]
    public void Page_says_what_the_table_says() => Generated.ShouldBe("docs/state-machine.md", Page());

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append("# The states of a task\n\n");
        page.Append("Generated from [TaskTransitions](../src/Longshore/Tasks/TaskTransitions.cs), the one table that ");
        page.Append("every store obeys,\nand verified by a test. To write it anew: `");
        page.Append(Generated.HowToUpdate).Append("`.\n\n");
        Diagram(page);
        StateTable(page);
        TransitionTable(page);
        OperationTable(page);
        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Diagram(StringBuilder page)
    {
        page.Append("```mermaid\nstateDiagram-v2\n    [*] --> created : insert\n");
        var arrows =
            from state in States
            from operation in Operations
            let next = TaskTransitions.Next(state, operation)
            where next is not null
            group TaskTransitions.Word(operation) by (From: state, To: next.Value);
        foreach (var arrow in arrows)
        {
            page.Append($"    {arrow.Key.From.ToWire()} --> {arrow.Key.To.ToWire()} : {string.Join(", ", arrow)}\n");
        }

        foreach (var state in Live.Where(state => Operations.All(o => TaskTransitions.Next(state, o) is null)))
        {
            page.Append($"    {state.ToWire()} --> [*]\n");
        }

        page.Append("```\n\n");
    }

    private static void StateTable(StringBuilder page)
    {
        page.Append("## States\n\n| state | meaning |\n|---|---|\n");
        foreach (var state in Live)
        {
            page.Append($"| `{state.ToWire()}` | {Meaning(state)} |\n");
        }

        var reserved = States.Except(Live).Select(state => $"`{state.ToWire()}`");
        page.Append($"\nReserved, nothing leads to them yet: {string.Join(", ", reserved)}.\n\n");
    }

    private static void TransitionTable(StringBuilder page)
    {
        page.Append("## What each operation does in each state\n\nA dot means that the operation is refused.\n\n");
        page.Append($"| | {string.Join(" | ", Live.Select(state => $"`{state.ToWire()}`"))} |\n");
        page.Append($"|---|{string.Concat(Live.Select(_ => "---|"))}\n");
        foreach (var operation in Operations)
        {
            var cells = Live.Select(state => TaskTransitions.Next(state, operation)?.ToWire() ?? "·");
            page.Append($"| **{TaskTransitions.Word(operation)}** | {string.Join(" | ", cells)} |\n");
        }

        page.Append('\n');
    }

    private static void OperationTable(StringBuilder page)
    {
        page.Append("## Operations\n\n| operation | what it is |\n|---|---|\n");
        foreach (var operation in Operations)
        {
            page.Append($"| `{TaskTransitions.Word(operation)}` | {Meaning(operation)} |\n");
        }
    }

    private static bool Leads(TaskOperation operation, TaskState to) =>
        States.Any(state => TaskTransitions.Next(state, operation) == to);

    // The page repeats the documentation of the enums, so that there is one text to keep right.
    private static string Meaning<T>(T value)
        where T : struct, Enum
    {
        var file = XDocument.Load(Path.ChangeExtension(typeof(TaskState).Assembly.Location, ".xml"));
        var name = $"F:{typeof(T).FullName}.{value}";
        var summary = file.Descendants("member").Single(member => (string?)member.Attribute("name") == name)
            .Element("summary")!;
        foreach (var code in summary.Elements("c").ToList())
        {
            code.ReplaceWith($"`{code.Value}`");
        }

        return Blanks().Replace(summary.Value.Trim(), " ");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
