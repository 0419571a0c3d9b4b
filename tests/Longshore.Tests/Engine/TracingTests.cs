using System.Diagnostics;
using Longshore.Hosting;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Tests.Hosting;

namespace Longshore.Tests.Engine;

/// <summary>Spans at the submission and at each run, linked by what the task carries.</summary>
public sealed class TracingTests
{
    private const string SomeParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private readonly Probe _probe = new();

    [Fact]
    public async Task A_submission_is_a_child_of_its_caller_and_the_task_carries_its_context()
    {
        using var spans = new SpanRecorder();
        await using var node = TestNode.Still();
        var id = await node.SubmitAsync("resize");
        var span = spans.Named("longshore.enqueue").ShouldHaveSingleItem();
        span.ParentSpanId.ShouldBe(spans.Caller.SpanId);
        span.Kind.ShouldBe(ActivityKind.Producer);
        span.GetTagItem("longshore.task.kind").ShouldBe("resize");
        span.GetTagItem("longshore.task.namespace").ShouldBe("default");
        span.GetTagItem("longshore.task.id").ShouldBe(id);
        (await node.Client.GetTaskAsync(id)).Spec.Metadata["traceparent"].ShouldBe(span.Id);
    }

    [Fact]
    public async Task Each_run_is_a_root_linked_to_the_submission_and_says_how_it_went()
    {
        using var spans = new SpanRecorder();
        _probe.On["note"] = (_, context, _) => context.Attempt == 1
            ? throw new InvalidOperationException("out of ink")
            : new(TaskResult.Done());
        await using var host = await TestHosts.StartAsync(_probe);
        var task = await host.DoAsync("note", t => t with { Retry = RetryPolicy.TenMinutes, Namespace = "default" });
        await host.AdvanceAsync(TimeSpan.FromMinutes(10.1));
        await Until.Holds(() => spans.Named("longshore.run").Count == 2, "both runs have ended");
        var submission = spans.Named("longshore.enqueue").ShouldHaveSingleItem();
        var runs = spans.Named("longshore.run");
        runs.ShouldAllBe(run => run.ParentId == null && run.TraceId != submission.TraceId);
        runs.ShouldAllBe(run => run.Links.Single().Context.SpanId == submission.SpanId);
        runs.ShouldAllBe(run => run.Kind == ActivityKind.Consumer);
        runs.ShouldAllBe(run => (long)run.GetTagItem("longshore.task.id")! == task.Id);
        runs.ShouldAllBe(run => (string)run.GetTagItem("longshore.task.kind")! == "note");
        runs.ShouldAllBe(run => (string)run.GetTagItem("longshore.task.namespace")! == "default");
        runs.ShouldAllBe(run => (string)run.GetTagItem("longshore.agent")! == TestHosts.Agent);
        runs.Select(run => run.GetTagItem("longshore.task.attempt")).ShouldBe([1, 2]);
        runs.Select(run => run.GetTagItem("longshore.outcome")).ShouldBe(["fail", "complete"]);
        runs.Select(run => run.Status).ShouldBe([ActivityStatusCode.Error, ActivityStatusCode.Unset]);
        runs[0].StatusDescription.ShouldBe("InvalidOperationException: out of ink");
        runs[0].Events.ShouldHaveSingleItem().Name.ShouldBe("exception");
    }

    [Fact]
    public async Task What_a_handler_submits_belongs_to_its_run()
    {
        using var spans = new SpanRecorder();
        _probe.On["note"] = async (_, context, ct) =>
        {
            await context.SubmitPartsAsync([TestHosts.Task("other")], ct);
            return TaskResult.Done();
        };
        await using var host = await TestHosts.StartAsync(_probe);
        await host.DoAsync();
        await Until.Holds(() => spans.Named("longshore.run").Count == 2, "the task and its part have ended");
        var run = spans.Named("longshore.run").Single(r => (string)r.GetTagItem("longshore.task.kind")! == "note");
        spans.Named("longshore.enqueue").ShouldContain(span => span.ParentSpanId == run.SpanId);
        spans.Named("longshore.run").ShouldAllBe(span => span.ParentId == null);
    }

    [Fact]
    public async Task Without_a_listener_the_task_carries_the_callers_own_context()
    {
        await using var node = TestNode.Still();
        using var caller = new Activity("a caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        caller.TraceStateString = "vendor=1";
        var id = await node.SubmitAsync();
        var metadata = (await node.Client.GetTaskAsync(id)).Spec.Metadata;
        (metadata["traceparent"], metadata["tracestate"]).ShouldBe((caller.Id!, "vendor=1"));
    }

    [Fact]
    public async Task Without_a_trace_nothing_is_added()
    {
        await using var node = TestNode.Still();
        var id = await node.SubmitAsync();
        (await node.Client.GetTaskAsync(id)).Spec.Metadata.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_context_that_the_submitter_gives_stays_and_an_invalid_one_is_refused()
    {
        using var spans = new SpanRecorder();
        await using var node = TestNode.Still();
        var given = TestNode.Task() with { Metadata = Pair("traceparent", SomeParent) };
        var id = (await node.Client.SubmitAsync([given]))[0].Id;
        (await node.Client.GetTaskAsync(id)).Spec.Metadata["traceparent"].ShouldBe(SomeParent);
        var refusal = await Should.ThrowAsync<LongshoreException>(() =>
            node.Client.SubmitAsync([given with { Metadata = Pair("traceparent", "yesterday") }]));
        (refusal.Code, refusal.Field).ShouldBe((ErrorCode.InvalidInput, "metadata.traceparent"));
    }

    [Fact]
    public async Task Full_metadata_is_left_as_it_is()
    {
        using var spans = new SpanRecorder();
        await using var node = TestNode.Still();
        var full = Enumerable.Range(0, Limits.MetadataMax).ToDictionary(i => $"k{i}", i => "v");
        var id = (await node.Client.SubmitAsync([TestNode.Task() with { Metadata = full }]))[0].Id;
        (await node.Client.GetTaskAsync(id)).Spec.Metadata.ShouldBe(full, ignoreOrder: true);
    }

    [Fact]
    public async Task Another_try_at_a_submission_in_another_trace_is_the_same_task()
    {
        await using var node = TestNode.Still();
        var task = TestNode.Task() with { IdempotencyKey = "once" };
        InsertStatus first, second;
        using (new Activity("first try").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            first = (await node.Client.SubmitAsync([task]))[0].Status;
        }

        using (new Activity("second try").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            second = (await node.Client.SubmitAsync([task]))[0].Status;
        }

        (first, second).ShouldBe((InsertStatus.Inserted, InsertStatus.Existing));
    }

    private static Dictionary<string, string> Pair(string name, string value) => new() { [name] = value };
}
