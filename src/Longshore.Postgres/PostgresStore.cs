using Longshore.Postgres.Catalog;
using Longshore.Postgres.Reading;
using Longshore.Postgres.Verbs;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres;

/// <summary>
/// The store on PostgreSQL, shared by any number of nodes. The hot verb is one round trip and one transaction; whatever
/// is rare is decided here over locked rows. The database's clock decides.
/// </summary>
public sealed partial class PostgresStore
    : IStore, ITaskStore, IAgentStore, IRuleStore, IBreakerStore, IHandoffStore, IHelpStore, IEventStore, ILeaseStore,
        INodeStore, IQueryStore, IScheduleStore, IWorkflowStore, IHealthStore
{
    private readonly Database _database;
    private readonly ClassCatalog _classes;
    private readonly AgentCatalog _catalog;
    private readonly HotCommit _hot;
    private readonly ColdCommit _cold;
    private readonly Upkeep _upkeep;
    private readonly RelaxVerbs _relaxing;
    private readonly AgentVerbs _agents;
    private readonly TaskReader _tasks;
    private readonly EventReader _events;
    private readonly AgentReader _agentReader;
    private readonly Discovery _discovery;
    private readonly RuleCatalog _rules;
    private readonly RuleVerbs _ruleVerbs;
    private readonly ReviewVerbs _reviews;
    private readonly RoutingReader _routing;
    private readonly ReviewReader _reviewReader;
    private readonly ScheduleVerbs _schedules;
    private readonly HandoffVerbs _handoffs;
    private readonly HandoffReader _handoffReader;
    private readonly HelpVerbs _help;
    private readonly HelpReader _helpReader;
    private readonly RunVerbs _runs;
    private readonly RunStarts _starts;
    private readonly BatchVerbs _batches;
    private readonly RunReader _runReader;

    private PostgresStore(Database database)
    {
        _database = database;
        _classes = new ClassCatalog(database);
        _catalog = new AgentCatalog(database);
        _rules = new RuleCatalog(database);
        var options = database.Options.Store;
        var ends = new ClaimEnds(new Random(options.Seed ?? unchecked((int)options.Clock.GetUtcNow().Ticks)));
        var claims = new ClaimCalls(database, _classes, _catalog, _rules);
        _runReader = new RunReader(database);
        var reader = Locks = new MovesReader(database, new RunLoader(database, _runReader));
        var checks = new InsertChecks(database, reader);
        var writer = new MovesWriter(database);
        _hot = new HotCommit(database, _classes, _rules, claims, writer, _catalog.Lows);
        _cold = new ColdCommit(
            database, _classes, _rules, _hot, claims, checks, reader, writer, ends);
        _upkeep = new Upkeep(database, _classes, reader, writer, ends);
        _relaxing = new RelaxVerbs(database, _classes, reader, writer);
        _agentReader = new AgentReader(database, _catalog);
        _agents = new AgentVerbs(database, _agentReader, reader, writer, ends);
        _tasks = new TaskReader(database, _classes, new TaskLists(database));
        _events = new EventReader(database);
        _handoffReader = new HandoffReader(database);
        _handoffs = new HandoffVerbs(database, _classes, _handoffReader, reader, writer);
        _helpReader = new HelpReader(database);
        _help = new HelpVerbs(database, _helpReader, reader, writer);
        _runs = new RunVerbs(database, _rules, _hot, reader, writer, _runReader);
        _starts = new RunStarts(database, _classes, _rules, _hot, checks, writer, _runReader);
        _batches = new BatchVerbs(database, _rules, _hot, checks, reader, writer, _runReader);
        _routing = new RoutingReader(database, _classes);
        _reviewReader = new ReviewReader(database);
        _ruleVerbs = new RuleVerbs(database, _rules, reader, writer);
        _reviews = new ReviewVerbs(database, writer);
        _schedules = new ScheduleVerbs(database, writer);
        _discovery = new Discovery(database, _classes, _rules, _catalog, _agentReader, _routing);
    }

    /// <inheritdoc/>
    public StoreInfo Info => new(
        "postgres", _database.Options.Location, _database.Options.Store.HeartbeatTimeout, IsShared: true,
        _database.Options.Store.RecentFailure)
    {
        ReputationHalfLife = _database.Options.Store.ReputationHalfLife,
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

    /// <summary>Transactions committed by this store since it was opened.</summary>
    public long Commits => _database.Commits;

    /// <summary>Statements sent by this store since it was opened.</summary>
    public long Statements => _database.Statements;

    internal Database Database => _database;

    internal MovesReader Locks { get; }

    /// <summary>Where the claims of an agent begin, for tests.</summary>
    internal LowWater LowOf(string agent) => _catalog.Low(agent);

    /// <summary>
    /// Connects and brings the database to the present schema; of many nodes that start together, one does it.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// <see cref="ErrorCode.StoreUnusable"/>: it cannot be reached or entered, or was written by a newer Longshore;
    /// <see cref="ErrorCode.InvalidInput"/>: an option is out of range.
    /// </exception>
    public static async Task<PostgresStore> OpenAsync(PostgresOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var database = new Database(options);
        try
        {
            await Schema.MigrateAsync(database, ct).ConfigureAwait(false);

            // For the views that people read.
            await database.RunAsync(
                () => new Round().Add(database.Sql["fact_put"]).With("heartbeat_timeout_us")
                    .With((long?)options.Store.HeartbeatTimeout.ToMicroseconds()),
                _ => ValueTask.FromResult(true),
                ct).ConfigureAwait(false);
            return new PostgresStore(database);
        }
        catch (NpgsqlException e)
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw new LongshoreException(
                ErrorCode.StoreUnusable, $"{options.Location} cannot be used: {e.Message}", inner: e);
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _classes.Dispose();
        await _database.DisposeAsync().ConfigureAwait(false);
    }
}
