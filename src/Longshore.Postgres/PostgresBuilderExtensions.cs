using Longshore.Events;
using Longshore.Postgres.Bus;
using Longshore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Longshore.Postgres;

/// <summary>Chooses PostgreSQL where Longshore is added.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Keeps tasks in a PostgreSQL database, which any number of nodes may share.</summary>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="connection">An address or keywords; see <see cref="PostgresOptions.Parse"/>.</param>
    public static LongshoreBuilder UsePostgres(this LongshoreBuilder builder, string connection) =>
        builder.UsePostgres(PostgresOptions.Parse(connection));

    /// <summary>
    /// Keeps tasks in a PostgreSQL database, which any number of nodes may share, and adds a
    /// <see cref="TransactionalClient"/>.
    /// </summary>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="options">How to reach it, and its settings.</param>
    public static LongshoreBuilder UsePostgres(this LongshoreBuilder builder, PostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.AddSingleton(services =>
            new TransactionalClient((PostgresStore)services.GetRequiredService<IStore>()));

        // Composing services cannot wait otherwise, and a host without its store is no host.
        builder.UseStore(_ => PostgresStore.OpenAsync(options).GetAwaiter().GetResult());
        if (!options.Pooled)
        {
            builder.Services.RemoveAll<IEventBus>();
            builder.Services.AddSingleton<IEventBus>(services => new PostgresBus(
                (PostgresStore)services.GetRequiredService<IStore>(), services.GetService<ILoggerFactory>()));
        }

        return builder;
    }
}
