using Longshore.Agents;
using Longshore.Client;
using Longshore.Server.Tests.Cli;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>
/// How attempts went: what every implementation of the façade must answer alike, and the command line.
/// </summary>
public abstract class StatisticsConformance : FacadeConformance
{
    protected override async Task PrepareAsync()
    {
        await Client.RegisterAsync(new AgentRegistration { Name = "agent-a", MaxConcurrent = 10 }, Ct);
        await EndAsync("scan", FinishKind.Complete);
        await EndAsync("scan", FinishKind.Fail);
        await EndAsync("sort", FinishKind.Complete);
    }

    [Fact]
    public async Task Statistics_tell_of_each_kind_how_its_attempts_went()
    {
        var all = await Client.GetStatisticsAsync(new StatisticsQuery(), Ct);
        all.IsComplete.ShouldBeTrue();
        (all.Until - all.Since).ShouldBe(TimeSpan.FromHours(1));
        all.Kinds.Select(k => (k.Namespace, k.Kind, k.Attempts, k.SuccessRate, k.RetryRate)).ShouldBe(
            [("default", "scan", 2, 0.5, 0.5), ("default", "sort", 1, 1, 0)]);
        all.Kinds[0].Run.Max.ShouldBeGreaterThanOrEqualTo(all.Kinds[0].Run.P50);
        all.Kinds[0].Wait.ShouldNotBeNull();
        (await Client.GetStatisticsAsync(new StatisticsQuery { Kind = "sort" }, Ct)).Kinds.Count.ShouldBe(1);
        (await Client.GetStatisticsAsync(new StatisticsQuery { Namespace = "else" }, Ct)).Kinds.ShouldBeEmpty();
        var error = await Should.ThrowAsync<LongshoreException>(
            () => Client.GetStatisticsAsync(new StatisticsQuery { Window = TimeSpan.Zero }, Ct));
        (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, "window_seconds"));
    }

    [Fact]
    public async Task Command_shows_them()
    {
        var shown = (await CliRun.OfAsync(Server.Http.BaseAddress!, "stats", "--window", "1d")).Succeeded();
        shown.Output.ShouldContain("scan");
        shown.Output.ShouldContain("50 %");
        var json = (await CliRun.OfAsync(Server.Http.BaseAddress!, "stats", "--kind", "sort", "--json")).Succeeded();
        ((int)json.Json["kinds"]![0]!["attempts"]!).ShouldBe(1);
    }

    private async Task EndAsync(string kind, FinishKind how)
    {
        await Client.SubmitAsync([new NewTask { Kind = kind }], Ct);
        var request = new ClaimRequest { Agent = "agent-a", Kinds = [kind] };
        var grant = (await Client.ClaimAsync(request, ct: Ct)).ShouldHaveSingleItem();
        await Client.FinishAsync(new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = how }, Ct);
    }
}

/// <summary>The façade in process.</summary>
public sealed class LocalStatisticsConformance : StatisticsConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpStatisticsConformance : StatisticsConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
