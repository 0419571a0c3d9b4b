using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Push: a durable offer that takes room, must be accepted by its epoch, and runs out.</summary>
public abstract class OfferSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Stands = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Offer_assigns_the_task_and_takes_room()
    {
        await Auto();
        await Register("ada", max: 1);
        var first = await Add();
        var second = await Add();

        var offer = await Offer("ada", first);
        (offer.Task.State, offer.Task.Agent, offer.Epoch).ShouldBe((TaskState.Assigned, "ada", 1));
        offer.LeaseUntil.ShouldBe(Clock.Now + Stands);
        (await GetAgent("ada")).Load.ShouldBe(1);
        (await TryOffer("ada", second)).Status.ShouldBe(ClaimStatus.AtCapacity);
        (await LiveOf("ada")).ShouldBe([(first, 1, AssignmentStatus.Assigned)]);
    }

    [Fact]
    public async Task Accept_starts_the_work_under_the_same_epoch()
    {
        await Auto();
        await Register("ada");
        var offer = await Offer("ada", await Add());

        var outcome = await Accept(offer);
        (outcome.Status, outcome.State).ShouldBe((ClaimWriteStatus.Accepted, TaskState.InProgress));
        outcome.LeaseUntilUs.ShouldBe(NowUs + Lease.ToMicroseconds());
        (await LiveOf("ada")).ShouldBe([(offer.TaskId, 1, AssignmentStatus.InProgress)]);
        (await Get(offer.TaskId)).Attempts.ShouldBe(1);
        (await Finish(offer, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await HistoryOf(offer.TaskId)).ShouldBe(
            [EventTypes.TaskCreated, EventTypes.TaskOffered, EventTypes.TaskAccepted, EventTypes.TaskCompleted]);
    }

    [Fact]
    public async Task Accept_for_later_waits_for_a_renewal_to_start()
    {
        await Auto();
        await Register("ada");
        var offer = await Offer("ada", await Add());

        await Accept(offer, later: true);
        (await LiveOf("ada")).Single().Status.ShouldBe(AssignmentStatus.Accepted);
        (await Get(offer.TaskId)).State.ShouldBe(TaskState.InProgress);
        (await Renew(offer, Lease)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await LiveOf("ada")).Single().Status.ShouldBe(AssignmentStatus.InProgress);
    }

    [Theory]
    [InlineData(FinishKind.Complete)]
    [InlineData(FinishKind.Fail)]
    [InlineData(FinishKind.Snooze)]
    [InlineData(FinishKind.Cancel)]
    public async Task An_offer_must_be_accepted_first(FinishKind kind)
    {
        await Auto();
        await Register("ada");
        var offer = await Offer("ada", await Add());
        var before = Same.Json(await Get(offer.TaskId));

        (await Finish(offer, kind)).Status.ShouldBe(ClaimWriteStatus.Refused);
        (await Renew(offer, Lease)).Status.ShouldBe(ClaimWriteStatus.Refused);
        Same.Json(await Get(offer.TaskId)).ShouldBe(before);
    }

    [Fact]
    public async Task An_offer_that_ran_out_cannot_be_accepted_nor_declined()
    {
        await Auto();
        await Register("ada");
        var offer = await Offer("ada", await Add());
        Clock.Advance(Stands);

        (await Accept(offer)).Status.ShouldBe(ClaimWriteStatus.Stale);
        (await Finish(offer, FinishKind.Reject)).Status.ShouldBe(ClaimWriteStatus.Stale);
    }

    [Fact]
    public async Task An_offer_that_ran_out_goes_back_with_its_place_and_passes_its_agent_over_for_a_while()
    {
        await Auto();
        await Register("ada");
        await Register("bob");
        var offer = await Offer("ada", await Add());
        var created = (await Get(offer.TaskId)).AvailableAt;
        Clock.Advance(Stands);

        var lost = (await Store.Tasks.RescueAsync(10, NowUs, Ct)).ShouldHaveSingleItem();
        lost.ShouldBe(new LostClaim(offer.TaskId, 1, "ada", TaskState.Created) { WasOffer = true });
        var task = await Get(offer.TaskId);
        (task.State, task.Attempts, task.Failures, task.AvailableAt, task.Suspect, task.DeferredUntil).ShouldBe(
            (TaskState.Created, 0, 0, created, false, null));
        (await GetAgent("ada")).Load.ShouldBe(0);
        (await HistoryOf(task.Id)).ShouldBe(
            [EventTypes.TaskCreated, EventTypes.TaskOffered, EventTypes.TaskOfferExpired]);
        (await TryOffer("ada", task.Id)).Status.ShouldBe(ClaimStatus.Empty);
        (await Guards(task.Id)).Kept.ShouldBe(
            [new KeptPair("ada", NowUs + TimeSpan.FromMinutes(2).ToMicroseconds(), KeptCause.Missed)]);
        (await TryOffer("bob", task.Id)).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task An_expired_assignment_may_come_back_and_history_keeps_both()
    {
        await Auto();
        await Register("ada");
        await Register("bob");
        var offer = await Offer("ada", await Add());
        Clock.Advance(Stands);
        await Store.Tasks.RescueAsync(10, NowUs, Ct);
        Clock.Advance(TimeSpan.FromMinutes(2));
        (await Guards(offer.TaskId)).Failers.ShouldBeEmpty();

        var again = await Offer("ada", offer.TaskId);
        again.Epoch.ShouldBe(2);
        await Accept(again);
        await Finish(again, FinishKind.Complete);
        (await StatusesOf(offer.TaskId)).ShouldBe([AssignmentStatus.Expired, AssignmentStatus.Submitted]);
    }

    [Fact]
    public async Task A_stale_epoch_cannot_accept()
    {
        await Auto();
        await Register("ada");
        await Register("bob");
        var first = await Offer("ada", await Add());
        await Finish(first, FinishKind.Release);
        var second = await Offer("bob", first.TaskId);

        (await Accept(first)).Status.ShouldBe(ClaimWriteStatus.Stale);
        (await Accept(second)).Status.ShouldBe(ClaimWriteStatus.Accepted);
    }

    [Fact]
    public async Task Accepting_twice_is_a_renewal()
    {
        await Auto();
        await Register("ada");
        var offer = await Offer("ada", await Add());
        await Accept(offer);
        Clock.Advance(TimeSpan.FromSeconds(10));

        (await Accept(offer)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await HistoryOf(offer.TaskId)).Count(type => type == EventTypes.TaskAccepted).ShouldBe(1);
    }

    [Fact]
    public async Task Cancel_revokes_an_offer()
    {
        await Auto();
        await Register("ada");
        var offer = await Offer("ada", await Add());

        var change = (await Store.Tasks.CancelAsync([offer.TaskId], "no need", NowUs, Ct))[0];
        change.Lost.ShouldBe(new LostClaim(offer.TaskId, 1, "ada", TaskState.Cancelled));
        (await Accept(offer)).Status.ShouldBe(ClaimWriteStatus.Stale);
        (await GetAgent("ada")).Load.ShouldBe(0);
    }

    [Fact]
    public async Task A_new_session_loses_the_offers_of_the_former_without_blame()
    {
        await Auto();
        await Register(new AgentRegistration { Name = "ada", Session = "one" });
        var offer = await Offer("ada", await Add());
        await Register(new AgentRegistration { Name = "ada", Session = "two" });

        (await Get(offer.TaskId)).State.ShouldBe(TaskState.Created);
        (await TryOffer("ada", offer.TaskId)).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Mode_says_who_may_give_out_a_task()
    {
        await Register("ada", max: 10);
        await Rules(new NamespaceRules
        {
            Kinds = new Dictionary<string, StepRules>
            {
                ["push"] = new() { Mode = AssignmentMode.Auto },
                ["byname"] = new() { Mode = AssignmentMode.Manual },
            },
            Steps = new Dictionary<string, StepRules> { ["judge"] = new() { Mode = AssignmentMode.Manual } },
        });
        var pool = await Add(Spec("pull"));
        var auto = await Add(Spec("push"));
        var manual = await Add(Spec("byname"));
        var step = await Add(Spec("push") with { Step = "judge" });

        async Task<bool> May(ClaimedBy by, long id)
        {
            var outcome = await TryOffer("ada", id, by);
            if (outcome.Status == ClaimStatus.Granted)
            {
                await Finish(outcome.Grants[0], FinishKind.Release);
            }

            return outcome.Status == ClaimStatus.Granted;
        }

        foreach (var (id, agent, distributor) in new[]
            { (pool, true, false), (auto, false, true), (manual, false, false), (step, false, false) })
        {
            (await May(ClaimedBy.Agent, id)).ShouldBe(agent);
            (await May(ClaimedBy.Distributor, id)).ShouldBe(distributor);
            (await May(ClaimedBy.Administrator, id)).ShouldBe(true);
        }

        var found = await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ada", Limit = 10 }, NowUs, Ct);
        found!.Select(d => d.Task.Id).ShouldBe([pool]);
        (await Claim("ada", 10)).Grants.Select(g => g.TaskId).ShouldBe([pool]);
    }

    [Fact]
    public async Task An_administrator_offers_by_name_and_is_named()
    {
        await Register("ada");
        var id = await Add();
        await TryOffer("ada", id, ClaimedBy.Administrator, actor: "the boss");

        var offered = (await Store.Events.HistoryAsync(id, Ct)).Single(e => e.Type == EventTypes.TaskOffered);
        (offered.ActorType, offered.Actor).ShouldBe((ActorType.Human, "the boss"));
    }

    private Task Auto() => Rules(new NamespaceRules { Mode = AssignmentMode.Auto });

    private async Task<Grant> Offer(string agent, long id)
    {
        var outcome = await TryOffer(agent, id);
        outcome.Status.ShouldBe(ClaimStatus.Granted);
        return outcome.Grants.ShouldHaveSingleItem();
    }

    private Task<ClaimOutcome> TryOffer(
        string agent, long id, ClaimedBy by = ClaimedBy.Distributor, string? actor = null) =>
        Claim(new ClaimRequest { Agent = agent, TaskIds = [id], Offer = Stands, By = by, Actor = actor });
}
