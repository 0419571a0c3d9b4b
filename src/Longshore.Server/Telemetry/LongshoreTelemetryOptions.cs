using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Longshore.Server.Telemetry;

/// <summary>Where measurements and traces go, by OpenTelemetry's protocol.</summary>
public sealed record LongshoreTelemetryOptions
{
    /// <summary>
    /// The collector's address, such as <c>http://127.0.0.1:4318</c>. Null takes the standard environment variable
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; without that nothing is exported. Port 4317 is spoken to by gRPC, any other
    /// by HTTP with protobuf (<c>/v1/metrics</c> and <c>/v1/traces</c> are appended), unless
    /// <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> says otherwise.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>
    /// How often metrics are exported; null takes <c>OTEL_METRIC_EXPORT_INTERVAL</c>, or a minute.
    /// </summary>
    public TimeSpan? MetricsInterval { get; set; }

    /// <summary>The service's name in what is exported, unless <c>OTEL_SERVICE_NAME</c> gives another.</summary>
    public string ServiceName { get; set; } = "longshore";

    /// <summary>Adds meters, views or exporters of your own.</summary>
    public Action<MeterProviderBuilder>? Metrics { get; set; }

    /// <summary>Adds sources, samplers or exporters of your own.</summary>
    public Action<TracerProviderBuilder>? Traces { get; set; }
}
