using Longshore.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Sqlite;

/// <summary>Chooses SQLite where Longshore is added.</summary>
public static class SqliteBuilderExtensions
{
    /// <summary>Keeps tasks in a SQLite file, which this process alone owns.</summary>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="path">The file; made if missing.</param>
    /// <param name="configure">Changes the settings.</param>
    public static LongshoreBuilder UseSqlite(
        this LongshoreBuilder builder, string path, Func<SqliteOptions, SqliteOptions>? configure = null) =>
        builder.UseStore(services =>
        {
            var options = new SqliteOptions { Path = path };
            var clock = services.GetRequiredService<EngineOptions>().Clock;
            options = options with { Store = options.Store with { Clock = clock } };
            return SqliteStore.Open(configure?.Invoke(options) ?? options);
        });
}
