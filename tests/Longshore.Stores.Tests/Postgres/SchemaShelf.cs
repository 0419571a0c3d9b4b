using System.Collections.Concurrent;
using System.Globalization;
using Longshore.Postgres;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>
/// The schemas of tests, used one after the other: to make one takes longer than most tests, to empty one does not.
/// </summary>
internal static class SchemaShelf
{
    private const string EmptyOne = """
        do $$
        declare
            one record;
        begin
            for one in select relname as name, pg_relation_size(oid) as size from pg_class
                where relnamespace = 'USED'::regnamespace and relkind = 'r' and pg_relation_size(oid) > 0
            loop
                execute format(
                    case when one.size > 100000 then 'truncate USED.%I' else 'delete from USED.%I' end, one.name);
            end loop;
            for one in select relname as name from pg_class
                where relnamespace = 'NEW'::regnamespace and relkind = 'r' and pg_relation_size(oid) > 0
            loop
                execute format('insert into USED.%I overriding system value table NEW.%1$I', one.name);
            end loop;
            for one in select sequencename as name from pg_sequences
                where schemaname = 'USED' and last_value is not null
            loop
                execute format('alter sequence USED.%I restart', one.name);
            end loop;
        end $$
        """;

    // What is declared, without the data: a test that has added a trigger or dropped an index leaves another sum.
    private const string Declared = """
        select (select count(*) from pg_class where relnamespace = s.oid)
            || '/' || (select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid
                       where c.relnamespace = s.oid and not a.attisdropped)
            || '/' || (select sum(hashtext(replace(prosrc, nspname, ''))) from pg_proc where pronamespace = s.oid)
            || '/' || (select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid
                       where c.relnamespace = s.oid)
        from pg_namespace s where nspname = $1
        """;

    private static readonly ConcurrentBag<string> Free = [];
    private static readonly Lazy<Task<(string Schema, object? Declared)>> New = new(MakeAsync);
    private static int _last;

    /// <summary>The name of a schema that is empty or not yet there.</summary>
    public static string Take() => Free.TryTake(out var schema) ? schema : Name();

    /// <summary>Takes a schema back that no store uses any more.</summary>
    public static async Task ReturnAsync(string schema)
    {
        var made = await New.Value;
        await using var connection = await ConnectAsync();
        if (!Equals(await ScalarAsync(connection, Declared, schema), made.Declared))
        {
            await DropAsync(schema);
            return;
        }

        await ScalarAsync(connection, EmptyOne.Replace("USED", schema).Replace("NEW", made.Schema));
        Free.Add(schema);
    }

    private static string Name() => string.Create(
        CultureInfo.InvariantCulture, $"t{Environment.ProcessId}_{Interlocked.Increment(ref _last)}");

    private static async Task<(string Schema, object? Declared)> MakeAsync()
    {
        var schema = Name();
        await using var store = await PostgresStore.OpenAsync(Options(schema));
        if (!PostgresServer.IsOwn)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Task.WhenAll(Free.Append(schema).Select(DropAsync)).Wait();
        }

        await using var connection = await ConnectAsync();
        return (schema, await ScalarAsync(connection, Declared, schema));
    }

    private static Task DropAsync(string schema) => Schema.DropAsync(Options(schema), CancellationToken.None);

    private static PostgresOptions Options(string schema) => new()
    {
        ConnectionString = PostgresServer.SharedConnection,
        Schema = schema,
    };

    private static async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(PostgresServer.SharedConnection);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(values.Select(value => new NpgsqlParameter { Value = value }).ToArray());
        return await command.ExecuteScalarAsync();
    }
}
