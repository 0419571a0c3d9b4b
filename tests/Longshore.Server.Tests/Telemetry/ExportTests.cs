using Longshore.Client;
using Longshore.Server.Telemetry;
using Longshore.Server.Tests.Cli;
using Longshore.Server.Tests.Crash;
using Longshore.Tasks;
using OpenTelemetry.Exporter;

namespace Longshore.Server.Tests.Telemetry;

/// <summary>Metrics and traces reach a collector.</summary>
public sealed class ExportTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_served_node_exports_to_the_collector_of_the_environment()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var server = new ServerProcess();
        server.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.ToString();
        server.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "200";
        server.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        server.Environment["OTEL_SERVICE_NAME"] = "docks";
        await server.StartAsync(Ct);
        await SubmitAsync(server);
        await Patience.UntilAsync(() => Task.FromResult(HasBoth(collector, "docks")), Limit, Ct);
    }

    [Fact]
    public async Task What_was_measured_and_traced_arrives_at_the_latest_when_the_server_stops()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var server = new ServerProcess("--otlp", collector.Address.ToString());
        await server.StartAsync(Ct);
        await SubmitAsync(server);
        await server.StopAsync();
        HasBoth(collector, "longshore").ShouldBeTrue();
    }

    [Fact]
    public async Task An_agent_of_the_command_line_traces_its_runs_and_tells_its_programs()
    {
        const string Submitted = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await using var collector = await OtlpReceiver.StartAsync();
        await using var server = new ServerProcess();
        await server.StartAsync(Ct);
        using var http = new HttpClient { BaseAddress = server.Address };
        var client = new HttpLongshoreClient(http);
        var traced = new Dictionary<string, string> { ["traceparent"] = Submitted };
        await client.SubmitAsync([new NewTask { Kind = "a", Metadata = traced }], Ct);
        (await CliRun.OfAsync(
            server.Address, "work", "--name", "painter", "--exit-when-idle", "--otlp", collector.Address.ToString(),
            "--", "sh", "-c", "echo $TRACEPARENT")).Succeeded();
        collector.Has("/v1/traces", "longshore.run", "painter", "longshore-work", "complete").ShouldBeTrue();
        var told = (await client.GetTaskAsync(1, Ct)).Result.ToString().Trim('"');
        System.Diagnostics.ActivityContext.TryParse(told, null, out var run).ShouldBeTrue(told);
        run.TraceId.ToString().ShouldNotBe(Submitted[3..35], "a run is a trace of its own");
    }

    [Theory]
    [InlineData("http://c:4318", null, null, "http://c:4318/v1/metrics", OtlpExportProtocol.HttpProtobuf)]
    [InlineData("http://c:4318/sub/", null, null, "http://c:4318/sub/v1/metrics", OtlpExportProtocol.HttpProtobuf)]
    [InlineData("http://c:4317", null, null, "http://c:4317/", OtlpExportProtocol.Grpc)]
    public void The_port_tells_the_protocol(
        string option, string? endpoint, string? protocol, string expected, OtlpExportProtocol spoken)
    {
        var target = OtlpTarget.Of(
            new LongshoreTelemetryOptions { Endpoint = new Uri(option) },
            name => name.EndsWith("PROTOCOL", StringComparison.Ordinal) ? protocol : endpoint).ShouldNotBeNull();
        var exporter = new OtlpExporterOptions();
        target.Apply(exporter, "metrics");
        (exporter.Endpoint.ToString(), exporter.Protocol).ShouldBe((expected, spoken));
    }

    [Fact]
    public void An_endpoint_that_is_no_address_is_refused() => Should.Throw<LongshoreException>(() =>
        OtlpTarget.Of(new LongshoreTelemetryOptions(), name => "somewhere")).Code.ShouldBe(ErrorCode.InvalidInput);

    private static async Task SubmitAsync(ServerProcess server)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        await new HttpLongshoreClient(http).SubmitAsync([new NewTask { Kind = "resize-cats" }], Ct);
    }

    private static bool HasBoth(OtlpReceiver collector, string service) =>
        collector.Has("/v1/metrics", "longshore.tasks.inserted", "service.name", service)
        && collector.Has("/v1/traces", "longshore.enqueue", "resize-cats", service);
}
