using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Nobody does two steps of one item that exclude each other, nor one step of an item twice.</summary>
public abstract class ExclusionSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Who_holds_one_step_may_not_take_another_of_the_item()
    {
        await Register("ada", max: 5);
        await Register("bob", max: 5);
        var (annotate, review) = await Item("i1");
        await Take("ada", annotate);

        (await Claim("ada", 5)).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("ada", 1, review)).Status.ShouldBe(ClaimStatus.Empty);
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ada" }, NowUs, Ct))!.ShouldBeEmpty();
        (await Guards(review)).Members.ShouldBe([new GroupMember(annotate, "annotate", "ada", null, false)]);
        (await Take("bob")).TaskId.ShouldBe(review);
    }

    [Fact]
    public async Task Who_did_one_step_may_not_take_another_either_way_round()
    {
        await Register("ada", max: 5);
        var (annotate, review) = await Item("i1");
        await Finish(await Take("ada", annotate), FinishKind.Complete);
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        (await Guards(review)).Members.Single().IsDone.ShouldBeTrue();

        var (other, earlier) = await Item("i2");
        await Finish(await Take("ada", earlier), FinishKind.Complete);
        (await Claim("ada", 1, other)).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Theory]
    [InlineData(FinishKind.Release)]
    [InlineData(FinishKind.Reject)]
    [InlineData(FinishKind.Fail)]
    public async Task Work_that_was_not_done_excludes_nobody(FinishKind kind)
    {
        await Register("ada", max: 5);
        var (annotate, review) = await Item("i1");
        await Finish(await Take("ada", annotate), kind);

        (await Take("ada", review)).TaskId.ShouldBe(review);
    }

    [Fact]
    public async Task One_claim_gets_only_what_one_agent_may_do_together()
    {
        await Register("ada", max: 10);
        var (first, _) = await Item("i1");
        var (second, _) = await Item("i2");

        (await Claim("ada", 10)).Grants.Select(g => g.TaskId).ShouldBe([first, second]);
    }

    [Fact]
    public async Task Looks_past_what_is_excluded()
    {
        await Register("ada", max: 10);
        for (var i = 0; i < 60; i++)
        {
            var (annotate, _) = await Item($"i{i}");
            await Finish(await Take("ada", annotate), FinishKind.Complete);
        }

        var free = await Add(Spec("check") with { Priority = 0 });
        (await Claim("ada", 10)).Grants.Select(g => g.TaskId).ShouldBe([free]);
    }

    [Fact]
    public async Task Overlap_wants_distinct_agents()
    {
        await Register("ada", max: 5);
        await Register("bob", max: 5);
        await Rules(new NamespaceRules { Exclusion = new ExclusionRules { ExcludeAll = false } });
        var tasks = await Insert(Sibling(), Sibling(), Sibling());

        (await Claim("ada", 5)).Grants.Count.ShouldBe(1);
        (await Claim("bob", 5)).Grants.Count.ShouldBe(1);
        (await Claim("ada", 5)).Status.ShouldBe(ClaimStatus.Empty);
        tasks.Count.ShouldBe(3);

        static NewTask Sibling() => Spec("label") with { Group = "i1", Step = "label" };
    }

    [Fact]
    public async Task Agents_of_one_principal_count_as_one_unless_the_rules_say_otherwise()
    {
        await Register(new AgentRegistration { Name = "model-a", Principal = "family", MaxConcurrent = 5 });
        await Register(new AgentRegistration { Name = "model-b", Principal = "family", MaxConcurrent = 5 });
        await Register("other", max: 5);
        var (annotate, review) = await Item("i1");
        await Take("model-a", annotate);

        (await Claim("model-b", 1, review)).Status.ShouldBe(ClaimStatus.Empty);
        await Rules(new NamespaceRules { Exclusion = new ExclusionRules { ByPrincipal = false } });
        (await Claim("model-b", 1, review)).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Allowed_pairs_win_over_excluded_ones_and_those_over_the_default()
    {
        await Register("ada", max: 10);
        StepPair pair = new("review", "annotate");
        var (annotate, review) = await Item("i1");
        await Finish(await Take("ada", annotate), FinishKind.Complete);

        async Task<ClaimStatus> Try(ExclusionRules exclusion)
        {
            await Rules(new NamespaceRules { Exclusion = exclusion });
            var outcome = await Claim("ada", 1, review);
            if (outcome.Status == ClaimStatus.Granted)
            {
                await Finish(outcome.Grants[0], FinishKind.Release);
            }

            return outcome.Status;
        }

        (await Try(new ExclusionRules())).ShouldBe(ClaimStatus.Empty);
        (await Try(new ExclusionRules { Allow = [pair] })).ShouldBe(ClaimStatus.Granted);
        (await Try(new ExclusionRules { ExcludeAll = false })).ShouldBe(ClaimStatus.Granted);
        (await Try(new ExclusionRules { ExcludeAll = false, Exclude = [pair] })).ShouldBe(ClaimStatus.Empty);
        (await Try(new ExclusionRules { Exclude = [pair], Allow = [pair] })).ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Groups_of_other_namespaces_are_others()
    {
        await Register(new AgentRegistration { Name = "ada", MaxConcurrent = 5, Namespaces = ["default", "other"] });
        await Take("ada", await Add(Spec() with { Group = "i1", Step = "a" }));
        var id = await Add(Spec() with { Group = "i1", Step = "b", Namespace = "other" });
        (await Claim("ada", 1, id)).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task A_lost_claim_excludes_nobody()
    {
        await Register("ada", max: 5);
        var (annotate, review) = await Item("i1");
        await Take("ada", annotate);
        await LoseAll();
        (await Take("ada", review)).TaskId.ShouldBe(review);
    }

    private async Task<(long Annotate, long Review)> Item(string group)
    {
        var inserted = await Insert(
            Spec("label") with { Group = group, Step = "annotate", Priority = 6 },
            Spec("check") with { Group = group, Step = "review" });
        return (inserted[0].TaskId, inserted[1].TaskId);
    }
}
