using Longshore.Agents;
using Longshore.Postgres;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Claims step over what a transaction held open keeps around, and miss nothing for long.</summary>
public sealed class LowWaterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Quick_walk_begins_at_the_beginning_again()
    {
        var low = new LowWater(new LowWaters(), new ManualClock());
        low.Learn(long.MinValue, first: 10, walkedUs: 1000);
        low.Rank.ShouldBe(long.MinValue);
    }

    [Fact]
    public void Slow_walk_lets_the_next_begin_where_it_found_something_for_twenty_times_its_length()
    {
        var clock = new ManualClock();
        var low = new LowWater(new LowWaters(), clock);
        low.Learn(long.MinValue, first: 10, walkedUs: 6000);
        low.Rank.ShouldBe(10);
        low.Learn(10, first: 20, walkedUs: 50);
        low.Rank.ShouldBe(20);
        clock.Advance(TimeSpan.FromMilliseconds(119));
        low.Rank.ShouldBe(20);
        clock.Advance(TimeSpan.FromMilliseconds(2));
        low.Rank.ShouldBe(long.MinValue);
    }

    [Fact]
    public void No_walk_is_so_slow_that_the_beginning_is_left_alone_for_longer_than_the_maximum()
    {
        var clock = new ManualClock();
        var low = new LowWater(new LowWaters(), clock);
        low.Learn(long.MinValue, first: 10, walkedUs: 60_000_000);
        clock.Advance(LowWater.HoldMax);
        low.Rank.ShouldBe(long.MinValue);
    }

    [Fact]
    public void What_becomes_ready_below_brings_the_next_walk_back_to_the_beginning()
    {
        var all = new LowWaters();
        var low = new LowWater(all, new ManualClock());
        low.Learn(long.MinValue, first: 10, walkedUs: 6000);
        all.BecameReady(10);
        low.Rank.ShouldBe(10);
        all.BecameReady(9);
        low.Rank.ShouldBe(long.MinValue);
        all.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task Claim_from_the_low_water_still_finds_what_lies_below_when_nothing_lies_above()
    {
        var source = new PostgresSource();
        await using var _ = source;
        var store = (PostgresStore)source.Create(new StoreOptions());
        await store.RegisterAsync(new AgentRegistration { Name = "worker-1", MaxConcurrent = 10 }, ct: Ct);
        var batch = new TaskBatch();
        batch.Inserts.Add(new NewTask { Kind = "a" });
        await store.CommitAsync(batch, Ct);
        store.LowOf("worker-1").Learn(long.MinValue, first: long.MaxValue - 1, walkedUs: 60_000_000);

        var claim = new TaskBatch();
        claim.Claims.Add(new ClaimRequest { Agent = "worker-1" });
        (await store.CommitAsync(claim, Ct)).Claims[0].Grants.ShouldHaveSingleItem();
    }
}
