using Longshore.Server.Alerts;
using Longshore.Server.Http;
using Longshore.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Server;

/// <summary>Puts Longshore's HTTP API into an ASP.NET Core application.</summary>
public static class LongshoreServerExtensions
{
    /// <summary>
    /// Adds what <see cref="MapLongshore"/> needs. The engine itself comes from <c>AddLongshore()</c>.
    /// </summary>
    public static IServiceCollection AddLongshoreServer(this IServiceCollection services)
    {
        services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Longshore", Version = "v1", Description = "A task queue." };
            document.Servers?.Clear();
            return Task.CompletedTask;
        }));
        services.AddSingleton<StopSignal>();
        services.AddOptions<WebhookOptions>();
        services.AddHostedService<WebhookCourier>();
        services.AddSingleton<PrometheusCollector>();
        services.AddHostedService(provider => provider.GetRequiredService<PrometheusCollector>());
        return services;
    }

    /// <summary>
    /// Maps the API, <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c> and the OpenAPI document
    /// <c>/openapi/v1.json</c>. There is no authentication: bind to a loopback address, or put the routes behind your
    /// own (<c>RequireAuthorization</c> works on the answer).
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="prefix">Where the API stands.</param>
    public static RouteGroupBuilder MapLongshore(this WebApplication app, string prefix = "/api/v1")
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<Problems>();
        app.MapOpenApi("/openapi/{documentName}.json");
        HealthApi.Map(app);
        MetricsApi.Map(app);
        var api = app.MapGroup(prefix);
        TasksApi.Map(api);
        BulkApi.Map(api);
        AgentsApi.Map(api);
        WorkApi.Map(api);
        EventsApi.Map(api);
        HealthApi.MapDoctor(api);
        NodesApi.Map(api);
        AssignmentsApi.Map(api);
        OffersApi.Map(api);
        ReviewsApi.Map(api);
        HandoffsApi.Map(api);
        HelpApi.Map(api);
        RulesApi.Map(api);
        SchedulesApi.Map(api);
        WorkflowsApi.Map(api);
        BatchesApi.Map(api);
        ExplainApi.Map(api);
        StatisticsApi.Map(api);
        PlansApi.Map(api);
        return api;
    }
}
