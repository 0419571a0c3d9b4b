using OpenTelemetry.Exporter;

namespace Longshore.Server.Telemetry;

/// <summary>How a collector is spoken to.</summary>
/// <param name="Endpoint">Given by the program; null when the environment gives it.</param>
/// <param name="Protocol">Null when the environment says it.</param>
internal sealed record OtlpTarget(Uri? Endpoint, OtlpExportProtocol? Protocol)
{
    private const int GrpcPort = 4317;
    private const string Variable = "OTEL_EXPORTER_OTLP_";

    /// <summary>The target that options and environment ask for; null when there is none.</summary>
    /// <exception cref="LongshoreException">invalid_input: not an address.</exception>
    public static OtlpTarget? Of(LongshoreTelemetryOptions options, Func<string, string?> environment)
    {
        var given = environment(Variable + "ENDPOINT") ?? environment(Variable + "METRICS_ENDPOINT")
            ?? environment(Variable + "TRACES_ENDPOINT");
        var endpoint = options.Endpoint
            ?? (string.IsNullOrEmpty(given) ? null : Uri.TryCreate(given, UriKind.Absolute, out var uri) ? uri
                : throw LongshoreException.Invalid(Variable + "ENDPOINT", $"'{given}' is no address"));
        if (endpoint is null)
        {
            return null;
        }

        if (endpoint.Scheme is not ("http" or "https"))
        {
            throw LongshoreException.Invalid("otlp", $"'{endpoint}' is no address such as http://127.0.0.1:4318");
        }

        OtlpExportProtocol? protocol = environment(Variable + "PROTOCOL") is { Length: > 0 } ? null
            : endpoint.Port == GrpcPort ? OtlpExportProtocol.Grpc
            : OtlpExportProtocol.HttpProtobuf;
        return new OtlpTarget(options.Endpoint, protocol);
    }

    /// <summary>Sets an exporter up for one signal, <c>metrics</c> or <c>traces</c>.</summary>
    public void Apply(OtlpExporterOptions exporter, string signal)
    {
        exporter.Protocol = Protocol ?? exporter.Protocol;
        if (Endpoint is not null)
        {
            exporter.Endpoint = exporter.Protocol == OtlpExportProtocol.HttpProtobuf
                ? new Uri($"{Endpoint.ToString().TrimEnd('/')}/v1/{signal}")
                : Endpoint;
        }
    }
}
