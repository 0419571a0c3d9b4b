using Longshore.Engine;
using Longshore.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Longshore.Server;

/// <summary>Sends what a node measures and traces to an OpenTelemetry collector.</summary>
public static class LongshoreTelemetryExtensions
{
    /// <summary>
    /// Exports the meter and the activity source <c>Longshore</c> by OTLP, when an endpoint is given here or by
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; else it does nothing. A program that has OpenTelemetry set up already adds
    /// the meter and the source <c>Longshore</c> there instead.
    /// </summary>
    /// <param name="services">The services being composed.</param>
    /// <param name="configure">Changes the settings.</param>
    public static IServiceCollection AddLongshoreTelemetry(
        this IServiceCollection services, Action<LongshoreTelemetryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new LongshoreTelemetryOptions();
        configure?.Invoke(options);

        // First of all hosted services: it starts before the node and stops after it.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider =>
            new TelemetryExport(options, (provider.GetService<EngineOptions>() ?? new EngineOptions()).NodeName)));
        return services;
    }
}
