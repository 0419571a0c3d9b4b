using Longshore.Agents;
using Longshore.Client;
using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Pauses and limits: what every implementation of the façade must answer alike.</summary>
public abstract class LimitConformance : FacadeConformance
{
    protected override async Task PrepareAsync()
    {
        await Client.RegisterAsync(new AgentRegistration { Name = "ann", MaxConcurrent = 100 }, Ct);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("scan")]
    public async Task Pause_stops_new_work_says_so_and_resume_wakes_who_waits(string? kind)
    {
        var rules = await Client.PauseAsync("default", kind, Ct);
        var since = rules.PausedSince("scan").ShouldNotBeNull();
        (await Client.PauseAsync("default", kind, Ct)).Version.ShouldBe(rules.Version, "it is paused already");
        var id = await SubmitAsync("scan");
        (await ClaimAsync()).ShouldBeEmpty();

        var why = await Client.ExplainTaskAsync(id, Ct);
        why.Reason.ShouldBe(StateReason.Paused);
        why.Sentence.ShouldStartWith(
            kind is null ? "namespace 'default' is paused" : "kind 'scan' of namespace 'default'");
        why.Sentence.ShouldContain($"since {since:u}");
        why.Suggestions.ShouldHaveSingleItem().ShouldContain("longshore resume default");
        why.ClaimableBy.ShouldBeEmpty();
        (await Client.ExplainAgentAsync("ann", Ct)).Reasons.Single().Obstacle.ShouldBe(Obstacle.Paused);
        var error = await Should.ThrowAsync<LongshoreException>(() => Client.AssignAsync(id, "ann", "op", ct: Ct));
        (error.Code, error.Message).ShouldBe(
            (ErrorCode.AgentUnavailable,
                $"agent 'ann' cannot be given task {id}: the kind or the namespace is paused"));

        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct);
        (await Client.ResumeAsync("default", kind, Ct)).PausedSince("scan").ShouldBeNull();
        (await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        var version = (await Client.GetRulesAsync("default", Ct)).Version;
        (await Client.ResumeAsync("default", kind, Ct)).Version.ShouldBe(version, "it is not paused");
        (await Client.GetRulesAsync("default", Ct)).Kinds.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pauses_of_kinds_and_namespace_are_kept_apart_and_bad_words_refused()
    {
        await Client.PauseAsync("default", "scan", Ct);
        await Client.PauseAsync("default", null, Ct);
        var rules = await Client.ResumeAsync("default", null, Ct);
        (rules.PausedAt, rules.PausedSince("scan") is null, rules.PausedSince("build")).ShouldBe((null, false, null));
        await SubmitAsync("scan");
        var id = await SubmitAsync("build");
        (await ClaimAsync()).ShouldBe([id]);
        var error = await Should.ThrowAsync<LongshoreException>(() => Client.PauseAsync("default", "", Ct));
        (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, "kind"));
        error = await Should.ThrowAsync<LongshoreException>(() => Client.SetRulesAsync(
            "default",
            new NamespaceRules
            {
                Steps = new Dictionary<string, StepRules> { ["s"] = new() { PausedAt = DateTimeOffset.UnixEpoch } },
            },
            ct: Ct));
        error.Field.ShouldBe("steps.s.paused_at");
    }

    [Fact]
    public async Task Full_limit_is_explained_shown_and_room_wakes_who_waits()
    {
        await SetAsync(new LimitRules { InProgress = 1 });
        var first = await SubmitAsync("scan");
        var held = (await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct)).ShouldHaveSingleItem();
        held.TaskId.ShouldBe(first);
        var id = await SubmitAsync("scan");
        (await ClaimAsync()).ShouldBeEmpty();
        var limit = (await Client.ListLimitsAsync("default", Ct)).ShouldHaveSingleItem();
        (limit.Kind, limit.InProgress, limit.Limit.InProgress).ShouldBe(("scan", 1, 1));
        var why = await Client.ExplainTaskAsync(id, Ct);
        (why.Reason, why.Sentence).ShouldBe(
            (StateReason.AtLimit, "the limit of kind 'scan' of namespace 'default' is reached: 1 of 1 in progress"));
        (await Client.ExplainAgentAsync("ann", Ct)).Reasons.Single().Obstacle.ShouldBe(Obstacle.AtLimit);
        var error = await Should.ThrowAsync<LongshoreException>(() => Client.AssignAsync(id, "ann", "op", ct: Ct));
        error.Message.ShouldContain("1 of 1 in progress");

        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct);
        await UntilWaitingAsync();
        await Client.FinishAsync(Done(held), Ct);
        held = (await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct)).ShouldHaveSingleItem();
        held.TaskId.ShouldBe(id);

        await SubmitAsync("scan");
        waiting = Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct);
        await UntilWaitingAsync();
        await Client.CancelAsync(held.TaskId, null, Ct);
        await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct);
        await SubmitAsync("scan");
        waiting = Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct);
        await UntilWaitingAsync();
        await SetAsync(new LimitRules { InProgress = 2 });
        (await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct)).Count.ShouldBe(1, "a higher limit wakes at once");
    }

    [Fact]
    public async Task Full_key_is_explained_shown_and_its_room_wakes_who_waits()
    {
        await SetAsync(new LimitRules { PerKey = new LimitRules { InProgress = 1 } });
        await SubmitAsync("scan", "red");
        var held = (await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct)).ShouldHaveSingleItem();
        held.Task.Spec.LimitKey.ShouldBe("red");
        var id = await SubmitAsync("scan", "red");
        (await ClaimAsync()).ShouldBeEmpty();
        var status = (await Client.ListLimitsAsync("default", Ct)).Single(limit => limit.Key is not null);
        (status.Kind, status.Key, status.InProgress, status.Limit.InProgress).ShouldBe(("scan", "red", 1, 1));
        var why = await Client.ExplainTaskAsync(id, Ct);
        (why.Reason, why.Sentence).ShouldBe((
            StateReason.AtLimit,
            "the limit of key 'red' in kind 'scan' of namespace 'default' is reached: 1 of 1 in progress"));

        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct);
        await UntilWaitingAsync();
        await Client.FinishAsync(Done(held), Ct);
        held = (await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct)).ShouldHaveSingleItem();
        held.TaskId.ShouldBe(id);

        await SubmitAsync("scan", "red");
        waiting = Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct);
        await UntilWaitingAsync();
        await Client.CancelAsync(held.TaskId, null, Ct);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_token_that_arrives_wakes_who_waits()
    {
        await Client.RegisterAsync(new AgentRegistration { Name = "bob" }, Ct);
        await SetAsync(
            new LimitRules { Rate = new RateRule { Tasks = 1, Per = TimeSpan.FromSeconds(0.3), Burst = 1 } });
        var ids = new[] { await SubmitAsync("scan"), await SubmitAsync("scan"), await SubmitAsync("scan") };
        (await ClaimAsync()).ShouldBe([ids[0]]);
        var why = await Client.ExplainTaskAsync(ids[1], Ct);
        why.Reason.ShouldBe(StateReason.AtLimit);
        why.Sentence.ShouldStartWith("the rate of kind 'scan' of namespace 'default' is used up: next token in 0.");
        var both = await Task.WhenAll(
            Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, TimeSpan.FromSeconds(60), Ct),
            Client.ClaimAsync(new ClaimRequest { Agent = "bob" }, TimeSpan.FromSeconds(60), Ct))
            .WaitAsync(TimeSpan.FromSeconds(10), Ct);
        both.SelectMany(grants => grants).Select(grant => grant.TaskId).Order().ShouldBe(ids[1..]);
    }

    [Fact]
    public async Task Limits_come_back_as_set_and_bad_ones_are_refused_with_their_field()
    {
        var limit = new LimitRules
        {
            InProgress = 7,
            Rate = new RateRule { Tasks = 3, Per = TimeSpan.FromSeconds(2.5), Burst = 9 },
            PerKey = new LimitRules { InProgress = 2 },
        };
        await Client.SetRulesAsync("default", new NamespaceRules { Limit = limit }, ct: Ct);
        (await Client.GetRulesAsync("default", Ct)).Limit.ShouldBe(limit);
        (await Client.ListLimitsAsync("default", Ct)).ShouldHaveSingleItem().Limit.ShouldBe(limit);
        var rate = limit.Rate!;
        foreach (var (bad, field) in ((LimitRules, string)[])
            [
                (new LimitRules(), "limit"), (new LimitRules { InProgress = 0 }, "limit.in_progress"),
                (limit with { Rate = rate with { Tasks = 0 } }, "limit.rate.tasks"),
                (limit with { Rate = rate with { Per = TimeSpan.Zero } }, "limit.rate.per_seconds"),
                (limit with { Rate = rate with { Burst = 0 } }, "limit.rate.burst"),
                (limit with { PerKey = new LimitRules() }, "limit.per_key"),
                (limit with { PerKey = limit }, "limit.per_key.per_key"),
            ])
        {
            var error = await Should.ThrowAsync<LongshoreException>(
                () => Client.SetRulesAsync("default", new NamespaceRules { Limit = bad }, ct: Ct));
            (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, field));
        }

        (await Client.GetRulesAsync("default", Ct)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Agent_of_several_namespaces_takes_by_share_and_an_explanation_says_so()
    {
        await Client.SetRulesAsync("blue", new NamespaceRules { Share = 2 }, ct: Ct);
        await Client.SetRulesAsync("green", new NamespaceRules { Share = 1 }, ct: Ct);
        await Client.RegisterAsync(
            new AgentRegistration { Name = "bob", MaxConcurrent = 9, Namespaces = ["blue", "green"] }, Ct);
        await Client.SubmitAsync(
            [.. Enumerable.Range(0, 18).Select(i => new NewTask { Kind = "k", Namespace = i < 9 ? "green" : "blue" })],
            Ct);
        var grants = await Client.ClaimAsync(new ClaimRequest { Agent = "bob", Max = 9 }, default, Ct);
        string.Concat(grants.Select(g => g.Task.Spec.Namespace[0])).ShouldBe("bgbbgbbgb");
        (await Client.ExplainTaskAsync(9, Ct)).Sentence.ShouldEndWith("the share of this one is 1");
        (await Client.GetRulesAsync("blue", Ct)).Share.ShouldBe(2);
        foreach (var bad in new[] { 0, -1, 1001 })
        {
            var error = await Should.ThrowAsync<LongshoreException>(
                () => Client.SetRulesAsync("blue", new NamespaceRules { Share = bad }, ct: Ct));
            (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, "share"));
        }

        (await Client.GetRulesAsync("blue", Ct)).Version.ShouldBe(1);
    }

    private static Finish Done(Grant grant) =>
        new() { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete };

    [Fact]
    public async Task Test_of_a_webhook_is_a_delivery_and_needs_the_webhook()
    {
        var hook = new Webhook { Name = "o p/s", Url = "http://127.0.0.1:1/", Secret = "a-secret-of-sixteen" };
        await Client.SetRulesAsync(
            "default", new NamespaceRules { Alerts = new AlertRules { Webhooks = [hook] } }, ct: Ct);
        var delivery = await Client.GetTaskAsync(await Client.TestWebhookAsync("default", "o p/s", Ct), Ct);
        (delivery.Spec.Namespace, delivery.Spec.Kind, delivery.Spec.MaxAttempts)
            .ShouldBe(("longshore", "longshore.webhook", 1));
        (await ShouldFailAsync(ErrorCode.NotFound, () => Client.TestWebhookAsync("default", "ops", Ct)))
            .Field.ShouldBe("webhook");
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.TestWebhookAsync("other", "o p/s", Ct));
        await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.TestWebhookAsync("default", " ", Ct));
    }

    private Task<NamespaceRules> SetAsync(LimitRules limit) => Client.SetRulesAsync(
        "default",
        new NamespaceRules { Kinds = new Dictionary<string, StepRules> { ["scan"] = new() { Limit = limit } } },
        ct: Ct);

    private async Task UntilWaitingAsync()
    {
        while ((await Client.GetAgentAsync("ann", Ct)).WaitingSince is null)
        {
            await Task.Yield();
        }
    }

    private async Task<long> SubmitAsync(string kind, string? key = null) =>
        (await Client.SubmitAsync([new NewTask { Kind = kind, LimitKey = key }], Ct))[0].Id;

    private async Task<IReadOnlyList<long>> ClaimAsync()
    {
        var grants = await Client.ClaimAsync(new ClaimRequest { Agent = "ann", Max = 100 }, default, Ct);
        return [.. grants.Select(g => g.TaskId)];
    }
}

/// <summary>The façade in process.</summary>
public sealed class LocalLimitConformance : LimitConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpLimitConformance : LimitConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
