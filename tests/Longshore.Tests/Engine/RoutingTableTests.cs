using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Engine.Distribution;
using Longshore.Routing;
using Longshore.Storage;
using Longshore.Storage.InMemory;

namespace Longshore.Tests.Engine;

/// <summary>Whoever has not changed is not looked at again; whatever counts for a choice has changed then.</summary>
public sealed class RoutingTableTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly InMemoryStore _store = new(new StoreOptions { ReputationHalfLife = TimeSpan.FromDays(1) });
    private readonly RoutingTable _table;

    public RoutingTableTests() => _table = new RoutingTable(_store);

    [Fact]
    public async Task What_was_reserved_here_and_never_came_to_the_store_is_forgotten()
    {
        await RegisterAsync("ann", "bob");
        await _table.RefreshAsync(Begin, CancellationToken.None);
        var class1 = _table.Board.AddClass([]);
        _table.Board.Reserve(_table.Board.SlotOf("ann"), class1, 1);
        SeatOf("ann").Load.ShouldBe(1);
        await _table.RefreshAsync(Begin, CancellationToken.None);
        (SeatOf("ann").Load, SeatOf("bob").Load).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Silence_a_mode_and_work_of_another_node_are_seen()
    {
        await RegisterAsync("ann", "bob", "cyd");
        await _table.RefreshAsync(Begin, CancellationToken.None);
        await _store.HeartbeatAsync(["bob", "cyd"], Us(Begin.AddSeconds(20)));
        await _store.SetModeAsync("bob", AgentMode.Draining, Us(Begin.AddSeconds(20)));
        await ClaimAsync("cyd", Begin.AddSeconds(20));
        await _table.RefreshAsync(Begin.AddSeconds(31), CancellationToken.None);
        (SeatOf("ann").IsOnline, SeatOf("bob").IsOnline, SeatOf("cyd").IsOnline).ShouldBe((false, false, true));
        SeatOf("cyd").Load.ShouldBe(1);
    }

    [Fact]
    public async Task A_record_fades_though_nothing_happens()
    {
        await RegisterAsync("ann");
        var grant = await ClaimAsync("ann", Begin);
        await CommitAsync(Begin, batch => batch.Finishes.Add(
            new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete }));
        await _table.RefreshAsync(Begin, CancellationToken.None);
        var fresh = SeatOf("ann").Performance;
        for (var now = Begin; now < Begin.AddHours(2); now += TimeSpan.FromSeconds(10))
        {
            await _store.SetModeAsync("ann", AgentMode.Available, Us(now));
            await _table.RefreshAsync(now, CancellationToken.None);
            var agent = (await _store.GetAgentAsync("ann"))!;
            SeatOf("ann").Performance.ShouldBe(agent.Record.At(Us(now), TimeSpan.FromDays(1)).Score);
        }

        SeatOf("ann").Performance.ShouldBeLessThan(fresh);
    }

    [Fact]
    public async Task A_capability_ends_though_nothing_happens()
    {
        await _store.RegisterAsync(
            new AgentRegistration
            {
                Name = "ann",
                Capabilities = [new Capability("rust", 1, Begin.AddMinutes(1)), new Capability("sql")],
            },
            Us(Begin));
        await _table.RefreshAsync(Begin, CancellationToken.None);
        await CommitAsync(Begin, batch => batch.Inserts.AddRange(
            [TestNode.Task("first", "rust"), TestNode.Task("second", "sql")]));
        foreach (var head in await _store.ListHeadsAsync(null, 1, 10))
        {
            await _table.ClassOfAsync(head, Us(Begin), CancellationToken.None);
        }

        await _table.RefreshAsync(Begin.AddSeconds(20), CancellationToken.None);
        SeatOf("ann").Breadth.ShouldBe(2);
        await _store.HeartbeatAsync(["ann"], Us(Begin.AddSeconds(50)));
        await _table.RefreshAsync(Begin.AddSeconds(59), CancellationToken.None);
        SeatOf("ann").Breadth.ShouldBe(2);
        await _table.RefreshAsync(Begin.AddSeconds(61), CancellationToken.None);
        SeatOf("ann").Breadth.ShouldBe(1);
    }

    [Fact]
    public async Task A_class_of_which_nothing_came_for_a_day_is_forgotten()
    {
        await RegisterAsync("ann");
        await _table.RefreshAsync(Begin, CancellationToken.None);
        await CommitAsync(Begin, batch => batch.Inserts.AddRange([TestNode.Task("first"), TestNode.Task("second")]));
        var heads = await _store.ListHeadsAsync(null, 1, 10);
        foreach (var head in heads)
        {
            await _table.ClassOfAsync(head, Us(Begin), CancellationToken.None);
        }

        await _table.ClassOfAsync(heads[0], Us(Begin.AddHours(10)), CancellationToken.None);
        foreach (var (hours, breadth) in new[] { (23, 2), (25, 1), (33, 1), (35, 0) })
        {
            await _table.RefreshAsync(Begin.AddHours(hours), CancellationToken.None);
            SeatOf("ann").Breadth.ShouldBe(breadth);
        }

        await _table.ClassOfAsync(heads[1], Us(Begin.AddHours(36)), CancellationToken.None);
        SeatOf("ann").Breadth.ShouldBe(1);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private Seat SeatOf(string agent) => _table.Board[_table.Board.SlotOf(agent)];

    private async Task RegisterAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await _store.RegisterAsync(new AgentRegistration { Name = name, MaxConcurrent = 5 }, Us(Begin));
        }
    }

    private async Task<Grant> ClaimAsync(string agent, DateTimeOffset at)
    {
        var outcome = await CommitAsync(at, batch =>
        {
            batch.Inserts.Add(TestNode.Task());
            batch.Claims.Add(new ClaimRequest { Agent = agent });
        });
        return outcome.Claims[0].Grants[0];
    }

    private async Task<TaskBatchOutcome> CommitAsync(DateTimeOffset at, Action<TaskBatch> fill)
    {
        var batch = new TaskBatch { NowUs = Us(at) };
        fill(batch);
        return await _store.CommitAsync(batch);
    }

    private static long Us(DateTimeOffset at) => at.ToUnixTimeMilliseconds() * 1000;
}
