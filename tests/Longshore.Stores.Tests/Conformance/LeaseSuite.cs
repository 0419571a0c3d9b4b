namespace Longshore.Stores.Tests.Conformance;

/// <summary>Leadership: one holder for each name until its term runs out.</summary>
public abstract class LeaseSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Acquire_is_refused_until_exactly_the_end_of_the_term()
    {
        (await Acquire("node-a")).ShouldBe(1);
        Clock.Advance(Term - TimeSpan.FromMicroseconds(1));
        (await Acquire("node-b")).ShouldBeNull();
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Acquire("node-b")).ShouldBe(2);
        (await Acquire("node-a")).ShouldBeNull();
    }

    [Fact]
    public async Task Acquire_again_by_the_holder_extends_the_term_under_the_same_epoch()
    {
        await Acquire("node-a");
        Clock.Advance(Term / 2);
        (await Acquire("node-a")).ShouldBe(1);
        Clock.Advance(Term / 2);
        (await Acquire("node-b")).ShouldBeNull();
    }

    [Fact]
    public async Task Acquire_by_the_last_holder_after_its_term_keeps_the_epoch_when_nobody_came_between()
    {
        await Acquire("node-a");
        Clock.Advance(Term * 2);
        (await Acquire("node-a")).ShouldBe(1);
    }

    [Fact]
    public async Task Epoch_grows_with_each_new_holder()
    {
        foreach (var (holder, epoch) in new[] { ("node-a", 1), ("node-b", 2), ("node-a", 3), ("node-c", 4) })
        {
            (await Acquire(holder)).ShouldBe(epoch);
            Clock.Advance(Term);
        }
    }

    [Fact]
    public async Task Release_frees_the_lease_for_others_and_only_by_its_holder()
    {
        await Acquire("node-a");
        await Store.Leases.ReleaseAsync("duties", "node-b", Ct);
        (await Acquire("node-b")).ShouldBeNull();
        await Store.Leases.ReleaseAsync("duties", "node-a", Ct);
        (await Acquire("node-b")).ShouldBe(2);
    }

    [Fact]
    public async Task Release_of_a_lease_that_never_was_does_nothing()
    {
        await Store.Leases.ReleaseAsync("duties", "node-a", Ct);
        (await Acquire("node-a")).ShouldBe(1);
    }

    [Fact]
    public async Task Names_are_leased_apart()
    {
        await Acquire("node-a");
        (await Store.Leases.AcquireAsync("other-duties", "node-b", Term, NowUs, Ct)).ShouldBe(1);
    }

    private ValueTask<long?> Acquire(string holder) => Store.Leases.AcquireAsync("duties", holder, Term, NowUs, Ct);
}
