using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore batches</c>: many tasks, and a callback when all have ended.</summary>
internal static class BatchesCommand
{
    private const int TasksAtOnce = 1000;

    private static readonly Argument<string> Batch = new("BATCH") { Description = "The batch's id, or its code." };

    private static readonly Option<string?> TaskLines = Options.Word(
        "--file", "The tasks: one on each line, in the JSON of the HTTP API; - reads stdin.", "FILE");

    private static readonly Option<string?> Namespace = Options.Word(
        "--namespace", "Of the batch and its tasks; default if not given.", "NAME");

    private static readonly Option<string?> Code = Options.Word(
        "--code", "Unique in the namespace; starting the same again under it goes on with the first batch.", "CODE");

    private static readonly Option<string?> Description = Options.Word("--description", "For people.", "TEXT");

    private static readonly Option<string?> Correlation = Options.Word(
        "--correlation", "Links events to their cause.", "ID");

    private static readonly Option<string?> OnEnd = Options.Word(
        "--on-end", "Enqueued when every task has ended: a kind, a task as JSON, or @FILE.", "TASK");

    private static readonly Option<string?> OnDone = Options.Word(
        "--on-done", "Enqueued when every task was done: a kind, a task as JSON, or @FILE.", "TASK");

    private static readonly Option<bool> Open = new("--open") { Description = "More will be added." };

    private static readonly Option<bool> Close = new("--close") { Description = "Nothing more will be added." };

    private static readonly Option<bool> Going = new("--going") { Description = "Only those that have not ended." };

    private static readonly Option<bool> Ended = new("--ended") { Description = "Only those that have ended." };

    private static readonly Option<bool> Callbacks = new("--callbacks") { Description = "The callback tasks instead." };

    private static readonly Option<string?> Outcome = new Option<string?>("--outcome")
    {
        Description = "Only tasks that ended so.",
    }.AcceptOnlyFromAmong("open", "done", "failed", "cancelled");

    private static readonly Option<int?> Limit = Options.Whole("--limit", "Most to show.");
    private static readonly Option<string?> After = Options.Word("--after", "The mark of the page before.", "MARK");
    private static readonly Option<string?> Reason = Options.Word("--reason", "Why; for people.", "TEXT");

    public static Command Create() => new("batches", "Enqueue many tasks, and know when all have ended.")
    {
        Start(),
        Add(),
        List(),
        Tasks(),
        One("show", "Show a batch.", (client, id, _, ct) => client.GetBatchAsync(id, ct)),
        One("close", "Say that nothing more will be added.", (client, id, _, ct) => client.CloseBatchAsync(id, ct)),
        One("cancel", "Cancel what has not ended.", (client, id, parsed, ct) =>
            client.CancelBatchAsync(id, parsed.GetValue(Reason), ct), Reason),
        One("retry", "Let what failed or was cancelled be done again.", (client, id, _, ct) =>
            client.RetryBatchAsync(id, ct)),
    };

    private static ExplainedCommand Start()
    {
        var start = new ExplainedCommand("start", "Start a batch.", """
            longshore batches start --file tasks.ndjson --code import-7 --on-done report
            longshore batches start --open --on-end '{"kind":"tell","payload":{"to":"ann"}}'
            """) { TaskLines, Open, Namespace, Code, Description, Correlation, OnEnd, OnDone };
        start.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var batch = new NewBatch
            {
                Namespace = parsed.GetValue(Namespace) ?? "default",
                Code = parsed.GetValue(Code),
                Description = parsed.GetValue(Description),
                CorrelationId = parsed.GetValue(Correlation),
                OnEnd = await CallbackAsync(parsed, OnEnd, ct).ConfigureAwait(false),
                OnDone = await CallbackAsync(parsed, OnDone, ct).ConfigureAwait(false),
                IsOpen = parsed.GetValue(Open),
            };
            var tasks = await TasksAsync(parsed, ct).ConfigureAwait(false);
            StartedBatch started;
            if (batch.IsOpen)
            {
                started = await connection.Client.StartBatchAsync(batch, ct).ConfigureAwait(false);
                started = started with
                {
                    Batch = await AddAsync(connection.Client, started.Batch, tasks, ct).ConfigureAwait(false),
                };
            }
            else
            {
                started = await connection.Client.SubmitBatchAsync(batch, tasks, ct).ConfigureAwait(false);
            }

            if (parsed.WantsJson())
            {
                Output.Json(new StartedBatchWire(BatchWire.Of(started.Batch), started.IsNew));
                return 0;
            }

            var (stored, how) = (started.Batch, started.IsNew ? "is started" : "was started before");
            Output.Line(
                $"batch {Output.Number(stored.Id)} ({stored.Code}) {how} and is {stored.State.ToWire()}: "
                + $"{Output.Number(stored.Tasks)} tasks, {Output.Number(stored.Left)} left");
            return 0;
        });
        return start;
    }

    private static ExplainedCommand Add()
    {
        var add = new ExplainedCommand("add", "Add tasks to an open batch.", """
            longshore batches add import-7 --file more.ndjson --close
            """) { Batch, Namespace, TaskLines, Close };
        add.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var id = await IdAsync(connection.Client, parsed, ct).ConfigureAwait(false);
            var batch = await connection.Client.GetBatchAsync(id, ct).ConfigureAwait(false);
            batch = await AddAsync(
                connection.Client, batch, await TasksAsync(parsed, ct).ConfigureAwait(false), ct)
                .ConfigureAwait(false);
            if (parsed.GetValue(Close))
            {
                batch = await connection.Client.CloseBatchAsync(id, ct).ConfigureAwait(false);
            }

            Report(parsed, batch);
            return 0;
        });
        return add;
    }

    private static ExplainedCommand List()
    {
        var list = new ExplainedCommand("list", "List batches, the newest first.", """
            longshore batches list --going
            """) { Namespace, Going, Ended, Limit, After };
        list.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var query = new BatchQuery
            {
                Namespace = parsed.GetValue(Namespace),
                Ended = parsed.GetValue(Going) ? false : parsed.GetValue(Ended) ? true : null,
                After = parsed.GetValue(After),
            };
            var page = await connection.Client
                .ListBatchesAsync(query with { Limit = parsed.GetValue(Limit) ?? query.Limit }, ct)
                .ConfigureAwait(false);
            return Output.Page(
                parsed,
                page,
                BatchWire.Of,
                ["ID", "CODE", "STATE", "TASKS", "LEFT", "DONE", "FAILED", "CANCELLED", "STARTED", "ENDED"],
                b =>
                [
                    Output.Number(b.Id), b.Code, b.State.ToWire(), Output.Number(b.Tasks), Output.Number(b.Left),
                    Output.Number(b.Done), Output.Number(b.Failed), Output.Number(b.Cancelled),
                    Output.Instant(b.StartedAt), Output.Instant(b.EndedAt),
                ]);
        });
        return list;
    }

    private static ExplainedCommand Tasks()
    {
        var tasks = new ExplainedCommand("tasks", "List the tasks of a batch.", """
            longshore batches tasks import-7 --outcome failed
            longshore batches tasks import-7 --callbacks
            """) { Batch, Namespace, Outcome, Callbacks, Limit, After };
        tasks.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var query = new BatchTaskQuery(await IdAsync(connection.Client, parsed, ct).ConfigureAwait(false))
            {
                Outcome = parsed.GetValue(Outcome) is { } outcome ? RunStepWire.ParseOutcome(outcome) : null,
                Callbacks = parsed.GetValue(Callbacks),
                After = parsed.GetValue(After),
            };
            var page = await connection.Client
                .ListBatchTasksAsync(query with { Limit = parsed.GetValue(Limit) ?? query.Limit }, ct)
                .ConfigureAwait(false);
            return Output.Page(
                parsed,
                page,
                RunStepWire.Of,
                ["NUMBER", "TASK", "KIND", "STATE", "AGENT", "ATTEMPTS", "ENDED", "REASON"],
                step =>
                [
                    step.Name, string.Create(CultureInfo.InvariantCulture, $"t-{step.TaskId}"), step.Kind,
                    step.State.ToWire(), step.Agent ?? "", Output.Number(step.Attempts), Output.Instant(step.EndedAt),
                    step.Error ?? "",
                ]);
        });
        return tasks;
    }

    private static Command One(
        string verb, string description,
        Func<ILongshoreClient, long, ParseResult, CancellationToken, Task<Batch>> action, params Option[] more)
    {
        var command = new Command(verb, description) { Batch, Namespace };
        Array.ForEach(more, command.Options.Add);
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var id = await IdAsync(connection.Client, parsed, ct).ConfigureAwait(false);
            Report(parsed, await action(connection.Client, id, parsed, ct).ConfigureAwait(false));
            return 0;
        });
        return command;
    }

    private static async Task<Batch> AddAsync(
        ILongshoreClient client, Batch batch, List<NewTask> tasks, CancellationToken ct)
    {
        foreach (var part in tasks.Chunk(TasksAtOnce))
        {
            batch = await client.AddToBatchAsync(batch.Id, part, batch.Tasks, ct: ct).ConfigureAwait(false);
        }

        return batch;
    }

    private static async Task<List<NewTask>> TasksAsync(ParseResult parsed, CancellationToken ct)
    {
        var tasks = new List<NewTask>();
        if (parsed.GetValue(TaskLines) is { } file)
        {
            await foreach (var task in TaskFile.ReadAsync(file, ct).ConfigureAwait(false))
            {
                tasks.Add(task);
            }
        }

        return tasks;
    }

    private static async Task<NewTask?> CallbackAsync(
        ParseResult parsed, Option<string?> option, CancellationToken ct) => parsed.GetValue(option) switch
        {
            null => null,
            ['{' or '@', ..] given => WireJson.Read<NewTaskWire>(
                (await TaskFile.JsonAsync(given, option.Name, ct).ConfigureAwait(false)).Memory.ToArray())
                .ToNewTask(option.Name + ": "),
            { } kind => new NewTask { Kind = kind },
        };

    private static async Task<long> IdAsync(ILongshoreClient client, ParseResult parsed, CancellationToken ct)
    {
        var which = parsed.GetValue(Batch)!;
        return long.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : (await client.FindBatchAsync(parsed.GetValue(Namespace) ?? "default", which, ct)
                .ConfigureAwait(false)).Id;
    }

    private static void Report(ParseResult parsed, Batch batch)
    {
        if (parsed.WantsJson())
        {
            Output.Json(BatchWire.Of(batch));
            return;
        }

        Output.Fields(
            ("batch", Output.Number(batch.Id)),
            ("code", batch.Code),
            ("namespace", batch.Namespace),
            ("description", batch.Description ?? ""),
            ("state", batch.State.ToWire()),
            ("progress", batch.Progress.ToString("P0", CultureInfo.InvariantCulture)),
            ("tasks", Output.Number(batch.Tasks)),
            ("left", Output.Number(batch.Left)),
            ("done", Output.Number(batch.Done)),
            ("failed", Output.Number(batch.Failed)),
            ("cancelled", Output.Number(batch.Cancelled)),
            ("started", Output.Instant(batch.StartedAt)),
            ("ended", Output.Instant(batch.EndedAt)));
    }
}
