using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>How well agents work: what every implementation of the façade must do alike.</summary>
public abstract class ReputationConformance : IAsyncLifetime
{
    private TestServer _server = null!;

    private protected ILongshoreClient Client { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        Client = ClientOf(_server);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Record_is_shown_in_all_and_by_capability()
    {
        await RegisterAsync("ann");
        (await Client.GetAgentAsync("ann", Ct)).Record.Overall.Trials.ShouldBe(0);
        await DoAsync("ann", "sql");
        await DoAsync("ann", "sql", "rust");
        await DoAsync("ann");

        var record = (await Client.ListAgentsAsync(new AgentQuery(), Ct)).Items.ShouldHaveSingleItem().Record;
        record.ShouldBe((await Client.GetAgentAsync("ann", Ct)).Record);
        (record.Overall.Good, record.Overall.Bad).ShouldBe((3, 0));
        record.Capabilities.ToDictionary(c => c.Key, c => c.Value.Trials)
            .ShouldBe(new Dictionary<string, double> { ["rust"] = 1, ["sql"] = 2 }, ignoreOrder: true);
        record.ScoreFor([new Requirement("sql"), new Requirement("rust")]).ShouldBe(record.ScoreIn("rust"));
    }

    /// <summary>The explanation tells the number that the strategy compared: that of the required capability.</summary>
    [Fact]
    public async Task Explanation_tells_how_well_a_candidate_does_what_the_task_requires()
    {
        await Client.SetRulesAsync(
            "default", NamespaceRules.Default with { Strategy = RoutingStrategy.BestMatch }, null, Ct);
        await RegisterAsync("ann");
        await RegisterAsync("ben");
        await DoAsync("ann", "sql");
        await DoAsync("ben", "rust");
        var id = await SubmitAsync("sql");
        var candidates = (await Client.ExplainAssignmentAsync(id, Ct)).Candidates;
        candidates.Select(c => c.Agent).ShouldBe(["ann", "ben"]);
        var (ann, ben) = (await Client.GetAgentAsync("ann", Ct), await Client.GetAgentAsync("ben", Ct));
        candidates[0].Performance.ShouldBe(ann.Record.ScoreIn("sql"), 1e-5);
        candidates[1].Performance.ShouldBe(ben.Record.ScoreIn("sql"), 1e-5);
    }

    private protected abstract ILongshoreClient ClientOf(TestServer server);

    private Task<Agent> RegisterAsync(string name, string? principal = null) => Client.RegisterAsync(
        new AgentRegistration
        {
            Name = name,
            Principal = principal,
            MaxConcurrent = 5,
            Capabilities = [new Capability("sql"), new Capability("rust")],
        },
        Ct);

    private async Task<long> SubmitAsync(params string[] requires)
    {
        var task = new NewTask { Kind = "work", Requires = [.. requires.Select(r => Requirement.Parse(r))] };
        return (await Client.SubmitAsync([task], Ct))[0].Id;
    }

    /// <summary>Has an agent do a new task; answers its id.</summary>
    private async Task<long> DoAsync(string agent, params string[] requires)
    {
        var id = await SubmitAsync(requires);
        var grant = (await Client.ClaimAsync(new ClaimRequest { Agent = agent, TaskIds = [id] }, ct: Ct))[0];
        await Client.FinishAsync(new Finish { TaskId = id, Epoch = grant.Epoch, Kind = FinishKind.Complete }, Ct);
        return id;
    }
}

/// <summary>The façade in process.</summary>
public sealed class LocalReputationConformance : ReputationConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpReputationConformance : ReputationConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
