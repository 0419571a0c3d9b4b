using Longshore.Postgres;
using Longshore.Sqlite;
using Longshore.Storage;

namespace Longshore.Cli.Shell;

/// <summary>What <c>--store</c> says: where tasks are kept.</summary>
internal sealed record StoreChoice
{
    /// <summary>For the description of the option.</summary>
    public const string Forms = "sqlite:PATH, postgres:CONNECTION (Npgsql's keywords or a postgres:// address), memory";

    private const string SqlitePrefix = "sqlite:";
    private const string PostgresPrefix = "postgres:";

    /// <summary><c>memory</c>, <c>sqlite</c> or <c>postgres</c>.</summary>
    public required string Name { get; init; }

    /// <summary>SQLite's file, if one was named.</summary>
    public string? Path { get; init; }

    /// <summary>How to reach PostgreSQL.</summary>
    public PostgresOptions? Postgres { get; init; }

    /// <summary>What an acknowledged write to SQLite survives.</summary>
    public Durability Durability { get; init; }

    /// <exception cref="LongshoreException">invalid_input: it names no store.</exception>
    public static StoreChoice Parse(string text, string? synchronous)
    {
        var durability = synchronous == "normal" ? Durability.Normal : Durability.Full;
        if (text == "memory")
        {
            return new StoreChoice { Name = "memory" };
        }

        if (text.StartsWith(SqlitePrefix, StringComparison.Ordinal) && text.Length > SqlitePrefix.Length)
        {
            return new StoreChoice { Name = "sqlite", Path = text[SqlitePrefix.Length..], Durability = durability };
        }

        if (text.StartsWith(PostgresPrefix, StringComparison.Ordinal) && text.Length > PostgresPrefix.Length)
        {
            var isAddress = text.StartsWith(PostgresPrefix + "//", StringComparison.Ordinal);
            var connection = isAddress ? text : text[PostgresPrefix.Length..];
            return new StoreChoice { Name = "postgres", Postgres = PostgresOptions.Parse(connection) };
        }

        throw new LongshoreException(ErrorCode.InvalidInput, $"--store: '{text}' is no store; use {Forms}");
    }

    /// <summary>Uses it, and answers it in words without secrets.</summary>
    public string Use(LongshoreBuilder builder, Func<StoreOptions, StoreOptions> configure)
    {
        switch (Name)
        {
            case "sqlite":
                var path = System.IO.Path.GetFullPath(Path!);
                builder.UseSqlite(path, options => options with
                {
                    Durability = Durability,
                    Store = configure(options.Store),
                });
                return $"sqlite {path}";
            case "postgres":
                builder.UsePostgres(Postgres! with { Store = configure(Postgres!.Store) });
                return $"postgres {Postgres!.Location}";
            default:
                builder.UseInMemoryStore(configure);
                return "memory";
        }
    }
}
