using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres;

/// <summary>Settings of a PostgreSQL store.</summary>
public sealed record PostgresOptions
{
    /// <summary>Npgsql's keywords: <c>Host=…;Username=…;Database=…</c>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>
    /// The schema that holds Longshore's tables; made if missing. Lower-case letters, digits and underscores, at most
    /// 40.
    /// </summary>
    public string Schema { get; init; } = "longshore";

    /// <summary>
    /// True when a transaction pooler stands between: then nothing outlives a transaction, neither prepared statements
    /// nor LISTEN, and the node polls.
    /// </summary>
    public bool Pooled { get; init; }

    /// <summary>The rules that are the same for every store.</summary>
    public StoreOptions Store { get; init; } = new();

    /// <summary>
    /// Reads what people write: a <c>postgres://</c> or <c>postgresql://</c> address, or Npgsql's keywords. Besides
    /// Npgsql's own keywords <c>schema</c> and <c>pooled</c> are understood, in the address's query or among the
    /// keywords.
    /// </summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>: it cannot be read.</exception>
    public static PostgresOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = text.StartsWith("postgres://", StringComparison.Ordinal)
            || text.StartsWith("postgresql://", StringComparison.Ordinal)
                ? ReadAddress(text)
                : text;
        try
        {
            var all = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = words };
            var schema = Take(all, "schema") ?? "longshore";
            var pooled = Take(all, "pooled");
            if (pooled is not (null or "true" or "false"))
            {
                throw LongshoreException.Invalid("pooled", "must be true or false");
            }

            var options = new PostgresOptions
            {
                ConnectionString = new NpgsqlConnectionStringBuilder(all.ConnectionString).ConnectionString,
                Schema = schema,
                Pooled = pooled == "true",
            };
            options.Check();
            return options;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new LongshoreException(
                ErrorCode.InvalidInput, $"the PostgreSQL connection cannot be read: {e.Message}", "store", e);
        }
    }

    /// <summary>Where the data is, without secrets.</summary>
    internal string Location
    {
        get
        {
            var words = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"{words.Host}:{words.Port}/{words.Database ?? words.Username}/{Schema}";
        }
    }

    internal void Check()
    {
        if (!IsSchemaName(Schema))
        {
            throw LongshoreException.Invalid(
                "schema", "use a lower-case letter and then up to 39 lower-case letters, digits and underscores");
        }

        if (string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(ConnectionString).Host))
        {
            throw LongshoreException.Invalid("store", "names no host; use Host=… or postgres://host/database");
        }

        ArgumentNullException.ThrowIfNull(Store);
        TaskValidation.Duration(Store.HeartbeatTimeout, "heartbeat_timeout");
    }

    private static string? Take(System.Data.Common.DbConnectionStringBuilder all, string key)
    {
        if (!all.TryGetValue(key, out var value))
        {
            return null;
        }

        all.Remove(key);
        return (string)value;
    }

    private static string ReadAddress(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            throw LongshoreException.Invalid(
                "store", "is no address; use postgres://user:password@host:5432/database?schema=longshore");
        }

        var words = new System.Data.Common.DbConnectionStringBuilder();
        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            words[Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals])] =
                equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
        }

        if (address.Host.Length > 0)
        {
            words["Host"] = Uri.UnescapeDataString(address.Host);
        }

        if (address.Port > 0)
        {
            words["Port"] = address.Port;
        }

        var user = address.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            words["Username"] = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            words["Password"] = Uri.UnescapeDataString(user[1]);
        }

        if (address.AbsolutePath.Length > 1)
        {
            words["Database"] = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        }

        return words.ConnectionString;
    }

    private static bool IsSchemaName(string name) => name.Length is > 0 and <= 40 && !char.IsAsciiDigit(name[0])
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_');
}
