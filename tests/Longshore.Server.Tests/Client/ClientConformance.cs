using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>What every implementation of the façade must do alike.</summary>
public abstract class ClientConformance : FacadeConformance
{
    [Fact]
    public async Task Submitted_task_comes_back_as_it_was_sent()
    {
        var sent = new NewTask
        {
            Kind = "resize",
            Namespace = "images",
            Code = "cat-1",
            Name = "Resize the cat",
            Description = "To a thumbnail.",
            Payload = JsonText.Parse("""{"width":10}"""),
            Requires = [new Requirement("png"), new Requirement("sql", 3)],
            MinimumMatch = 0.5,
            ConfidenceThreshold = 0.9,
            Priority = 8,
            ReadyAt = Later(60),
            Deadline = Later(600),
            Timeout = TimeSpan.FromSeconds(1.5),
            MaxAttempts = 7,
            Retry = RetryPolicy.TenMinutes,
            Late = LatePolicy.Reject,
            EstimatedEffort = TimeSpan.FromMinutes(3),
            Owner = "painter",
            Workflow = "cats",
            WorkflowCursor = "step-2",
            Tags = ["a", "b"],
            Metadata = new Dictionary<string, string> { ["k"] = "v" },
            CorrelationId = "c-1",
            IdempotencyKey = "key-1",
        };
        var submitted = (await Client.SubmitAsync([sent], Ct)).ShouldHaveSingleItem();
        submitted.Status.ShouldBe(InsertStatus.Inserted);
        submitted.Code.ShouldBe("cat-1");

        var task = await Client.GetTaskAsync(submitted.Id, Ct);
        task.State.ShouldBe(TaskState.Created);
        task.Code.ShouldBe("cat-1");
        task.Spec.Requires.ShouldBe(sent.Requires);
        task.Spec.Tags.ShouldBe(sent.Tags);
        task.Spec.Metadata.ShouldBe(sent.Metadata);
        (task.Spec with { Requires = sent.Requires, Tags = sent.Tags, Metadata = sent.Metadata }).ShouldBe(sent);
        task.DeferredUntil.ShouldBe(sent.ReadyAt);
        (await Client.FindTaskAsync("images", "cat-1", Ct)).ShouldBe(submitted.Id);
    }

    [Fact]
    public async Task Each_of_many_gets_its_own_answer()
    {
        var first = (await Client.SubmitAsync([Of("a") with { Code = "taken", IdempotencyKey = "k" }], Ct))[0];
        var answers = await Client.SubmitAsync(
            [
                Of("a"),
                Of("a") with { Code = "taken" },
                Of("a") with { Code = "taken", IdempotencyKey = "k" },
                Of("other") with { IdempotencyKey = "k" },
                Of("a") with { ParentId = 999 },
                Of("a") with { ParentId = first.Id },
            ],
            Ct);
        answers.Select(a => a.Status).ShouldBe(
        [
            InsertStatus.Inserted, InsertStatus.DuplicateCode, InsertStatus.Existing, InsertStatus.KeyReused,
            InsertStatus.ParentNotFound, InsertStatus.Inserted,
        ]);
        answers[1].Id.ShouldBe(first.Id);
        answers[2].Id.ShouldBe(first.Id);
        answers[0].Code.ShouldBe($"t-{answers[0].Id}");
    }

    [Fact]
    public async Task Invalid_task_refuses_the_whole_submission_and_names_the_place()
    {
        var error = await ShouldFailAsync(
            ErrorCode.InvalidInput, () => Client.SubmitAsync([Of("a"), Of("b") with { Priority = 11 }], Ct));
        error.Field.ShouldBe("tasks[1].priority");
        (await Client.CountByStateAsync(ct: Ct)).Values.Sum().ShouldBe(0);
    }

    [Fact]
    public async Task Lists_filter_and_page()
    {
        await Client.SubmitAsync([.. Enumerable.Range(0, 7).Select(i =>
            Of(i % 2 == 0 ? "even" : "odd") with { Priority = i, Tags = i > 4 ? ["high"] : [] })], Ct);
        var ids = new List<long>();
        string? after = null;
        do
        {
            var page = await Client.ListTasksAsync(new TaskQuery { Kind = "even", Limit = 3, After = after }, Ct);
            ids.AddRange(page.Items.Select(t => t.Id));
            after = page.Next;
        }
        while (after is not null);
        ids.ShouldBe([1, 3, 5, 7]);

        var newest = await Client.ListTasksAsync(new TaskQuery { Descending = true, Limit = 1 }, Ct);
        newest.Items[0].Id.ShouldBe(7);
        var filtered = await Client.ListTasksAsync(
            new TaskQuery { Tag = "high", MinPriority = 5, States = [TaskState.Created], ExcludeCodes = ["t-7"] }, Ct);
        filtered.Items.Select(t => t.Id).ShouldBe([6L]);
        await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.ListTasksAsync(new TaskQuery { Limit = 0 }, Ct));
        await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.ListTasksAsync(new TaskQuery { After = "x" }, Ct));
    }

    [Fact]
    public async Task Cancelled_task_can_be_retried_and_a_done_one_neither()
    {
        var id = await SubmitAsync(Of("a"));
        (await Client.CancelAsync(id, "not needed", Ct)).State.ShouldBe(TaskState.Cancelled);
        (await Client.GetTaskAsync(id, Ct)).Error.ShouldBe("not needed");
        await ShouldFailAsync(ErrorCode.WrongState, () => Client.CancelAsync(id, ct: Ct));
        (await Client.RetryAsync(id, Ct)).State.ShouldBe(TaskState.Created);

        await RegisterAsync("agent-a");
        var grant = (await ClaimAsync("agent-a")).ShouldHaveSingleItem();
        await Client.FinishAsync(Complete(grant), Ct);
        await ShouldFailAsync(ErrorCode.WrongState, () => Client.RetryAsync(id, Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.CancelAsync(999, ct: Ct));
    }

    [Fact]
    public async Task Agent_registers_is_seen_and_signs_off()
    {
        var agent = await Client.RegisterAsync(
            new AgentRegistration
            {
                Name = "agent-a",
                Type = "ai",
                Description = "Draws.",
                Capabilities = [new Capability("png"), new Capability("sql", 3, Later(3600))],
                Specializations = ["png"],
                Kinds = ["resize"],
                MaxConcurrent = 2,
                Preferences = JsonText.Parse("""{"hours":"night"}"""),
                Reputation = 0.5,
                Metadata = new Dictionary<string, string> { ["k"] = "v" },
            },
            Ct);
        agent.Status.ShouldBe(AgentStatus.Idle);
        var again = await Client.GetAgentAsync("agent-a", Ct);
        again.Profile.Capabilities.ShouldBe(agent.Profile.Capabilities);
        again.Profile.Preferences.ToString().ShouldBe("""{"hours":"night"}""");
        again.Reputation.ShouldBe(0.5);
        await Client.HeartbeatAsync("agent-a", Ct);

        (await NamesAsync(new AgentQuery { Capability = "sql", HasCapacity = true })).ShouldBe(["agent-a"]);
        (await NamesAsync(new AgentQuery { MinReputation = 0.6 })).ShouldBeEmpty();
        (await NamesAsync(new AgentQuery { Specialization = "png", Status = AgentStatus.Idle })).ShouldBe(["agent-a"]);

        await Client.SetAgentModeAsync("agent-a", AgentMode.Draining, Ct);
        (await Client.GetAgentAsync("agent-a", Ct)).Status.ShouldBe(AgentStatus.Draining);
        await ShouldFailAsync(ErrorCode.AgentUnavailable, () => ClaimAsync("agent-a"));
        await Client.DeregisterAsync("agent-a", Ct);
        (await Client.GetAgentAsync("agent-a", Ct)).Status.ShouldBe(AgentStatus.Offline);
    }

    [Fact]
    public async Task Agent_that_is_unknown_or_misnamed_is_refused()
    {
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.GetAgentAsync("nobody", Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.HeartbeatAsync("nobody", Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.DeregisterAsync("nobody", Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => ClaimAsync("nobody"));
        await ShouldFailAsync(
            ErrorCode.NotFound, () => Client.DiscoverAsync(new DiscoverQuery { Agent = "nobody" }, ct: Ct));
        var error = await ShouldFailAsync(ErrorCode.InvalidInput, () => RegisterAsync("Not Kebab"));
        error.Field.ShouldBe("name");
    }

    [Fact]
    public async Task Discovery_shows_without_claiming()
    {
        await RegisterAsync("agent-a", "rust");
        var id = await SubmitAsync(Of("a") with { Requires = [new Requirement("rust")], Priority = 10 });
        await SubmitAsync(Of("a") with { Requires = [new Requirement("quantum")] });
        for (var i = 0; i < 2; i++)
        {
            var shown = await Client.DiscoverAsync(new DiscoverQuery { Agent = "agent-a" }, ct: Ct);
            var found = shown.ShouldHaveSingleItem();
            found.Task.Id.ShouldBe(id);
            found.CapabilityMatchScore.ShouldBe(1.0);
            found.IsBestMatch.ShouldBeTrue();
            found.UrgencyScore.ShouldBe(100, tolerance: 0.1);
        }
    }

    [Fact]
    public async Task Waiting_claim_is_answered_when_work_appears_and_is_visible_until_then()
    {
        await RegisterAsync("agent-a");
        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, TimeSpan.FromSeconds(60), Ct);
        await UntilAsync(async () => (await Client.GetAgentAsync("agent-a", Ct)).WaitingSince is not null);
        var id = await SubmitAsync(Of("a"));
        (await waiting.WaitAsync(TimeSpan.FromSeconds(10), Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        await UntilAsync(async () => (await Client.GetAgentAsync("agent-a", Ct)).WaitingSince is null);
    }

    [Fact]
    public async Task Waiting_discovery_is_answered_when_work_appears()
    {
        await RegisterAsync("agent-a");
        var waiting = Client.DiscoverAsync(new DiscoverQuery { Agent = "agent-a" }, TimeSpan.FromSeconds(60), Ct);
        await UntilAsync(async () => (await Client.GetAgentAsync("agent-a", Ct)).WaitingSince is not null);
        var id = await SubmitAsync(Of("a"));
        (await waiting.WaitAsync(TimeSpan.FromSeconds(10), Ct)).ShouldHaveSingleItem().Task.Id.ShouldBe(id);
    }

    [Fact]
    public async Task Wait_that_ends_is_an_empty_answer_and_nonsense_is_refused()
    {
        await RegisterAsync("agent-a");
        var request = new ClaimRequest { Agent = "agent-a" };
        (await Client.ClaimAsync(request, TimeSpan.FromMilliseconds(50), Ct)).ShouldBeEmpty();
        await ShouldFailAsync(
            ErrorCode.InvalidInput,
            () => Client.ClaimAsync(request, TimeSpan.FromSeconds(-1), Ct));
    }

    [Fact]
    public async Task Cancelled_wait_leaves_no_waiter_and_takes_no_task()
    {
        await RegisterAsync("agent-a");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, TimeSpan.FromSeconds(60), gone.Token);
        await UntilAsync(async () => (await Client.GetAgentAsync("agent-a", Ct)).WaitingSince is not null);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        await UntilAsync(async () => (await Client.GetAgentAsync("agent-a", Ct)).WaitingSince is null);
        var id = await SubmitAsync(Of("a"));
        (await Client.GetTaskAsync(id, Ct)).State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task Every_ending_of_a_claim_leads_where_it_should()
    {
        await RegisterAsync("agent-a");
        async Task<TaskState> EndAsync(Func<Grant, Finish> finish)
        {
            await SubmitAsync(Of("a"));
            var grant = (await ClaimAsync("agent-a")).ShouldHaveSingleItem();
            var outcome = await Client.FinishAsync(finish(grant), Ct);
            outcome.Status.ShouldBe(ClaimWriteStatus.Accepted);
            (await Client.GetTaskAsync(grant.TaskId, Ct)).State.ShouldBe(outcome.State);
            await Client.CancelAsync(grant.TaskId, ct: Ct).ContinueWith(_ => { }, TaskScheduler.Default);
            return outcome.State;
        }

        (await EndAsync(Complete)).ShouldBe(TaskState.Done);
        var failed = 0L;
        (await EndAsync(g =>
        {
            failed = g.TaskId;
            return End(g, FinishKind.Fail) with { Error = "boom", ErrorDetail = new string('s', 20_000) };
        })).ShouldBe(TaskState.Created);
        (await Client.ListAssignmentsAsync(failed, Ct))[0].ErrorDetail!.Length.ShouldBe(Limits.ErrorDetailLengthMax);
        (await EndAsync(g => End(g, FinishKind.Fail) with { Retry = false })).ShouldBe(TaskState.Failed);
        (await EndAsync(g => End(g, FinishKind.Snooze) with { Delay = TimeSpan.FromHours(1) }))
            .ShouldBe(TaskState.Created);
        (await EndAsync(g => End(g, FinishKind.Release))).ShouldBe(TaskState.Created);
        (await EndAsync(g => End(g, FinishKind.Cancel) with { Error = "pointless" })).ShouldBe(TaskState.Cancelled);
    }

    [Fact]
    public async Task Stale_epoch_is_refused_and_a_repetition_under_its_key_is_not()
    {
        await RegisterAsync("agent-a");
        await SubmitAsync(Of("a"));
        var grant = (await ClaimAsync("agent-a")).ShouldHaveSingleItem();
        var until = await Client.RenewAsync(new Renewal(grant.TaskId, grant.Epoch, TimeSpan.FromSeconds(60), 0.5), Ct);
        until.ShouldBeGreaterThan(grant.LeaseUntil);
        (await Client.GetTaskAsync(grant.TaskId, Ct)).Progress.ShouldBe(0.5);

        await ShouldFailAsync(
            ErrorCode.StaleClaim, () => Client.RenewAsync(new Renewal(grant.TaskId, 9, TimeSpan.FromSeconds(9)), Ct));
        await ShouldFailAsync(ErrorCode.StaleClaim, () => Client.FinishAsync(Complete(grant) with { Epoch = 9 }, Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.FinishAsync(Complete(grant) with { TaskId = 999 }, Ct));

        var finish = Complete(grant) with { Key = "once", Result = JsonText.Parse("42") };
        (await Client.FinishAsync(finish, Ct)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await Client.FinishAsync(finish, Ct)).Status.ShouldBe(ClaimWriteStatus.Replayed);
        await ShouldFailAsync(ErrorCode.StaleClaim, () => Client.FinishAsync(finish with { Key = "twice" }, Ct));
        (await Client.GetTaskAsync(grant.TaskId, Ct)).Result.ToString().ShouldBe("42");
        var assignment = (await Client.ListAssignmentsAsync(grant.TaskId, Ct)).ShouldHaveSingleItem();
        assignment.Status.ShouldBe(AssignmentStatus.Submitted);
        assignment.Agent.ShouldBe("agent-a");
    }

    [Fact]
    public async Task Repeated_claim_under_its_key_yields_the_same_grant()
    {
        await RegisterAsync("agent-a", 5);
        await Client.SubmitAsync([Of("a"), Of("a")], Ct);
        var request = new ClaimRequest { Agent = "agent-a", Key = "lost-answer" };
        var first = (await Client.ClaimAsync(request, ct: Ct)).ShouldHaveSingleItem();
        var second = (await Client.ClaimAsync(request, ct: Ct)).ShouldHaveSingleItem();
        (second.TaskId, second.Epoch).ShouldBe((first.TaskId, first.Epoch));
    }

    [Fact]
    public async Task History_tells_a_task_s_life_in_order()
    {
        await RegisterAsync("agent-a");
        var id = await SubmitAsync(Of("a") with { CorrelationId = "c-1" });
        await Client.FinishAsync(End((await ClaimAsync("agent-a"))[0], FinishKind.Release), Ct);
        await Client.FinishAsync(Complete((await ClaimAsync("agent-a"))[0]), Ct);
        var history = await Client.HistoryAsync(id, Ct);
        history.Select(e => e.Type).ShouldBe(
        [
            EventTypes.TaskCreated, EventTypes.TaskClaimed, EventTypes.TaskReleased, EventTypes.TaskClaimed,
            EventTypes.TaskCompleted,
        ]);
        history.ShouldAllBe(e => e.CorrelationId == "c-1" && e.TaskId == id);
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.HistoryAsync(999, Ct));
    }

    [Fact]
    public async Task Events_are_read_by_page_and_followed_from_a_position()
    {
        await SubmitAsync(Of("a"));
        var start = (await Client.ReadEventsAsync(0, 10, Ct)).ShouldHaveSingleItem().Position;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var followed = new List<EventRecord>();
        var follower = FollowAsync(start, followed, 3, enough.Token);
        await RegisterAsync("agent-a");
        await Client.SubmitAsync([Of("a"), Of("a")], Ct);
        await follower.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        followed.Select(e => e.Type).ShouldBe(
            [EventTypes.AgentRegistered, EventTypes.TaskCreated, EventTypes.TaskCreated]);
        followed.Select(e => e.TaskId).ShouldBe([null, 2L, 3L]);

        // A page may end in the middle of what one transaction recorded.
        var page = await Client.ReadEventsAsync(start, 2, Ct);
        page.Count.ShouldBe(2);
        (await Client.ReadEventsAsync(page[1].Position, 10, Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(3);
    }

    private async Task FollowAsync(long after, List<EventRecord> into, int count, CancellationToken ct)
    {
        await foreach (var happened in Client.FollowEventsAsync(after, ct))
        {
            into.Add(happened);
            if (into.Count == count)
            {
                return;
            }
        }
    }

    private async Task<IReadOnlyList<string>> NamesAsync(AgentQuery query) =>
        [.. (await Client.ListAgentsAsync(query, Ct)).Items.Select(a => a.Name)];

    private async Task<long> SubmitAsync(NewTask task) => (await Client.SubmitAsync([task], Ct))[0].Id;

    private Task<IReadOnlyList<Grant>> ClaimAsync(string agent) =>
        Client.ClaimAsync(new ClaimRequest { Agent = agent }, ct: Ct);

    private static Task UntilAsync(Func<Task<bool>> condition) =>
        Patience.UntilAsync(condition, TimeSpan.FromSeconds(15), Ct);

    private static NewTask Of(string kind) => new() { Kind = kind };

    private static Finish Complete(Grant grant) => End(grant, FinishKind.Complete);

    private static Finish End(Grant grant, FinishKind kind) =>
        new() { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = kind };

    private static DateTimeOffset Later(int seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + seconds);
}

/// <summary>The façade in process.</summary>
public sealed class LocalClientConformance : ClientConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpClientConformance : ClientConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
