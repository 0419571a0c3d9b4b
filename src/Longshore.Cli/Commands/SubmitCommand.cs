using System.CommandLine;
using System.CommandLine.Parsing;
using Longshore.Capabilities;
using Longshore.Cli.Shell;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore submit</c>: one task from options, or many from a file.</summary>
internal static class SubmitCommand
{
    private const int TasksPerRequest = 1000;

    private static readonly Argument<string?> Kind = new("KIND")
    {
        Description = "What sort of work it is.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> File = Options.Word(
        "--file", "Submit every line of this file, each a task in the JSON of the HTTP API; - reads stdin.", "FILE");

    private static readonly Option<string?> Payload = Options.Word(
        "--payload", "Input of the work: JSON, @FILE, or - for stdin.", "JSON");

    private static readonly Option<int?> Version = Options.Whole(
        "--payload-version", "Which form of its kind's payload it is; 1 if not given.");

    private static readonly Option<string[]> Requires = Options.Words(
        "--requires", "A capability needed, such as rust or 'sql>=3'; may be repeated.", "CAPABILITY");

    private static readonly Option<string?> Match = new Option<string?>("--match")
    {
        Description = "How levels count: tiered as named, strict without grace, flexible at any level.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<MatchMode>().Select(mode => mode.ToWire())]);

    private static readonly Option<string?> Group = Options.Word(
        "--group", "The item it is about: whoever does one task of it may be kept from the others.", "NAME");
    private static readonly Option<string?> Step = Options.Word("--step", "Which step of its item it is.", "NAME");

    private static readonly Option<int?> Priority = Options.Whole(
        "--priority", "0 (whenever) to 10 (now); 5 if not given.");
    private static readonly Option<string?> Code = Options.Word("--code", "A name unique in the namespace.", "CODE");
    private static readonly Option<string?> Name = Options.Word("--name", "A short title.", "TEXT");
    private static readonly Option<string?> Namespace = Options.Word("--namespace", "Tenant or project.", "NAME");
    private static readonly Option<TimeSpan?> ReadyIn = Options.Seconds(
        "--ready-in", "Not before so many seconds from now.");
    private static readonly Option<DateTimeOffset?> ReadyAt = Options.Instant("--ready-at", "Not before this instant.");

    private static readonly Option<DateTimeOffset?> Deadline = Options.Instant(
        "--deadline", "The task expires if it is not done by this instant.");

    private static readonly Option<TimeSpan?> Timeout = Options.Seconds("--timeout", "Longest run of one attempt.");
    private static readonly Option<int?> MaxAttempts = Options.Whole(
        "--max-attempts", "How often it is tried; 5 if not given.");

    private static readonly Option<string?> LimitKey = Options.Word(
        "--limit-key", "What limits per key count it under, such as a customer.", "KEY");

    private static readonly Option<string?> Key = Options.Word(
        "--key", "Idempotency key: submitting again under it yields the first task.", "KEY");

    private static readonly Option<string[]> Tags = Options.Words(
        "--tag", "A word to search by; may be repeated.", "TAG");

    public static Command Create()
    {
        var command = new ExplainedCommand("submit", "Submit a task, or a file of tasks.", """
            longshore submit thumbnail --payload '{"file":"a.png"}' --requires imaging
            longshore submit report --payload @report.json --priority 8 --ready-in 3600 --key report-2030-01
            longshore submit port --requires 'rust>=3' --relax '5m: rust>=2' --relax '30m: rust'
            longshore submit reindex --payload '{"shop":7}' --unique --ready-in 5 --unique-on-conflict replace
            longshore submit review --prefer ann --prefer-for 2m
            longshore submit --file tasks.ndjson
            """)
        {
            Kind, File, Payload, Version, Requires, Match, Group, Step, Priority, Code, Name, Namespace, ReadyIn,
            ReadyAt, LimitKey, Deadline, Timeout, MaxAttempts, Key, Tags, RelaxOptions.Relax, RelaxOptions.Prefer,
            RelaxOptions.PreferFor, UniqueOptions.ByPayload, UniqueOptions.Key, UniqueOptions.AcrossKinds,
            UniqueOptions.Window, UniqueOptions.While, UniqueOptions.OnConflict,
        };
        command.Validators.Add(Check);
        command.Validators.Add(UniqueOptions.Check);
        command.SetAction(SubmitAsync);
        return command;
    }

    private static void Check(CommandResult result)
    {
        var hasKind = result.GetValue(Kind) is not null;
        var hasFile = result.GetValue(File) is not null;
        if (hasKind == hasFile)
        {
            result.AddError(hasKind ? "give a KIND or --file, not both" : "give the task's KIND, or --file");
        }

        if (hasFile && result.Children.OfType<OptionResult>().FirstOrDefault(IsOfOneTask) is { } option)
        {
            result.AddError($"{option.Option.Name} cannot be combined with --file: each line says all about its task");
        }

        if (result.GetResult(ReadyIn) is not null && result.GetResult(ReadyAt) is not null)
        {
            result.AddError("give --ready-in or --ready-at, not both");
        }
    }

    private static bool IsOfOneTask(OptionResult option) =>
        !option.Implicit && !option.Option.Recursive && option.Option != File;

    private static async Task<int> SubmitAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var submitted = new List<SubmittedTask>();
        if (parsed.GetValue(File) is { } file)
        {
            await foreach (var chunk in TaskFile.ReadAsync(file, ct).Chunk(TasksPerRequest).ConfigureAwait(false))
            {
                submitted.AddRange(await connection.Client.SubmitAsync(chunk, ct).ConfigureAwait(false));
            }
        }
        else
        {
            var task = await OneAsync(parsed, ct).ConfigureAwait(false);
            submitted.AddRange(await connection.Client.SubmitAsync([task], ct).ConfigureAwait(false));
        }

        return await ReportAsync(parsed, submitted).ConfigureAwait(false);
    }

    private static async Task<NewTask> OneAsync(ParseResult parsed, CancellationToken ct)
    {
        var task = new NewTask { Kind = parsed.GetValue(Kind)! };
        task = task with
        {
            Payload = await TaskFile.JsonAsync(parsed.GetValue(Payload), "--payload", ct).ConfigureAwait(false),
            Requires = [.. parsed.GetValue(Requires)!.Select(text => Requirement.Parse(text, "--requires"))],
            Match = parsed.GetValue(Match) is { } match ? Words.Parse<MatchMode>(match, "--match") : task.Match,
            Group = parsed.GetValue(Group),
            Step = parsed.GetValue(Step),
            Priority = parsed.GetValue(Priority) ?? task.Priority,
            Code = parsed.GetValue(Code),
            Name = parsed.GetValue(Name),
            Namespace = parsed.GetValue(Namespace) ?? task.Namespace,
            ReadyAt = parsed.GetValue(ReadyIn) is { } wait
                ? TimeProvider.System.GetUtcNow() + wait
                : parsed.GetValue(ReadyAt),
            Deadline = parsed.GetValue(Deadline),
            Timeout = parsed.GetValue(Timeout),
            MaxAttempts = parsed.GetValue(MaxAttempts) ?? task.MaxAttempts,
            IdempotencyKey = parsed.GetValue(Key),
            LimitKey = parsed.GetValue(LimitKey),
            Tags = parsed.GetValue(Tags)!,
            Unique = UniqueOptions.Read(parsed),
        };
        return RelaxOptions.Apply(parsed, task.WithPayloadVersion(parsed.GetValue(Version) ?? PayloadVersion.First));
    }

    private static async Task<int> ReportAsync(ParseResult parsed, List<SubmittedTask> submitted)
    {
        var refused = submitted.Count(task => Refusal(task) is not null);
        if (parsed.WantsJson())
        {
            Output.Json(new SubmittedBatchWire(
                [.. submitted.Select(task => new SubmittedWire(Words.Snake(task.Status), task.Id, task.Code))]));
        }
        else if (submitted.Count == 1 && refused == 0)
        {
            Output.Line((submitted[0].Code ?? $"task {Output.Number(submitted[0].Id)}") + Note(submitted[0].Status));
        }
        else if (submitted.Count != 1)
        {
            var known = submitted.Count(task => task.Status == InsertStatus.Existing);
            var met = submitted.Count(
                task => task.Status != InsertStatus.Existing && Note(task.Status).Length > 0);
            var taken = met == 0 ? "" : $"{met} met a task of their key, ";
            var stored = submitted.Count - refused - known - met;
            Output.Line($"{stored} submitted, {known} submitted before, {taken}{refused} refused");
        }

        for (var i = 0; i < submitted.Count; i++)
        {
            if (Refusal(submitted[i]) is { } why)
            {
                var which = submitted.Count == 1 ? "" : $"task {i + 1}: ";
                await ErrorBoundary.SayAsync($"{which}{why}").ConfigureAwait(false);
            }
        }

        return refused == 0 ? 0 : CommandLine.Failure;
    }

    /// <summary>What became of a task that is not new; nothing when it is.</summary>
    private static string Note(InsertStatus status) => status switch
    {
        InsertStatus.Existing => " (submitted before)",
        InsertStatus.Deduplicated => " has its unique key",
        InsertStatus.Replaced => " has its unique key and was replaced",
        InsertStatus.AttemptsAdded => " has its unique key and may be tried once more",
        _ => "",
    };

    private static string? Refusal(SubmittedTask task) => task.Status switch
    {
        InsertStatus.Inserted or InsertStatus.Existing or InsertStatus.Deduplicated or InsertStatus.Replaced
            or InsertStatus.AttemptsAdded => null,
        InsertStatus.DuplicateTask => $"task {Output.Number(task.Id)} has its unique key",
        InsertStatus.DuplicateCode => $"the code is taken by task {Output.Number(task.Id)}; choose another",
        InsertStatus.KeyReused =>
            $"the key was used for task {Output.Number(task.Id)} with other content; choose another",
        InsertStatus.ParentNotFound => "its parent does not exist",
        InsertStatus.QueueFull => "as many tasks wait in its namespace as the rules allow; try again later",
        _ => throw new ArgumentOutOfRangeException(nameof(task), task.Status, null),
    };
}
