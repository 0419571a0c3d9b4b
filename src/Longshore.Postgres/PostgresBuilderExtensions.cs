using Longshore.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Postgres;

/// <summary>Chooses PostgreSQL where Longshore is added.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Keeps tasks in a PostgreSQL database, which any number of nodes may share.</summary>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="connection">An address or keywords; see <see cref="PostgresOptions.Parse"/>.</param>
    /// <param name="configure">Changes the settings.</param>
    public static LongshoreBuilder UsePostgres(
        this LongshoreBuilder builder, string connection, Func<PostgresOptions, PostgresOptions>? configure = null) =>
        builder.UseStore(services =>
        {
            var options = PostgresOptions.Parse(connection);
            var clock = services.GetRequiredService<EngineOptions>().Clock;
            options = options with { Store = options.Store with { Clock = clock } };

            // Composing services cannot wait otherwise, and a host without its store is no host.
            return PostgresStore.OpenAsync(configure?.Invoke(options) ?? options).GetAwaiter().GetResult();
        });
}
