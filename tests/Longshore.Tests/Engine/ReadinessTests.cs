using System.Collections.Concurrent;
using Longshore.Engine;
using Longshore.Engine.Readiness;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Storage.InMemory;
using Longshore.Tasks;
using Longshore.Telemetry;

namespace Longshore.Tests.Engine;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Work_that_a_waiting_agent_takes_in_the_same_flight_is_not_announced()
    {
        var bus = new Ear();
        await using var node = TestNode.Still(bus: bus);
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a");
        await node.SubmitAsync();
        (await Until.Soon(claim)).Count.ShouldBe(1);
        bus.Told.OfType<TaskReadyEvent>().ShouldBeEmpty();
        var second = await node.SubmitAsync();

        // The submitter is answered before others are told.
        await Until.Holds(() => bus.Told.OfType<TaskReadyEvent>().Any(), "the other nodes are told");
        var ready = bus.Told.OfType<TaskReadyEvent>().ShouldHaveSingleItem();
        ready.TaskIds.ShouldBe([second]);
        (ready.Namespace, ready.ReadySteps, ready.TriggeredBy).ShouldBe(("default", 1, ReadinessTrigger.TaskStart));
    }

    [Fact]
    public async Task A_batch_is_announced_once_for_each_namespace()
    {
        var bus = new Ear();
        await using var node = TestNode.Still(bus: bus);
        await node.Client.SubmitAsync(
        [
            .. Enumerable.Range(0, 300).Select(i => TestNode.Task() with { Namespace = i % 2 == 0 ? "even" : "odd" }),
            TestNode.Task() with { Namespace = "later", ReadyAt = node.Clock.GetUtcNow() + TimeSpan.FromHours(1) },
        ]);
        var told = bus.Told.OfType<TaskReadyEvent>().ToList();
        told.Select(t => (t.Namespace, t.ReadySteps, t.TaskIds.Count))
            .ShouldBe([("even", 150, 0), ("odd", 150, 0)], ignoreOrder: true);
        bus.Told.OfType<TaskDeferredEvent>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_comes_back_is_told_to_others_and_its_holder_is_told_there()
    {
        var bus = new Ear();
        await using var node = TestNode.Still(bus: bus);
        await node.RegisterAsync("agent-a");
        await node.SubmitAsync();
        var held = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        bus.Told.Clear();
        await node.FinishAsync(held, FinishKind.Release);
        bus.Told.OfType<TaskReadyEvent>().ShouldHaveSingleItem().TriggeredBy.ShouldBe(ReadinessTrigger.StepTransition);
        await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" });
        await node.Client.CancelAsync(held.TaskId);
        bus.Told.OfType<TaskStateChangeEvent>().ShouldContain(
            change => change.Agent == "agent-a" && change.Epoch == 2 && change.State == TaskState.Cancelled);
        bus.Told.OfType<ReadinessEvent>().ShouldAllBe(told => told.Origin == node.Engine.Session);
    }

    [Fact]
    public async Task A_claim_that_another_node_ended_is_told_to_its_holder_here()
    {
        var bus = new Ear();
        await using var node = TestNode.Still(bus: bus);
        bus.Publish(new TaskStateChangeEvent(7, TaskState.Cancelled, "agent-a", 2) { Origin = "other" });
        bus.Told.ShouldContain(new ClaimEnded("agent-a", 7, 2));
    }

    [Fact]
    public async Task Own_events_lead_to_no_command()
    {
        var bus = new Ear();
        await using var node = TestNode.Still(bus: bus);
        await node.RegisterAsync("agent-a");
        await node.ParkAsync("agent-a");
        var before = node.Store.Arrived;
        bus.Publish(new TaskReadyEvent { ReadySteps = 1, Origin = node.Engine.Session });
        node.Store.Arrived.ShouldBe(before);
        bus.Publish(new TaskReadyEvent { ReadySteps = 1, Origin = "other" });
        await Until.Holds(() => node.Store.Arrived > before, "those who wait look");
    }

    [Fact]
    public async Task Only_those_look_who_work_in_the_namespace()
    {
        var bus = new Ear();
        await using var node = TestNode.Still(bus: bus);
        await node.RegisterAsync("agent-a");
        await node.ParkAsync("agent-a");
        var before = node.Store.Commits.Sum(c => c.Claims.Count);
        bus.Publish(new TaskReadyEvent { ReadySteps = 1, Namespace = "elsewhere" });
        await Until.Holds(() => node.Engine.Processor.IsQuiet, "nothing is on its way");
        node.Store.Commits.Sum(c => c.Claims.Count).ShouldBe(before);
        bus.Publish(new TaskReadyEvent { ReadySteps = 1, Namespace = "default" });
        await Until.Holds(() => node.Store.Commits.Sum(c => c.Claims.Count) == before + 1, "it looks");
    }

    [Fact]
    public async Task Signals_of_one_namespace_join_and_too_many_become_one_look_at_everything()
    {
        await using var node = TestNode.Still();
        var commands = node.Engine.Readiness;
        using (node.Store.HoldBack())
        {
            _ = node.SubmitAsync();
            await Until.Holds(() => node.Store.Arrived == 1, "a flight is on its way");
            for (var i = 0; i < 3 * Limits.SignalsMax; i++)
            {
                commands.Send(new TaskReadyEvent { Namespace = $"n{i % (2 * Limits.SignalsMax)}", ReadySteps = 1 });
            }

            commands.Count.ShouldBe(Limits.SignalsMax + 1);
            node.Engine.Processor.Gathered.ShouldBe(Limits.SignalsMax + 1);
        }

        await Until.Holds(() => commands.Count == 0, "they are processed");
    }

    [Fact]
    public void A_command_counts_what_joins_it_and_forgets_ids_beyond_the_limit()
    {
        using var meter = new System.Diagnostics.Metrics.Meter("test");
        var line = new ReadinessCommands(null!, TimeProvider.System, new ReadinessMetrics(meter));
        var command = new ProcessTaskReadiness(line, new TaskReadyEvent { TaskIds = [1], ReadySteps = 1 }, 0);
        command.Join(new TaskReadyEvent { TaskIds = [2], ReadySteps = 1, Priority = 9 });
        command.Ready.TaskIds.ShouldBe([1, 2]);
        (command.Ready.ReadySteps, command.Ready.Priority).ShouldBe((2, 9));
        command.Join(
            new TaskReadyEvent { TaskIds = [.. Enumerable.Range(3, 99).Select(i => (long)i)], ReadySteps = 99 });
        command.Ready.TaskIds.ShouldBeEmpty();
        command.Ready.ReadySteps.ShouldBe(101);
        command.Join(new TaskReadyEvent());
        command.Ready.ReadySteps.ShouldBe(0);
    }

    [Fact]
    public async Task A_shared_store_without_a_bus_leaves_only_polling()
    {
        await using var store = new InMemoryStore();
        await using var node = new LongshoreEngine(new Shared(store), new EngineOptions { Mode = NodeMode.Hybrid });
        node.Mode.ShouldBe(NodeMode.PollingOnly);
        Should.Throw<LongshoreException>(() => node.SwitchMode(NodeMode.Hybrid)).Code.ShouldBe(ErrorCode.WrongState);
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        foreach (var (options, field) in new (EngineOptions, string)[]
        {
            (new EngineOptions { PollBatchSize = 0 }, "batch_size"),
            (new EngineOptions { AgeThreshold = TimeSpan.FromSeconds(-1) }, "age_threshold"),
            (new EngineOptions { Mode = (NodeMode)9 }, "mode"),
            (new EngineOptions { NodeTimeout = TimeSpan.FromSeconds(6) }, "node_timeout"),
        })
        {
            Should.Throw<LongshoreException>(options.Validate).Field.ShouldBe(field);
        }

        Should.Throw<LongshoreException>(() => NodeModes.Parse("Hybrid")).Message
            .ShouldContain("event_driven_only, hybrid, polling_only");
        Enum.GetValues<NodeMode>().ShouldAllBe(mode => NodeModes.Parse(mode.ToWire()) == mode);
    }

    [Fact]
    public async Task A_node_that_cannot_say_it_is_there_claims_nothing_until_it_can()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a", wait: Limits.WaitMax);
        node.Store.BeatsFail = true;
        await Until.Holds(
            () =>
            {
                node.Clock.Advance(TimeSpan.FromSeconds(1));
                return node.Engine.Room.IsSuspended;
            },
            "it is cut off");
        await node.SubmitAsync();
        (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldBeEmpty();
        claim.IsCompleted.ShouldBeFalse();
        node.Store.BeatsFail = false;
        await Until.Holds(
            () =>
            {
                node.Clock.Advance(TimeSpan.FromSeconds(1));
                return claim.IsCompleted;
            },
            "it goes on");
        (await claim).Count.ShouldBe(1);
    }

    private sealed class Ear : INodeBus
    {
        private readonly InProcessEventBus _here = new();

        public ConcurrentQueue<BusMessage> Told { get; } = [];

        public bool IsConnected => true;

        public void Publish(BusMessage message)
        {
            Told.Enqueue(message);
            _here.Publish(message);
        }

        public IDisposable Subscribe(Action<BusMessage> onMessage) => _here.Subscribe(onMessage);

        public ValueTask ListenAsync(IReadOnlyCollection<string>? namespaces, CancellationToken ct = default) =>
            ValueTask.CompletedTask;

        public ValueTask<TimeSpan?> RoundTripAsync(TimeSpan limit, CancellationToken ct = default) =>
            ValueTask.FromResult<TimeSpan?>(null);
    }

    /// <summary>A store that other processes may use as well.</summary>
    private sealed class Shared(InMemoryStore inner) : IStore
    {
        public StoreInfo Info => inner.Info with { IsShared = true };

        public ITaskStore Tasks => inner;

        public IAgentStore Agents => inner;

        public IRuleStore Rules => inner;

        public IBreakerStore Breakers => inner;

        public IScheduleStore Schedules => inner;

        public IWorkflowStore Workflows => inner;

        public IHandoffStore Handoffs => inner;

        public IHelpStore Help => inner;

        public IEventStore Events => inner;

        public ILeaseStore Leases => inner;

        public INodeStore Nodes => inner;

        public IQueryStore Queries => inner;

        public IHealthStore Health => inner;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
