using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Longshore.Explain;
using Longshore.Hosting;
using Longshore.Hosting.Testing;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Tests.Hosting;

/// <summary>Payloads that were stored before their handler changed, and after.</summary>
public sealed class PayloadVersionTests
{
    private readonly Sizes _sizes = new();

    [Theory]
    [InlineData(null, """{"size":"20x10"}""")]
    [InlineData("1", """{"size":"20x10"}""")]
    [InlineData("2", """{"width":20,"height":10}""")]
    [InlineData("3", """{"width_mm":20,"height_mm":10}""")]
    public async Task A_payload_of_any_version_reaches_the_handler_in_its_present_form(string? version, string payload)
    {
        await using var host = await StartAsync();
        var task = await host.DoAsync("resize", t => Of(t, version, payload));
        task.State.ShouldBe(TaskState.Done);
        _sizes.Done.ShouldBe([new Size(20, 10)]);
        task.Spec.Payload.ToString().ShouldBe(payload, "what is stored stays");
    }

    [Fact]
    public async Task A_newer_payload_waits_with_the_reason_and_costs_no_attempt_however_often()
    {
        await using var host = await StartAsync();
        var task = await host.DoAsync("resize", t => Of(t, "4", """{"area":"A4"}""") with { MaxAttempts = 1 });
        for (var i = 0; i < 3; i++)
        {
            (task.State, task.Attempts, task.Failures).ShouldBe((TaskState.Created, 0, 0));
            task.DeferredUntil.ShouldBe(host.Clock.GetUtcNow() + TimeSpan.FromSeconds(30));
            var why = await host.Client.ExplainTaskAsync(task.Id);
            why.Reason.ShouldBe(StateReason.Deferred);
            why.Sentence.ShouldEndWith("its payload has version 4; this handler of 'resize' takes up to 3");
            await host.AdvanceAsync(TimeSpan.FromSeconds(31));
            task = await host.Client.GetTaskAsync(task.Id);
        }

        (await host.Client.GetAgentAsync(TestHosts.Agent)).TotalFailed.ShouldBe(0);
        _sizes.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_former_payload_is_validated_in_its_present_form()
    {
        await using var host = await StartAsync();
        var task = await host.DoAsync("resize", t => Of(t, "2", """{"width":0,"height":10}"""));
        (task.State, task.Attempts).ShouldBe((TaskState.Failed, 1));
        task.Error!.ShouldContain("width_mm");
        task = await host.DoAsync("resize", t => Of(t, "1", "7"));
        task.State.ShouldBe(TaskState.Failed);
        task.Error!.ShouldContain("of version 1, is no JSON object");
    }

    [Fact]
    public async Task An_upcaster_that_throws_is_a_failed_attempt_that_is_tried_again()
    {
        await using var host = await StartAsync();
        var task = await host.DoAsync("resize", t => Of(t, "1", """{"size":"round"}"""));
        (task.State, task.Attempts).ShouldBe((TaskState.Created, 1));
        task.Error!.ShouldContain("round");
    }

    [Fact]
    public async Task Enqueuing_by_the_handler_says_its_version_and_a_first_version_says_nothing()
    {
        await using var host = await StartAsync();
        var sent = await host.Client.EnqueueAsync<Resize, Size>(
            new Size(3, 4), t => t with { Metadata = new Dictionary<string, string> { ["by"] = "ann" } });
        var task = await host.Client.GetTaskAsync(sent.Id);
        task.Spec.Metadata.ShouldBe(
            new Dictionary<string, string> { ["by"] = "ann", ["payload_version"] = "3" }, ignoreOrder: true);
        await host.DrainAsync();
        _sizes.Done.ShouldBe([new Size(3, 4)]);

        sent = await host.Client.EnqueueAsync<NoteHandler, Note>(new Note("hi"));
        (await host.Client.GetTaskAsync(sent.Id)).Spec.Metadata.ShouldBeEmpty();
    }

    [Fact]
    public async Task Periodic_tasks_carry_the_version_of_their_handler()
    {
        await using var host = await LongshoreTestHost.StartAsync(
            builder => builder.AddPeriodic<Resize>(
                TimeSpan.FromMinutes(1),
                s => s with { Task = s.Task with { Payload = JsonText.Parse("""{"width_mm":1,"height_mm":2}""") } }),
            services => services.AddSingleton(_sizes));
        (await host.Client.GetScheduleAsync("default", "resize")).Definition.Task.Metadata["payload_version"]
            .ShouldBe("3");
        await Until.Holds(() => _sizes.Done.SequenceEqual([new Size(1, 2)]), "it runs at once");
    }

    [Fact]
    public async Task Handlers_are_tested_with_payloads_of_former_versions()
    {
        var result = await TaskTest.RunAsync<Resize>(
            JsonText.Parse("""{"size":"5x6"}"""), services => services.AddSingleton(_sizes), version: 1);
        result.Error.ShouldBeNull();
        await TaskTest.RunAsync<Resize, Size>(new Size(7, 8), services => services.AddSingleton(_sizes));
        _sizes.Done.ShouldBe([new Size(5, 6), new Size(7, 8)]);
    }

    [Theory]
    [InlineData(typeof(WithoutSteps), "does not say what becomes of version 1: add a method [UpcastFrom(1)]")]
    [InlineData(typeof(WithGap), "does not say what becomes of version 2")]
    [InlineData(typeof(WithTwo), "has two methods that take version 1")]
    [InlineData(typeof(Beyond), "it must take a version from 1 to 1")]
    [InlineData(typeof(NotStatic), "it must be static JsonObject Step(JsonObject payload)")]
    public void Steps_that_do_not_lead_to_the_present_version_are_told_of_before_any_work(Type handler, string said) =>
        Should.Throw<InvalidOperationException>(() => HandlerDescriptor.Of(handler, new HandlerOptions()))
            .Message.ShouldContain(said);

    [Theory]
    [InlineData("two")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public async Task A_version_that_is_no_number_is_refused(string version)
    {
        await using var host = await StartAsync();
        var error = await Should.ThrowAsync<LongshoreException>(
            () => host.SubmitAsync("resize", t => Of(t, version, "{}")));
        (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, "metadata.payload_version"));
    }

    [Fact]
    public async Task A_task_of_an_unknown_kind_waits_and_is_told_why()
    {
        await using var host = await StartAsync();
        var task = await host.DoAsync("resise");
        await host.AdvanceAsync(TimeSpan.FromHours(1));
        task = await host.Client.GetTaskAsync(task.Id);
        (task.State, task.Attempts).ShouldBe((TaskState.Created, 0));
        var why = await host.Client.ExplainTaskAsync(task.Id);
        why.Reason.ShouldBe(StateReason.NobodyCan);
        why.Sentence.ShouldBe("no registered agent takes the kind 'resise'; it waits for one that does");
        why.Suggestions[0].ShouldEndWith("submit one of those that are taken: note, old-note, resize");
    }

    private static NewTask Of(NewTask task, string? version, string payload) => task with
    {
        Payload = JsonText.Parse(payload),
        Metadata = version is null
            ? task.Metadata
            : new Dictionary<string, string> { [PayloadVersion.Key] = version },
    };

    private Task<LongshoreTestHost> StartAsync() => LongshoreTestHost.StartAsync(
        builder => builder.AddAgent(TestHosts.Agent, agent => agent.Handle<Resize>().Handle<NoteHandler>()),
        services => services.AddSingleton(_sizes).AddSingleton(new Probe()));

    private sealed class Sizes
    {
        public ConcurrentQueue<Size> Done { get; } = [];
    }

    private sealed record Size([Range(1, 100)] int WidthMm, [Range(1, 100)] int HeightMm);

    [TaskKind("resize", Version = 3)]
    private sealed class Resize(Sizes sizes) : TaskHandler<Size>
    {
        public override ValueTask<TaskResult> HandleAsync(Size payload, TaskContext context, CancellationToken ct)
        {
            sizes.Done.Enqueue(payload);
            return new(TaskResult.Done());
        }

        [UpcastFrom(2)]
        public static JsonObject NameUnits(JsonObject payload) => new()
        {
            ["width_mm"] = payload["width"]!.DeepClone(),
            ["height_mm"] = payload["height"]!.DeepClone(),
        };

        [UpcastFrom(1)]
        private static JsonObject Part(JsonObject payload)
        {
            var size = payload["size"]!.GetValue<string>();
            return size.Split('x') is [var width, var height]
                ? new JsonObject { ["width"] = int.Parse(width), ["height"] = int.Parse(height) }
                : throw new FormatException($"'{size}' is no size");
        }
    }

    private abstract class Nothing : TaskHandler<Size>
    {
        public override ValueTask<TaskResult> HandleAsync(Size payload, TaskContext context, CancellationToken ct) =>
            new(TaskResult.Done());
    }

    [TaskKind("k", Version = 2)]
    private sealed class WithoutSteps : Nothing;

    [TaskKind("k", Version = 3)]
    private sealed class WithGap : Nothing
    {
        [UpcastFrom(1)]
        public static JsonObject Step(JsonObject payload) => payload;
    }

    [TaskKind("k", Version = 2)]
    private sealed class WithTwo : Nothing
    {
        [UpcastFrom(1)]
        public static JsonObject Step(JsonObject payload) => payload;

        [UpcastFrom(1)]
        public static JsonObject Other(JsonObject payload) => payload;
    }

    [TaskKind("k", Version = 2)]
    private sealed class Beyond : Nothing
    {
        [UpcastFrom(2)]
        public static JsonObject Step(JsonObject payload) => payload;
    }

    [TaskKind("k", Version = 2)]
    private sealed class NotStatic : Nothing
    {
        [UpcastFrom(1)]
        public JsonObject Step(JsonObject payload) => payload;
    }
}
