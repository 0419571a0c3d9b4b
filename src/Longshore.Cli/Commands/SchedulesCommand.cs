using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Schedules;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore schedules</c>: work that comes by itself.</summary>
internal static class SchedulesCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "Which." };

    private static readonly Option<string?> Namespace = Options.Word(
        "--namespace", "Of the schedule and its tasks; default if not given.", "NAME");

    private static readonly Option<int?> Limit = Options.Whole("--limit", "Most schedules to show; 100 if not given.");
    private static readonly Option<string?> After = Options.Word("--after", "The mark of the page before.", "MARK");
    private static readonly Option<int?> Count = Options.Whole("--count", "Most ticks to show; 10 if not given.");

    public static Command Create() => new("schedules", "Enqueue tasks in a rhythm, once per tick in all nodes.")
    {
        SetSchedule.Create(Name, Namespace),
        List(),
        One("show", "Show a schedule.", async (connection, @namespace, name, parsed, ct) =>
            Show(parsed, await connection.Client.GetScheduleAsync(@namespace, name, ct).ConfigureAwait(false))),
        One("pause", "Let a schedule rest.", async (connection, @namespace, name, parsed, ct) => Show(
            parsed, await connection.Client.PauseScheduleAsync(@namespace, name, true, ct).ConfigureAwait(false))),
        One("resume", "Let a schedule go on.", async (connection, @namespace, name, parsed, ct) => Show(
            parsed, await connection.Client.PauseScheduleAsync(@namespace, name, false, ct).ConfigureAwait(false))),
        One("trigger", "Enqueue a schedule's task now.", TriggerAsync),
        One("remove", "Remove a schedule; its tasks stay.", RemoveAsync),
        Next(),
    };

    /// <summary>A schedule, for people or programs.</summary>
    public static int Show(ParseResult parsed, ScheduleStatus status)
    {
        if (parsed.WantsJson())
        {
            Output.Json(ScheduleStatusWire.Of(status));
            return 0;
        }

        var schedule = status.Definition;
        Output.Fields(
            ("name", schedule.Name),
            ("namespace", schedule.Namespace),
            ("kind", schedule.Task.Kind),
            ("rhythm", Rhythm(schedule)),
            ("misfire", Words.Snake(schedule.Misfire)),
            ("next tick", schedule.IsPaused ? "paused" : Output.Instant(status.NextTick)),
            ("last tick", Output.Instant(status.LastTick)),
            ("last task", Output.Number(status.LastTaskId)),
            ("ticks", Output.Number(status.Ticks)),
            ("version", Output.Number(status.Version)));
        return 0;
    }

    private static ExplainedCommand List()
    {
        var list = new ExplainedCommand("list", "List schedules.", "longshore schedules list --namespace reports")
        {
            Namespace, Limit, After,
        };
        list.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var query = new ScheduleQuery { Namespace = parsed.GetValue(Namespace), After = parsed.GetValue(After) };
            var page = await connection.Client
                .ListSchedulesAsync(query with { Limit = parsed.GetValue(Limit) ?? query.Limit }, ct)
                .ConfigureAwait(false);
            return Output.Page(
                parsed,
                page,
                ScheduleStatusWire.Of,
                ["NAME", "NAMESPACE", "KIND", "RHYTHM", "NEXT", "LAST", "TICKS"],
                Row);
        });
        return list;
    }

    private static string[] Row(ScheduleStatus status) =>
    [
        status.Definition.Name,
        status.Definition.Namespace,
        status.Definition.Task.Kind,
        Rhythm(status.Definition),
        status.Definition.IsPaused ? "paused" : Output.Instant(status.NextTick),
        Output.Instant(status.LastTick),
        Output.Number(status.Ticks),
    ];

    private static ExplainedCommand Next()
    {
        var next = new ExplainedCommand("next", "Show the coming ticks of a schedule.", """
            longshore schedules next nightly --count 3
            """) { Name, Namespace, Count };
        next.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var ticks = await connection.Client
                .NextTicksAsync(NamespaceOf(parsed), parsed.GetValue(Name)!, parsed.GetValue(Count) ?? 10, ct)
                .ConfigureAwait(false);
            if (parsed.WantsJson())
            {
                Output.Json(new TickListWire(ticks));
            }
            else
            {
                foreach (var tick in ticks)
                {
                    Output.Line(Output.Instant(tick));
                }
            }

            return 0;
        });
        return next;
    }

    private static Command One(
        string verb, string description,
        Func<Connection, string, string, ParseResult, CancellationToken, Task<int>> action)
    {
        var command = new Command(verb, description) { Name, Namespace };
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            return await action(connection, NamespaceOf(parsed), parsed.GetValue(Name)!, parsed, ct)
                .ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> TriggerAsync(
        Connection connection, string @namespace, string name, ParseResult parsed, CancellationToken ct)
    {
        var task = await connection.Client.TriggerScheduleAsync(@namespace, name, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new TriggeredWire(task));
        }
        else
        {
            Output.Line($"task {Output.Number(task)} of schedule {name}");
        }

        return 0;
    }

    private static async Task<int> RemoveAsync(
        Connection connection, string @namespace, string name, ParseResult parsed, CancellationToken ct)
    {
        await connection.Client.RemoveScheduleAsync(@namespace, name, ct).ConfigureAwait(false);
        if (!parsed.WantsJson())
        {
            Output.Line($"schedule {name} is removed");
        }

        return 0;
    }

    private static string NamespaceOf(ParseResult parsed) => parsed.GetValue(Namespace) ?? "default";

    private static string Rhythm(Schedule schedule) => schedule.Every is { } every
        ? $"every {every:c}"
        : $"{schedule.Cron} ({schedule.TimeZone})";
}
