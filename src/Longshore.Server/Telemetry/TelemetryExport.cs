using Longshore.Engine;
using Longshore.Telemetry;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Longshore.Server.Telemetry;

/// <summary>
/// Exports what the node measures and traces, from before it starts until after it stopped: the last minute counts,
/// too.
/// </summary>
/// <param name="options">Where to, and what else.</param>
/// <param name="instance">This one among the service's instances: the node's or the agent's name.</param>
internal sealed class TelemetryExport(LongshoreTelemetryOptions options, string instance) : IHostedService, IDisposable
{
    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var target = OtlpTarget.Of(options, Environment.GetEnvironmentVariable);
        if (target is not null || options.Metrics is not null)
        {
            _metrics = Metrics(target).Build();
        }

        if (target is not null || options.Traces is not null)
        {
            _traces = Traces(target).Build();
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends what is left, for a few seconds at most.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Dispose, CancellationToken.None);

    public void Dispose()
    {
        Interlocked.Exchange(ref _traces, null)?.Dispose();
        Interlocked.Exchange(ref _metrics, null)?.Dispose();
    }

    private MeterProviderBuilder Metrics(OtlpTarget? target)
    {
        var builder = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Service()).AddMeter(EngineMetrics.MeterName);
        options.Metrics?.Invoke(builder);
        return target is null ? builder : builder.AddOtlpExporter((exporter, reader) =>
        {
            target.Apply(exporter, "metrics");
            if (options.MetricsInterval is { } interval)
            {
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds =
                    (int)interval.TotalMilliseconds;
            }
        });
    }

    private TracerProviderBuilder Traces(OtlpTarget? target)
    {
        var builder = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Service()).AddSource(Spans.SourceName);
        options.Traces?.Invoke(builder);
        return target is null ? builder : builder.AddOtlpExporter(exporter => target.Apply(exporter, "traces"));
    }

    // What the environment says comes last and wins.
    private ResourceBuilder Service() => ResourceBuilder.CreateEmpty()
        .AddService(
            options.ServiceName,
            serviceVersion: typeof(LongshoreEngine).Assembly.GetName().Version?.ToString(3),
            autoGenerateServiceInstanceId: false,
            serviceInstanceId: instance)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
