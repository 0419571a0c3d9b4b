using Longshore.Agents;
using Longshore.Client;
using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Pauses and limits: what every implementation of the façade must answer alike.</summary>
public abstract class LimitConformance : IAsyncLifetime
{
    private TestServer _server = null!;

    private protected ILongshoreClient Client { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        Client = ClientOf(_server);
        await Client.RegisterAsync(new AgentRegistration { Name = "ann", MaxConcurrent = 100 }, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _server.DisposeAsync();
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

    private protected abstract ILongshoreClient ClientOf(TestServer server);

    private async Task<long> SubmitAsync(string kind) =>
        (await Client.SubmitAsync([new NewTask { Kind = kind }], Ct))[0].Id;

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
