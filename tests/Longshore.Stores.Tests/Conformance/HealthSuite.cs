using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What a doctor is told, and the numbers behind the gauges.</summary>
public abstract class HealthSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Findings_have_names_of_their_own_and_advice_exactly_when_something_is_to_be_done()
    {
        var findings = await Check();
        findings.Select(f => f.Name).ShouldBeUnique();
        findings.ShouldAllBe(f => f.Value.Length > 0);
        findings.ShouldAllBe(f => (f.Level == HealthLevel.Ok) == (f.Advice == null));
    }

    [Fact]
    public async Task A_fresh_store_has_nothing_to_complain_of_but_that_nobody_leads()
    {
        var findings = await Check();
        findings.ShouldContain(f => f.Name == "schema_version");
        findings.Where(f => f.Level == HealthLevel.Problem).Select(f => f.Name).ShouldBe(["leadership"]);
    }

    [Fact]
    public async Task Leadership_names_the_holder_until_its_term_ends()
    {
        await Store.Leases.AcquireAsync("maintenance", "node-a", TimeSpan.FromSeconds(15), NowUs, Ct);
        var held = await Leadership();
        held.Level.ShouldBe(HealthLevel.Ok);
        held.Value.ShouldContain("node-a (epoch 1");
        Clock.Advance(TimeSpan.FromSeconds(15));
        (await Leadership()).Level.ShouldBe(HealthLevel.Problem);
        await Store.Leases.AcquireAsync("maintenance", "node-b", TimeSpan.FromSeconds(15), NowUs, Ct);
        (await Leadership()).Value.ShouldContain("node-b (epoch 2");
        await Store.Leases.ReleaseAsync("maintenance", "node-b", Ct);
        (await Leadership()).Level.ShouldBe(HealthLevel.Problem);
    }

    private async Task<HealthFinding> Leadership() => (await Check()).Single(f => f.Name == "leadership");

    private async Task<IReadOnlyList<HealthFinding>> Check() => await Store.Health.CheckAsync(NowUs, Ct);
}
