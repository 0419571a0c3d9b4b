using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Submitting, seeing and changing tasks.</summary>
internal static class TasksApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("tasks");
        tasks.MapPost("", SubmitAsync).Accepts<NewTaskWire>("application/json")
            .Produces<TaskWire>(StatusCodes.Status201Created).Produces<TaskWire>().WithName("submitTask");
        tasks.MapPost("/batch", SubmitManyAsync).Accepts<TaskBatchWire>("application/json")
            .Produces<SubmittedBatchWire>().WithName("submitTasks");
        tasks.MapGet("", ListAsync).Produces<PageWire<TaskWire>>().WithName("listTasks");
        tasks.MapGet("/counts", CountAsync).Produces<Dictionary<string, long>>().WithName("countTasks");
        tasks.MapGet("/by-code", FindAsync).Produces<TaskWire>().WithName("findTask");
        tasks.MapGet("/{id}", GetAsync).Produces<TaskWire>().WithName("getTask");
        tasks.MapPost("/{id}/cancel", CancelAsync).Accepts<ReasonWire>(true, "application/json")
            .Produces<TaskWire>().WithName("cancelTask");
        tasks.MapPost("/{id}/retry", RetryAsync).Produces<TaskWire>().WithName("retryTask");
        tasks.MapGet("/{id}/events", HistoryAsync).Produces<EventListWire>().WithName("taskEvents");
        tasks.MapGet("/{id}/assignments", AssignmentsAsync).Produces<AssignmentListWire>().WithName("taskAssignments");
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<NewTaskWire>(context.Request, ct);
        if (context.Request.Headers.TryGetValue("Idempotency-Key", out var key))
        {
            body = body.IdempotencyKey is null || body.IdempotencyKey == key.ToString()
                ? body with { IdempotencyKey = key.ToString() }
                : throw LongshoreException.Invalid("idempotency_key", "is not the one of the Idempotency-Key header");
        }

        AcceptTrace(context.Request);
        var submitted = (await client.SubmitAsync([body.ToNewTask()], ct))[0];
        switch (submitted.Status)
        {
            case InsertStatus.DuplicateCode:
                throw new LongshoreException(
                    ErrorCode.DuplicateCode, $"code: '{submitted.Code}' is taken by task {submitted.Id}", "code");
            case InsertStatus.DuplicateTask:
                throw new LongshoreException(
                    ErrorCode.DuplicateTask,
                    $"unique: task {submitted.Id} has the key, and what it is to do cannot be changed now",
                    "unique");
            case InsertStatus.KeyReused:
                throw new LongshoreException(
                    ErrorCode.IdempotencyKeyReused,
                    $"idempotency_key: was used for task {submitted.Id} with other content; use a new key",
                    "idempotency_key");
            case InsertStatus.QueueFull:
                var crowded = body.Namespace ?? "default";
                var bound = (await client.GetRulesAsync(crowded, ct)).MaxPending;
                throw new LongshoreException(
                    ErrorCode.QueueFull,
                    $"namespace: in '{crowded}' as many tasks wait as its rules allow, {bound}; try again later",
                    "namespace");
            case InsertStatus.ParentNotFound:
                throw new LongshoreException(
                    ErrorCode.NotFound, $"parent_id: there is no task {body.ParentId}", "parent_id");
        }

        var task = TaskWire.Of(await client.GetTaskAsync(submitted.Id, ct));
        return submitted.Status == InsertStatus.Inserted
            ? Answer.Created($"{context.Request.Path}/{submitted.Id}", task)
            : Answer.Json(task);
    }

    private static async Task<IResult> SubmitManyAsync(
        HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<TaskBatchWire>(request, ct);
        TaskValidation.Range(body.Tasks.Count, 1, Limits.BatchMax, "tasks.length");
        var tasks = body.Tasks.Select((task, i) => (task
            ?? throw LongshoreException.Invalid($"tasks[{i}]", "cannot be null")).ToNewTask($"tasks[{i}].")).ToList();
        AcceptTrace(request);
        var submitted = await client.SubmitAsync(tasks, ct);
        return Answer.Json(new SubmittedBatchWire(
            [.. submitted.Select(s => new SubmittedWire(Words.Snake(s.Status), s.Id, s.Code))]));
    }

    // Whoever hosts this may trace requests by himself, or not at all: the caller's trace must not depend on it.
    private static void AcceptTrace(HttpRequest request) => TraceContext.Accept(
        request.Headers[TraceContext.ParentEntry].ToString(), request.Headers[TraceContext.StateEntry].ToString());

    private static async Task<IResult> ListAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(
            request, "namespace", "kind", "state", "exclude_code", "min_priority", "tag", "parent_id", "agent",
            "correlation_id", "order", "after", "limit");
        var page = await client.ListTasksAsync(
            new TaskQuery
            {
                Namespace = query.Text("namespace"),
                Kind = query.Text("kind"),
                States = [.. query.Split("state").Select(state => TaskStates.Parse(state))],
                ExcludeCodes = query.List("exclude_code"),
                MinPriority = query.Int("min_priority"),
                Tag = query.Text("tag"),
                ParentId = query.Long("parent_id"),
                Agent = query.Text("agent"),
                CorrelationId = query.Text("correlation_id"),
                Descending = query.Text("order") switch
                {
                    null or "asc" => false,
                    "desc" => true,
                    var other => throw LongshoreException.Invalid("order", $"'{other}' is neither asc nor desc"),
                },
                After = query.Text("after"),
                Limit = query.Int("limit") ?? 50,
            },
            ct);
        return Answer.Json(new PageWire<TaskWire>([.. page.Items.Select(TaskWire.Of)], page.Next));
    }

    private static async Task<IResult> CountAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var counts = await client.CountByStateAsync(new QueryString(request, "namespace").Text("namespace"), ct);
        return Answer.Json(counts.ToDictionary(pair => pair.Key.ToWire(), pair => pair.Value));
    }

    private static async Task<IResult> FindAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "namespace", "code");
        var code = query.Text("code") ?? throw LongshoreException.Invalid("code", "is required");
        var id = await client.FindTaskAsync(query.Text("namespace") ?? "default", code, ct);
        return Answer.Json(TaskWire.Of(await client.GetTaskAsync(id, ct)));
    }

    private static async Task<IResult> GetAsync(string id, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(TaskWire.Of(await client.GetTaskAsync(PathValue.Id(id), ct)));

    private static async Task<IResult> CancelAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<ReasonWire>(request, ct);
        return Answer.Json(TaskWire.Of(await client.CancelAsync(PathValue.Id(id), body.Reason, ct)));
    }

    private static async Task<IResult> RetryAsync(string id, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(TaskWire.Of(await client.RetryAsync(PathValue.Id(id), ct)));

    private static async Task<IResult> HistoryAsync(string id, ILongshoreClient client, CancellationToken ct)
    {
        var history = await client.HistoryAsync(PathValue.Id(id), ct);
        return Answer.Json(new EventListWire([.. history.Select(EventWire.Of)]));
    }

    private static async Task<IResult> AssignmentsAsync(string id, ILongshoreClient client, CancellationToken ct)
    {
        var assignments = await client.ListAssignmentsAsync(PathValue.Id(id), ct);
        return Answer.Json(new AssignmentListWire([.. assignments.Select(AssignmentWire.Of)]));
    }
}
