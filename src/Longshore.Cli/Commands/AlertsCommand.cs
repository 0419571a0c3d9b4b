using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore alerts</c>: who is told when tasks fail and queues get deep.</summary>
internal static class AlertsCommand
{
    private static readonly TimeSpan TestedWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private static readonly Argument<string> Namespace = new("NAMESPACE") { Description = "Which." };
    private static readonly Argument<string> Name = new("NAME") { Description = "The alert's name." };
    private static readonly Option<string?> Url = Options.Word(
        "--url", "A webhook: where to POST, http or https.", "URL");
    private static readonly Option<string?> SecretFile = Options.Word(
        "--secret-file", "A webhook: a file with what signs its deliveries, at least 16 characters; - reads stdin.",
        "FILE");
    private static readonly Option<string[]> On = Options.Words(
        "--on", "A webhook: which ends to tell of (failed, quarantined, cancelled, expired); repeatable.", "STATE");
    private static readonly Option<int?> ReadyMax = Options.Whole(
        "--ready-max", "A queue is deep when more tasks than this are ready.");
    private static readonly Option<TimeSpan?> AgeMax = Options.Span(
        "--age-max", "A queue is deep when the oldest task that is ready has waited longer.");
    private static readonly Option<string[]> Kinds = Options.Words(
        "--kind", "Only of this kind; for a webhook repeatable.", "KIND");

    public static Command Create()
    {
        var list = new ExplainedCommand("list", "Show who is told of what.", "longshore alerts list default")
        {
            Namespace,
        };
        list.SetAction(ListAsync);
        var set = new ExplainedCommand("set", "Add an alert, or change it; what is not given stays as it was.", """
            longshore alerts set default ops --url https://hooks.example.org/in --secret-file secret.txt --on failed
            longshore alerts set default backlog --ready-max 10000
            longshore alerts set default slow-invoices --kind invoice --age-max 10m
            """) { Namespace, Name, Url, SecretFile, On, ReadyMax, AgeMax, Kinds };
        set.Validators.Add(Check);
        set.SetAction(SetAsync);
        var remove = new ExplainedCommand("remove", "Take an alert away; what is on its way to it is called off.", """
            longshore alerts remove default ops
            """) { Namespace, Name };
        remove.SetAction(RemoveAsync);
        var test = new ExplainedCommand("test", "Send a webhook something, and see whether it takes it.", """
            longshore alerts test default ops
            """) { Namespace, Name };
        test.SetAction(TestAsync);
        return new Command("alerts", "Decide who is told when tasks fail and queues get deep.")
        {
            list, set, remove, test,
        };
    }

    private static void Check(CommandResult result)
    {
        if (IsWebhook(result) && IsDepth(result))
        {
            result.AddError("--url, --secret-file and --on are for webhooks, --ready-max and --age-max for queues");
        }
        else if (!IsWebhook(result) && !IsDepth(result))
        {
            result.AddError("give --url for a webhook, or --ready-max or --age-max for a queue");
        }
        else if (IsDepth(result) && result.GetValue(Kinds)!.Length > 1)
        {
            result.AddError("--kind: a queue is of one kind, or of all");
        }
    }

    private static bool IsWebhook(CommandResult result) => result.GetValue(Url) is not null
        || result.GetValue(SecretFile) is not null || result.GetValue(On)!.Length > 0;

    private static bool IsDepth(CommandResult result) =>
        result.GetValue(ReadyMax) is not null || result.GetValue(AgeMax) is not null;

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var rules = await connection.Client.GetRulesAsync(parsed.GetValue(Namespace)!, ct).ConfigureAwait(false);
        return Show(parsed, rules.Alerts ?? new AlertRules());
    }

    private static async Task<int> SetAsync(ParseResult parsed, CancellationToken ct)
    {
        var secret = parsed.GetValue(SecretFile) is { } file
            ? (await TextAsync(file, ct).ConfigureAwait(false)).TrimEnd('\r', '\n')
            : null;
        return await ChangeAsync(
            parsed,
            alerts => IsDepth(parsed.CommandResult)
                ? alerts with { Depths = With(alerts.Depths, depth => depth.Name, parsed, Changed) }
                : alerts with
                {
                    Webhooks = With(
                        alerts.Webhooks, hook => hook.Name, parsed, (known, line) => Changed(known, secret, line)),
                },
            ct).ConfigureAwait(false);
    }

    private static Task<int> RemoveAsync(ParseResult parsed, CancellationToken ct) => ChangeAsync(
        parsed,
        alerts =>
        {
            var name = parsed.GetValue(Name)!;
            var left = new AlertRules
            {
                Webhooks = [.. alerts.Webhooks.Where(hook => hook.Name != name)],
                Depths = [.. alerts.Depths.Where(depth => depth.Name != name)],
            };
            return left.Webhooks.Count + left.Depths.Count < alerts.Webhooks.Count + alerts.Depths.Count
                ? left
                : throw new LongshoreException(
                    ErrorCode.NotFound, $"namespace '{parsed.GetValue(Namespace)}' has no alert '{name}'");
        },
        ct);

    /// <summary>Waits for what becomes of the delivery: nobody is served by the number of a task.</summary>
    private static async Task<int> TestAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var name = parsed.GetValue(Name)!;
        var id = await connection.Client.TestWebhookAsync(parsed.GetValue(Namespace)!, name, ct).ConfigureAwait(false);
        var since = TimeProvider.System.GetTimestamp();
        WorkTask delivery;
        while (!(delivery = await connection.Client.GetTaskAsync(id, ct).ConfigureAwait(false)).State.IsTerminal())
        {
            if (TimeProvider.System.GetElapsedTime(since) > TestedWithin)
            {
                throw new LongshoreException(
                    ErrorCode.Unavailable,
                    string.Create(CultureInfo.InvariantCulture, $"delivery t-{id} waits: no server has sent it yet"));
            }

            await Task.Delay(LookAgain, TimeProvider.System, ct).ConfigureAwait(false);
        }

        return delivery.State == TaskState.Done
            ? Output.Say(parsed, TaskWire.Of(delivery), () => Output.Line($"{name} took it"))
            : throw new LongshoreException(ErrorCode.Unavailable, $"{name} did not take it: {delivery.Error}");
    }

    private static async Task<int> ChangeAsync(
        ParseResult parsed, Func<AlertRules, AlertRules> change, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var name = parsed.GetValue(Namespace)!;
        var present = await connection.Client.GetRulesAsync(name, ct).ConfigureAwait(false);
        var alerts = change(present.Alerts ?? new AlertRules());
        var decided = await connection.Client.SetRulesAsync(
            name,
            present with { Alerts = alerts.Webhooks.Count + alerts.Depths.Count == 0 ? null : alerts },
            present.Version,
            ct).ConfigureAwait(false);
        return Show(parsed, decided.Alerts ?? new AlertRules());
    }

    private static IReadOnlyList<T> With<T>(
        IReadOnlyList<T> alerts, Func<T, string> nameOf, ParseResult parsed, Func<T?, ParseResult, T> change)
        where T : class
    {
        var known = alerts.FirstOrDefault(alert => nameOf(alert) == parsed.GetValue(Name));
        return known is null
            ? [.. alerts, change(null, parsed)]
            : [.. alerts.Select(alert => ReferenceEquals(alert, known) ? change(known, parsed) : alert)];
    }

    private static Webhook Changed(Webhook? known, string? secret, ParseResult parsed)
    {
        var changed = known ?? new Webhook
        {
            Name = parsed.GetValue(Name)!,
            Url = parsed.GetValue(Url) ?? throw LongshoreException.Invalid("--url", "is required: the webhook is new"),
        };
        var (on, kinds) = (parsed.GetValue(On)!, parsed.GetValue(Kinds)!);
        return changed with
        {
            Url = parsed.GetValue(Url) ?? changed.Url,
            Secret = secret,
            On = on.Length == 0 ? changed.On : [.. on.Select(state => TaskStates.Parse(state, "--on"))],
            Kinds = kinds.Length == 0 ? changed.Kinds : kinds,
        };
    }

    private static DepthAlert Changed(DepthAlert? known, ParseResult parsed)
    {
        var changed = known ?? new DepthAlert { Name = parsed.GetValue(Name)! };
        return changed with
        {
            ReadyMax = parsed.GetValue(ReadyMax) ?? changed.ReadyMax,
            AgeMax = parsed.GetValue(AgeMax) ?? changed.AgeMax,
            Kind = parsed.GetValue(Kinds) is [var kind] ? kind : changed.Kind,
        };
    }

    private static Task<string> TextAsync(string file, CancellationToken ct) =>
        file == "-" ? Console.In.ReadToEndAsync(ct) : File.ReadAllTextAsync(file, ct);

    private static int Show(ParseResult parsed, AlertRules alerts) => Output.Say(
        parsed,
        AlertsWire.Of(alerts),
        () => Output.Table(
            ["NAME", "TELLS", "KINDS", "WHERE OR WHEN"],
            [
                .. alerts.Webhooks.Select(hook => (string[])
                [
                    hook.Name, string.Join(", ", hook.On.Select(state => state.ToWire())),
                    hook.Kinds.Count == 0 ? "(all)" : string.Join(", ", hook.Kinds), hook.Url,
                ]),
                .. alerts.Depths.Select(depth => (string[])
                [
                    depth.Name, "queue_deep, queue_normal", depth.Kind ?? "(all)", When(depth),
                ]),
            ]));

    private static string When(DepthAlert depth) => string.Join(" or ", new[]
    {
        depth.ReadyMax is { } most ? $"more than {Output.Number(most)} ready" : null,
        depth.AgeMax is { } age
            ? string.Create(CultureInfo.InvariantCulture, $"older than {age.TotalSeconds:0.###} s")
            : null,
    }.OfType<string>());
}
