using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Longshore.Capabilities;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Schedules;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore schedules set</c>: makes a schedule, or replaces it.</summary>
internal static class SetSchedule
{
    private static readonly Option<string?> File = Options.Word(
        "--file", "All of the schedule, in the JSON of the HTTP API; - reads stdin.", "FILE");

    private static readonly Option<string?> Cron = Options.Word(
        "--cron", "When: 'minute hour day month weekday', with seconds in front if you like.", "EXPRESSION");

    private static readonly Option<string?> TimeZone = Options.Word(
        "--time-zone", "By which clocks, such as Europe/Paris; UTC if not given.", "ZONE");

    private static readonly Option<TimeSpan?> Every = Options.Seconds("--every", "Seconds between ticks.");

    private static readonly Option<bool> AtOnce = new("--at-once")
    {
        Description = "With --every: the first tick comes at once.",
    };

    private static readonly Option<string?> Kind = Options.Word("--kind", "The kind of its tasks.", "KIND");

    private static readonly Option<string?> Payload = Options.Word(
        "--payload", "Input of the work: JSON, @FILE, or - for stdin.", "JSON");

    private static readonly Option<string[]> Requires = Options.Words(
        "--requires", "A capability its tasks need; may be repeated.", "CAPABILITY");

    private static readonly Option<int?> Priority = Options.Whole(
        "--priority", "Of its tasks, 0 (whenever) to 10 (now); 5 if not given.");

    private static readonly Option<TimeSpan?> Jitter = Options.Seconds(
        "--jitter", "Tasks become ready up to so many seconds after the tick.");

    private static readonly Option<string?> Misfire = new Option<string?>("--misfire")
    {
        Description = "What becomes of missed ticks: the latest fires late (if not given), none, or all do.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<MisfirePolicy>().Select(Words.Snake)]);

    private static readonly Option<TimeSpan?> Expire = Options.Seconds(
        "--expire-after", "A task not done so long after its tick expires.");

    public static Command Create(Argument<string> name, Option<string?> @namespace)
    {
        var set = new ExplainedCommand("set", "Make a schedule, or replace it.", """
            longshore schedules set nightly --cron '0 2 * * *' --time-zone Europe/Paris --kind report
            longshore schedules set sweep --every 300 --at-once --kind sweep --misfire skip
            longshore schedules set nightly --file nightly.json
            """)
        {
            name, @namespace, File, Cron, TimeZone, Every, AtOnce, Kind, Payload, Requires, Priority, Jitter, Misfire,
            Expire,
        };
        set.Validators.Add(result => Check(result, @namespace));
        set.SetAction(async (parsed, ct) =>
        {
            var (schedule, version) = parsed.GetValue(File) is { } file
                ? await ReadAsync(file, parsed.GetValue(name)!, parsed.GetValue(@namespace), ct).ConfigureAwait(false)
                : (await OfOptionsAsync(parsed, parsed.GetValue(name)!, parsed.GetValue(@namespace), ct)
                    .ConfigureAwait(false), null);
            using var connection = Connection.Open(parsed);
            return SchedulesCommand.Show(
                parsed, await connection.Client.PutScheduleAsync(schedule, version, ct).ConfigureAwait(false));
        });
        return set;
    }

    private static void Check(CommandResult result, Option<string?> @namespace)
    {
        var hasFile = result.GetValue(File) is not null;
        var other = result.Children.OfType<OptionResult>().FirstOrDefault(option =>
            !option.Implicit && !option.Option.Recursive && option.Option != File && option.Option != @namespace);
        if (hasFile && other is not null)
        {
            result.AddError($"{other.Option.Name} cannot be combined with --file, which says all of the schedule");
        }
        else if (!hasFile && result.GetValue(Kind) is null)
        {
            result.AddError("give --kind and --cron or --every, or --file");
        }
    }

    private static async Task<(Schedule Schedule, long? Version)> ReadAsync(
        string file, string name, string? @namespace, CancellationToken ct)
    {
        var text = file == "-"
            ? await Console.In.ReadToEndAsync(ct).ConfigureAwait(false)
            : await System.IO.File.ReadAllTextAsync(file, ct).ConfigureAwait(false);

        // What "show --json" wrote can be edited and set.
        ScheduleWire wire = WireJson.Read<ScheduleStatusWire>(Encoding.UTF8.GetBytes(text));
        return ((wire with { Name = name, Namespace = @namespace ?? wire.Namespace }).ToSchedule(), wire.Version);
    }

    private static async Task<Schedule> OfOptionsAsync(
        ParseResult parsed, string name, string? @namespace, CancellationToken ct)
    {
        var task = new NewTask { Kind = parsed.GetValue(Kind)! };
        var schedule = new Schedule { Name = name, Task = task };
        return schedule with
        {
            Namespace = @namespace ?? schedule.Namespace,
            Task = task with
            {
                Payload = await TaskFile.JsonAsync(parsed.GetValue(Payload), "--payload", ct).ConfigureAwait(false),
                Requires = [.. parsed.GetValue(Requires)!.Select(text => Requirement.Parse(text, "--requires"))],
                Priority = parsed.GetValue(Priority) ?? task.Priority,
            },
            Cron = parsed.GetValue(Cron),
            TimeZone = parsed.GetValue(TimeZone) ?? schedule.TimeZone,
            Every = parsed.GetValue(Every),
            StartAtOnce = parsed.GetValue(AtOnce),
            Jitter = parsed.GetValue(Jitter) ?? schedule.Jitter,
            Misfire = parsed.GetValue(Misfire) is { } misfire
                ? Words.Parse<MisfirePolicy>(misfire, "--misfire")
                : schedule.Misfire,
            ExpireAfter = parsed.GetValue(Expire),
        };
    }
}
