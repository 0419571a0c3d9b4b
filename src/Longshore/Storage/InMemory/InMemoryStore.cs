using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <summary>
/// A store that forgets everything when the process ends: for tests, for trying things out, and as the specification
/// of <see cref="IStore"/> that can be run. Written to be read: one lock, immutable collections, no index but the open
/// tasks and the order of those that are ready. Good for some thousands of open tasks.
/// </summary>
public sealed partial class InMemoryStore
    : IStore, ITaskStore, IAgentStore, IRuleStore, IBreakerStore, IHandoffStore, IHelpStore, IEventStore, ILeaseStore,
        INodeStore, IQueryStore, IScheduleStore, IWorkflowStore, IHealthStore
{
    private readonly Lock _gate = new();
    private readonly StoreOptions _options;
    private readonly Random _chance;
    private MemoryState _state = new();
    private bool _disposed;

    /// <summary>Makes an empty store.</summary>
    /// <param name="options">The rules that are settings; null takes the defaults.</param>
    public InMemoryStore(StoreOptions? options = null)
    {
        _options = options ?? new StoreOptions();
        _chance = new Random(_options.Seed ?? unchecked((int)_options.Clock.GetUtcNow().Ticks));
    }

    /// <inheritdoc/>
    public StoreInfo Info => new(
        "memory", "this process", _options.HeartbeatTimeout, RecentFailure: _options.RecentFailure)
    {
        ReputationHalfLife = _options.ReputationHalfLife,
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

    /// <summary>Forgets everything; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            _state = new MemoryState();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Looks at one state of everything, and changes nothing.</summary>
    private ValueTask<T> Looking<T>(long? nowUs, Func<long, T> look)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return ValueTask.FromResult(look(nowUs ?? _options.Clock.NowMicroseconds()));
        }
    }

    /// <summary>Runs a verb as one atomic step: under the lock, and all or nothing.</summary>
    private ValueTask<T> Atomically<T>(long? nowUs, Func<long, T> verb)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var before = _state with { };
            try
            {
                return ValueTask.FromResult(verb(nowUs ?? _options.Clock.NowMicroseconds()));
            }
            catch
            {
                _state = before;
                throw;
            }
        }
    }
}
