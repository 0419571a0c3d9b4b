using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Longshore.Cli.Shell;

/// <summary>Options whose values need more than the parser's own conversions; a bad value is a usage error.</summary>
internal static class Options
{
    private static readonly (string Unit, double Seconds)[] Units =
        [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

    /// <summary>A duration in seconds; fractions are allowed.</summary>
    public static Option<TimeSpan?> Seconds(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SECONDS",
        CustomParser = result => double.TryParse(
            Text(result), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and <= 1e9
                ? TimeSpan.FromSeconds(seconds)
                : Refuse<TimeSpan?>(result, "a number of seconds"),
    };

    /// <summary>A duration with a unit.</summary>
    public static Option<TimeSpan?> Span(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result =>
            Duration(Text(result)) ?? Refuse<TimeSpan?>(result, "a duration such as 90, 90s, 2m, 1h or 1d"),
    };

    /// <summary>An instant with its offset.</summary>
    public static Option<DateTimeOffset?> Instant(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "INSTANT",
        CustomParser = result => HasOffset(Text(result))
            && DateTimeOffset.TryParse(Text(result), CultureInfo.InvariantCulture, out var instant)
                ? instant
                : Refuse<DateTimeOffset?>(result, "an instant such as 2030-01-31T12:00:00Z, with its offset"),
    };

    /// <summary>A whole number.</summary>
    public static Option<int?> Whole(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => int.TryParse(
            Text(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : Refuse<int?>(result, "a whole number"),
    };

    /// <summary>How many are wanted of what has no end by itself: all, unless a limit above 0 is given.</summary>
    public static int MostOf(this ParseResult parsed, Option<int?> limit) =>
        parsed.GetValue(limit) is > 0 and var most ? most : int.MaxValue;

    /// <summary>A number.</summary>
    public static Option<double?> Number(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result => double.TryParse(
            Text(result), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? number
                : Refuse<double?>(result, "a number"),
    };

    /// <summary>A text.</summary>
    public static Option<string?> Word(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
    };

    /// <summary>A text that may be given several times.</summary>
    public static Option<string[]> Words(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>A number with a unit; without one it is seconds.</summary>
    public static TimeSpan? Duration(string text)
    {
        var word = text.Trim();
        var (unit, factor) = Units.FirstOrDefault(u => word.EndsWith(u.Unit, StringComparison.Ordinal), ("", 1));
        return double.TryParse(
            word.AsSpan(0, word.Length - unit.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number * factor is >= 0 and <= 1e9
                ? TimeSpan.FromSeconds(number * factor)
                : null;
    }

    private static string Text(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;

    private static bool HasOffset(string text) => text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-');

    private static T? Refuse<T>(ArgumentResult result, string wanted)
    {
        var name = (result.Parent as OptionResult)?.Option.Name;
        result.AddError($"{name}: '{Text(result)}' is not {wanted}");
        return default;
    }
}
