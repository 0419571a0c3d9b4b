using Npgsql;
using NpgsqlTypes;

namespace Longshore.Postgres;

/// <summary>The statements of one round trip, with their parameters in the order of <c>$1, $2, …</c></summary>
internal sealed class Round
{
    private readonly List<NpgsqlBatchCommand> _commands = [];

    public int Count => _commands.Count;

    /// <summary>Adds a statement; its parameters follow.</summary>
    public Round Add(string sql)
    {
        _commands.Add(new NpgsqlBatchCommand(sql));
        return this;
    }

    public Round With(long? value) => Add(value, NpgsqlDbType.Bigint);

    public Round With(int? value) => Add(value, NpgsqlDbType.Integer);

    public Round With(double? value) => Add(value, NpgsqlDbType.Double);

    public Round With(bool? value) => Add(value, NpgsqlDbType.Boolean);

    public Round With(string? value) => Add(value, NpgsqlDbType.Text);

    public Round With(ulong value) => Add(value, NpgsqlDbType.Xid8);

    public Round With(long[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public Round With(int[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Integer);

    public Round With(short[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Smallint);

    public Round With(bool[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Boolean);

    public Round With(double?[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Double);

    public Round With(long?[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public Round With(int?[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Integer);

    public Round With(short?[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Smallint);

    public Round With(bool?[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Boolean);

    public Round With(string?[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public Round With(byte[]?[]? values) => Add(values, NpgsqlDbType.Array | NpgsqlDbType.Bytea);

    /// <summary>A JSON document.</summary>
    public Round WithJson(byte[]? utf8) => Add(utf8, NpgsqlDbType.Json);

    /// <summary>JSON documents.</summary>
    public Round WithJson(byte[]?[]? utf8) => Add(utf8, NpgsqlDbType.Array | NpgsqlDbType.Json);

    public NpgsqlBatch ToBatch(NpgsqlConnection connection)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var command in _commands)
        {
            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    private Round Add<T>(T value, NpgsqlDbType type)
    {
        _commands[^1].Parameters.Add(value is null
            ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type }
            : new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return this;
    }
}
