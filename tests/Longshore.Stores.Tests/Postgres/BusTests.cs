using System.Collections.Concurrent;
using Longshore.Agents;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Postgres;
using Longshore.Postgres.Bus;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Tests;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>What PostgreSQL carries between nodes.</summary>
[Collection("the bus of the shared server")]
public sealed class BusTests : IAsyncLifetime
{
    private readonly PostgresSource _source = new();
    private readonly ConcurrentQueue<BusMessage> _heard = [];
    private PostgresStore _store = null!;
    private PostgresBus _here = null!;
    private PostgresBus _there = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _store = (PostgresStore)_source.Create(new StoreOptions());
        (_here, _there) = (new PostgresBus(_store), new PostgresBus(_store));
        _there.Subscribe(_heard.Enqueue);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Work_starts_at_another_node_that_only_hears()
    {
        await using var here = new LongshoreEngine(_store, Options("here"), bus: _here);
        await using var there = new LongshoreEngine(
            _store, Options("there") with { Mode = NodeMode.EventDrivenOnly }, bus: _there);
        await here.StartAsync(Ct);
        await there.StartAsync(Ct);
        await there.Client.RegisterAsync(new AgentRegistration { Name = "agent-a" }, Ct);
        for (var round = 0; round < 20; round++)
        {
            var claim = there.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, Limits.WaitMax, Ct);
            await Until.Holds(() => there.Room.Count == 1 && there.Processor.IsQuiet, "an agent waits");
            var id = (await here.Client.SubmitAsync([new NewTask { Kind = "build" }], Ct))[0].Id;
            var grant = (await Until.Soon(claim)).ShouldHaveSingleItem();
            grant.TaskId.ShouldBe(id);
            await there.Client.FinishAsync(
                new Finish { TaskId = id, Epoch = grant.Epoch, Kind = FinishKind.Complete }, Ct);
        }

        _here.Notifications.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Nothing_is_sent_that_no_other_node_waits_for()
    {
        await BeatAsync("here", "mail");
        _here.Publish(Ready("mail"));
        await Until.Holds(() => _here.Statements == 1, "it has looked for somebody");
        _here.Notifications.ShouldBe(0);
        await BeatAsync("there", "mail");
        _here.Publish(Ready("elsewhere"));
        await Until.Holds(() => _here.Statements == 2, "it has looked again");
        _here.Notifications.ShouldBe(0);
        _here.Publish(Ready("mail"));
        await Until.Holds(() => _here.Notifications == 1, "it is sent");
    }

    [Fact]
    public async Task Namespaces_are_added_and_removed_while_it_runs()
    {
        await BeatAsync("there", "one", "two");
        await _there.ListenAsync(["one"], Ct);
        _here.Publish(Ready("one"));
        await Until.Holds(() => Told("one"), "the first is heard");
        await _there.ListenAsync(["two"], Ct);
        _heard.Clear();
        _here.Publish(Ready("one"));
        _here.Publish(Ready("two"));
        await Until.Holds(() => Told("two"), "the second is heard");
        Told("one").ShouldBeFalse();
        await _there.ListenAsync(null, Ct);
        _heard.Clear();
        _here.Publish(Ready("two"));
        (await _there.RoundTripAsync(TimeSpan.FromSeconds(5), Ct)).ShouldNotBeNull();
        await Until.Holds(() => _here.Notifications == 4, "it was sent");
        (await _there.RoundTripAsync(TimeSpan.FromSeconds(5), Ct)).ShouldNotBeNull();
        Told("two").ShouldBeFalse();
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_listens_first_and_then_says_that_something_was_missed()
    {
        await BeatAsync("there", "mail");
        await _there.ListenAsync(["mail"], Ct);
        await Until.Holds(() => _heard.Contains(BusReconnected.Instance), "it is connected");
        for (var round = 0; round < 3; round++)
        {
            _heard.Clear();
            await KillListenersAsync();
            await Until.Holds(() => _heard.Contains(BusReconnected.Instance), "it says so");
            _here.Publish(Ready("mail"));
            await Until.Holds(() => Told("mail"), "it hears");
        }
    }

    [Fact]
    public async Task Many_events_of_one_namespace_become_few_notifications_and_none_is_forgotten()
    {
        await BeatAsync("there", "mail");
        await _there.ListenAsync(["mail"], Ct);
        for (var i = 0; i < 5000; i++)
        {
            _here.Publish(Ready("mail"));
        }

        await Until.Holds(() => _heard.OfType<TaskReadyEvent>().Sum(e => e.ReadySteps) == 5000, "all is told");
        _here.Notifications.ShouldBeLessThan(1000);
    }

    [Fact]
    public async Task Every_event_arrives_as_it_was()
    {
        await BeatAsync("there", new string('ü', 150));
        await _there.ListenAsync([new string('ü', 150)], Ct);
        ReadinessEvent[] events =
        [
            Ready(new string('ü', 150)),
            new TaskStateChangeEvent(5, TaskState.Cancelled, "agent-a", 3) { Origin = "here/1" },
            new NamespaceCreatedEvent("a \"quoted\" name") { Origin = "here/1" },
            new AgentChangedEvent("agent-a") { Origin = "here/1" },
            new TaskDeferredEvent(1_900_000_000_000_000) { Origin = "here/1" },
        ];
        Array.ForEach(events, _here.Publish);
        await Until.Holds(
            () => events.All(e => _heard.OfType<ReadinessEvent>().Any(h => Text(h) == Text(e))), "all are heard");
    }

    [Fact]
    public async Task The_way_of_a_notification_is_measured_while_connected()
    {
        (await _there.RoundTripAsync(TimeSpan.FromSeconds(1), Ct)).ShouldBeNull();
        await _there.ListenAsync(["mail"], Ct);
        _there.IsConnected.ShouldBeTrue();
        var took = await _there.RoundTripAsync(TimeSpan.FromSeconds(5), Ct);
        took.ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromSeconds(5));
        _there.RoundTrip.ShouldBe(took);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("a \"quoted\" name")]
    [InlineData("ünsere-näms-mit-vielen-bytes-üüüüüüüüüüüüüüüüüüüüüüüüüüüü")]
    public async Task The_database_names_channels_as_the_nodes_do(string name)
    {
        var schema = _store.Database.Options.Schema;
        await using var connection = new NpgsqlConnection(PostgresServer.SharedConnection);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand($"select {schema}.ready_channel($1)", connection);
        command.Parameters.AddWithValue(name);
        (await command.ExecuteScalarAsync(Ct)).ShouldBe(new ReadinessChannels(schema).TaskReadyIn(name));
    }

    [Fact]
    public async Task Behind_a_transaction_pooler_there_is_no_bus()
    {
        await using var source = new PostgresSource();
        source.Create(new StoreOptions());
        await using var pooled = await PostgresStore.OpenAsync(
            new PostgresOptions
            {
                ConnectionString = PostgresServer.SharedConnection,
                Schema = "bus_pooled",
                Pooled = true,
            },
            Ct);
        Should.Throw<LongshoreException>(() => new PostgresBus(pooled)).Field.ShouldBe("pooled");
        await Schema.DropAsync(pooled.Database.Options, Ct);
    }

    private static string Text(ReadinessEvent happened) => happened.GetType().Name + ReadinessEventJson.Write(happened);

    private static TaskReadyEvent Ready(string name) =>
        new() { Namespace = name, TaskIds = [1], ReadySteps = 1, Origin = "here/1" };

    private static EngineOptions Options(string name) => new() { NodeName = name };

    private static async Task KillListenersAsync()
    {
        await using var connection = new NpgsqlConnection(PostgresServer.SharedConnection);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'longshore bus'",
            connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private bool Told(string name) => _heard.OfType<TaskReadyEvent>().Any(e => e.Namespace == name);

    private async Task BeatAsync(string name, params string[] interests) => await _store.Nodes.BeatAsync(
        new NodeBeat { Name = name, Session = $"{name}/1", Version = "1", Mode = "hybrid", Interests = interests },
        TimeSpan.FromSeconds(15),
        ct: Ct);
}
