using System.CommandLine;
using System.CommandLine.Parsing;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary>By what a task is unique, on the command line.</summary>
internal static class UniqueOptions
{
    public static readonly Option<bool> ByPayload = new("--unique")
    {
        Description = "At most one live task of this kind with this payload.",
    };

    public static readonly Option<string?> Key = Options.Word(
        "--unique-key", "At most one live task of this kind with this key, whatever its payload.", "KEY");

    public static readonly Option<bool> AcrossKinds = new("--unique-across-kinds")
    {
        Description = "The key counts in the whole namespace.",
    };

    public static readonly Option<TimeSpan?> Window = Options.Span(
        "--unique-window", "It stays taken at least so long, even when the task has ended: 90, 90s, 2m, 1h, 1d.");

    public static readonly Option<string?> While = Word<UniqueWhile>(
        "--unique-while", "How long it is taken: live, until the task ends; unstarted, until an agent is given it.");

    public static readonly Option<string?> OnConflict = Word<UniqueConflict>(
        "--unique-on-conflict",
        "What is done when it is taken: show the task that has it, fail, put this one in its place while nobody "
        + "started it, or give it one more attempt.");

    /// <summary>Refuses what is about a key when there is none.</summary>
    public static void Check(CommandResult result)
    {
        var isUnique = result.GetValue(ByPayload) || result.GetResult(Key) is not null;
        Option[] others = [AcrossKinds, Window, While, OnConflict];
        if (!isUnique && Array.Find(others, o => result.GetResult(o) is { Implicit: false }) is { } option)
        {
            result.AddError($"{option.Name} needs --unique or --unique-key");
        }
    }

    /// <summary>What these options say; null when the task is not unique.</summary>
    public static Unique? Read(ParseResult parsed)
    {
        if (!parsed.GetValue(ByPayload) && parsed.GetValue(Key) is null)
        {
            return null;
        }

        var wire = new UniqueWire
        {
            Key = parsed.GetValue(Key),
            AcrossKinds = parsed.GetValue(AcrossKinds),
            While = parsed.GetValue(While),
            WindowSeconds = parsed.GetValue(Window)?.TotalSeconds,
            OnConflict = parsed.GetValue(OnConflict),
        };
        return wire.ToUnique("");
    }

    private static Option<string?> Word<T>(string name, string description)
        where T : struct, Enum => new Option<string?>(name) { Description = description }
            .AcceptOnlyFromAmong([.. Enum.GetValues<T>().Select(Words.Snake)]);
}
