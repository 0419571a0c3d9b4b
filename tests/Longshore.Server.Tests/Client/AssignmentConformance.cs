using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Events;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Who gets what: what every implementation of the façade must do alike.</summary>
public abstract class AssignmentConformance : FacadeConformance
{
    [Fact]
    public async Task Group_step_match_principal_levels_and_grace_come_back_as_they_were_sent()
    {
        var sent = Of("scan") with { Group = "item-1", Step = "review", Match = MatchMode.Strict };
        var task = await Client.GetTaskAsync(await SubmitAsync(sent), Ct);
        (task.Spec.Group, task.Spec.Step, task.Spec.Match).ShouldBe(("item-1", "review", MatchMode.Strict));

        var expiry = DateTimeOffset.FromUnixTimeSeconds(2_000_000_000);
        var agent = await Client.RegisterAsync(
            new AgentRegistration
            {
                Name = "agent-a",
                Principal = "ann",
                PriorityLevels = [3, 1],
                Capabilities = [new Capability("sql", 3, expiry) { Grace = TimeSpan.FromDays(7) }],
            },
            Ct);
        agent.Profile.Principal.ShouldBe("ann");
        agent.Profile.PriorityLevels.ShouldBe([1, 3]);
        agent.Profile.Capabilities.ShouldHaveSingleItem().Grace.ShouldBe(TimeSpan.FromDays(7));
        agent.Authorised.ShouldBeNull();
    }

    [Fact]
    public async Task Assigned_task_is_offered_accepted_drafted_and_completed()
    {
        await RegisterAsync("agent-a");
        var id = await SubmitAsync(Of("scan"));
        var offer = await Client.AssignAsync(id, "agent-a", "ann", ct: Ct);
        offer.Task.State.ShouldBe(TaskState.Assigned);
        offer.LeaseUntil.ShouldBe(Now + TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30));
        var listed = (await Client.ListOffersAsync("agent-a", ct: Ct)).ShouldHaveSingleItem();
        (listed.TaskId, listed.Epoch, listed.LeaseUntil).ShouldBe((id, offer.Epoch, offer.LeaseUntil));

        var until = await Client.AcceptAsync(id, offer.Epoch, ct: Ct);
        until.ShouldBe(Now + TimeSpan.FromHours(2), TimeSpan.FromMinutes(1), "the rules' inactivity timeout");
        (await Client.ListOffersAsync("agent-a", ct: Ct)).ShouldBeEmpty();
        var renewal = new Renewal(id, offer.Epoch, TimeSpan.FromSeconds(90)) { Draft = JsonText.Parse("""{"n":1}""") };
        await Client.RenewAsync(renewal, Ct);
        (await Client.GetTaskAsync(id, Ct)).Draft.ToString().ShouldBe("""{"n":1}""");
        await Client.FinishAsync(End(offer, FinishKind.Complete), Ct);
        var done = await Client.GetTaskAsync(id, Ct);
        (done.State, done.Draft.IsNone).ShouldBe((TaskState.Done, true));
        (await Client.HistoryAsync(id, Ct)).Select(e => e.Type).ShouldBe(
        [
            EventTypes.TaskCreated, EventTypes.TaskOffered, EventTypes.TaskAccepted, EventTypes.TaskCompleted,
        ]);
    }

    [Fact]
    public async Task Offer_must_be_accepted_before_anything_else_and_is_told_so()
    {
        await RegisterAsync("agent-a");
        var offer = await Client.AssignAsync(await SubmitAsync(Of("scan")), "agent-a", "ann", ct: Ct);
        var renewal = new Renewal(offer.TaskId, offer.Epoch, TimeSpan.FromSeconds(60));
        var error = await ShouldFailAsync(ErrorCode.WrongState, () => Client.RenewAsync(renewal, Ct));
        error.Message.ShouldContain("accept it before");
        error = await ShouldFailAsync(
            ErrorCode.WrongState, () => Client.FinishAsync(End(offer, FinishKind.Complete), Ct));
        error.Message.ShouldContain("submitted");
        error = await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.RenewAsync(renewal with { Accepts = true }, Ct));
        error.Field.ShouldBe("accepts");
        await ShouldFailAsync(ErrorCode.StaleClaim, () => Client.AcceptAsync(offer.TaskId, 9, ct: Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.AcceptAsync(999, 1, ct: Ct));

        var until = await Client.AcceptAsync(offer.TaskId, offer.Epoch, TimeSpan.FromSeconds(90), later: true, Ct);
        until.ShouldBe(Now + TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(30));
        (await StatusesAsync(offer.TaskId)).ShouldBe([AssignmentStatus.Accepted]);
        await Client.RenewAsync(renewal, Ct);
        (await StatusesAsync(offer.TaskId)).ShouldBe([AssignmentStatus.InProgress]);
    }

    [Fact]
    public async Task Rejecting_needs_a_reason_and_keeps_the_task_from_the_agent_for_good()
    {
        await RegisterAsync("agent-a");
        var id = await SubmitAsync(Of("scan"));
        var offer = await Client.AssignAsync(id, "agent-a", "ann", ct: Ct);
        var reject = End(offer, FinishKind.Reject);
        var error = await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.FinishAsync(reject, Ct));
        error.Field.ShouldBe("reason");
        error.Message.ShouldContain("outside_expertise");
        var other = reject with { Reason = RejectReason.Other };
        error = await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.FinishAsync(other, Ct));
        error.Field.ShouldBe("text");
        await ShouldFailAsync(
            ErrorCode.InvalidInput,
            () => Client.FinishAsync(End(offer, FinishKind.Release) with { Reason = RejectReason.Other }, Ct));

        var outcome = await Client.FinishAsync(
            reject with { Reason = RejectReason.OutsideExpertise, Error = "Greek", Key = "once" }, Ct);
        outcome.State.ShouldBe(TaskState.Created);
        var record = (await Client.FindAssignmentsAsync(new AssignmentQuery { TaskId = id }, Ct))
            .Items.ShouldHaveSingleItem();
        (record.Status, record.Reason, record.Error).ShouldBe(
            (AssignmentStatus.Rejected, RejectReason.OutsideExpertise, "Greek"));
        (await ClaimAsync()).ShouldBeEmpty();
        error = await ShouldFailAsync(
            ErrorCode.AgentUnavailable, () => Client.AssignAsync(id, "agent-a", "ann", ct: Ct));
        error.Message.ShouldContain("rejected it, which is for good");
    }

    [Fact]
    public async Task Every_reason_and_status_reads_back()
    {
        await RegisterAsync("agent-a", max: 100);
        foreach (var reason in Enum.GetValues<RejectReason>())
        {
            var offer = await Client.AssignAsync(await SubmitAsync(Of("scan")), "agent-a", "ann", ct: Ct);
            await Client.FinishAsync(
                End(offer, FinishKind.Reject) with { Reason = reason, Error = "because" }, Ct);
            (await Client.FindAssignmentsAsync(new AssignmentQuery { TaskId = offer.TaskId }, Ct))
                .Items.ShouldHaveSingleItem().Reason.ShouldBe(reason);
        }

        foreach (var status in Enum.GetValues<AssignmentStatus>())
        {
            var page = await Client.FindAssignmentsAsync(new AssignmentQuery { Statuses = [status] }, Ct);
            page.Items.ShouldAllBe(a => a.Status == status);
            (page.Items.Count > 0).ShouldBe(status == AssignmentStatus.Rejected);
        }
    }

    [Fact]
    public async Task Assignments_are_found_by_agent_and_status_and_page()
    {
        await RegisterAsync("agent-a", max: 10);
        await RegisterAsync("agent-b", max: 10);
        for (var i = 0; i < 5; i++)
        {
            await Client.AssignAsync(await SubmitAsync(Of("scan")), i % 2 == 0 ? "agent-a" : "agent-b", "ann", ct: Ct);
        }

        var query = new AssignmentQuery { Agent = "agent-a", Statuses = [AssignmentStatus.Assigned], Limit = 2 };
        var first = await Client.FindAssignmentsAsync(query, Ct);
        first.Items.Select(a => a.TaskId).ShouldBe([1L, 3L]);
        var second = await Client.FindAssignmentsAsync(query with { After = first.Next }, Ct);
        second.Items.Select(a => a.TaskId).ShouldBe([5L]);
        second.Next.ShouldBeNull();
        await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.FindAssignmentsAsync(query with { Limit = 0 }, Ct));
        await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.FindAssignmentsAsync(query with { After = "x" }, Ct));
    }

    [Fact]
    public async Task Evicted_task_goes_back_to_the_queue_and_replacing_gives_it_to_another()
    {
        await RegisterAsync("agent-a");
        await RegisterAsync("agent-b");
        var id = await SubmitAsync(Of("scan"));
        await ShouldFailAsync(ErrorCode.WrongState, () => Client.EvictAsync(id, "ann", ct: Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.EvictAsync(999, "ann", ct: Ct));
        await ClaimAsync();

        var error = await ShouldFailAsync(
            ErrorCode.WrongState, () => Client.AssignAsync(id, "agent-b", "ann", ct: Ct));
        error.Message.ShouldContain("'agent-a' has it");
        var offer = await Client.AssignAsync(id, "agent-b", "ann", "knows better", replace: true, Ct);
        (offer.Task.Agent, offer.Task.State).ShouldBe(("agent-b", TaskState.Assigned));
        (await StatusesAsync(id)).ShouldBe([AssignmentStatus.Reassigned, AssignmentStatus.Assigned]);
        error = await ShouldFailAsync(
            ErrorCode.WrongState, () => Client.AssignAsync(id, "agent-b", "ann", replace: true, ct: Ct));
        error.Message.ShouldContain("has task 1 already");

        (await Client.EvictAsync(id, "ann", "called away", Ct)).State.ShouldBe(TaskState.Created);
        var evicted = (await Client.HistoryAsync(id, Ct)).Last(e => e.Type == EventTypes.TaskEvicted);
        (evicted.Actor, evicted.ActorType).ShouldBe(("ann", ActorType.Human));
        evicted.Payload.ToString().ShouldContain("called away");
    }

    [Fact]
    public async Task Replacing_by_an_agent_that_cannot_do_it_takes_nothing_away()
    {
        await RegisterAsync("agent-a", "greek");
        await RegisterAsync("agent-b");
        var id = await SubmitAsync(Of("scan") with { Requires = [new Requirement("greek")] });
        await ClaimAsync();
        var error = await ShouldFailAsync(
            ErrorCode.AgentUnavailable, () => Client.AssignAsync(id, "agent-b", "ann", replace: true, ct: Ct));
        error.Message.ShouldContain("lacks required capabilities or levels: greek");
        (await Client.GetTaskAsync(id, Ct)).Agent.ShouldBe("agent-a");
    }

    [Fact]
    public async Task Assigning_says_which_rule_stands_in_the_way()
    {
        await Client.RegisterAsync(
            new AgentRegistration { Name = "agent-a", Kinds = ["scan"], PriorityLevels = [5], Principal = "ann" }, Ct);
        await Client.RegisterAsync(
            new AgentRegistration { Name = "agent-b", Principal = "ann", Capabilities = [new Capability("a")] }, Ct);
        async Task ShouldSayAsync(NewTask task, string agent, string says, ErrorCode code = ErrorCode.AgentUnavailable)
        {
            var id = await SubmitAsync(task);
            var error = await ShouldFailAsync(code, () => Client.AssignAsync(id, agent, "boss", ct: Ct));
            error.Message.ShouldContain(says);
            await Client.CancelAsync(id, ct: Ct);
        }

        await ShouldSayAsync(Of("print"), "agent-a", "does not take kind print");
        await ShouldSayAsync(Of("scan") with { Priority = 9 }, "agent-a", "does not take priority 9");
        await ShouldSayAsync(Of("scan") with { Namespace = "other" }, "agent-a", "does not work in namespace other");
        await ShouldSayAsync(Of("scan") with { Owner = "agent-b" }, "agent-a", "only 'agent-b'");
        await ShouldSayAsync(
            Of("scan") with { Requires = [new Requirement("a")], Match = MatchMode.Strict }, "agent-b", "strict match");
        await ShouldSayAsync(
            Of("scan") with { ReadyAt = Now + TimeSpan.FromHours(1) }, "agent-a", "deferred", ErrorCode.WrongState);
        await ShouldSayAsync(Of("scan"), "nobody", "no agent", ErrorCode.NotFound);

        var offer = await Client.AssignAsync(
            await SubmitAsync(Of("scan") with { Group = "item", Step = "draw" }), "agent-a", "boss", ct: Ct);
        await ShouldSayAsync(
            Of("scan") with { Group = "item", Step = "check" }, "agent-b", "'agent-a', of the same principal,");
        await ShouldSayAsync(Of("scan"), "agent-a", "holds 1 of at most 1");
        await Client.SetAgentModeAsync("agent-b", AgentMode.Blocked, Ct);
        await ShouldSayAsync(Of("scan"), "agent-b", "blocked");
        offer.Task.Spec.Step.ShouldBe("draw");
    }

    [Fact]
    public async Task Whoever_worked_on_conflicting_steps_is_known_and_no_steps_mean_no_conflict()
    {
        await RegisterAsync("agent-a");
        await Client.RegisterAsync(new AgentRegistration { Name = "agent-b", Principal = "ann" }, Ct);
        var draw = await SubmitAsync(Of("scan") with { Group = "item", Step = "draw" });
        var check = await SubmitAsync(Of("scan") with { Group = "item", Step = "check" });
        (await Client.HasWorkedAsync("agent-a", check, ["draw"], Ct)).ShouldBeFalse();
        await Client.AssignAsync(draw, "agent-a", "boss", ct: Ct);
        (await Client.HasWorkedAsync("agent-a", check, ["draw", "other"], Ct)).ShouldBeTrue("it holds the step");
        (await Client.HasWorkedAsync("agent-a", draw, ["draw"], Ct)).ShouldBeTrue("the step itself counts");
        (await Client.HasWorkedAsync("agent-a", check, [], Ct)).ShouldBeFalse("no steps, no conflict");
        (await Client.HasWorkedAsync("agent-a", check, ["check"], Ct)).ShouldBeFalse();
        (await Client.HasWorkedAsync("agent-b", check, ["draw"], Ct)).ShouldBeFalse();
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.HasWorkedAsync("agent-a", 999, ["draw"], Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.HasWorkedAsync("nobody", check, ["draw"], Ct));
    }

    [Fact]
    public async Task Waiting_for_offers_ends_when_one_is_made_or_the_time_is_over()
    {
        await RegisterAsync("agent-a");
        (await Client.ListOffersAsync("agent-a", TimeSpan.FromMilliseconds(50), Ct)).ShouldBeEmpty();
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.ListOffersAsync("nobody", ct: Ct));
        await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.ListOffersAsync("agent-a", TimeSpan.FromSeconds(-1), Ct));
        var waiting = Client.ListOffersAsync("agent-a", TimeSpan.FromSeconds(60), Ct);
        var id = await SubmitAsync(Of("scan"));
        await Client.AssignAsync(id, "agent-a", "ann", ct: Ct);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(20), Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Followed_offers_show_each_change()
    {
        await RegisterAsync("agent-a", max: 5);
        await using var offers = Client.FollowOffersAsync("agent-a", Ct).GetAsyncEnumerator(Ct);
        async Task<IEnumerable<long>> NextAsync()
        {
            (await offers.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Ct)).ShouldBeTrue();
            return offers.Current.Select(o => o.TaskId);
        }

        (await NextAsync()).ShouldBeEmpty();
        var id = await SubmitAsync(Of("scan"));
        var offer = await Client.AssignAsync(id, "agent-a", "ann", ct: Ct);
        (await NextAsync()).ShouldBe([id]);
        await Client.AcceptAsync(id, offer.Epoch, ct: Ct);
        (await NextAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rules_come_back_as_they_were_set_and_an_older_version_is_refused()
    {
        var rules = new NamespaceRules
        {
            Mode = AssignmentMode.Auto,
            Strategy = RoutingStrategy.RoundRobin,
            PlanEvery = TimeSpan.FromSeconds(5),
            PlanMethod = PlanMethod.Greedy,
            Order = TaskOrder.PriorityFifo,
            MaxPending = 7,
            OfferTimeout = TimeSpan.FromSeconds(90),
            InactivityTimeout = TimeSpan.FromHours(1),
            RejectCooldown = TimeSpan.FromSeconds(1.5),
            ReofferRejected = true,
            TaskCooldown = TimeSpan.FromSeconds(5),
            Exclusion = new ExclusionRules
            {
                ExcludeAll = false,
                Exclude = [new StepPair("draw", "check")],
                Allow = [new StepPair("check", "print")],
                ByPrincipal = false,
            },
            Unroutable = UnroutablePolicy.Fallback,
            UnroutableAfter = TimeSpan.FromMinutes(1),
            FallbackRequires = ["sql>=3"],
            Retention = new RetentionRules { Done = TimeSpan.FromDays(1), Failed = TimeSpan.FromDays(30) },
            Kinds = new Dictionary<string, StepRules>
            {
                ["scan"] = new()
                {
                    Mode = AssignmentMode.Manual,
                    Strategy = RoutingStrategy.Random,
                    Retention = new RetentionRules { Cancelled = TimeSpan.FromHours(1) },
                },
            },
            Steps = new Dictionary<string, StepRules>
            {
                ["check"] = new()
                {
                    OfferTimeout = TimeSpan.FromSeconds(9),
                    InactivityTimeout = TimeSpan.FromSeconds(99),
                },
            },
        };
        (await Client.GetRulesAsync("images", Ct)).Version.ShouldBe(0);
        (await Client.SetRulesAsync("images", rules, ct: Ct)).Version.ShouldBe(1);
        var read = await Client.GetRulesAsync("images", Ct);
        read.Exclusion.Exclude.ShouldBe(rules.Exclusion.Exclude);
        read.Exclusion.Allow.ShouldBe(rules.Exclusion.Allow);
        read.FallbackRequires.ShouldBe(rules.FallbackRequires);
        read.Kinds.ShouldBe(rules.Kinds);
        read.Steps.ShouldBe(rules.Steps);
        var lists = read with
        {
            Exclusion = read.Exclusion with { Exclude = rules.Exclusion.Exclude, Allow = rules.Exclusion.Allow },
            FallbackRequires = rules.FallbackRequires,
            Kinds = rules.Kinds,
            Steps = rules.Steps,
        };
        lists.ShouldBe(rules with { Version = 1 });

        var error = await ShouldFailAsync(
            ErrorCode.WrongState, () => Client.SetRulesAsync("images", rules, expectedVersion: 0, Ct));
        error.Message.ShouldContain("at version 1, not 0");
        (await Client.SetRulesAsync("images", rules, expectedVersion: 1, Ct)).Version.ShouldBe(2);
        error = await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.SetRulesAsync("images", rules with { MaxPending = 0 }, ct: Ct));
        error.Field.ShouldBe("max_pending");
    }

    [Fact]
    public async Task Mode_decides_who_takes_the_initiative_and_a_change_wakes_those_who_wait()
    {
        await RegisterAsync("agent-a");
        await Client.SetRulesAsync("default", new NamespaceRules { Mode = AssignmentMode.Manual }, ct: Ct);
        var id = await SubmitAsync(Of("scan"));
        (await ClaimAsync()).ShouldBeEmpty();
        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, TimeSpan.FromSeconds(60), Ct);
        await UntilAsync(async () => (await Client.GetAgentAsync("agent-a", Ct)).WaitingSince is not null);
        await Client.SetRulesAsync("default", new NamespaceRules(), ct: Ct);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Full_queue_refuses_that_task_alone()
    {
        await Client.SetRulesAsync("default", new NamespaceRules { MaxPending = 2 }, ct: Ct);
        var answers = await Client.SubmitAsync(
            [Of("a"), Of("a"), Of("a"), Of("a") with { Namespace = "other" }], Ct);
        answers.Select(a => a.Status).ShouldBe(
            [InsertStatus.Inserted, InsertStatus.Inserted, InsertStatus.QueueFull, InsertStatus.Inserted]);
    }

    [Fact]
    public async Task Agent_uses_what_it_declares_and_has_and_is_authorised_for()
    {
        await RegisterAsync("agent-a", "greek", "latin");
        await SubmitAsync(Of("scan") with { Requires = [new Requirement("greek")] });
        var agent = await Client.AuthoriseAsync("agent-a", ["Latin"], Ct);
        agent.Authorised.ShouldBe(["latin"]);
        (await ClaimAsync()).ShouldBeEmpty();
        (await Client.AuthoriseAsync("agent-a", [], Ct)).Authorised.ShouldBe([]);
        (await Client.AuthoriseAsync("agent-a", null, Ct)).Authorised.ShouldBeNull();
        (await Client.SetAvailabilityAsync("agent-a", ["greek", "greek"], Ct)).Unavailable.ShouldBe(["greek"]);
        (await ClaimAsync()).ShouldBeEmpty();

        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, TimeSpan.FromSeconds(60), Ct);
        await UntilAsync(async () => (await Client.GetAgentAsync("agent-a", Ct)).WaitingSince is not null);
        await Client.SetAvailabilityAsync("agent-a", [], Ct);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct)).ShouldHaveSingleItem();
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.SetAvailabilityAsync("nobody", [], Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.AuthoriseAsync("nobody", null, Ct));
        var error = await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.SetAvailabilityAsync("agent-a", ["?"], Ct));
        error.Field.ShouldBe("unavailable[0]");

        error = await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.AuthoriseAsync("agent-a", ["latin", "greec"], Ct));
        (error.Field, error.Message).ShouldBe((
            "capabilities",
            "capabilities: 'agent-a' declares greek, latin, not 'greec'; did you mean 'greek'?"));
        error = await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.SetAvailabilityAsync("agent-a", ["russian"], Ct));
        error.Field.ShouldBe("unavailable");
        agent = await Client.GetAgentAsync("agent-a", Ct);
        (agent.Authorised, agent.Unavailable.Count).ShouldBe((null, 0), "what is refused changes nothing");
    }

    [Fact]
    public async Task Breaker_opens_is_listed_keeps_from_work_and_is_reset_by_a_person()
    {
        await RegisterAsync("agent-a");
        for (var i = 0; i < 10; i++)
        {
            await SubmitAsync(Of("scan") with { MaxAttempts = 1 });
            var grant = (await ClaimAsync()).ShouldHaveSingleItem();
            await Client.FinishAsync(End(grant, FinishKind.Fail) with { Error = "no ink" }, Ct);
        }

        var open = (await Client.ListBreakersAsync("agent-a", openOnly: true, Ct)).ShouldHaveSingleItem();
        open.Key.ShouldBe(new BreakerKey(BreakerScope.AgentKind, "agent-a", "scan"));
        (open.Failures, open.Trips).ShouldBe((10, 1));
        open.OpenUntilUs.ShouldNotBeNull();
        (await Client.ListBreakersAsync(ct: Ct)).Count.ShouldBe(2, "the agent's own breaker counts as well");
        (await Client.ListBreakersAsync("agent-b", ct: Ct)).ShouldBeEmpty();

        var id = await SubmitAsync(Of("scan"));
        var error = await ShouldFailAsync(
            ErrorCode.AgentUnavailable, () => Client.AssignAsync(id, "agent-a", "ann", ct: Ct));
        error.Message.ShouldContain("breaker for kind scan is open until");
        await Client.ResetBreakerAsync(open.Key, "ann", "new ink", Ct);
        await Client.AssignAsync(id, "agent-a", "ann", ct: Ct);
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.ResetBreakerAsync(open.Key, "ann", ct: Ct));
        await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.ResetBreakerAsync(new BreakerKey(BreakerScope.Agent), "ann", ct: Ct));
    }

    [Fact]
    public async Task Claim_of_an_agent_whose_breaker_is_open_is_refused_with_the_reason()
    {
        await RegisterAsync("agent-a");
        for (var i = 0; i < 20; i++)
        {
            await SubmitAsync(Of($"kind-{i}") with { MaxAttempts = 1 });
            var grant = (await ClaimAsync()).ShouldHaveSingleItem();
            await Client.FinishAsync(End(grant, FinishKind.Fail), Ct);
        }

        var error = await ShouldFailAsync(
            ErrorCode.AgentUnavailable, () => ClaimAsync());
        error.Message.ShouldContain("breaker");
        await Client.ResetBreakerAsync(new BreakerKey(BreakerScope.Agent, "agent-a"), "ann", ct: Ct);
        (await ClaimAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Presence_tells_who_works_in_a_namespace_and_was_seen_of_late()
    {
        await RegisterAsync("agent-a");
        await RegisterAsync("agent-b");
        await Client.RegisterAsync(new AgentRegistration { Name = "agent-c", Namespaces = ["other"] }, Ct);
        await Client.DeregisterAsync("agent-b", Ct);
        await Client.HeartbeatAsync("agent-a", Ct);
        var there = await Client.PresenceAsync("default", ct: Ct);
        there.Select(a => (a.Agent, a.IsActive)).ShouldBe([("agent-a", true), ("agent-b", false)], ignoreOrder: true);
        there[0].LastSeen.ShouldBe((await Client.GetAgentAsync(there[0].Agent, Ct)).LastSeen);
        there.Single(a => a.Agent == "agent-a").Status.ShouldBe(AgentStatus.Idle);
        await UntilAsync(async () =>
            (await Client.PresenceAsync("default", TimeSpan.FromMicroseconds(1), Ct)).All(a => !a.IsActive));
        (await Client.PresenceAsync("empty", ct: Ct)).ShouldBeEmpty();
        await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.PresenceAsync("default", TimeSpan.Zero, Ct));
    }

    [Fact]
    public async Task Agent_claims_for_itself_only()
    {
        await RegisterAsync("agent-a");
        var request = new ClaimRequest { Agent = "agent-a" };
        await ShouldFailAsync(
            ErrorCode.InvalidInput,
            () => Client.ClaimAsync(request with { Offer = TimeSpan.FromSeconds(60) }, ct: Ct));
        await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.ClaimAsync(request with { By = ClaimedBy.Administrator }, ct: Ct));
        await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.AssignAsync(1, "agent-a", " ", ct: Ct));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private async Task<IReadOnlyList<AssignmentStatus>> StatusesAsync(long id) =>
        [.. (await Client.FindAssignmentsAsync(new AssignmentQuery { TaskId = id }, Ct)).Items.Select(a => a.Status)];

    private async Task<long> SubmitAsync(NewTask task) => (await Client.SubmitAsync([task], Ct))[0].Id;

    private Task<IReadOnlyList<Grant>> ClaimAsync() =>
        Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, ct: Ct);

    private static Task UntilAsync(Func<Task<bool>> condition) =>
        Patience.UntilAsync(condition, TimeSpan.FromSeconds(15), Ct);

    private static NewTask Of(string kind) => new() { Kind = kind };

    private static Finish End(Grant grant, FinishKind kind) =>
        new() { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = kind };
}

/// <summary>The façade in process.</summary>
public sealed class LocalAssignmentConformance : AssignmentConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpAssignmentConformance : AssignmentConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
