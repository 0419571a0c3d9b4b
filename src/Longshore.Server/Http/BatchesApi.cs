using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Batches: many tasks, and a callback when all have ended.</summary>
internal static class BatchesApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var all = api.MapGroup("/batches").WithTags("batches");
        all.MapGet("", ListAsync).Produces<PageWire<BatchWire>>().WithName("listBatches");
        all.MapPost("", StartAsync).Accepts<NewBatchWire>("application/json")
            .Produces<StartedBatchWire>().WithName("startBatch");
        all.MapGet("/by-code", FindAsync).Produces<BatchWire>().WithName("findBatch");
        all.MapGet("/{id:long}", GetAsync).Produces<BatchWire>().WithName("getBatch");
        all.MapGet("/{id:long}/tasks", TasksAsync).Produces<PageWire<RunStepWire>>().WithName("listBatchTasks");
        all.MapPost("/{id:long}/tasks", AddAsync).Accepts<MoreTasksWire>("application/json")
            .Produces<BatchWire>().WithName("addToBatch");
        all.MapPost("/{id:long}/close", CloseAsync).Produces<BatchWire>().WithName("closeBatch");
        all.MapPost("/{id:long}/cancel", CancelAsync).Accepts<ReasonWire>(true, "application/json")
            .Produces<BatchWire>().WithName("cancelBatch");
        all.MapPost("/{id:long}/retry", RetryAsync).Produces<BatchWire>().WithName("retryBatch");
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "namespace", "ended", "after", "limit");
        var asked = new BatchQuery
        {
            Namespace = query.Text("namespace"),
            Ended = query.Flag("ended"),
            After = query.Text("after"),
        };
        var page = await client.ListBatchesAsync(asked with { Limit = query.Int("limit") ?? asked.Limit }, ct);
        return Answer.Json(new PageWire<BatchWire>([.. page.Items.Select(BatchWire.Of)], page.Next));
    }

    private static async Task<IResult> StartAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<NewBatchWire>(request, ct);
        var started = await client.StartBatchAsync(body.ToBatch(), ct);
        return Answer.Json(new StartedBatchWire(BatchWire.Of(started.Batch), started.IsNew));
    }

    private static async Task<IResult> FindAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "namespace", "code");
        var batch = await client.FindBatchAsync(query.Text("namespace") ?? "default", query.Text("code") ?? "", ct);
        return Answer.Json(BatchWire.Of(batch));
    }

    private static async Task<IResult> GetAsync(long id, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(BatchWire.Of(await client.GetBatchAsync(id, ct)));

    private static async Task<IResult> TasksAsync(
        long id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "callbacks", "outcome", "after", "limit");
        var asked = new BatchTaskQuery(id)
        {
            Callbacks = query.Flag("callbacks") ?? false,
            Outcome = query.Text("outcome") is { } outcome ? RunStepWire.ParseOutcome(outcome) : null,
            After = query.Text("after"),
        };
        var page = await client.ListBatchTasksAsync(asked with { Limit = query.Int("limit") ?? asked.Limit }, ct);
        return Answer.Json(new PageWire<RunStepWire>([.. page.Items.Select(RunStepWire.Of)], page.Next));
    }

    private static async Task<IResult> AddAsync(
        long id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<MoreTasksWire>(request, ct);
        var tasks = MoreTasksWire.ToTasks(body.Tasks);
        return Answer.Json(BatchWire.Of(await client.AddToBatchAsync(id, tasks, body.At, body.Close, ct)));
    }

    private static async Task<IResult> CloseAsync(long id, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(BatchWire.Of(await client.CloseBatchAsync(id, ct)));

    private static async Task<IResult> CancelAsync(
        long id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<ReasonWire>(request, ct);
        return Answer.Json(BatchWire.Of(await client.CancelBatchAsync(id, body.Reason, ct)));
    }

    private static async Task<IResult> RetryAsync(long id, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(BatchWire.Of(await client.RetryBatchAsync(id, ct)));
}
