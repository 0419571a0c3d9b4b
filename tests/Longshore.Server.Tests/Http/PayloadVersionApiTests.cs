using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Longshore.Client;
using Longshore.Hosting;
using Longshore.Server.Tests.Cli;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Http;

/// <summary>Submitters elsewhere, older and newer than the handlers.</summary>
public sealed class PayloadVersionApiTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _server = await TestServer.StartAsync(
            longshore => longshore.AddAgent("desk-1", agent => agent.Handle<Greet>()));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Payloads_of_former_versions_and_of_the_present_one_are_done()
    {
        var old = await PostAsync("""{"kind":"greet","payload":{"who":"Ada"}}""");
        (await DoneAsync(old)).Result.ToString().ShouldBe("\"Hello Ada\"");
        (await DoneAsync(await PostAsync(
            """{"kind":"greet","payload":{"first":"Bob"},"metadata":{"payload_version":"2"}}"""))).Result.ToString()
            .ShouldBe("\"Hello Bob\"");

        var client = new HttpLongshoreClient(_server.Http);
        var sent = await client.EnqueueAsync<Greet, Name>(new Name("Cyd"), ct: Ct);
        var task = await DoneAsync(sent.Id);
        task.Spec.Metadata[PayloadVersion.Key].ShouldBe("2");
        task.Result.ToString().ShouldBe("\"Hello Cyd\"");
    }

    [Fact]
    public async Task A_newer_payload_waits_and_everybody_who_asks_is_told_why()
    {
        var submit = await CliRun.OfAsync(
            _server.Http.BaseAddress!, "submit", "greet", "--code", "new", "--payload", """{"title":"Dr"}""",
            "--payload-version", "3");
        submit.Succeeded();
        await Patience.UntilAsync(
            async () => (await _server.Local.GetTaskAsync(1, Ct)).DeferredUntil is not null,
            TimeSpan.FromSeconds(30), Ct);
        (await _server.Local.GetTaskAsync(1, Ct)).Attempts.ShouldBe(0);
        const string Why = "its payload has version 3; this handler of 'greet' takes up to 2";
        var told = await _server.Http.GetFromJsonAsync<JsonObject>("api/v1/tasks/1/explain", Ct);
        told!["sentence"]!.GetValue<string>().ShouldEndWith(Why);
        (await CliRun.OfAsync(_server.Http.BaseAddress!, "explain", "task", "new")).Succeeded().Output
            .ShouldContain(Why);
    }

    [Fact]
    public async Task A_version_that_is_no_number_is_a_problem_of_its_field()
    {
        var answer = await _server.Http.PostAsJsonAsync(
            "api/v1/tasks", JsonNode.Parse("""{"kind":"greet","metadata":{"payload_version":"new"}}"""), Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await answer.Content.ReadFromJsonAsync<JsonObject>(Ct);
        problem!["field"]!.GetValue<string>().ShouldBe("metadata.payload_version");
    }

    private async Task<long> PostAsync(string task)
    {
        var answer = await _server.Http.PostAsJsonAsync("api/v1/tasks", JsonNode.Parse(task), Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Ct))!["id"]!.GetValue<long>();
    }

    private async Task<WorkTask> DoneAsync(long id)
    {
        await Patience.UntilAsync(
            async () => (await _server.Local.GetTaskAsync(id, Ct)).State == TaskState.Done,
            TimeSpan.FromSeconds(30), Ct);
        return await _server.Local.GetTaskAsync(id, Ct);
    }

    private sealed record Name(string First);

    [TaskKind("greet", Version = 2)]
    private sealed class Greet : TaskHandler<Name>
    {
        public override ValueTask<TaskResult> HandleAsync(Name payload, TaskContext context, CancellationToken ct) =>
            new($"Hello {payload.First}");

        [UpcastFrom(1)]
        public static JsonObject Rename(JsonObject payload) => new() { ["first"] = payload["who"]!.DeepClone() };
    }
}
