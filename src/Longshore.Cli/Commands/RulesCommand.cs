using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Routing;
using Longshore.Rules;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore rules</c>: what is decided about a namespace.</summary>
internal static class RulesCommand
{
    private static readonly Argument<string> Namespace = new("NAMESPACE") { Description = "Which." };

    private static readonly Option<string?> File = Options.Word(
        "--file", "All the rules, in the JSON of the HTTP API; - reads stdin. Missing ones are as by default.", "FILE");

    private static readonly Option<string?> Mode = new Option<string?>("--mode")
    {
        Description = "pool: agents claim; auto: tasks are offered; manual: an administrator assigns.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<AssignmentMode>().Select(mode => mode.ToWire())]);

    private static readonly Option<string?> Strategy = new Option<string?>("--strategy")
    {
        Description = "How the distributor chooses among those who can do a task.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<RoutingStrategy>().Select(strategy => strategy.ToWire())]);

    private static readonly Option<TimeSpan?> PlanEvery = Options.Seconds(
        "--plan-every", "In mode auto: plan everything that waits together, this often; 0 for one by one.");

    private static readonly Option<string?> PlanMethod = new Option<string?>("--plan-method")
    {
        Description = "How such a plan is found.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<PlanMethod>().Select(method => method.ToWire())]);

    private static readonly Option<string?> Order = new Option<string?>("--order")
    {
        Description = "In what order tasks are given out.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<TaskOrder>().Select(Words.Snake)]);

    private static readonly Option<int?> MaxPending = Options.Whole(
        "--max-pending", "Most tasks that may wait; 0 for no bound.");

    private static readonly Option<TimeSpan?> OfferTimeout = Options.Seconds(
        "--offer-timeout", "How long an offer stands.");

    private static readonly Option<TimeSpan?> InactivityTimeout = Options.Seconds(
        "--inactivity-timeout", "How long an accepted task may lie still.");

    private static readonly Option<TimeSpan?> RejectCooldown = Options.Seconds(
        "--reject-cooldown", "How long a task is kept from an agent that let it lie or was evicted.");

    private static readonly Option<TimeSpan?> TaskCooldown = Options.Seconds(
        "--task-cooldown", "How long a rejected task is kept from everybody.");

    private static readonly Option<int?> HandoffsMax = Options.Whole(
        "--handoffs-max", "How often one task may be handed off and taken over.");

    private static readonly Option<TimeSpan?> BlockedHoldMax = Options.Seconds(
        "--blocked-hold-max", "How long a blocked task keeps its holder.");

    private static readonly Option<string?> Unroutable = new Option<string?>("--unroutable")
    {
        Description = "What becomes of a task that nobody could ever do.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<UnroutablePolicy>().Select(Words.Snake)]);

    private static readonly Option<string[]> Keep = Options.Words(
        "--keep", "How long ended tasks are kept, by how they ended; 0 for as the server is set. Repeatable.",
        "STATE=TIME");

    public static Command Create()
    {
        var show = new ExplainedCommand("show", "Show the rules of a namespace.", """
            longshore rules show default
            longshore rules show default --json > rules.json
            """) { Namespace };
        show.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var rules = await connection.Client.GetRulesAsync(parsed.GetValue(Namespace)!, ct).ConfigureAwait(false);
            return Show(parsed, rules);
        });
        var set = new ExplainedCommand("set", "Change some rules of a namespace, or replace all of them.", """
            longshore rules set default --mode auto --offer-timeout 120
            longshore rules set default --keep done=1d --keep failed=30d
            longshore rules set default --file rules.json
            """)
        {
            Namespace, File, Mode, Strategy, PlanEvery, PlanMethod, Order, MaxPending, OfferTimeout,
            InactivityTimeout, RejectCooldown, TaskCooldown, HandoffsMax, BlockedHoldMax, Unroutable, Keep,
        };
        set.Validators.Add(Check);
        set.SetAction(SetAsync);
        return new Command("rules", "Show or decide who gets the tasks of a namespace, and how.") { show, set };
    }

    private static void Check(CommandResult result)
    {
        var single = result.Children.OfType<OptionResult>()
            .FirstOrDefault(option => !option.Implicit && !option.Option.Recursive && option.Option != File);
        var hasFile = result.GetValue(File) is not null;
        if (hasFile && single is not null)
        {
            result.AddError($"{single.Option.Name} cannot be combined with --file, which holds all the rules");
        }
        else if (!hasFile && single is null)
        {
            result.AddError("give --file, or the rules to change");
        }
    }

    private static async Task<int> SetAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var name = parsed.GetValue(Namespace)!;
        NamespaceRules decided;
        if (parsed.GetValue(File) is { } file)
        {
            var wire = await ReadAsync(file, ct).ConfigureAwait(false);
            decided = await connection.Client.SetRulesAsync(name, wire.ToRules(), wire.Version, ct)
                .ConfigureAwait(false);
        }
        else
        {
            var present = await connection.Client.GetRulesAsync(name, ct).ConfigureAwait(false);
            decided = await connection.Client.SetRulesAsync(name, Changed(present, parsed), present.Version, ct)
                .ConfigureAwait(false);
        }

        return Show(parsed, decided);
    }

    private static async Task<RulesWire> ReadAsync(string file, CancellationToken ct)
    {
        var text = file == "-"
            ? await Console.In.ReadToEndAsync(ct).ConfigureAwait(false)
            : await System.IO.File.ReadAllTextAsync(file, ct).ConfigureAwait(false);
        return WireJson.Read<RulesWire>(Encoding.UTF8.GetBytes(text));
    }

    private static NamespaceRules Changed(NamespaceRules rules, ParseResult parsed) => rules with
    {
        Mode = parsed.GetValue(Mode) is { } mode ? Words.Parse<AssignmentMode>(mode, "--mode") : rules.Mode,
        Strategy = parsed.GetValue(Strategy) is { } strategy
            ? RoutingStrategyWords.Parse(strategy, "--strategy")
            : rules.Strategy,
        PlanEvery = parsed.GetValue(PlanEvery) is { } every
            ? (every == TimeSpan.Zero ? null : every)
            : rules.PlanEvery,
        PlanMethod = parsed.GetValue(PlanMethod) is { } method
            ? Words.Parse<PlanMethod>(method, "--plan-method")
            : rules.PlanMethod,
        Order = parsed.GetValue(Order) is { } order ? Words.Parse<TaskOrder>(order, "--order") : rules.Order,
        MaxPending = parsed.GetValue(MaxPending) is { } most ? (most == 0 ? null : most) : rules.MaxPending,
        OfferTimeout = parsed.GetValue(OfferTimeout) ?? rules.OfferTimeout,
        InactivityTimeout = parsed.GetValue(InactivityTimeout) ?? rules.InactivityTimeout,
        RejectCooldown = parsed.GetValue(RejectCooldown) ?? rules.RejectCooldown,
        TaskCooldown = parsed.GetValue(TaskCooldown) ?? rules.TaskCooldown,
        HandoffsMax = parsed.GetValue(HandoffsMax) ?? rules.HandoffsMax,
        BlockedHoldMax = parsed.GetValue(BlockedHoldMax) ?? rules.BlockedHoldMax,
        Unroutable = parsed.GetValue(Unroutable) is { } policy
            ? Words.Parse<UnroutablePolicy>(policy, "--unroutable")
            : rules.Unroutable,
        Retention = RetentionText.Changed(rules.Retention, parsed.GetValue(Keep) ?? []),
    };

    private static int Show(ParseResult parsed, NamespaceRules rules)
    {
        if (parsed.WantsJson())
        {
            Output.Json(RulesWire.Of(rules));
            return 0;
        }

        Output.Fields(
            ("version", Output.Number(rules.Version)),
            ("mode", rules.Mode.ToWire()),
            ("strategy", rules.Strategy.ToWire()),
            ("plans", rules.PlanEvery is { } every
                ? $"every {Seconds(every)}, {rules.PlanMethod.ToWire()}"
                : "none"),
            ("order", Words.Snake(rules.Order)),
            ("max pending", rules.MaxPending is { } most ? Output.Number(most) : "no bound"),
            ("offer timeout", Seconds(rules.OfferTimeout)),
            ("inactivity timeout", Seconds(rules.InactivityTimeout)),
            ("reject cooldown", Seconds(rules.RejectCooldown)),
            ("reoffer rejected", rules.ReofferRejected ? "yes" : "no"),
            ("task cooldown", Seconds(rules.TaskCooldown)),
            ("paused since", rules.PausedAt is { } since ? Output.Instant(since) : "not paused"),
            ("limit", rules.Limit is { } limit ? Limit(limit) : "none"),
            ("share", rules.Share is { } share ? Output.Number(share) : "none of its own"),
            ("hand-offs of a task", Output.Number(rules.HandoffsMax)),
            ("blocked hold", Seconds(rules.BlockedHoldMax)),
            ("exclusion", Exclusion(rules.Exclusion)),
            ("unroutable", rules.Unroutable is UnroutablePolicy.Escalate or UnroutablePolicy.Fallback
                ? $"{Words.Snake(rules.Unroutable)} after {Seconds(rules.UnroutableAfter)}"
                : Words.Snake(rules.Unroutable)),
            ("fallback requires", string.Join(", ", rules.FallbackRequires)),
            ("keeps", rules.Retention is { } kept ? RetentionText.Of(kept) : "as the server is set"),
            ("alerts", Alerts(rules.Alerts)),
            ("kinds", Otherwise(rules.Kinds)),
            ("steps", Otherwise(rules.Steps)));
        return 0;
    }

    private static string Exclusion(ExclusionRules rules) => string.Join(", ",
    [
        rules.ExcludeAll ? "all pairs of steps" : "listed pairs of steps",
        .. rules.Exclude.Select(pair => $"not {pair.First}+{pair.Second}"),
        .. rules.Allow.Select(pair => $"but {pair.First}+{pair.Second}"),
        rules.ByPrincipal ? "by principal" : "by agent",
    ]);

    private static string Alerts(AlertRules? rules) => rules is null ? "none" : string.Join("; ",
    [
        .. rules.Webhooks.Select(hook => $"{hook.Name}: {hook.Url}"),
        .. rules.Depths.Select(depth => $"{depth.Name}: {depth.Kind ?? "all kinds"}"
            + (depth.ReadyMax is { } most ? $", more than {Output.Number(most)} ready" : "")
            + (depth.AgeMax is { } age ? $", older than {Seconds(age)}" : "")),
    ]);

    private static string Otherwise(IReadOnlyDictionary<string, StepRules> rules) => string.Join("; ", rules
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => $"{pair.Key}: " + string.Join(", ", new[]
        {
            pair.Value.Mode?.ToWire(),
            pair.Value.Strategy?.ToWire(),
            pair.Value.OfferTimeout is { } offer ? $"offer timeout {Seconds(offer)}" : null,
            pair.Value.InactivityTimeout is { } still ? $"inactivity timeout {Seconds(still)}" : null,
            pair.Value.PausedAt is { } since ? $"paused since {Output.Instant(since)}" : null,
            pair.Value.Retention is { } kept ? $"keeps {RetentionText.Of(kept)}" : null,
            pair.Value.Limit is { } limit ? Limit(limit) : null,
        }.OfType<string>())));

    private static string Limit(LimitRules limit) => string.Join(", ", new[]
    {
        limit.InProgress is { } most ? $"{Output.Number(most)} in progress" : null,
        limit.Rate is { } rate ? $"{Output.Number(rate.Tasks)} per {Seconds(rate.Per)}" : null,
        limit.PerKey is { } perKey ? Limit(perKey) + " per key" : null,
    }.OfType<string>());

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
