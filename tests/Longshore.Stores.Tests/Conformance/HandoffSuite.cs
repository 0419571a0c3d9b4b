using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Passing a task on: who may take it then, with what, and where it goes when nobody does.</summary>
public abstract class HandoffSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Hand_off_ends_the_claim_and_waits_for_somebody_with_the_capability()
    {
        await Register("ada", 1, "rust");
        await Register("bob", 1, "rust");
        await Register("cyd", 1, "rust", "sql:3");
        var id = await Add(Spec("build", "rust"));
        var grant = await Take("ada");

        var outcome = await HandOff(Said(grant) with { To = HandoffTarget.ToCapability("sql>=3") });
        (outcome.Status, outcome.State).ShouldBe((HandoffWriteStatus.HandedOff, TaskState.PendingHandoff));
        var task = await Get(id);
        (task.State, task.Agent, task.Attempts, task.Failures).ShouldBe((TaskState.PendingHandoff, null, 0, 0));
        task.Target.ShouldBe(HandoffTarget.ToCapability("sql>=3"));
        (await StatusesOf(id)).ShouldBe([AssignmentStatus.HandedOff]);
        (await GetAgent("ada")).Load.ShouldBe(0);

        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty);
        (await Found("bob")).ShouldBeEmpty();
        (await Found("cyd")).ShouldBe([id]);
        var taken = await Take("cyd");
        (taken.TaskId, taken.Epoch).ShouldBe((id, 2));
        (taken.Task.State, taken.Task.Target).ShouldBe((TaskState.InProgress, null));
        (await HistoryOf(id)).ShouldBe(
            [EventTypes.TaskCreated, EventTypes.TaskClaimed, EventTypes.TaskHandedOff, EventTypes.TaskClaimed]);
    }

    [Fact]
    public async Task What_was_said_is_kept_and_who_took_it()
    {
        await Register("ada");
        await Register("bob");
        var id = await Add(Spec() with { ConfidenceThreshold = 0.75 });
        var said = Said(await Take("ada")) with
        {
            Confidence = 0.5,
            Artifacts = ["a.patch", "b.log"],
            KnownLimitations = ["slow"],
            NextSteps = ["measure", "tune"],
            BlockersResolved = ["the key came"],
            EstimatedEffort = TimeSpan.FromMinutes(90),
        };
        (await HandOff(said)).Status.ShouldBe(HandoffWriteStatus.HandedOff);
        var at = Clock.Now;
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Take("bob");

        var handoff = (await ListOf(id)).ShouldHaveSingleItem();
        (handoff.From, handoff.To, handoff.Summary, handoff.Epoch).ShouldBe(("ada", said.To, "half done", 1));
        handoff.Artifacts.ShouldBe(said.Artifacts);
        handoff.KnownLimitations.ShouldBe(said.KnownLimitations);
        handoff.NextSteps.ShouldBe(said.NextSteps);
        handoff.BlockersResolved.ShouldBe(said.BlockersResolved);
        handoff.EstimatedEffort.ShouldBe(said.EstimatedEffort);
        (handoff.CreatedAt, handoff.AcceptedAt, handoff.AcceptedBy).ShouldBe((at, Clock.Now, "bob"));
        (handoff.MinimumConfidence, handoff.NeedsReview, handoff.Status).ShouldBe((0.75, true, HandoffStatus.Accepted));
        (await Store.Handoffs.LatestAsync([id, 99], Ct)).Keys.ShouldBe([id]);
        (await Get(id)).WasHandedOff.ShouldBeTrue();
    }

    [Fact]
    public async Task The_task_s_own_needs_still_count()
    {
        await Register("ada", 1, "rust");
        await Register("bob", 1, "sql:5");
        await Register("cyd", 1, "rust");
        var id = await Add(Spec("build", "rust"));
        await HandOff(Said(await Take("ada")) with { To = HandoffTarget.ToCapability("sql") });
        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty);

        await Store.Handoffs.WithdrawAsync([id], ActorType.Human, "boss", null, NowUs, Ct);
        await HandOff(Said(await Take("cyd")) with { To = HandoffTarget.ToAgent("bob") });
        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Fact]
    public async Task A_partial_match_does_not_make_up_for_the_capability_it_is_handed_to()
    {
        await Register("ada", 1, "a");
        await Register("bob", 1, "a", "b");
        await Register("cyd", 1, "b", "deep");
        await Add(Spec("build", "a", "b") with { MinimumMatch = 0.5 });
        await HandOff(Said(await Take("ada")) with { To = HandoffTarget.ToCapability("deep") });

        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty);
        await Take("cyd");
    }

    [Fact]
    public async Task Neither_the_giver_nor_another_of_its_principal_takes_it()
    {
        await Register(new AgentRegistration { Name = "ada", Principal = "acme", Capabilities = [new("sql")] });
        await Register(new AgentRegistration { Name = "ada-two", Principal = "acme", Capabilities = [new("sql")] });
        await Register("bob", 1, "sql");
        var id = await Add();
        await HandOff(Said(await Take("ada")) with { To = HandoffTarget.ToCapability("sql") });
        await Register(new AgentRegistration { Name = "ada-three", Principal = "acme", Capabilities = [new("sql")] });

        foreach (var agent in new[] { "ada", "ada-two", "ada-three" })
        {
            (await Claim(agent)).Status.ShouldBe(ClaimStatus.Empty, agent);
            (await Claim(agent, 1, id)).Status.ShouldBe(ClaimStatus.Empty, agent);
            (await Found(agent)).ShouldBeEmpty(agent);
        }

        (await Guards(id)).Kept.ShouldBe([new KeptPair("ada", long.MaxValue, KeptCause.HandedOff, "acme")]);
        await Finish(await Take("bob"), FinishKind.Release);
        (await Guards(id)).Kept.ShouldBeEmpty();
        await Take("ada");
    }

    [Fact]
    public async Task Only_the_named_agent_takes_it()
    {
        await Register("ada");
        await Register("bob");
        await Register("cyd");
        var id = await Add();
        await HandOff(Said(await Take("ada")) with { To = HandoffTarget.ToAgent("cyd") });

        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty);
        await Finish(await Take("cyd"), FinishKind.Fail);
        (await Get(id)).State.ShouldBe(TaskState.Created);
        await StageAll();
        await Take("bob");
    }

    [Fact]
    public async Task It_comes_before_others_of_its_age_and_keeps_its_arrival()
    {
        await Register("ada");
        await Register("bob");
        var first = await Add();
        var grant = await Take("ada");
        var available = (await Get(first)).AvailableAt;
        Clock.Advance(TimeSpan.FromHours(1));
        await HandOff(Said(grant));
        var others = (await Insert(Spec(), Spec() with { Priority = 6 })).Select(o => o.TaskId).ToList();

        (await Get(first)).AvailableAt.ShouldBe(available);
        var heads = await Store.Queries.ListHeadsAsync(null, 10, 10, Ct);
        heads.Select(h => h.TaskId).ShouldBe([first, others[1], others[0]]);

        // Ten points, and a task two hours younger with one level more of priority would come before it without them.
        heads[0].AvailableUs.ShouldBe(available.ToMicroseconds());
        heads[0].Rank.ShouldBe(Urgency.Rank(available.ToMicroseconds(), 60));
        (await Take("bob")).Task.AvailableAt.ShouldBe(available);
        (await Get(first)).AvailableAt.ShouldBe(available);
    }

    [Fact]
    public async Task A_stale_holder_hands_nothing_off_and_the_same_call_again_changes_nothing()
    {
        await Register("ada");
        await Register("bob");
        var id = await Add();
        var grant = await Take("ada");
        (await HandOff(Said(grant) with { Epoch = 2 })).Status.ShouldBe(HandoffWriteStatus.Stale);
        (await HandOff(Said(grant) with { TaskId = 99 })).Status.ShouldBe(HandoffWriteStatus.NotFound);
        var first = await HandOff(Said(grant));
        var before = Same.Json(await Get(id));

        var again = await HandOff(Said(grant));
        (again.Status, again.Handoff!.Id).ShouldBe((HandoffWriteStatus.Replayed, first.Handoff!.Id));
        (await HandOff(Said(grant) with { Summary = "other" })).Status.ShouldBe(HandoffWriteStatus.Stale);
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Stale);
        (await Renew(grant, Lease)).Status.ShouldBe(ClaimWriteStatus.Stale);
        Same.Json(await Get(id)).ShouldBe(before);
        (await ListOf(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task So_many_hops_and_no_more()
    {
        await Rules(new NamespaceRules { HandoffsMax = 2 });
        await Register("ada");
        await Register("bob");
        var id = await Add();
        await HandOff(Said(await Take("ada")) with { To = HandoffTarget.ToAgent("bob") });
        await HandOff(Said(await Take("bob")) with { To = HandoffTarget.ToAgent("ada") });
        var grant = await Take("ada");

        var refused = await HandOff(Said(grant) with { To = HandoffTarget.ToAgent("bob") });
        (refused.Status, refused.State).ShouldBe((HandoffWriteStatus.TooManyHops, TaskState.InProgress));
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await ListOf(id)).Select(h => (h.From, h.AcceptedBy)).ShouldBe([("ada", "bob"), ("bob", "ada")]);
    }

    [Fact]
    public async Task Withdrawn_it_is_for_everybody_again_and_does_not_count_as_a_hop()
    {
        await Rules(new NamespaceRules { HandoffsMax = 1 });
        await Register("ada");
        var id = await Add();
        await HandOff(Said(await Take("ada")));

        (await Withdraw(id)).Status.ShouldBe(ChangeStatus.Changed);
        var task = await Get(id);
        (task.State, task.Target).ShouldBe((TaskState.Created, null));
        (await Withdraw(id)).Status.ShouldBe(ChangeStatus.Refused);
        (await Withdraw(99)).Status.ShouldBe(ChangeStatus.NotFound);
        var handoff = (await ListOf(id)).ShouldHaveSingleItem();
        (handoff.Status, handoff.WithdrawnAt).ShouldBe((HandoffStatus.Withdrawn, Clock.Now));
        (await HandOff(Said(await Take("ada")))).Status.ShouldBe(HandoffWriteStatus.HandedOff);
    }

    [Theory]
    [InlineData(FinishKind.Release)]
    [InlineData(FinishKind.Reject)]
    public async Task An_offer_of_it_that_comes_to_nothing_leaves_it_handed_off(FinishKind kind)
    {
        await Register("ada");
        await Register("bob");
        await Register("cyd");
        var id = await Add();
        await HandOff(Said(await Take("ada")) with { To = HandoffTarget.ToAgent("bob") });
        var offer = await Offer("bob", id);
        (offer.Task.State, offer.Task.Target).ShouldBe((TaskState.Assigned, HandoffTarget.ToAgent("bob")));

        (await Finish(offer, kind)).State.ShouldBe(TaskState.PendingHandoff);
        (await Get(id)).State.ShouldBe(TaskState.PendingHandoff);
        (await ListOf(id))[0].Status.ShouldBe(HandoffStatus.Open);
        (await Claim("cyd")).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Fact]
    public async Task An_offer_of_it_that_runs_out_leaves_it_handed_off_and_an_accepted_one_takes_it_over()
    {
        await Register("ada");
        await Register("bob");
        var id = await Add();
        await HandOff(Said(await Take("ada")) with { To = HandoffTarget.ToAgent("bob") });
        await Offer("bob", id);
        (await LoseAll()).ShouldHaveSingleItem().State.ShouldBe(TaskState.PendingHandoff);
        Clock.Advance(TimeSpan.FromMinutes(2));

        (await Accept(await Offer("bob", id))).Status.ShouldBe(ClaimWriteStatus.Accepted);
        var task = await Get(id);
        (task.State, task.Target).ShouldBe((TaskState.InProgress, null));
        var handoff = (await ListOf(id)).ShouldHaveSingleItem();
        (handoff.AcceptedBy, handoff.AcceptedAt).ShouldBe(("bob", Clock.Now));
    }

    [Fact]
    public async Task A_task_that_ends_first_withdraws_it()
    {
        await Register("ada", 2);
        var cancelled = await Add();
        var expired = await Add(Spec() with { Deadline = Clock.Now.AddMinutes(1) });
        foreach (var grant in (await Claim("ada", 2)).Grants)
        {
            await HandOff(Said(grant));
        }

        await Store.Tasks.CancelAsync([cancelled], null, NowUs, Ct);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Store.Tasks.ExpireAsync(10, NowUs, Ct);
        foreach (var id in new[] { cancelled, expired })
        {
            (await Get(id)).Target.ShouldBeNull();
            (await ListOf(id))[0].Status.ShouldBe(HandoffStatus.Withdrawn);
        }

        await Store.Tasks.RetryAsync([cancelled], NowUs, Ct);
        (await Take("ada")).TaskId.ShouldBe(cancelled);
    }

    [Fact]
    public async Task Open_ones_are_listed_by_confidence_then_priority_and_pages_by_id()
    {
        await Register("ada", 4);
        var specs = new[] { (0.5, 9), (0.9, 1), (0.9, 7), (0.2, 3) };
        var ids = new List<long>();
        foreach (var (confidence, priority) in specs)
        {
            ids.Add(await Add(Spec() with { Priority = priority }));
            await HandOff(Said(await Take("ada", ids[^1])) with { Confidence = confidence });
        }

        await Withdraw(ids[3]);
        (await Store.Handoffs.ListOpenAsync(null, 10, Ct)).Select(h => h.TaskId).ShouldBe([ids[2], ids[1], ids[0]]);
        (await Store.Handoffs.ListOpenAsync("default", 1, Ct)).Select(h => h.TaskId).ShouldBe([ids[2]]);
        (await Store.Handoffs.ListOpenAsync("other", 10, Ct)).ShouldBeEmpty();

        var page = await Store.Handoffs.ListAsync(new HandoffQuery { Limit = 3 }, Ct);
        page.Items.Select(h => h.TaskId).ShouldBe(ids.Take(3));
        var rest = await Store.Handoffs.ListAsync(new HandoffQuery { Limit = 3, After = page.Next }, Ct);
        rest.Items.Select(h => h.TaskId).ShouldBe([ids[3]]);
        var open = await Store.Handoffs.ListAsync(new HandoffQuery { Status = HandoffStatus.Open }, Ct);
        open.Items.Select(h => h.TaskId).ShouldBe(ids.Take(3));
    }

    [Fact]
    public async Task Tasks_are_listed_and_counted_by_the_state()
    {
        await Register("ada", 2);
        await Add();
        var handed = await Add();
        await HandOff(Said(await Take("ada", handed)));

        foreach (var (state, count) in new[] { (TaskState.PendingHandoff, 1), (TaskState.Created, 1) })
        {
            var page = await Store.Queries.ListTasksAsync(new TaskQuery { States = [state] }, Ct);
            page.Items.ShouldAllBe(t => t.State == state);
            page.Items.Count.ShouldBe(count);
            (await Store.Queries.CountByStateAsync("default", Ct))[state].ShouldBe(count);
        }
    }

    [Fact]
    public async Task Prune_takes_it_with_its_task()
    {
        await Register("ada");
        var id = await Add();
        await HandOff(Said(await Take("ada")));
        await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
        Clock.Advance(TimeSpan.FromHours(1));

        (await Store.Tasks.PruneAsync(NowUs, 100, Ct)).ShouldBe(1);
        (await ListOf(id)).ShouldBeEmpty();
    }

    private static NewHandoff Said(Grant grant) => new()
    {
        TaskId = grant.TaskId,
        Epoch = grant.Epoch,
        To = HandoffTarget.ToAgent("bob"),
        Summary = "half done",
        Confidence = 0.8,
    };

    private async Task<HandoffOutcome> HandOff(NewHandoff said) =>
        (await Store.Handoffs.HandOffAsync([said.Checked()], NowUs, Ct))[0];

    private async Task<ChangeOutcome> Withdraw(long id) =>
        (await Store.Handoffs.WithdrawAsync([id], ActorType.Human, "boss", "not needed", NowUs, Ct))[0];

    private async Task<IReadOnlyList<Handoff>> ListOf(long id) =>
        (await Store.Handoffs.ListAsync(new HandoffQuery { TaskId = id }, Ct)).Items;

    private async Task<IReadOnlyList<long>> Found(string agent)
    {
        var found = await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = agent }, NowUs, Ct);
        return [.. found!.Select(d => d.Task.Id)];
    }

    private async Task<Grant> Offer(string agent, long id) => (await Claim(new ClaimRequest
    {
        Agent = agent,
        TaskIds = [id],
        Offer = Lease,
        By = ClaimedBy.Administrator,
    })).Grants.ShouldHaveSingleItem();
}
