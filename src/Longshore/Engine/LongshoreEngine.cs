using Longshore.Client;
using Longshore.Engine.Maintenance;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Engine;

/// <summary>
/// One node: gives work out, keeps leases, does the duties, over a store that it uses but does not own. Everything a
/// caller needs is behind <see cref="Client"/>; calls before <see cref="StartAsync"/> work, but nothing deferred or
/// lost comes back.
/// </summary>
public sealed class LongshoreEngine : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly EngineMetrics _metrics;
    private readonly ILogger _log;
    private readonly LossMeter _losses;
    private readonly LoadWatch _load;
    private readonly Leadership _leadership;
    private readonly Stager _stager;
    private readonly Duty[] _duties;
    private readonly List<Task> _loops = [];
    private ITimer? _fallback;
    private bool _stopped;

    /// <summary>Creates a node over a store.</summary>
    /// <param name="store">Durable state; it must outlive the engine, which does not dispose of it.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <param name="logging">Where logs go; null drops them.</param>
    /// <param name="bus">Wake-ups; null means a bus within this process.</param>
    /// <exception cref="LongshoreException">invalid_input: a setting is out of its range.</exception>
    public LongshoreEngine(
        IStore store, EngineOptions? options = null, ILoggerFactory? logging = null, IEventBus? bus = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        Options = options ?? new EngineOptions();
        Options.Validate();
        Logging = logging ?? NullLoggerFactory.Instance;
        Store = store;
        Bus = bus ?? new InProcessEventBus(Logging.CreateLogger<InProcessEventBus>());
        Ids = new IdSource(Options.Seed, Options.Clock);
        _log = Logging.CreateLogger<LongshoreEngine>();
        _metrics = new EngineMetrics(this);
        _load = new LoadWatch(this, _log);
        _losses = new LossMeter(_metrics, _log);
        Room = new WaitingRoom(Options.Clock);
        Processor = new CommandProcessor(store.Tasks, Room, Options.Clock, _metrics, _log);
        Room.SendTo(Processor.SendOrFail);
        Keeper = new LeaseKeeper(Processor, Options.Clock);
        _leadership = new Leadership(store.Leases, Options.NodeName, Options.LeadershipTerm, Options.Clock, _log);
        _stager = new Stager(store, _leadership, Options, OnReady, _log);
        _duties =
        [
            _stager,
            new Rescuer(store, _leadership, Options, lost => OnLost(lost, LossCause.Lease), _log),
            new Expirer(store, _leadership, Options, lost => OnLost(lost, LossCause.Deadline), _log),
            new Pruner(store, _leadership, Options, _log),
        ];
        _leadership.Gained += () => Array.ForEach(_duties, d => d.Poke());
        Processor.Deferred += _stager.Expect;
        Processor.Committed += () => Bus.Publish(EventsRecorded.Instance);
        Doctor = new Doctor(this, () => _leadership.IsHeld);
        _load.Publish(_metrics.Meter);
        _metrics.Meter.CreateObservableGauge(
            "longshore.waiting", () => (long)Room.Count, "{caller}", "Callers that wait for work here.");
        _metrics.Meter.CreateObservableGauge(
            "longshore.leading", () => _leadership.IsHeld ? 1L : 0, "{node}", "1 while this node does the duties.");
        Client = new LocalClient(this);
    }

    /// <summary>Everything a caller can do, in process.</summary>
    public ILongshoreClient Client { get; }

    /// <summary>What was done since the node was created.</summary>
    public EngineStatistics Statistics => Processor.Statistics;

    internal IStore Store { get; }

    internal EngineOptions Options { get; }

    internal ILoggerFactory Logging { get; }

    internal IEventBus Bus { get; }

    internal IdSource Ids { get; }

    internal WaitingRoom Room { get; }

    internal CommandProcessor Processor { get; }

    internal LeaseKeeper Keeper { get; }

    internal Doctor Doctor { get; }

    internal PoolGuard PoolGuard { get; } = new();

    internal EngineMetrics Metrics => _metrics;

    /// <summary>Begins the duties.</summary>
    public Task StartAsync(CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_stopped, this);
        if (_loops.Count > 0)
        {
            return Task.CompletedTask;
        }

        _fallback = Options.Clock.CreateTimer(
            _ => LookAgain(), null, Options.FallbackInterval, Options.FallbackInterval);
        using (ExecutionContext.SuppressFlow())
        {
            _loops.Add(_leadership.RunAsync(_stopping.Token));
            _loops.Add(_load.RunAsync(_stopping.Token));
            foreach (var duty in _duties)
            {
                _loops.Add(duty.RunAsync(_stopping.Token));
            }
        }

        _log.NodeStarted(Options.NodeName, Store.Info.Name, Store.Info.Location);
        return Task.CompletedTask;
    }

    /// <summary>Ends the duties, answers those who wait with nothing, and commits what was accepted.</summary>
    public async Task StopAsync(CancellationToken ct = default)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        if (_fallback is not null)
        {
            await _fallback.DisposeAsync().ConfigureAwait(false);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_loops).ConfigureAwait(false);
        Room.Close();
        await Processor.CloseAsync().ConfigureAwait(false);
        _log.NodeStopped(Options.NodeName);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Array.ForEach(_duties, d => d.Dispose());
        Keeper.Dispose();
        PoolGuard.Dispose();
        Processor.Dispose();
        _metrics.Dispose();
        _load.Dispose();
        Doctor.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Tells everybody concerned of claims that somebody other than their holders ended.</summary>
    internal void OnLost(IReadOnlyList<LostClaim> lost, LossCause cause)
    {
        if (lost.Count == 0)
        {
            return;
        }

        foreach (var claim in lost)
        {
            _losses.Add(claim, cause);
            if (claim.Agent is not null)
            {
                Bus.Publish(new ClaimEnded(claim.Agent, claim.TaskId, claim.Epoch));
            }
        }

        Processor.SendOrFail(new WakeCommand(room =>
        {
            foreach (var agent in lost.Select(c => c.Agent).OfType<string>().Distinct(StringComparer.Ordinal))
            {
                room.WakeAgent(agent);
            }

            room.Wake(lost.Count(c => c.State == TaskState.Created));
        }));

        // A lost claim usually comes back after a pause that only the store knows.
        _stager.Poke();
        Bus.Publish(EventsRecorded.Instance);
    }

    /// <summary>
    /// Has the store asked for what the gauges show, unless that was done a moment ago. A store that is slow to answer
    /// is not waited for.
    /// </summary>
    internal async Task RefreshGaugesAsync(CancellationToken ct) =>
        await _load.RefreshAsync(GaugeAgeMax, _stopping.Token).WaitAsync(GaugeWaitMax, Options.Clock, ct)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>So many tasks of unknown classes became ready.</summary>
    internal void OnReady(int tasks)
    {
        Processor.SendOrFail(new WakeCommand(room => room.Wake(tasks)));
        Bus.Publish(EventsRecorded.Instance);
    }

    private static readonly TimeSpan GaugeAgeMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GaugeWaitMax = TimeSpan.FromSeconds(2);

    private void LookAgain()
    {
        if (Room.Count > 0)
        {
            Processor.SendOrFail(new WakeCommand(room => room.WakeEverybody()));
        }

        Bus.Publish(EventsRecorded.Instance);
    }
}
