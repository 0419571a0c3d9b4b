using Longshore.Hosting;
using Longshore.Hosting.Testing;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Tests.Hosting;

public sealed class TestKitTests
{
    private readonly Probe _probe = new();

    [Fact]
    public async Task Run_answers_what_the_handler_said_and_did()
    {
        _probe.On["note"] = async (note, context, ct) =>
        {
            await context.ReportProgressAsync(0.5, ct);
            await context.SubmitPartsAsync([TestHosts.Task("other", """{"text":"part"}""")], ct);
            return TaskResult.Done(note with { Count = context.Attempt });
        };
        var result = await TaskTest.RunAsync<NoteHandler, Note>(
            new Note("hello"), s => s.AddSingleton(_probe), task => task with { Attempts = 3 });
        result.Kind.ShouldBe(FinishKind.Complete);
        result.ResultAs<Note>().ShouldBe(new Note("hello", 3));
        result.Progress.ShouldBe([0.5]);
        result.Enqueued.ShouldHaveSingleItem().Spec.Kind.ShouldBe("other");
    }

    [Fact]
    public async Task Run_validates_the_payload()
    {
        var result = await TaskTest.RunAsync<NoteHandler>(
            JsonText.Parse("""{"count":-1}"""), s => s.AddSingleton(_probe));
        (result.Kind, result.Retry).ShouldBe((FinishKind.Fail, false));
        result.Error!.ShouldContain("count: ");
        _probe.Started.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_lets_the_handlers_exception_through()
    {
        _probe.On["note"] = (_, _, _) => throw new InvalidOperationException("no");
        await Should.ThrowAsync<InvalidOperationException>(
            () => TaskTest.RunAsync<NoteHandler, Note>(new Note(), s => s.AddSingleton(_probe)));
    }

    [Fact]
    public async Task Drain_does_what_handlers_can_do_and_leaves_what_nobody_can()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        var unknown = await host.SubmitAsync("unknown-kind");
        var done = await host.DoAsync();
        done.State.ShouldBe(TaskState.Done);
        (await host.Client.StateOf(unknown)).ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task Drain_says_what_is_left_when_it_takes_too_long()
    {
        _probe.On["note"] = Probe.UntilStopped;
        await using var host = await TestHosts.StartAsync(_probe);
        await host.SubmitAsync();
        (await Should.ThrowAsync<TimeoutException>(() => host.DrainAsync(TimeSpan.FromMilliseconds(50))))
            .Message.ShouldContain("t-1 (note) in_progress");
    }

    [Fact]
    public async Task Enqueued_says_what_was_submitted_instead()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        await host.SubmitAsync("note", t => t with { Payload = JsonText.Parse("""{"text":"a"}""") });
        (await host.EnqueuedAsync<Note>(n => n.Text == "a")).Count.ShouldBe(1);
        (await Should.ThrowAsync<InvalidOperationException>(() => host.EnqueuedAsync<Note>(n => n.Text == "b")))
            .Message.ShouldContain("""t-1 (note) {"text":"a"}""");
    }

    [Fact]
    public void A_manual_clock_fires_timers_in_order_at_their_own_instants()
    {
        var clock = new ManualTimeProvider();
        var start = clock.GetUtcNow();
        var fired = new List<(string, TimeSpan)>();
        using var late = Timer("late", 3);
        using var early = Timer("early", 1);
        using var repeated = Timer("repeated", 1, 1);
        using var never = Timer("never", 10);
        var disposed = Timer("disposed", 2);
        disposed.Dispose();
        clock.Advance(TimeSpan.FromSeconds(3));
        fired.ShouldBe(
        [
            ("early", TimeSpan.FromSeconds(1)), ("repeated", TimeSpan.FromSeconds(1)),
            ("repeated", TimeSpan.FromSeconds(2)), ("late", TimeSpan.FromSeconds(3)),
            ("repeated", TimeSpan.FromSeconds(3)),
        ]);
        clock.GetUtcNow().ShouldBe(start + TimeSpan.FromSeconds(3));
        clock.GetElapsedTime(start.UtcTicks).ShouldBe(TimeSpan.FromSeconds(3));

        ITimer Timer(string name, int due, int? period = null) => clock.CreateTimer(
            _ => fired.Add((name, clock.GetUtcNow() - start)),
            null,
            TimeSpan.FromSeconds(due),
            period is { } p ? TimeSpan.FromSeconds(p) : Timeout.InfiniteTimeSpan);
    }
}
