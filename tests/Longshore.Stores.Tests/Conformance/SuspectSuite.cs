using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>A task whose holder vanished is granted alone, so that it is known who killed whom (G7).</summary>
public abstract class SuspectSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Suspect_is_granted_alone_whatever_the_wish()
    {
        var suspect = await MakeSuspect();
        await Insert(Spec() with { Priority = 0 }, Spec() with { Priority = 0 });
        await Register("wide", max: 10);
        var outcome = await Claim("wide", 10);
        outcome.Grants.ShouldHaveSingleItem().TaskId.ShouldBe(suspect);
        outcome.Grants[0].Task.Suspect.ShouldBeTrue();
    }

    [Fact]
    public async Task Agent_that_holds_a_suspect_is_given_nothing_else()
    {
        await MakeSuspect();
        await Insert(Spec() with { Priority = 0 });
        await Register("wide", max: 10);
        var grant = await Take("wide");
        (await Claim("wide", 10)).Status.ShouldBe(ClaimStatus.AtCapacity);
        (await Claim(new ClaimRequest { Agent = "wide", Prefetch = 5 })).Status.ShouldBe(ClaimStatus.AtCapacity);
        await Finish(grant, FinishKind.Complete);
        (await Claim("wide", 10)).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Agent_drains_before_it_is_given_the_suspect_at_the_head()
    {
        await Register("wide", max: 10);
        var held = await Add(Spec("other"));
        await Take("wide", held);
        var suspect = await MakeSuspect();
        var behind = await Add(Spec() with { Priority = 0 });

        (await Claim("wide", 10)).Status.ShouldBe(ClaimStatus.AtCapacity);
        (await Get(behind)).State.ShouldBe(TaskState.Created);
        await Finish(new Finish { TaskId = held, Epoch = 1, Kind = FinishKind.Complete });
        (await Claim("wide", 10)).Grants.ShouldHaveSingleItem().TaskId.ShouldBe(suspect);
    }

    [Fact]
    public async Task Claim_stops_before_a_suspect_once_it_granted_something()
    {
        var suspect = await MakeSuspect();
        var ahead = (await Insert(Spec() with { Priority = 9 }, Spec() with { Priority = 9 })).Select(o => o.TaskId);
        var behind = await Add(Spec() with { Priority = 0 });
        await Register("wide", max: 10);
        var outcome = await Claim("wide", 10);
        (outcome.Status, outcome.Grants.Count).ShouldBe((ClaimStatus.Granted, 2));
        outcome.Grants.Select(g => g.TaskId).ShouldBe(ahead);
        (await Get(suspect)).State.ShouldBe(TaskState.Created);
        (await Get(behind)).State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task Claim_of_a_named_suspect_is_refused_while_the_agent_holds_something()
    {
        var suspect = await MakeSuspect();
        await Add(Spec("other"));
        await Register("wide", max: 10);
        var other = (await Claim(new ClaimRequest { Agent = "wide", Kinds = ["other"] })).Grants[0];
        (await Claim("wide", 1, suspect)).Status.ShouldBe(ClaimStatus.AtCapacity);
        await Finish(other, FinishKind.Complete);
        (await Claim("wide", 1, suspect)).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Theory]
    [InlineData(FinishKind.Fail)]
    [InlineData(FinishKind.Snooze)]
    [InlineData(FinishKind.Release)]
    public async Task Suspicion_ends_with_a_word_of_a_living_holder(FinishKind kind)
    {
        var suspect = await MakeSuspect();
        await Register("wide", max: 10);
        await Finish(await Take("wide"), kind);
        (await Get(suspect)).Suspect.ShouldBeFalse();
    }

    [Fact]
    public async Task Suspicion_stays_through_another_loss()
    {
        var suspect = await MakeSuspect();
        await Register("wide", max: 10);
        await Take("wide");
        await LoseAll();
        (await Get(suspect)).Suspect.ShouldBeTrue();
        (await GetAgent("wide")).Load.ShouldBe(0);
        await StageAll();
        (await Take("wide")).Task.Suspect.ShouldBeTrue();
    }

    [Fact]
    public async Task Poison_among_many_fails_alone()
    {
        var ids = (await Insert([.. Enumerable.Range(0, 30).Select(_ => Spec() with { MaxAttempts = 3 })]))
            .Select(o => o.TaskId).ToArray();
        var poison = ids[7];
        await Register("fragile", max: 8);
        for (var round = 0; round < 300; round++)
        {
            var grants = (await Claim("fragile", 8)).Grants;
            if (grants.Any(g => g.TaskId == poison))
            {
                // Everything the agent holds dies with it.
                await LoseAll();
            }
            else
            {
                foreach (var grant in grants)
                {
                    await Finish(grant, FinishKind.Complete);
                }
            }

            await StageAll();
        }

        (await Get(poison)).State.ShouldBe(TaskState.Failed);
        var counts = await Store.Queries.CountByStateAsync(ct: Ct);
        (counts[TaskState.Done], counts[TaskState.Failed]).ShouldBe((29, 1));
    }

    /// <summary>A ready task whose claim was lost.</summary>
    private async Task<long> MakeSuspect()
    {
        var id = await Add(Spec() with { MaxAttempts = 10 });
        await Register("vanished");
        await Take("vanished", id);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var session = new Agents.AgentRegistration { Name = "vanished", Session = "one" };
        await Register(session);
        await Store.Agents.RegisterAsync(session with { Session = "two" }, NowUs, Ct);
        (await Get(id)).Suspect.ShouldBeTrue();
        Clock.Advance(RetryWait);
        await Store.Tasks.StageAsync(1000, NowUs, Ct);
        return id;
    }
}
