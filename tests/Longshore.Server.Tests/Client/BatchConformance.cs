using System.Globalization;
using Longshore.Agents;
using Longshore.Client;
using Longshore.Hosting;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Server.Tests.Client;

/// <summary>Batches: what every implementation of the façade must do alike.</summary>
public abstract class BatchConformance : FacadeConformance
{
    private static readonly NewTask Part = new() { Kind = "part", MaxAttempts = 1 };

    protected override async Task PrepareAsync()
    {
        await Client.RegisterAsync(new AgentRegistration { Name = "ann", MaxConcurrent = 10_000 }, Ct);
    }

    [Fact]
    public async Task Batch_goes_from_its_start_to_its_callbacks()
    {
        var wanted = new NewBatch
        {
            Code = "import-7",
            Description = "The seventh.",
            CorrelationId = "why",
            OnEnd = new NewTask { Kind = "tell", Payload = JsonText.Parse("""{"to":"ann","batch":null}""") },
            OnDone = new NewTask { Kind = "cheer" },
            Tasks = [Part, Part with { Payload = JsonText.Parse("[1]") }],
        };
        var started = await Client.StartBatchAsync(wanted, Ct);
        started.ShouldSatisfyAllConditions(
            s => s.IsNew.ShouldBeTrue(),
            s => s.Batch.State.ShouldBe(BatchState.Running),
            s => s.Batch.Code.ShouldBe("import-7"),
            s => s.Batch.Description.ShouldBe("The seventh."),
            s => s.Batch.CorrelationId.ShouldBe("why"),
            s => (s.Batch.Tasks, s.Batch.Left, s.Batch.Progress).ShouldBe((2, 2, 0.0)));
        (await Client.StartBatchAsync(wanted, Ct)).IsNew.ShouldBeFalse();
        await ShouldFailAsync(
            ErrorCode.DuplicateCode, () => Client.StartBatchAsync(wanted with { Tasks = [Part] }, Ct));

        var grants = await ClaimAsync(10);
        grants.Select(g => (g.Task.Spec.CorrelationId, g.Task.Run!.Step)).ShouldBe([("why", "1"), ("why", "2")]);
        await CompleteAsync(grants[0]);
        (await Client.GetBatchAsync(started.Batch.Id, Ct)).Progress.ShouldBe(0.5);
        await CompleteAsync(grants[1]);
        var done = await Client.FindBatchAsync("default", "import-7", Ct);
        (done.State, done.Done, done.Left, done.Progress).ShouldBe((BatchState.Done, 2, 0, 1.0));
        var callbacks = (await ClaimAsync(10)).ToDictionary(g => g.Task.Spec.Kind);
        callbacks["tell"].Task.Spec.Payload.ToString().ShouldBe(
            $$$"""{"to":"ann","batch":{"id":{{{done.Id}}},"code":"import-7","tasks":2,"""
            + "\"done\":2,\"failed\":0,\"cancelled\":0}}");
        callbacks.Keys.Order().ShouldBe(["cheer", "tell"]);
        (await Client.ListBatchTasksAsync(new BatchTaskQuery(done.Id) { Callbacks = true }, Ct)).Items
            .Select(step => (step.Name, step.Role, step.Kind)).ShouldBe(
                [("#end", StepRole.End, "tell"), ("#done", StepRole.End, "cheer")]);
        (await Client.ListBatchesAsync(new BatchQuery { Ended = false }, Ct)).Items.ShouldBeEmpty();
        (await Client.ListBatchesAsync(new BatchQuery { Namespace = "default", Ended = true }, Ct)).Items.Count
            .ShouldBe(1);
        (await Client.ListRunsAsync(new RunQuery(), Ct)).Items.ShouldBeEmpty("a batch is not listed among runs");
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.GetRunAsync(done.Id, Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.CancelRunAsync(done.Id, ct: Ct));
    }

    [Fact]
    public async Task Tasks_are_added_until_the_batch_is_closed()
    {
        var open = (await Client.StartBatchAsync(new NewBatch { IsOpen = true, OnEnd = Part }, Ct)).Batch;
        (open.State, open.Tasks, open.Code.StartsWith("batch-", StringComparison.Ordinal))
            .ShouldBe((BatchState.Open, 0, true));
        (await Client.AddToBatchAsync(open.Id, [Part, Part], at: 0, ct: Ct)).Tasks.ShouldBe(2);
        var callbacks = new BatchTaskQuery(open.Id) { Callbacks = true };
        var callback = (await Client.ListBatchTasksAsync(callbacks, Ct)).Items[0];
        (await Client.ExplainTaskAsync(callback.TaskId, Ct)).Sentence.ShouldBe(
            $"it is enqueued when batch {open.Code} ends, of which 2 tasks are left, and which is not closed");
        (await Client.AddToBatchAsync(open.Id, [Part, Part], at: 0, ct: Ct)).Tasks.ShouldBe(2);
        var wrong = await ShouldFailAsync(
            ErrorCode.WrongState, () => Client.AddToBatchAsync(open.Id, [Part], at: 7, ct: Ct));
        wrong.Message.ShouldBe($"batch {open.Id} has 2 tasks, not 7; go on from there");
        (await Client.CloseBatchAsync(open.Id, Ct)).State.ShouldBe(BatchState.Running);
        await ShouldFailAsync(ErrorCode.WrongState, () => Client.AddToBatchAsync(open.Id, [Part], ct: Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.AddToBatchAsync(99, [Part], ct: Ct));
    }

    [Fact]
    public async Task Any_number_of_tasks_is_submitted_in_parts_and_again_goes_on()
    {
        var tasks = Enumerable.Range(0, 2500).Select(i => Part with { Payload = JsonText.From(i) }).ToList();
        var half = new NewBatch { Code = "big", OnEnd = new NewTask { Kind = "tell" } };
        var first = (await Client.StartBatchAsync(half with { IsOpen = true }, Ct)).Batch;
        await Client.AddToBatchAsync(first.Id, [.. tasks.Take(1000)], at: 0, ct: Ct);

        var whole = await Client.SubmitBatchAsync(half, tasks, Ct);
        (whole.IsNew, whole.Batch.Id, whole.Batch.State, whole.Batch.Tasks)
            .ShouldBe((false, first.Id, BatchState.Running, 2500));
        (await Client.SubmitBatchAsync(half, tasks, Ct)).Batch.Tasks.ShouldBe(2500);
        var grants = await ClaimAsync(5000);
        grants.Select(g => g.Task.Spec.Payload.ToString()).ShouldBe(
            Enumerable.Range(0, 2500).Select(i => i.ToString(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task What_failed_or_was_cancelled_is_done_again()
    {
        var batch = await StartAsync(3);
        var grants = await ClaimAsync(2);
        await CompleteAsync(grants[0]);
        await Client.FinishAsync(
            new Finish { TaskId = grants[1].TaskId, Epoch = grants[1].Epoch, Kind = FinishKind.Fail, Retry = false },
            Ct);
        var cancelled = await Client.CancelBatchAsync(batch.Id, "no more", Ct);
        (cancelled.State, cancelled.Done, cancelled.Failed, cancelled.Cancelled).ShouldBe((BatchState.Failed, 1, 1, 1));
        await ShouldFailAsync(ErrorCode.WrongState, () => Client.CancelBatchAsync(batch.Id, ct: Ct));
        (await Client.ListBatchTasksAsync(new BatchTaskQuery(batch.Id) { Outcome = StepOutcome.Cancelled }, Ct)).Items
            .ShouldHaveSingleItem().Error.ShouldBe("no more");

        (await Client.RetryBatchAsync(batch.Id, Ct)).Left.ShouldBe(2);
        foreach (var grant in (await ClaimAsync(10)).Where(g => g.Task.Spec.Kind == "part"))
        {
            await CompleteAsync(grant);
        }

        (await Client.GetBatchAsync(batch.Id, Ct)).State.ShouldBe(BatchState.Done);
        var nothing = await ShouldFailAsync(ErrorCode.WrongState, () => Client.RetryBatchAsync(batch.Id, Ct));
        nothing.Message.ShouldContain("nothing to be done again: it is done");
    }

    [Fact]
    public async Task What_is_wrong_with_a_batch_is_named()
    {
        await Wrong("tasks", new NewBatch());
        await Wrong("code", new NewBatch { Code = "a/b", Tasks = [Part] });
        await Wrong("tasks[1].code", new NewBatch { Tasks = [Part, Part with { Code = "mine" }] });
        await Wrong("tasks[0].idempotency_key", new NewBatch { Tasks = [Part with { IdempotencyKey = "k" }] });
        await Wrong("tasks[0].parent_id", new NewBatch { Tasks = [Part with { ParentId = 1 }] });
        await Wrong("tasks[0].namespace", new NewBatch { Namespace = "a", Tasks = [Part with { Namespace = "b" }] });
        await Wrong("on_end.payload", new NewBatch
        {
            Tasks = [Part],
            OnEnd = new NewTask { Kind = "tell", Payload = JsonText.Parse("[]") },
        });
        await Wrong("on_done.payload", new NewBatch
        {
            Tasks = [Part],
            OnDone = new NewTask { Kind = "tell", Payload = JsonText.Parse("""{"batch":1}""") },
        });
        (await Client.ListBatchesAsync(new BatchQuery(), Ct)).Items.ShouldBeEmpty();
        (await Client.ListTasksAsync(new TaskQuery(), Ct)).Items.ShouldBeEmpty();

        async Task Wrong(string field, NewBatch batch) => (await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.StartBatchAsync(batch, Ct))).Field.ShouldBe(field);
    }

    [Fact]
    public async Task Tasks_of_a_batch_are_handed_to_whoever_waits()
    {
        var waiting = Client.ClaimAsync(
            new ClaimRequest { Agent = "ann", Max = 5 }, TimeSpan.FromSeconds(20), Ct);
        var batch = await StartAsync(2);
        var grants = (await waiting).ToList();
        grants.AddRange(grants.Count == 2 ? [] : await ClaimAsync(2));
        grants.Count.ShouldBe(2);

        var end = Client.ClaimAsync(
            new ClaimRequest { Agent = "ann", Kinds = ["tell"] }, TimeSpan.FromSeconds(20), Ct);
        await CompleteAsync(grants[0]);
        await CompleteAsync(grants[1]);
        (await end).ShouldHaveSingleItem().Task.Run!.Id.ShouldBe(batch.Id);
    }

    [Fact]
    public async Task Typed_batch_tells_its_handler_what_became_of_it()
    {
        var started = await Client.NewBatch("typed")
            .Add<CountHandler, Row>(new Row(1)).Add<CountHandler, Row>(new Row(2), t => t with { Priority = 9 })
            .OnEnd<SumHandler, Sum>(new Sum("rows", null))
            .OnDone<SumHandler, Sum>(new Sum("all rows", null))
            .SubmitAsync(Ct);
        started.Batch.Tasks.ShouldBe(2);
        foreach (var grant in await ClaimAsync(2))
        {
            await CompleteAsync(grant);
        }

        var sums = (await ClaimAsync(2)).Select(g => g.Task.Spec.Payload.To<Sum>(PayloadJson.Options)!).ToList();
        sums.Select(sum => sum.Of).Order().ShouldBe(["all rows", "rows"]);
        sums.ShouldAllBe(sum => sum.Batch == new BatchOutcome(started.Batch.Id, "typed", 2, 2, 0, 0));
        Should.Throw<LongshoreException>(() => Client.NewBatch().OnEnd<CountHandler, Row>(new Row(1)))
            .Message.ShouldContain("batch");
    }

    private async Task<Batch> StartAsync(int tasks) => (await Client.StartBatchAsync(
        new NewBatch { OnEnd = new NewTask { Kind = "tell" }, Tasks = [.. Enumerable.Repeat(Part, tasks)] }, Ct)).Batch;

    private Task<IReadOnlyList<Grant>> ClaimAsync(int max) =>
        Client.ClaimAsync(new ClaimRequest { Agent = "ann", Max = max }, ct: Ct);

    private Task<FinishOutcome> CompleteAsync(Grant grant) => Client.FinishAsync(
        new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete }, Ct);

    private sealed record Row(int Number);

    private sealed record Sum(string Of, BatchOutcome? Batch);

    [TaskKind("count")]
    private sealed class CountHandler : TaskHandler<Row>
    {
        public override ValueTask<TaskResult> HandleAsync(Row payload, TaskContext context, CancellationToken ct) =>
            ValueTask.FromResult(TaskResult.Done());
    }

    [TaskKind("sum")]
    private sealed class SumHandler : TaskHandler<Sum>
    {
        public override ValueTask<TaskResult> HandleAsync(Sum payload, TaskContext context, CancellationToken ct) =>
            ValueTask.FromResult(TaskResult.Done());
    }
}

/// <summary>The façade in process.</summary>
public sealed class LocalBatchConformance : BatchConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpBatchConformance : BatchConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
