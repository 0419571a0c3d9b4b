using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Longshore.Client;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Http;

/// <summary>The caller's trace goes with the task, whether the server traces or not.</summary>
public sealed class TraceTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = $"00-{Trace}-b7ad6b7169203331-01";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/v1/tasks", """{"kind":"a"}""")]
    [InlineData("api/v1/tasks/batch", """{"tasks":[{"kind":"a"}]}""")]
    public async Task The_header_of_the_caller_is_stored_with_the_task(string path, string body)
    {
        await using var server = await TestServer.StartAsync();
        await PostAsync(server, path, body, Parent);
        var metadata = (await server.Local.GetTaskAsync(1, Ct)).Spec.Metadata;
        (metadata["traceparent"], metadata["tracestate"]).ShouldBe((Parent, "vendor=1"));
    }

    [Fact]
    public async Task An_invalid_header_is_ignored()
    {
        await using var server = await TestServer.StartAsync();
        await PostAsync(server, "api/v1/tasks", """{"kind":"a"}""", "00-nonsense");
        (await server.Local.GetTaskAsync(1, Ct)).Spec.Metadata.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_traces_makes_the_submission_a_child_of_the_caller()
    {
        Activity? submission = null;
        var trace = ActivityTraceId.CreateRandom().ToString();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Longshore",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId.ToString() == trace
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
            ActivityStopped = span => submission = span,
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await TestServer.StartAsync();
        await PostAsync(server, "api/v1/tasks", """{"kind":"a"}""", Parent.Replace(Trace, trace));
        submission.ShouldNotBeNull().ParentSpanId.ToString().ShouldBe("b7ad6b7169203331");
        (await server.Local.GetTaskAsync(1, Ct)).Spec.Metadata["traceparent"].ShouldBe(submission.Id);
    }

    [Fact]
    public async Task The_client_over_http_passes_the_trace_of_its_caller_on()
    {
        await using var server = await TestServer.StartAsync();
        using var caller = new Activity("a caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        await new HttpLongshoreClient(server.Http).SubmitAsync([new NewTask { Kind = "a" }], Ct);
        var carried = (await server.Local.GetTaskAsync(1, Ct)).Spec.Metadata["traceparent"];
        carried.ShouldContain(caller.TraceId.ToString());
    }

    private static async Task PostAsync(TestServer server, string path, string body, string parent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = JsonContent.Create(JsonNode.Parse(body));
        request.Headers.Add("traceparent", parent);
        request.Headers.Add("tracestate", "vendor=1");
        using var response = await server.Http.SendAsync(request, Ct);
        response.EnsureSuccessStatusCode();
    }
}
