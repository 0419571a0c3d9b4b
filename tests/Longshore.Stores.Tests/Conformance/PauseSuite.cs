using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Paused namespaces and kinds: nothing new is given out, what is held goes on.</summary>
public abstract class PauseSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Paused_namespace_gives_nothing_new_to_anybody_and_what_is_held_goes_on()
    {
        await Register("ada", max: 10);
        var held = await Take("ada", await Add());
        var id = await Add();
        await Rules(new NamespaceRules { PausedAt = Clock.Now });

        (await Claim("ada", 10)).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("ada", 1, id)).Status.ShouldBe(ClaimStatus.Empty, "by name no more than from the queue");
        foreach (var by in new[] { ClaimedBy.Administrator, ClaimedBy.Distributor })
        {
            (await Claim(new ClaimRequest { Agent = "ada", Offer = Lease, By = by, TaskIds = [id] })).Status
                .ShouldBe(ClaimStatus.Empty);
        }

        (await Discover("ada")).ShouldBeEmpty();
        (await Renew(held, Lease)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await Finish(held, FinishKind.Complete)).State.ShouldBe(TaskState.Done);
        await Rules(new NamespaceRules());
        (await Take("ada")).TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Paused_kind_hides_no_other()
    {
        await Register("ada", max: 10);
        var paused = await Add(Spec("scan") with { Priority = 10 });
        var other = await Add(Spec("build"));
        await Rules(Without("scan"));
        (await Claim("ada", 10)).Grants.Select(g => g.TaskId).ShouldBe([other]);
        (await Claim(new ClaimRequest { Agent = "ada", Kinds = ["scan"] })).Status.ShouldBe(ClaimStatus.Empty);
        await Reopen();
        (await Claim("ada", 10)).Status.ShouldBe(ClaimStatus.Empty, "a pause survives a restart");
        (await Get(paused)).State.ShouldBe(TaskState.Created);
        await Rules(new NamespaceRules());
        (await Take("ada")).TaskId.ShouldBe(paused);
    }

    [Fact]
    public async Task An_offer_made_before_a_pause_may_be_accepted_and_what_comes_back_waits()
    {
        await Register("ada", max: 2);
        var (first, second) = (await Add(), await Add());
        var offers = new List<Grant>();
        foreach (var id in new[] { first, second })
        {
            offers.AddRange((await Claim(new ClaimRequest
            {
                Agent = "ada",
                Offer = Lease,
                By = ClaimedBy.Administrator,
                TaskIds = [id],
            })).Grants);
        }

        await Rules(new NamespaceRules { PausedAt = Clock.Now });
        (await Accept(offers[0])).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await Finish(offers[0], FinishKind.Release)).State.ShouldBe(TaskState.Created);
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        (await StatusesOf(first)).ShouldBe([AssignmentStatus.Released]);
    }

    private static NamespaceRules Without(string kind) => new()
    {
        Kinds = new Dictionary<string, StepRules> { [kind] = new() { PausedAt = DateTimeOffset.UnixEpoch } },
    };

    private async Task<IReadOnlyList<DiscoveredTask>> Discover(string agent) =>
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = agent }, NowUs, Ct)).ShouldNotBeNull();
}
