using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Rules;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore limits</c>: how much may be in progress, and how fast it is given out.</summary>
internal static class LimitsCommand
{
    private static readonly Argument<string> Namespace = new("NAMESPACE") { Description = "Which." };
    private static readonly Option<string?> Kind = Options.Word(
        "--kind", "Of this kind; without it, of the namespace as a whole.", "KIND");

    private static readonly Option<int?> InProgress = Options.Whole(
        "--in-progress", "Most tasks held at once over all nodes; 0 for any number.");

    private static readonly Option<string?> Rate = Options.Word(
        "--rate", "So many tasks in so many seconds, such as 10/1 or 100/60; 0 for no rate.", "TASKS/SECONDS");

    private static readonly Option<int?> Burst = Options.Whole(
        "--burst", "With --rate: how many may be given out at once after a pause; as many as TASKS if not given.");

    private static readonly Option<int?> Share = Options.Whole(
        "--share", "What its tasks weigh, 1 to 1000, for agents that work in several namespaces; 0 for no share.");

    private static readonly Option<bool> PerKey = new("--per-key")
    {
        Description = "Change what holds for each limit key by itself, such as each customer.",
    };

    public static Command Create()
    {
        var set = new ExplainedCommand("set", "Change the limits of a namespace, or of one kind.", """
            longshore limits set default --in-progress 100
            longshore limits set default --kind call-api --in-progress 3 --rate 10/1 --burst 20
            longshore limits set default --kind call-api --in-progress 0 --rate 0
            longshore limits set default --per-key --in-progress 1
            longshore limits set default --share 3
            """) { Namespace, Kind, PerKey, InProgress, Rate, Burst, Share };
        set.Validators.Add(Check);
        set.SetAction(SetAsync);
        var show = new ExplainedCommand("limits", "Show how the limits of a namespace stand, or change them.", """
            longshore limits show default
            longshore limits set default --in-progress 100
            """) { set };
        var list = new ExplainedCommand("show", "Show how the limits of a namespace stand.", """
            longshore limits show default
            """) { Namespace };
        list.SetAction(ShowAsync);
        show.Add(list);
        return show;
    }

    private static void Check(CommandResult result)
    {
        if (result.GetValue(InProgress) is null && result.GetValue(Rate) is null && result.GetValue(Share) is null)
        {
            result.AddError("give --in-progress, --rate or --share");
        }
        else if (result.GetValue(Share) is not null && result.GetValue(Kind) is not null)
        {
            result.AddError("--share is decided for a namespace, not for a kind");
        }
        else if (result.GetValue(Burst) is not null && result.GetValue(Rate) is null or "0")
        {
            result.AddError("--burst goes with --rate");
        }
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        return await ShowAsync(parsed, connection, ct).ConfigureAwait(false);
    }

    private static async Task<int> SetAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var name = parsed.GetValue(Namespace)!;
        var present = await connection.Client.GetRulesAsync(name, ct).ConfigureAwait(false);
        var changed = parsed.GetValue(Kind) is { } kind
            ? present with { Kinds = Changed(present.Kinds, kind, parsed) }
            : present with
            {
                Limit = Changed(present.Limit, parsed),
                Share = parsed.GetValue(Share) is { } share ? (share == 0 ? null : share) : present.Share,
            };
        await connection.Client.SetRulesAsync(name, changed, present.Version, ct).ConfigureAwait(false);
        return await ShowAsync(parsed, connection, ct).ConfigureAwait(false);
    }

    private static async Task<int> ShowAsync(ParseResult parsed, Connection connection, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var limits = (await connection.Client.ListLimitsAsync(parsed.GetValue(Namespace)!, ct).ConfigureAwait(false))
            .Select(limit => LimitStatusWire.Of(limit, now)).ToList();
        if (parsed.WantsJson())
        {
            Output.Json(new LimitListWire(limits));
            return 0;
        }

        var rules = await connection.Client.GetRulesAsync(parsed.GetValue(Namespace)!, ct).ConfigureAwait(false);
        if (rules.Share is { } share)
        {
            Output.Fields(("share", Output.Number(share)));
            if (limits.Count == 0)
            {
                return 0;
            }
        }

        Output.Table(
            ["KIND", "KEY", "IN PROGRESS", "MOST", "RATE", "TOKENS", "NEXT TOKEN"], limits.SelectMany(Rows));
        return 0;
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(LimitStatusWire one)
    {
        if (one.Limit.InProgress is not null || one.Limit.Rate is not null)
        {
            yield return
            [
                one.Kind ?? "(all)", one.Key ?? "(all)", Output.Number(one.InProgress), .. Words(one.Limit),
                one.Tokens is { } tokens ? Output.Number(tokens) : "", Output.Instant(one.NextTokenAt),
            ];
        }

        if (one.Limit.PerKey is { } perKey)
        {
            yield return [one.Kind ?? "(all)", "(each)", "", .. Words(perKey), "", ""];
        }
    }

    private static string[] Words(LimitWire limit) =>
    [
        limit.InProgress is { } most ? Output.Number(most) : "any",
        limit.Rate is { } rate ? RateText(rate) : "none",
    ];

    private static Dictionary<string, StepRules> Changed(
        IReadOnlyDictionary<string, StepRules> kinds, string kind, ParseResult parsed)
    {
        var changed = kinds.ToDictionary(StringComparer.Ordinal);
        var present = changed.GetValueOrDefault(kind) ?? new StepRules();
        changed[kind] = present with { Limit = Changed(present.Limit, parsed) };
        return changed;
    }

    private static LimitRules? Changed(LimitRules? present, ParseResult parsed)
    {
        var limit = present ?? new LimitRules();
        var changed = parsed.GetValue(PerKey)
            ? limit with { PerKey = Own(limit.PerKey ?? new LimitRules(), parsed) }
            : Own(limit, parsed) ?? new LimitRules();
        return changed == new LimitRules() ? null : changed;
    }

    private static LimitRules? Own(LimitRules limit, ParseResult parsed)
    {
        var most = parsed.GetValue(InProgress) is { } asked ? (asked == 0 ? null : asked) : limit.InProgress;
        var rate = parsed.GetValue(Rate) is { } text ? RateOf(text, parsed.GetValue(Burst)) : limit.Rate;
        var changed = limit with { InProgress = most, Rate = rate };
        return changed == new LimitRules() ? null : changed;
    }

    private static RateRule? RateOf(string text, int? burst)
    {
        if (text == "0")
        {
            return null;
        }

        var parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var tasks)
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > 0 and < 1e9
            ? new RateRule { Tasks = tasks, Per = TimeSpan.FromSeconds(seconds), Burst = burst }
            : throw LongshoreException.Invalid("--rate", $"must be like 10/1 or 100/60, not '{text}'");
    }

    private static string RateText(RateWire rate) => string.Create(
        CultureInfo.InvariantCulture, $"{rate.Tasks} in {rate.PerSeconds:0.###} s, {rate.Burst ?? rate.Tasks} at once");
}
