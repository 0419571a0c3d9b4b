using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Longshore.Client.Wire;
using Longshore.Storage;
using Spectre.Console;

namespace Longshore.Cli.Shell;

/// <summary>What a command says on stdout: a table or a line for people, or one JSON document for programs.</summary>
internal static class Output
{
    public static readonly Option<bool> JsonOption = new("--json")
    {
        Description = "Print one JSON document instead of text.",
        Recursive = true,
    };

    // Nobody folds the lines of a file or a pipe; programs such as grep want them whole.
    private const int WidthOfPipes = 400;

    public static bool WantsJson(this ParseResult parsed) => parsed.GetValue(JsonOption);

    /// <summary>Writes a document, spelt as the HTTP API spells it.</summary>
    public static void Json<T>(T document) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(document, WireJson.Options));

    /// <summary>Writes what a command found, for programs or for people; answers the exit code of success.</summary>
    public static int Say<T>(ParseResult parsed, T document, Action write)
    {
        if (parsed.WantsJson())
        {
            Json(document);
        }
        else
        {
            write();
        }

        return 0;
    }

    /// <summary>Writes one page of a list, for programs or for people; answers the exit code of success.</summary>
    public static int Page<T, TWire>(
        ParseResult parsed, Page<T> page, Func<T, TWire> wireOf, IEnumerable<string> headings, Func<T, string[]> rowOf)
    {
        if (parsed.WantsJson())
        {
            Json(new PageWire<TWire>([.. page.Items.Select(wireOf)], page.Next));
            return 0;
        }

        Table(headings, page.Items.Select(rowOf));
        if (page.Next is { } next)
        {
            // A name may hold what a shell would take apart.
            var isPlain = next.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
            Line("There are more: --after " + (isPlain ? next : $"'{next}'"));
        }

        return 0;
    }

    public static void Line(string text) => Console.Out.WriteLine(text);

    /// <summary>Writes a table; cells are plain text.</summary>
    public static void Table(IEnumerable<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn($"[bold]{Markup.Escape(heading)}[/]").PadLeft(0).PadRight(2));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(Cell).ToArray());
        }

        Pretty().Write(table);
    }

    /// <summary>Writes names and values below each other; missing values are left out.</summary>
    public static void Fields(params (string Name, string? Value)[] fields)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
        foreach (var (name, value) in fields.Where(field => !string.IsNullOrEmpty(field.Value)))
        {
            grid.AddRow($"[bold]{Markup.Escape(name)}[/]", Cell(value!));
        }

        Pretty().Write(grid);
    }

    /// <summary>An instant as people read it: UTC to the second.</summary>
    public static string Instant(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    public static string Number(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    private static string Cell(string text) =>
        Markup.Escape(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)));

    private static IAnsiConsole Pretty()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfPipes;
        }

        return console;
    }
}
