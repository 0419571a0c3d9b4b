using Longshore.Agents;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>A claim whose answer was lost is asked again under its key.</summary>
public abstract class ClaimKeySuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private readonly ClaimRequest _request = new() { Agent = "solo", Max = 2, Lease = Lease, Key = "k-1" };

    [Fact]
    public async Task Claim_repeated_under_its_key_answers_the_same_grants_with_fresh_leases()
    {
        await Insert(Spec(), Spec() with { Priority = 9 }, Spec() with { Priority = 1 });
        await Register("solo", max: 5);
        var first = await Claim(_request);
        Clock.Advance(TimeSpan.FromSeconds(10));
        var again = await Claim(_request);

        again.Status.ShouldBe(ClaimStatus.Granted);
        again.Grants.Select(g => (g.TaskId, g.Epoch)).ShouldBe(first.Grants.Select(g => (g.TaskId, g.Epoch)));
        again.Grants.ShouldAllBe(g => g.LeaseUntil == Clock.Now + Lease);
        (await Get(again.Grants[0].TaskId)).LeaseUntil.ShouldBe(Clock.Now + Lease);
        Same.Json(again.Grants[0].Task).ShouldBe(Same.Json(await Get(again.Grants[0].TaskId)));
        (await GetAgent("solo")).Load.ShouldBe(2);
    }

    [Fact]
    public async Task Claim_repeated_answers_only_the_grants_that_still_hold()
    {
        await Insert(Spec(), Spec(), Spec());
        await Register("solo", max: 5);
        var first = await Claim(_request);
        await Finish(first.Grants[0], FinishKind.Complete);
        (await Claim(_request)).Grants.ShouldHaveSingleItem().TaskId.ShouldBe(first.Grants[1].TaskId);
    }

    [Fact]
    public async Task Claim_repeated_after_every_grant_ended_claims_anew()
    {
        await Insert(Spec(), Spec(), Spec());
        await Register("solo", max: 5);
        foreach (var grant in (await Claim(_request)).Grants)
        {
            await Finish(grant, FinishKind.Complete);
        }

        (await Claim(_request)).Grants.ShouldHaveSingleItem().Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task Claim_repeated_by_an_agent_that_may_take_no_more_still_answers_its_grants()
    {
        await Insert(Spec(), Spec());
        await Register("solo", max: 2);
        await Claim(_request);
        (await Claim(_request)).Grants.Count.ShouldBe(2, "the agent is full");
        await Store.Agents.SetModeAsync("solo", AgentMode.Draining, NowUs, Ct);
        (await Claim(_request)).Grants.Count.ShouldBe(2, "the agent is draining");
    }

    [Fact]
    public async Task Claim_under_the_key_of_another_agent_has_nothing_to_do_with_it()
    {
        await Insert(Spec(), Spec(), Spec());
        await Register("solo", max: 2);
        await Register("other", max: 2);
        await Claim(_request);
        (await Claim(_request with { Agent = "other" })).Grants.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Claim_without_a_key_never_answers_earlier_grants()
    {
        await Insert(Spec(), Spec());
        await Register("solo", max: 2);
        var first = await Take("solo");
        (await Take("solo")).TaskId.ShouldNotBe(first.TaskId);
    }
}
