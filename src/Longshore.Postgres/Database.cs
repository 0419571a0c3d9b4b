using System.Data;
using System.Data.Common;
using Longshore.Storage.Sql;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres;

/// <summary>Connections to one database, and Longshore's statements under the name of its schema there.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>What was decided by rules that are not the present ones (see <c>insert_tasks</c>).</summary>
    public const string OldRules = "LS003";

    // A transaction that the database ends for the sake of others is run again, so often and no oftener.
    internal const int TriesMax = 8;

    // The pause before that, at most after the first try; each doubles. Who met once is not to meet again.
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(4);

    // A server takes a hundred by default, from all nodes and everybody else. Two cores are busy with far fewer.
    private const int PoolSizeMax = 30;

    private const int LookUpsMax = 1;

    // A node sends a flight when the last has landed. More are in use only where several nodes share a store.
    private const int FlightsMax = 8;

    private const int StartsMax = 1;

    private readonly PostgresOptions _options;
    private readonly NpgsqlDataSource _lookUps;
    private readonly NpgsqlDataSource _flights;
    private readonly NpgsqlDataSource _starts;
    private readonly int _seed;
    private int _gaveWay;
    private long _commits;
    private long _statements;

    public Database(PostgresOptions options)
    {
        _options = options;
        _seed = options.Store.Seed ?? unchecked((int)options.Store.Clock.GetUtcNow().Ticks);
        Sql = SqlCatalog.Load(typeof(Database).Assembly, InSchema);
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = "longshore",
            NoResetOnClose = true,
            MaxAutoPrepare = options.Pooled ? 0 : 128,
            AutoPrepareMinUsages = 2,
            Enlist = false,
        };
        var given = new DbConnectionStringBuilder { ConnectionString = options.ConnectionString };
        if (!given.ContainsKey("Maximum Pool Size") && !given.ContainsKey("MaxPoolSize"))
        {
            settings.MaxPoolSize = PoolSizeMax;
        }

        Source = Pool(settings);
        var flightsMax = Math.Min(FlightsMax, settings.MaxPoolSize);
        settings.MaxPoolSize = LookUpsMax;
        settings.MinPoolSize = 0;
        _lookUps = Pool(settings);

        // Kept while nothing is to do, or the first task after a while would wait for a new one and its plans.
        settings.MinPoolSize = 1;
        settings.MaxPoolSize = StartsMax;
        _starts = Pool(settings);
        settings.MaxPoolSize = flightsMax;
        _flights = Pool(settings);
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>How the one connection that listens is made: apart from the pool.</summary>
    public string ListenerConnection => new NpgsqlConnectionStringBuilder(_options.ConnectionString)
    {
        ApplicationName = "longshore bus",
        Pooling = false,
        KeepAlive = 10,
        Enlist = false,
    }.ConnectionString;

    public SqlCatalog Sql { get; }

    public PostgresOptions Options => _options;

    /// <summary>Transactions committed by verbs.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>How often the database ended a transaction for the sake of others.</summary>
    public int GaveWay => Volatile.Read(ref _gaveWay);

    /// <summary>Statements sent by verbs.</summary>
    public long Statements => Interlocked.Read(ref _statements);

    /// <summary>
    /// The instant to pass to a function: the caller's, or null for the database's clock. A clock other than the
    /// system's is one that a test has set.
    /// </summary>
    public long? Instant(long? nowUs) => nowUs ?? (_options.Store.Clock == TimeProvider.System
        ? null
        : _options.Store.Clock.NowMicroseconds());

    /// <summary>A text that names objects as <c>longshore.x</c>, for this database's schema.</summary>
    public string InSchema(string sql) => _options.Schema == "longshore"
        ? sql
        : sql.Replace("longshore.", _options.Schema + ".", StringComparison.Ordinal);

    /// <summary>
    /// Sends statements in one round trip and reads their results. Outside an explicit transaction they are one.
    /// </summary>
    public async ValueTask<T> SendAsync<T>(
        NpgsqlConnection connection, Round round, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken ct)
    {
        using var batch = round.ToBatch(connection);
        Interlocked.Add(ref _statements, batch.BatchCommands.Count);
        var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var result = await read(reader).ConfigureAwait(false);
        while (await reader.NextResultAsync(ct).ConfigureAwait(false))
        {
            // To the end: what failed there has undone everything.
        }

        return result;
    }

    /// <summary>Sends one round trip that answers ids, within a transaction.</summary>
    public ValueTask<List<long>> IdsAsync(NpgsqlConnection connection, Round round, CancellationToken ct) =>
        SendAsync(connection, round, row => row.AllAsync(r => r.GetInt64(0), ct), ct);

    /// <summary>Runs one round trip as one transaction; again when the database made it give way to another.</summary>
    public ValueTask<T> RunAsync<T>(
        Func<Round> round, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken ct) =>
        RunAsync(Source, round, read, ct);

    /// <summary>
    /// As <see cref="RunAsync{T}(Func{Round}, Func{NpgsqlDataReader, ValueTask{T}}, CancellationToken)"/>, on a
    /// connection kept for look-ups that others need in the middle of a transaction: were it one of the pool's, all of
    /// those could be held by such as wait for one more.
    /// </summary>
    public ValueTask<T> LookUpAsync<T>(
        Func<Round> round, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken ct) =>
        RunAsync(_lookUps, round, read, ct);

    /// <summary>
    /// As <see cref="RunAsync{T}(Func{Round}, Func{NpgsqlDataReader, ValueTask{T}}, CancellationToken)"/>, for what
    /// tasks wait for: on a connection that does nothing else. The pool gives out in turn what it has, and a
    /// connection plans each statement anew when it first runs it; one that is always the same has done so.
    /// </summary>
    public ValueTask<T> FlyAsync<T>(
        Func<Round> round, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken ct) =>
        RunAsync(_flights, round, read, ct);

    /// <summary>As <see cref="FlyAsync"/>, for the starts of runs, which go beside the flights.</summary>
    public ValueTask<T> StartAsync<T>(
        Func<Round> round, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken ct) =>
        RunAsync(_starts, round, read, ct);

    /// <summary>Runs several round trips as one transaction; again when the database made it give way.</summary>
    public ValueTask<T> TransactAsync<T>(Func<NpgsqlConnection, ValueTask<T>> verb, CancellationToken ct) =>
        RetryAsync(
            Source,
            async connection =>
            {
                var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
                await using var _ = transaction.ConfigureAwait(false);
                var result = await verb(connection).ConfigureAwait(false);
                await transaction.CommitAsync(ct).ConfigureAwait(false);
                Interlocked.Increment(ref _commits);
                return result;
            },
            ct);

    /// <summary>Reads in several round trips what was true at one instant.</summary>
    public ValueTask<T> AtOneInstantAsync<T>(Func<NpgsqlConnection, ValueTask<T>> read, CancellationToken ct) =>
        RetryAsync(
            Source,
            async connection =>
            {
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct)
                    .ConfigureAwait(false);
                await using var _ = transaction.ConfigureAwait(false);
                return await read(connection).ConfigureAwait(false);
            },
            ct);

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync().ConfigureAwait(false);
        await _lookUps.DisposeAsync().ConfigureAwait(false);
        await _flights.DisposeAsync().ConfigureAwait(false);
        await _starts.DisposeAsync().ConfigureAwait(false);
    }

    // All types that are used are built in. To ask a database for those it has would be the longest part of a start,
    // for each pool anew.
    private static NpgsqlDataSource Pool(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlDataSourceBuilder(settings.ConnectionString)
            .ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();

    private ValueTask<T> RunAsync<T>(
        NpgsqlDataSource source, Func<Round> round, Func<NpgsqlDataReader, ValueTask<T>> read, CancellationToken ct) =>
        RetryAsync(
            source,
            async connection =>
            {
                var result = await SendAsync(connection, round(), read, ct).ConfigureAwait(false);
                Interlocked.Increment(ref _commits);
                return result;
            },
            ct);

    private async ValueTask<T> RetryAsync<T>(
        NpgsqlDataSource source, Func<NpgsqlConnection, ValueTask<T>> verb, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var connection = await source.OpenConnectionAsync(ct).ConfigureAwait(false);
                await using var _ = connection.ConfigureAwait(false);
                return await verb(connection).ConfigureAwait(false);
            }
            catch (PostgresException e) when (MustGiveWay(e))
            {
                // The other transaction went on; this one begins anew and sees what that one did.
                if (tries == TriesMax)
                {
                    throw new LongshoreException(
                        ErrorCode.Unavailable,
                        $"the database ended the transaction for the sake of others, {TriesMax} times in a row "
                            + $"({e.MessageText}); nothing is stored, try again",
                        inner: e);
                }
            }

            // The connection is back in its pool: the others need it.
            var chance = new Random(unchecked(_seed + Interlocked.Increment(ref _gaveWay)));
            await Task.Delay(PauseMax * (chance.NextDouble() * (1 << (tries - 1))), TimeProvider.System, ct)
                .ConfigureAwait(false);
        }
    }

    private static bool MustGiveWay(PostgresException e) => e.SqlState
        is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}
