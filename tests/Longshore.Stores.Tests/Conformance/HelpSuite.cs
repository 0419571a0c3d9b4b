using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Help;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Help requests: who may ask, answer and call off, and what blockers do to their tasks.</summary>
public abstract class HelpSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task A_question_is_asked_taken_on_and_answered_and_the_work_goes_on()
    {
        var grant = await Held();
        var asked = await Ask(grant, HelpType.TechnicalQuestion, HelpUrgency.High);
        (asked.Status, asked.State, asked.Change).ShouldBe((HelpWriteStatus.Done, TaskState.InProgress, null));
        var id = asked.Request!.Id;

        (await Store.Help.TakeAsync(id, "ada", NowUs, Ct)).Status.ShouldBe(HelpWriteStatus.NotAllowed);
        (await Store.Help.TakeAsync(id, "ghost", NowUs, Ct)).Status.ShouldBe(HelpWriteStatus.UnknownAgent);
        (await Store.Help.TakeAsync(id, "bob", NowUs, Ct)).Request!.Status.ShouldBe(HelpStatus.Claimed);
        (await Store.Help.TakeAsync(id, "bob", NowUs, Ct)).Status.ShouldBe(HelpWriteStatus.Done);
        (await Store.Help.TakeAsync(id, "cyd", NowUs, Ct)).Status.ShouldBe(HelpWriteStatus.Refused);
        Clock.Advance(TimeSpan.FromMinutes(5));
        (await Resolve(id, "bob")).Status.ShouldBe(HelpWriteStatus.Done);
        (await Resolve(id, "cyd")).Status.ShouldBe(HelpWriteStatus.Refused);

        var request = (await Store.Help.GetAsync(id, Ct)).ShouldNotBeNull();
        (request.Agent, request.Type, request.Urgency, request.Description).ShouldBe(
            ("ada", HelpType.TechnicalQuestion, HelpUrgency.High, "no key"));
        (request.ClaimedBy, request.ResolvedBy, request.Resolution, request.ResolvedAt).ShouldBe(
            ("bob", "bob", "here it is", Clock.Now));
        request.Capabilities.ShouldBe(["sql>=2"]);
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await HistoryOf(grant.TaskId)).Order(StringComparer.Ordinal).ShouldBe(
        [
            EventTypes.HelpClaimed, EventTypes.HelpRequested, EventTypes.HelpResolved, EventTypes.TaskClaimed,
            EventTypes.TaskCompleted, EventTypes.TaskCreated,
        ]);
    }

    [Fact]
    public async Task A_blocker_pauses_the_lease_and_keeps_claim_and_room()
    {
        var grant = await Held();
        Clock.Advance(TimeSpan.FromSeconds(10));
        var asked = await Ask(grant, HelpType.Blocker);
        (asked.Status, asked.State, asked.Change).ShouldBe(
            (HelpWriteStatus.Done, TaskState.Blocked, TaskOperation.Block));
        var task = await Get(grant.TaskId);
        (task.State, task.Agent, task.LeaseUntil).ShouldBe((TaskState.Blocked, "ada", Clock.Now.AddHours(1)));
        (await GetAgent("ada")).Load.ShouldBe(1);
        (await LiveOf("ada")).ShouldBe([(grant.TaskId, 1, AssignmentStatus.Blocked)]);
        (await Store.Queries.ListTasksAsync(new TaskQuery { Agent = "ada", States = [TaskState.Blocked] }, Ct))
            .Items.ShouldHaveSingleItem();

        Clock.Advance(TimeSpan.FromMinutes(30));
        (await Store.Tasks.RescueAsync(10, NowUs, Ct)).ShouldBeEmpty();
        var renewed = await Renew(grant, TimeSpan.FromMinutes(20));
        (renewed.Status, renewed.State, renewed.LeaseUntilUs).ShouldBe(
            (ClaimWriteStatus.Accepted, TaskState.Blocked, task.LeaseUntil!.Value.ToMicroseconds()));
        foreach (var kind in new[] { FinishKind.Complete, FinishKind.Fail, FinishKind.Snooze, FinishKind.Reject })
        {
            (await Finish(grant, kind)).Status.ShouldBe(ClaimWriteStatus.Refused, kind.ToString());
        }

        // The lease goes on with what the holder asked for last.
        var resolved = await Resolve(asked.Request!.Id, "bob");
        (resolved.State, resolved.Change).ShouldBe((TaskState.InProgress, TaskOperation.Unblock));
        (await Get(grant.TaskId)).LeaseUntil.ShouldBe(Clock.Now.AddMinutes(20));
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
    }

    [Fact]
    public async Task The_lease_after_a_blocker_is_what_was_left_and_a_minute_at_least()
    {
        var grant = await Held();
        await Renew(grant, TimeSpan.FromMinutes(5));
        Clock.Advance(TimeSpan.FromMinutes(2));
        var first = await Ask(grant, HelpType.Blocker);
        Clock.Advance(TimeSpan.FromMinutes(40));
        await Resolve(first.Request!.Id, "bob");
        (await Get(grant.TaskId)).LeaseUntil.ShouldBe(Clock.Now.AddMinutes(3));

        Clock.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromSeconds(1));
        var second = await Ask(grant, HelpType.Blocker);
        await Resolve(second.Request!.Id, "bob");
        (await Get(grant.TaskId)).LeaseUntil.ShouldBe(Clock.Now.AddMinutes(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_the_last_open_blocker_unblocks(bool byCancel)
    {
        var grant = await Held();
        var first = (await Ask(grant, HelpType.Blocker)).Request!.Id;
        var second = (await Ask(grant, HelpType.Blocker)).Request!.Id;
        await Ask(grant, HelpType.Clarification);

        // However long ago the first was answered (T0.6, T0.7).
        (await End(first)).State.ShouldBe(TaskState.Blocked);
        Clock.Advance(TimeSpan.FromMinutes(50));
        (await Get(grant.TaskId)).State.ShouldBe(TaskState.Blocked);
        var last = await End(second);
        (last.State, last.Change).ShouldBe((TaskState.InProgress, TaskOperation.Unblock));

        async Task<HelpOutcome> End(long id) =>
            byCancel ? await Store.Help.CancelAsync(id, "ada", NowUs, Ct) : await Resolve(id, "bob");
    }

    [Fact]
    public async Task A_holder_that_waits_too_long_loses_its_claim_and_the_task_waits_without_one()
    {
        await Rules(new NamespaceRules { BlockedHoldMax = TimeSpan.FromMinutes(10) });
        var grant = await Held();
        var available = (await Get(grant.TaskId)).AvailableAt;
        var asked = await Ask(grant, HelpType.Blocker);
        Clock.Advance(TimeSpan.FromMinutes(10));

        var lost = (await Store.Tasks.RescueAsync(10, NowUs, Ct)).ShouldHaveSingleItem();
        (lost.TaskId, lost.Agent, lost.State).ShouldBe((grant.TaskId, "ada", TaskState.Blocked));
        var task = await Get(grant.TaskId);
        (task.State, task.Agent, task.Attempts, task.Suspect).ShouldBe((TaskState.Blocked, null, 0, false));
        (await GetAgent("ada")).Load.ShouldBe(0);
        (await StatusesOf(task.Id)).ShouldBe([AssignmentStatus.Expired]);
        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty);
        (await Store.Queries.ListTasksAsync(new TaskQuery { States = [TaskState.Blocked] }, Ct))
            .Items.ShouldHaveSingleItem();
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Stale);

        Clock.Advance(TimeSpan.FromHours(5));
        var resolved = await Resolve(asked.Request!.Id, "bob");
        (resolved.State, resolved.Change).ShouldBe((TaskState.Created, TaskOperation.Reopen));
        var taken = await Take("bob");
        (taken.TaskId, taken.Epoch, taken.Task.AvailableAt).ShouldBe((grant.TaskId, 2, available));
    }

    [Fact]
    public async Task A_blocked_task_that_is_given_back_or_taken_away_stays_blocked()
    {
        var released = await Held();
        await Ask(released, HelpType.Blocker);
        (await Finish(released, FinishKind.Release)).State.ShouldBe(TaskState.Blocked);

        var evicted = await Held();
        await Ask(evicted, HelpType.Blocker);
        var change = (await Store.Tasks.EvictAsync([evicted.TaskId], "boss", null, NowUs, Ct))[0];
        (change.Status, change.State).ShouldBe((ChangeStatus.Changed, TaskState.Blocked));
        (await Store.Tasks.EvictAsync([evicted.TaskId], "boss", null, NowUs, Ct))[0].Status
            .ShouldBe(ChangeStatus.Refused);

        var left = await Held();
        await Ask(left, HelpType.Blocker);
        (await Store.Agents.DeregisterAsync("ada", NowUs, Ct))!.ShouldHaveSingleItem().State
            .ShouldBe(TaskState.Blocked);
        (await Store.Queries.CountByStateAsync(null, Ct))[TaskState.Blocked].ShouldBe(3);
        (await GetAgent("ada")).Load.ShouldBe(0);
    }

    [Fact]
    public async Task Only_the_holder_of_a_task_in_progress_asks_for_a_blocker()
    {
        var grant = await Held();
        (await Ask(grant, HelpType.Blocker, agent: "bob")).Status.ShouldBe(HelpWriteStatus.Stale);
        (await Ask(grant, HelpType.Blocker, epoch: 7)).Status.ShouldBe(HelpWriteStatus.Stale);
        (await Ask(grant, HelpType.Blocker, epoch: null)).Status.ShouldBe(HelpWriteStatus.Stale);
        (await Ask(grant, HelpType.Review, agent: "ghost")).Status.ShouldBe(HelpWriteStatus.UnknownAgent);
        (await Ask(grant, HelpType.Review, agent: "bob")).Status.ShouldBe(HelpWriteStatus.Done);
        await Finish(grant, FinishKind.Complete);
        var refused = await Ask(grant, HelpType.Review);
        (refused.Status, refused.State).ShouldBe((HelpWriteStatus.Refused, TaskState.Done));
        (await Get(grant.TaskId)).State.ShouldBe(TaskState.Done);
    }

    [Fact]
    public async Task Nobody_answers_an_escalation_of_its_own_principal()
    {
        await Register(new AgentRegistration { Name = "ada", Principal = "acme" });
        await Register(new AgentRegistration { Name = "ada-two", Principal = "acme" });
        await Register("bob");
        await Add();
        var id = (await Ask(await Take("ada"), HelpType.Escalation)).Request!.Id;

        foreach (var own in new[] { "ada", "ada-two", "acme" })
        {
            (await Resolve(id, own)).Status.ShouldBe(HelpWriteStatus.NotAllowed, own);
        }

        (await Store.Help.CancelAsync(id, "bob", NowUs, Ct)).Status.ShouldBe(HelpWriteStatus.NotAllowed);
        (await Resolve(id, "the boss")).Status.ShouldBe(HelpWriteStatus.Done);
    }

    [Fact]
    public async Task A_task_that_ends_closes_what_was_asked_for_good()
    {
        var grant = await Held();
        var blocker = (await Ask(grant, HelpType.Blocker)).Request!.Id;
        var question = (await Ask(grant, HelpType.Review)).Request!.Id;
        await Store.Tasks.CancelAsync([grant.TaskId], null, NowUs, Ct);
        (await GetAgent("ada")).Load.ShouldBe(0);
        var ended = Clock.Now;
        (await Open()).ShouldBeEmpty();

        Clock.Advance(TimeSpan.FromMinutes(1));
        await Store.Tasks.RetryAsync([grant.TaskId], NowUs, Ct);
        (await Get(grant.TaskId)).State.ShouldBe(TaskState.Created);
        foreach (var id in new[] { blocker, question })
        {
            var request = (await Store.Help.GetAsync(id, Ct)).ShouldNotBeNull();
            (request.Status, request.ClosedAt).ShouldBe((HelpStatus.Closed, ended));
            (await Resolve(id, "bob")).Status.ShouldBe(HelpWriteStatus.Refused);
        }

        (await Open()).ShouldBeEmpty();

        async Task<IReadOnlyList<HelpRequest>> Open() =>
            (await Store.Help.ListAsync(new HelpQuery { OpenOnly = true }, Ct)).Items;
    }

    [Fact]
    public async Task Lists_filter_and_page()
    {
        var grant = await Held();
        var first = (await Ask(grant, HelpType.Review)).Request!.Id;
        var second = (await Ask(grant, HelpType.Clarification, agent: "bob")).Request!.Id;
        await Resolve(first, "cyd");

        (await Ids(new HelpQuery())).ShouldBe([first, second]);
        (await Ids(new HelpQuery { OpenOnly = true })).ShouldBe([second]);
        (await Ids(new HelpQuery { Agent = "bob" })).ShouldBe([second]);
        (await Ids(new HelpQuery { Type = HelpType.Review, TaskId = grant.TaskId })).ShouldBe([first]);
        (await Ids(new HelpQuery { Namespace = "other" })).ShouldBeEmpty();
        var page = await Store.Help.ListAsync(new HelpQuery { Limit = 1 }, Ct);
        (await Ids(new HelpQuery { Limit = 1, After = page.Next })).ShouldBe([second]);

        async Task<IReadOnlyList<long>> Ids(HelpQuery query) =>
            [.. (await Store.Help.ListAsync(query, Ct)).Items.Select(r => r.Id)];
    }

    [Fact]
    public async Task One_task_has_so_many_open_requests_and_no_more_and_prune_takes_them_with_it()
    {
        var grant = await Held();
        for (var i = 0; i < Limits.OpenRequestsMax; i++)
        {
            (await Ask(grant, HelpType.Review)).Status.ShouldBe(HelpWriteStatus.Done);
        }

        (await Ask(grant, HelpType.Review)).Status.ShouldBe(HelpWriteStatus.TooMany);
        await Finish(grant, FinishKind.Complete);
        Clock.Advance(TimeSpan.FromHours(1));
        await Store.Tasks.PruneAsync(NowUs, 10, Ct);
        (await Store.Help.ListAsync(new HelpQuery(), Ct)).Items.ShouldBeEmpty();
    }

    /// <summary>A task that ada holds, beside others who could help.</summary>
    private async Task<Grant> Held()
    {
        await Register("ada", 3);
        await Register("bob");
        await Register("cyd");
        return await Take("ada", await Add());
    }

    private Task<HelpOutcome> Ask(
        Grant grant, HelpType type, HelpUrgency urgency = HelpUrgency.Medium, string agent = "ada") =>
        Ask(grant, type, grant.Epoch, urgency, agent);

    private Task<HelpOutcome> Ask(Grant grant, HelpType type, int? epoch) =>
        Ask(grant, type, epoch, HelpUrgency.Medium, "ada");

    private async Task<HelpOutcome> Ask(Grant grant, HelpType type, int? epoch, HelpUrgency urgency, string agent) =>
        await Store.Help.AskAsync(
            new NewHelpRequest
            {
                TaskId = grant.TaskId,
                Epoch = epoch,
                Agent = agent,
                Type = type,
                Description = "no key",
                Urgency = urgency,
                Capabilities = ["sql>=2"],
            },
            NowUs, Ct);

    private async Task<HelpOutcome> Resolve(long id, string by) =>
        await Store.Help.ResolveAsync(id, by, "here it is", NowUs, Ct);
}
