using Longshore.Client;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Storage.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longshore;

/// <summary>Puts a Longshore node into any .NET host.</summary>
public static class LongshoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds a node, its <see cref="ILongshoreClient"/>, and a hosted service that starts and stops it. Choose a store
    /// on the answer: without one the host refuses to start.
    /// </summary>
    /// <param name="services">The services being composed.</param>
    /// <param name="configure">Changes the settings.</param>
    public static LongshoreBuilder AddLongshore(
        this IServiceCollection services, Action<EngineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new EngineOptions();
        configure?.Invoke(options);
        services.TryAddSingleton(options);
        services.TryAddSingleton<IEventBus, InProcessEventBus>();
        services.TryAddSingleton(provider => new LongshoreEngine(
            provider.GetService<IStore>() ?? throw new InvalidOperationException(
                "Longshore has no store. Choose one where it is added: services.AddLongshore().UseStore(...), "
                + "or by the method of a store's package."),
            provider.GetRequiredService<EngineOptions>(),
            provider.GetService<ILoggerFactory>(),
            provider.GetRequiredService<IEventBus>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<LongshoreEngine>().Client);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, EngineService>());
        return new LongshoreBuilder(services);
    }

    /// <summary>Uses the store that <paramref name="open"/> opens; the host disposes of it after the node.</summary>
    public static LongshoreBuilder UseStore(this LongshoreBuilder builder, Func<IServiceProvider, IStore> open)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(open);
        builder.Services.RemoveAll<IStore>();
        builder.Services.AddSingleton(open);
        return builder;
    }

    /// <summary>Keeps tasks in this process's memory: for tests and trials. They are gone with the process.</summary>
    public static LongshoreBuilder UseInMemoryStore(
        this LongshoreBuilder builder, Func<StoreOptions, StoreOptions>? configure = null) =>
        builder.UseStore(services =>
        {
            var options = new StoreOptions { Clock = services.GetRequiredService<EngineOptions>().Clock };
            return new InMemoryStore(configure?.Invoke(options) ?? options);
        });

    private sealed class EngineService(LongshoreEngine engine) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync(cancellationToken);
    }
}
