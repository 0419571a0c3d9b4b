using System.CommandLine;
using System.Globalization;
using System.Text;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Planning;

namespace Longshore.Cli.Commands;

/// <summary>The options that make a plan one with sizes; without any of them every task takes one place.</summary>
internal static class PlanSizeOptions
{
    private static readonly Option<string[]> OfKinds = Options.Words(
        "--size", "Units that tasks of a kind take; 1 for the others. Repeatable.", "KIND=UNITS");

    private static readonly Option<string[]> OfTasks = Options.Words(
        "--task-size", "Units that the task with this code takes. Repeatable.", "CODE=UNITS");

    private static readonly Option<bool> ByEffort = new("--by-effort")
    {
        Description = "Units are hours: a task with an estimated effort takes so many.",
    };

    private static readonly Option<double?> Budget = Options.Number(
        "--budget", "Units that each agent has; as many as it has free places when missing.");

    private static readonly Option<string[]> Budgets = Options.Words(
        "--agent-budget", "Units that this agent has. Repeatable.", "AGENT=UNITS");

    private static readonly Option<string[]> Speeds = Options.Words(
        "--speed", "How fast this agent is: 2 needs half the units. Repeatable.", "AGENT=FACTOR");

    private static readonly Option<string?> File = Options.Word(
        "--sizes", "The same as JSON, as POST /api/v1/plans takes it; what options say comes on top.", "FILE");

    public static void AddTo(Command command)
    {
        foreach (var option in (Option[])[OfKinds, OfTasks, ByEffort, Budget, Budgets, Speeds, File])
        {
            command.Add(option);
        }
    }

    /// <summary>What was asked for; null for a plan without sizes.</summary>
    public static async Task<PlanSizes?> ReadAsync(ParseResult parsed, CancellationToken ct)
    {
        var read = parsed.GetValue(File) is { } file
            ? WireJson.Read<PlanSizesWire>(file == "-"
                ? Encoding.UTF8.GetBytes(await Console.In.ReadToEndAsync(ct).ConfigureAwait(false))
                : await System.IO.File.ReadAllBytesAsync(file, ct).ConfigureAwait(false))
            : null;
        var isAsked = ((Option[])[OfKinds, OfTasks, ByEffort, Budget, Budgets, Speeds])
            .Any(option => parsed.GetResult(option) is { Implicit: false });
        if (read is null && !isAsked)
        {
            return null;
        }

        var sizes = (read ?? new PlanSizesWire()).ToSizes();
        return sizes with
        {
            Kinds = With(sizes.Kinds, parsed, OfKinds),
            Tasks = With(sizes.Tasks, parsed, OfTasks),
            ByEffort = sizes.ByEffort || parsed.GetValue(ByEffort),
            Budget = parsed.GetValue(Budget) ?? sizes.Budget,
            Budgets = With(sizes.Budgets, parsed, Budgets),
            Speeds = With(sizes.Speeds, parsed, Speeds),
        };
    }

    private static Dictionary<string, double> With(
        IReadOnlyDictionary<string, double> read, ParseResult parsed, Option<string[]> option)
    {
        var all = new Dictionary<string, double>(read, StringComparer.Ordinal);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in parsed.GetValue(option) ?? [])
        {
            var at = pair.LastIndexOf('=');
            if (at < 1 || !double.TryParse(
                pair.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                throw LongshoreException.Invalid(option.Name, $"'{pair}' is not {option.HelpName}");
            }

            if (!named.Add(pair[..at]))
            {
                throw LongshoreException.Invalid(option.Name, $"'{pair[..at]}' is given twice");
            }

            all[pair[..at]] = number;
        }

        return all;
    }
}
