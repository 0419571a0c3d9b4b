using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Engine;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary>How long ended tasks are kept, as people write and read it.</summary>
internal static class RetentionText
{
    /// <summary>For a server: of every namespace that does not decide otherwise.</summary>
    public static readonly Option<string[]> Keep = Options.Words(
        "--keep",
        "How long ended tasks are kept, and events: a time for all (7d if not given), or STATE=TIME. Repeatable.",
        "[STATE=]TIME");

    public static void Apply(EngineOptions options, ParseResult parsed)
    {
        var words = parsed.GetValue(Keep) ?? [];
        foreach (var word in words.Where(word => !word.Contains('=', StringComparison.Ordinal)))
        {
            options.Retention = Time(word, word) is { } time && time > TimeSpan.Zero
                ? time
                : throw LongshoreException.Invalid("--keep", $"'{word}' is no time to keep anything for");
        }

        options.RetentionByState = Changed(
            options.RetentionByState, [.. words.Where(word => word.Contains('=', StringComparison.Ordinal))])
            ?? options.RetentionByState;
    }

    /// <summary>The rules with words such as <c>done=1d</c> taken into account; 0 takes a rule away.</summary>
    public static RetentionRules? Changed(RetentionRules? rules, IReadOnlyList<string> words)
    {
        var next = rules ?? new RetentionRules();
        foreach (var word in words)
        {
            var parts = word.Split('=');
            if (parts.Length != 2)
            {
                throw LongshoreException.Invalid("--keep", $"'{word}' is not of the form STATE=TIME, such as done=1d");
            }

            TimeSpan? age = Time(parts[1], word) is var time && time == TimeSpan.Zero ? null : time;
            next = parts[0] switch
            {
                "done" => next with { Done = age },
                "failed" => next with { Failed = age },
                "cancelled" => next with { Cancelled = age },
                "expired" => next with { Expired = age },
                var other => throw LongshoreException.Invalid(
                    "--keep", $"'{other}' is none of done, failed, cancelled, expired"),
            };
        }

        return next == new RetentionRules() ? null : next;
    }

    public static string Of(RetentionRules rules) => string.Join(", ", RetentionRules.States
        .Where(state => rules.Of(state) is not null)
        .Select(state => $"{state.ToWire()} {Age(rules.Of(state)!.Value)}"));

    private static TimeSpan Time(string text, string word) => Options.Duration(text)
        ?? throw LongshoreException.Invalid("--keep", $"'{word}' has no duration such as 90s, 2m, 1h or 1d");

    private static string Age(TimeSpan age) => age >= TimeSpan.FromDays(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0.##} d")
        : string.Create(CultureInfo.InvariantCulture, $"{age.TotalSeconds:0.###} s");
}
