using System.Globalization;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Sqlite.Verbs;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite;

/// <summary>
/// The embedded store. One process owns the file; one thread writes, in group-committed transactions; queries have
/// read-only connections of their own.
/// </summary>
public sealed partial class SqliteStore
    : IStore, ITaskStore, IAgentStore, IRuleStore, IBreakerStore, IHandoffStore, IHelpStore, IEventStore, ILeaseStore,
        INodeStore, IQueryStore, IScheduleStore, IWorkflowStore, IHealthStore
{
    internal static readonly SqlCatalog Sql = SqlCatalog.Load(typeof(SqliteStore).Assembly);

    private readonly SqliteOptions _options;
    private readonly OwnerLock _lock;
    private readonly Connection _connection;
    private readonly LiveIndex _live = new();
    private readonly Verbs.VerbSet _verbs;
    private readonly Writer _writer;
    private readonly ReaderPool _readers;

    private SqliteStore(SqliteOptions options, OwnerLock ownerLock)
    {
        _options = options;
        _lock = ownerLock;
        _connection = OpenWriter(options);
        var chance = options.Store.Seed ?? unchecked((int)options.Store.Clock.GetUtcNow().Ticks);
        _verbs = new VerbSet(_connection, Sql, _live, options.Store, new Random(chance));
        var loader = new LiveLoader(_connection, Sql);
        loader.Load(_live);
        _writer = new Writer(_connection, afterRollback: () =>
        {
            _verbs.Events.Discard();
            _verbs.Runs.Discard();
            loader.Load(_live);
        });
        _readers = new ReaderPool(options.Readers, OpenReader);
    }

    /// <inheritdoc/>
    public StoreInfo Info => new(
        "sqlite", Path.GetFullPath(_options.Path), _options.Store.HeartbeatTimeout,
        RecentFailure: _options.Store.RecentFailure)
    {
        ReputationHalfLife = _options.Store.ReputationHalfLife,
    };

    /// <inheritdoc/>
    public ITaskStore Tasks => this;

    /// <inheritdoc/>
    public IAgentStore Agents => this;

    /// <inheritdoc/>
    public IRuleStore Rules => this;

    /// <inheritdoc/>
    public IBreakerStore Breakers => this;

    /// <inheritdoc/>
    public IScheduleStore Schedules => this;

    /// <inheritdoc/>
    public IWorkflowStore Workflows => this;

    /// <inheritdoc/>
    public IHandoffStore Handoffs => this;

    /// <inheritdoc/>
    public IHelpStore Help => this;

    /// <inheritdoc/>
    public IEventStore Events => this;

    /// <inheritdoc/>
    public ILeaseStore Leases => this;

    /// <inheritdoc/>
    public INodeStore Nodes => this;

    /// <inheritdoc/>
    public IQueryStore Queries => this;

    /// <inheritdoc/>
    public IHealthStore Health => this;

    /// <summary>Transactions committed since the store was opened.</summary>
    public long Commits => _writer.Commits;

    /// <summary>Statements run by the writer since the store was opened.</summary>
    public long Statements => _connection.StatementsRun;

    /// <summary>Opens or makes a database and brings it to the present schema.</summary>
    /// <exception cref="LongshoreException">
    /// <see cref="ErrorCode.StoreUnusable"/>: in use by another process, written by a newer Longshore, or not a
    /// database; <see cref="ErrorCode.InvalidInput"/>: an option out of range.
    /// </exception>
    public static SqliteStore Open(SqliteOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.Path))!;
        Directory.CreateDirectory(folder);
        var ownerLock = new OwnerLock(options.Path);
        try
        {
            return new SqliteStore(options, ownerLock);
        }
        catch (SqliteFailure e)
        {
            ownerLock.Dispose();
            throw new LongshoreException(
                ErrorCode.StoreUnusable, $"{options.Path} cannot be opened: {e.Message}", inner: e);
        }
        catch
        {
            ownerLock.Dispose();
            throw;
        }
    }

    /// <summary>Commits what waits, moves the log into the database and lets go of the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
        _connection.Checkpoint(truncate: true);
        _connection.Dispose();
        _lock.Dispose();
    }

    private static void Check(SqliteOptions options)
    {
        TaskValidation.Range(options.Readers, 1, 64, "readers");
        TaskValidation.Range(options.CacheMebibytes, 1, 1024, "cache_mebibytes");
        if (string.IsNullOrWhiteSpace(options.Path) || options.Path.StartsWith(":memory:", StringComparison.Ordinal)
            || options.Path.StartsWith("file:", StringComparison.Ordinal))
        {
            throw LongshoreException.Invalid("path", "name a file; a store in memory is InMemoryStore");
        }
    }

    /// <summary>The one connection that writes, with the settings of the options and the present schema.</summary>
    internal static Connection OpenWriter(SqliteOptions options)
    {
        var connection = new Connection(options.Path, readOnly: false);
        connection.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            pragma page_size = 4096;
            pragma journal_mode = wal;
            pragma wal_autocheckpoint = 4000;
            pragma foreign_keys = off;
            pragma temp_store = memory;
            pragma cache_size = {-1024 * options.CacheMebibytes};
            pragma synchronous = {(options.Durability == Durability.Full ? "full" : "normal")}
            """));
        Schema.Migrate(connection, Sql, options.Path, options.Store.Clock.NowMicroseconds());

        // For the views that people read.
        using var fact = connection.Prepare(Sql["fact_put"]);
        fact.Bind("heartbeat_timeout_us").Bind(options.Store.HeartbeatTimeout.ToMicroseconds()).Run();
        return connection;
    }

    private Reader OpenReader()
    {
        var connection = new Connection(_options.Path, readOnly: true);
        connection.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"pragma query_only = on; pragma temp_store = memory; "
            + $"pragma cache_size = {-256 * _options.CacheMebibytes}"));
        return new Reader(connection, Sql, _live, _options.Store);
    }

    private long Now(long? nowUs) => nowUs ?? _options.Store.Clock.NowMicroseconds();
}
