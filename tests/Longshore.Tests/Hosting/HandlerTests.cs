using Longshore.Assignments;
using Longshore.Client;
using Longshore.Hosting;
using Longshore.Hosting.Testing;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Tests.Hosting;

public sealed class HandlerTests
{
    private readonly Probe _probe = new();

    [Fact]
    public async Task A_task_is_done_by_the_handler_of_its_kind()
    {
        _probe.On["note"] = (note, _, _) => new(TaskResult.Done(note with { Count = note.Count + 1 }));
        await using var host = await TestHosts.StartAsync(_probe);
        var task = await host.DoAsync(
            "note", t => t with { Payload = JsonText.Parse("""{"text":"hello","count":1}""") });
        task.State.ShouldBe(TaskState.Done);
        task.Agent.ShouldBe(TestHosts.Agent);
        task.Result.ToString().ShouldBe("""{"text":"hello","count":2}""");
        _probe.Started.ShouldBe([("note", "hello")]);
    }

    [Fact]
    public async Task A_task_stored_under_a_former_name_of_its_kind_is_done_too()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        (await host.DoAsync("old-note")).State.ShouldBe(TaskState.Done);
    }

    [Fact]
    public async Task A_payload_type_fixed_by_an_ancestor_is_found()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        (await host.DoAsync("other")).State.ShouldBe(TaskState.Done);
    }

    [Theory]
    [InlineData("""{"text":"x","colour":"red"}""", "colour")]
    [InlineData("""{"count":"7"}""", "count")]
    [InlineData("""{"text":null}""", "text")]
    [InlineData("""{"count":101}""", "count: ")]
    public async Task An_invalid_payload_fails_at_once_and_for_good(string payload, string named)
    {
        await using var host = await TestHosts.StartAsync(_probe);
        var task = await host.DoAsync("note", t => t with { Payload = JsonText.Parse(payload), MaxAttempts = 5 });
        task.State.ShouldBe(TaskState.Failed);
        task.Attempts.ShouldBe(1);
        task.Error!.ShouldContain(named);
        _probe.Started.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_exception_is_a_failed_attempt_that_is_tried_again()
    {
        _probe.On["note"] = (_, context, _) => context.Attempt < 3
            ? throw new InvalidOperationException("the printer is on fire")
            : new(TaskResult.Done());
        await using var host = await TestHosts.StartAsync(_probe);
        var task = await host.DoAsync("note", t => t with { Retry = RetryPolicy.TenMinutes });
        task.State.ShouldBe(TaskState.Created);
        task.Error.ShouldBe("InvalidOperationException: the printer is on fire");
        (await host.Client.ListAssignmentsAsync(task.Id))[0].ErrorDetail!.ShouldContain(nameof(HandlerTests));
        task.DeferredUntil.ShouldBe(host.Clock.GetUtcNow() + TimeSpan.FromMinutes(10));
        await host.AdvanceAsync(TimeSpan.FromMinutes(10.1));
        await host.AdvanceAsync(TimeSpan.FromMinutes(10.1));
        task = await host.Client.GetTaskAsync(task.Id);
        (task.State, task.Attempts).ShouldBe((TaskState.Done, 3));
    }

    [Fact]
    public async Task A_task_that_fails_every_time_fails_when_its_attempts_are_used_up()
    {
        _probe.On["note"] = (_, _, _) => throw new InvalidOperationException(new string('x', 9000));
        await using var host = await TestHosts.StartAsync(_probe);
        var task = await host.DoAsync(
            "note", t => t with { MaxAttempts = 2, Retry = RetryPolicy.FixedDelay(TimeSpan.FromSeconds(1)) });
        await host.AdvanceAsync(TimeSpan.FromSeconds(1.1));
        task = await host.Client.GetTaskAsync(task.Id);
        (task.State, task.Attempts).ShouldBe((TaskState.Failed, 2));
        task.Error!.Length.ShouldBe(Limits.ErrorLengthMax);
    }

    [Fact]
    public async Task A_failure_without_retry_is_final()
    {
        _probe.On["note"] = (_, _, _) => new(TaskResult.Fail("there is no such customer", retry: false));
        await using var host = await TestHosts.StartAsync(_probe);
        var task = await host.DoAsync();
        (task.State, task.Attempts, task.Error).ShouldBe((TaskState.Failed, 1, "there is no such customer"));
    }

    [Fact]
    public async Task A_failure_may_choose_its_own_pause()
    {
        _probe.On["note"] = (_, _, _) => new(TaskResult.Fail("busy", delay: TimeSpan.FromMinutes(7)));
        await using var host = await TestHosts.StartAsync(_probe);
        (await host.DoAsync()).DeferredUntil.ShouldBe(host.Clock.GetUtcNow() + TimeSpan.FromMinutes(7));
    }

    [Fact]
    public async Task A_snoozed_task_comes_back_later_and_costs_no_attempt()
    {
        var first = true;
        _probe.On["note"] = (_, _, _) =>
        {
            var result = first ? TaskResult.Snooze(TimeSpan.FromMinutes(1), "too early") : TaskResult.Done();
            first = false;
            return new(result);
        };
        await using var host = await TestHosts.StartAsync(_probe);
        var task = await host.DoAsync();
        (task.State, task.Attempts).ShouldBe((TaskState.Created, 0));
        await host.AdvanceAsync(TimeSpan.FromSeconds(61));
        task = await host.Client.GetTaskAsync(task.Id);
        (task.State, task.Attempts).ShouldBe((TaskState.Done, 1));
    }

    [Fact]
    public async Task A_handler_may_call_its_task_off()
    {
        _probe.On["note"] = (_, _, _) => new(TaskResult.Cancel("the order was withdrawn"));
        await using var host = await TestHosts.StartAsync(_probe);
        (await host.DoAsync()).State.ShouldBe(TaskState.Cancelled);
    }

    [Fact]
    public async Task A_plain_value_is_a_success_with_that_result()
    {
        var results = new Queue<TaskResult>(
            ["text", true, 7, 1.5, JsonText.Parse("[1]"), new Dictionary<string, object?> { ["a"] = 1 }]);
        _probe.On["note"] = (_, _, _) => new(results.Dequeue());
        await using var host = await TestHosts.StartAsync(_probe);
        foreach (var expected in new[] { "\"text\"", "true", "7", "1.5", "[1]", """{"a":1}""" })
        {
            (await host.DoAsync()).Result.ToString().ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Progress_is_shown_and_extends_the_lease()
    {
        var reported = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _probe.On["note"] = async (_, context, ct) =>
        {
            await context.ReportProgressAsync(0.25, ct);
            await context.HeartbeatAsync(ct);
            reported.SetResult();
            await goOn.Task;
            return TaskResult.Done();
        };
        await using var host = await TestHosts.StartAsync(_probe);
        var id = await host.SubmitAsync();
        await Until.Soon(reported.Task);
        var task = await host.Client.GetTaskAsync(id);
        task.Progress.ShouldBe(0.25);
        task.LeaseUntil.ShouldBe(host.Clock.GetUtcNow() + host.Engine().Options.Lease);
        goOn.SetResult();
        await host.DrainAsync();
    }

    [Fact]
    public async Task Parts_name_their_parent_and_carry_its_correlation_id()
    {
        _probe.On["note"] = async (_, context, ct) =>
        {
            await context.SubmitPartsAsync([TestHosts.Task("other", """{"text":"part"}""")], ct);
            return TaskResult.Done();
        };
        await using var host = await TestHosts.StartAsync(_probe);
        var parent = await host.DoAsync("note", t => t with { CorrelationId = "order-7" });
        var part = (await host.EnqueuedAsync<Note>(note => note.Text == "part")).ShouldHaveSingleItem();
        (part.Spec.ParentId, part.Spec.CorrelationId).ShouldBe((parent.Id, "order-7"));
        part.State.ShouldBe(TaskState.Done);
    }

    [Fact]
    public async Task Each_attempt_has_a_scope_of_its_own_that_ends_with_it()
    {
        var scopes = new List<Scoped>();
        _probe.On["note"] = (_, context, _) =>
        {
            var scoped = context.Services.GetRequiredService<Scoped>();
            scoped.IsDisposed.ShouldBeFalse();
            scopes.Add(scoped);
            return new(TaskResult.Done());
        };
        await using var host = await LongshoreTestHost.StartAsync(
            builder => builder.AddHandler<NoteHandler>(),
            services => services.AddSingleton(_probe).AddScoped<Scoped>());
        await host.DoAsync();
        await host.DoAsync();
        scopes.Count.ShouldBe(2);
        scopes.ShouldBeUnique();
        scopes.ShouldAllBe(s => s.IsDisposed);
    }

    [Fact]
    public async Task Enqueue_uses_the_handlers_kind_and_refuses_what_it_would_refuse()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        var sent = await host.Client.EnqueueAsync<NoteHandler, Note>(
            new Note("hello"), t => t with { Priority = 9 });
        await host.DrainAsync();
        var task = await host.Client.GetTaskAsync(sent.Id);
        (task.Spec.Kind, task.Spec.Priority, task.State).ShouldBe(("note", 9, TaskState.Done));
        var error = await Should.ThrowAsync<LongshoreException>(
            () => host.Client.EnqueueAsync<NoteHandler, Note>(new Note(Count: -1)));
        (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, "payload"));
    }

    [Fact]
    public async Task Enqueue_of_one_payload_twice_is_one_task_when_it_is_unique()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        Task<SubmittedTask> Send(int count) => host.Client.EnqueueAsync<NoteHandler, Note>(
            new Note("hello", count), t => t with { ReadyAt = host.Clock.GetUtcNow().AddDays(1) }, new Unique());
        var first = await Send(1);
        (await Send(1)).ShouldBe(new SubmittedTask(InsertStatus.Deduplicated, first.Id, null));
        (await Send(2)).Status.ShouldBe(InsertStatus.Inserted);
    }

    [Fact]
    public async Task Every_attempt_has_its_record()
    {
        _probe.On["note"] = (_, context, _) => context.Attempt == 1
            ? throw new InvalidOperationException("no")
            : new(TaskResult.Done());
        await using var host = await TestHosts.StartAsync(_probe);
        var task = await host.DoAsync(
            "note", t => t with { Retry = RetryPolicy.FixedDelay(TimeSpan.FromSeconds(1)) });
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));
        (await host.Client.ListAssignmentsAsync(task.Id)).Select(a => (a.Epoch, a.Agent, a.Status)).ShouldBe(
        [
            (1, TestHosts.Agent, AssignmentStatus.Failed), (2, TestHosts.Agent, AssignmentStatus.Submitted),
        ]);
    }

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
