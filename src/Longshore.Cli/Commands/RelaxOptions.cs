using System.CommandLine;
using System.Globalization;
using Longshore.Capabilities;
using Longshore.Cli.Shell;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary>By what steps the requirements of a task relax, on the command line.</summary>
internal static class RelaxOptions
{
    private const string MatchWord = "minimum_match=";

    public static readonly Option<string[]> Relax = Options.Words(
        "--relax",
        "What it asks for once it has waited so long, such as '5m: rust>=2, sql'; may be repeated, in order. "
        + "Nothing after the colon means anybody; minimum_match=0.5 in the list asks for half of it.",
        "AFTER: CAPABILITIES");

    public static readonly Option<string?> Prefer = Options.Word(
        "--prefer", "Only this agent may do it at first; then everybody able.", "AGENT");

    public static readonly Option<TimeSpan?> PreferFor = Options.Span(
        "--prefer-for", "For how long, such as 2m or 90s.");

    /// <summary>The task with what these options say.</summary>
    public static NewTask Apply(ParseResult parsed, NewTask task) => task with
    {
        Relax = [.. parsed.GetValue(Relax)!.Select(Step)],
        Prefer = parsed.GetValue(Prefer),
        PreferFor = parsed.GetValue(PreferFor),
    };

    private static RelaxStep Step(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || Options.Duration(text[..colon]) is not { } after)
        {
            throw LongshoreException.Invalid(
                "--relax", $"'{text}' does not begin with a waiting time and a colon; write '5m: rust>=2' or '1h:'");
        }

        double? least = null;
        var requires = new List<Requirement>();
        foreach (var word in text[(colon + 1)..].Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!word.StartsWith(MatchWord, StringComparison.Ordinal))
            {
                requires.Add(Requirement.Parse(word, "--relax"));
            }
            else if (double.TryParse(
                word.AsSpan(MatchWord.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var part))
            {
                least = part;
            }
            else
            {
                throw LongshoreException.Invalid("--relax", $"'{word}' is not {MatchWord} and a number above 0 to 1");
            }
        }

        return new RelaxStep(after, requires) { MinimumMatch = least };
    }
}
