using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Tests.Events;

public sealed class ReadinessEventClassifierTests
{
    private static readonly ReadinessChannels Channels = new("longshore");
    private readonly ReadinessEventClassifier _classifier = new(Channels);

    public static TheoryData<ReadinessEvent> Events =>
    [
        new TaskReadyEvent
        {
            TaskIds = [1, long.MaxValue], Namespace = "mail", Priority = 7, ReadySteps = 2, Origin = "node/1",
            TriggeredBy = ReadinessTrigger.FallbackPolling, StepId = 5, StepState = TaskState.Done,
            TaskState = TaskState.Created,
        },
        new TaskReadyEvent { TriggeredBy = ReadinessTrigger.TaskStart },
        new TaskStateChangeEvent(5, TaskState.Cancelled, "agent-a", 3) { Origin = "node/1" },
        new NamespaceCreatedEvent("mail") { Origin = "node/1" },
        new AgentChangedEvent("agent-a") { Origin = "node/1" },
        new TaskDeferredEvent(1_900_000_000_000_000) { Origin = "node/1" },
    ];

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_read_as_it_was_written(ReadinessEvent happened)
    {
        var read = _classifier.Classify(_classifier.ChannelOf(happened), ReadinessEventJson.Write(happened));
        read.GetType().ShouldBe(happened.GetType());
        ReadinessEventJson.Write(read).ShouldBe(ReadinessEventJson.Write(happened));
    }

    [Fact]
    public void Triggers_and_states_are_written_in_snake_case()
    {
        var text = ReadinessEventJson.Write(
            new TaskReadyEvent { TriggeredBy = ReadinessTrigger.FallbackPolling, StepState = TaskState.InProgress });
        text.ShouldContain("\"triggered_by\":\"fallback_polling\"");
        text.ShouldContain("\"step_state\":\"in_progress\"");
    }

    [Theory]
    [InlineData("longshore.task_ready", "")]
    [InlineData("longshore.task_ready", "null")]
    [InlineData("longshore.task_ready", "[]")]
    [InlineData("longshore.task_ready.mail", "{\"triggered_by\":7}")]
    [InlineData("longshore.task_ready.mail", "{\"task_ids\":null}")]
    [InlineData("longshore.task_ready.mail", "{\"ready_steps\":-1}")]
    [InlineData("longshore.task_state_change", "{}")]
    [InlineData("longshore.namespace_created", "{}")]
    [InlineData("longshore.control", "{\"due_us\":0}")]
    [InlineData("longshore.else", "{}")]
    [InlineData("other.task_ready", "{}")]
    public void What_makes_no_sense_is_unknown(string channel, string payload) =>
        _classifier.Classify(channel, payload).ShouldBe(new UnknownEvent(channel, payload));

    [Fact]
    public void Any_text_becomes_one_event() => Prop.ForAll<NonNull<string>, NonNull<string>>((channel, payload) =>
    {
        foreach (var name in Channels.Global.Append(channel.Get))
        {
            _classifier.Classify(name, payload.Get).ShouldNotBeNull();
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_channel_decides_not_what_a_namespace_is_called()
    {
        var payload = ReadinessEventJson.Write(new TaskReadyEvent { Namespace = "task_state_change", ReadySteps = 1 });
        _classifier.Classify(Channels.TaskReadyIn("task_state_change"), payload).ShouldBeOfType<TaskReadyEvent>();
        _classifier.Classify(Channels.TaskReadyIn("created.mail"), payload).ShouldBeOfType<TaskReadyEvent>();
    }

    [Fact]
    public void Names_of_channels_fit_whatever_the_namespace_and_stay_different()
    {
        var channels = new ReadinessChannels(new string('s', 40));
        var names = new[] { "a", new string('n', 200), new string('n', 199) + "m", new string('ü', 100), "default" }
            .Select(channels.TaskReadyIn).Concat(channels.Global).ToList();
        names.ShouldAllBe(name => Encoding.UTF8.GetByteCount(name) <= ReadinessChannels.NameBytesMax);
        names.ShouldBeUnique();
        names.Take(5).ShouldAllBe(name => channels.IsTaskReadyIn(name));
    }

    [Fact]
    public void Names_come_from_the_settings()
    {
        var own = new ReadinessEventClassifier(Channels with { NamespaceCreated = "my_channel" });
        own.ChannelOf(new NamespaceCreatedEvent("mail")).ShouldBe("my_channel");
        own.Classify("my_channel", "{\"namespace\":\"mail\"}").ShouldBe(new NamespaceCreatedEvent("mail"));
        own.Classify("longshore.namespace_created", "{\"namespace\":\"mail\"}").ShouldBeOfType<UnknownEvent>();
    }

    [Fact]
    public void Every_payload_fits_a_notification()
    {
        var most = new TaskReadyEvent
        {
            TaskIds = [.. Enumerable.Range(0, Limits.SignalledTasksMax).Select(i => long.MaxValue - i)],
            Namespace = new string('ü', Limits.WordLengthMax),
            Origin = new string('ü', Limits.WordLengthMax),
            Priority = int.MaxValue,
            ReadySteps = int.MaxValue,
            StepId = long.MaxValue,
            StepState = TaskState.InProgress,
            TaskState = TaskState.InProgress,
            TriggeredBy = ReadinessTrigger.FallbackPolling,
        };
        Encoding.UTF8.GetByteCount(ReadinessEventJson.Write(most)).ShouldBeLessThan(Limits.SignalBytesMax);
        var more = most with { TaskIds = [.. most.TaskIds, 1] };
        _classifier.Classify(Channels.TaskReady, ReadinessEventJson.Write(more))
            .ShouldBeOfType<TaskReadyEvent>().TaskIds.ShouldBeEmpty();
    }
}
