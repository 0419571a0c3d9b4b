using Longshore.Client;
using Longshore.Engine.Distribution;
using Longshore.Engine.Maintenance;
using Longshore.Engine.Readiness;
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
    private readonly Ticker _ticker;
    private readonly Relaxer _relaxer;
    private readonly Distributor _distributor;
    private readonly StandingPlanner _planner;
    private readonly Duty[] _duties;
    private readonly List<Task> _loops = [];
    private readonly NodePresence _presence;
    private readonly WaiterPresence _waiters;
    private readonly FallbackPoller _poller;
    private readonly IDisposable _hearing;
    private volatile NodeMode _mode;
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
        Session = $"{Options.NodeName}/{Ids.Next()}";
        Time = new StoreTime(Options.Clock);
        _mode = CanHear ? Options.Mode : NodeMode.PollingOnly;
        Room = new WaitingRoom(Options.Clock);
        Offers = new OfferWatches(Bus, Options.Clock);
        Rules = new RuleCache(store.Rules, Options.Clock);
        Processor = new CommandProcessor(store.Tasks, Room, Time, Options.Clock, _metrics, _log)
        {
            Announcer = Bus is INodeBus nodes ? new ReadinessAnnouncer(nodes, Session, Time) : null,
        };
        Readiness = new ReadinessCommands(Processor, Options.Clock, _metrics.Readiness);
        Room.SendTo(Processor.SendOrFail);
        Room.Tokens = new TokenTimer(Time, Options.Clock, Processor.SendOrFail);
        Keeper = new LeaseKeeper(Processor, Options.Clock);
        _leadership = new Leadership(store.Leases, Options.NodeName, Options.LeadershipTerm, Options.Clock, _log);
        _stager = new Stager(store, _leadership, Options, Time, StagerPauseMax, OnReady, _log);
        _ticker = new Ticker(store, Processor, _leadership, Options, Time, StagerPauseMax, _log);
        _relaxer = new Relaxer(store, _leadership, Options, Time, StagerPauseMax, OnReady, _log);
        _distributor = new Distributor(
            store, _leadership, Options, Time, Distribution, OnOffered, lost => OnLost(lost, LossCause.Deadline), _log);
        _planner = new StandingPlanner(
            store, _leadership, Options, Time, Distribution, _metrics.Plans, OnOffered, _log);
        _duties =
        [
            _stager,
            _ticker,
            _relaxer,
            _distributor,
            _planner,
            new UnroutableWatch(store, _leadership, Options, Time, OnReady, _log),
            new BreakerCleaner(store, _leadership, Options, Time, _log),
            new Rescuer(store, _leadership, Options, OnLapsed, _log),
            new Expirer(store, _leadership, Options, lost => OnLost(lost, LossCause.Deadline), _log),
            new Pruner(store, _leadership, Options, Time, _log),
            new FailureWatch(store, Processor, _leadership, Options, _log),
            new DepthWatch(store, Processor, _leadership, Options, Time, _log),
        ];
        _leadership.Gained += () => Array.ForEach(_duties, d => d.Poke());
        FollowProcessor();
        _presence = new NodePresence(this, _leadership, _log);
        _waiters = new WaiterPresence(this, _log);
        _poller = new FallbackPoller(this, Readiness, _metrics.Readiness, _log);
        Room.Waiting += _presence.OnWaiting;
        _hearing = Bus.Subscribe(
            new ReadinessEventSystem(this, Readiness, _metrics.Readiness, OnExpected, _log).OnMessage);
        Doctor = new Doctor(this, () => _leadership.IsHeld);
        PublishGauges();
        Client = new LocalClient(this);
    }

    private void FollowProcessor()
    {
        Processor.Deferred += _stager.Expect;
        Processor.Relaxing += () => _relaxer.Expect(Time.NowUs);
        Processor.CalledOff += lost => OnLost(lost, LossCause.Cancelled);
        Processor.Committed += () => Bus.Publish(EventsRecorded.Instance);
        Processor.Committed += _distributor.Notice;
    }

    /// <summary>Everything a caller can do, in process.</summary>
    public ILongshoreClient Client { get; }

    /// <summary>What was done since the node was created.</summary>
    public EngineStatistics Statistics => Processor.Statistics;

    /// <summary>How the node learns of work that other nodes made possible.</summary>
    public NodeMode Mode => _mode;

    /// <summary>The name by which the nodes that share the store know this one.</summary>
    public string NodeName => _presence.Name;

    internal IStore Store { get; }

    /// <summary>This run of the node.</summary>
    internal string Session { get; }

    internal StoreTime Time { get; }

    internal ReadinessCommands Readiness { get; }

    internal EngineOptions Options { get; }

    internal ILoggerFactory Logging { get; }

    internal IEventBus Bus { get; }

    internal IdSource Ids { get; }

    internal WaitingRoom Room { get; }

    internal OfferWatches Offers { get; }

    internal CommandProcessor Processor { get; }

    internal LeaseKeeper Keeper { get; }

    internal Doctor Doctor { get; }

    internal DistributionTally Distribution { get; } = new();

    internal RuleCache Rules { get; }

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

        using (ExecutionContext.SuppressFlow())
        {
            _loops.Add(_leadership.RunAsync(_stopping.Token));
            _loops.Add(_load.RunAsync(_stopping.Token));
            _loops.Add(_presence.RunAsync(_stopping.Token));
            _loops.Add(_waiters.RunAsync(_stopping.Token));
            _loops.Add(_poller.RunAsync(_stopping.Token));
            foreach (var duty in _duties)
            {
                _loops.Add(duty.RunAsync(_stopping.Token));
            }
        }

        _log.NodeStarted(Options.NodeName, Store.Info.Name, Store.Info.Location);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Changes how the node learns of work. It hears before it stops looking, and looks before it stops hearing, so
    /// nothing is missed on the way; it looks at everything once when the new mode is in force.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// wrong_state: nothing can be heard of other nodes here, so the node must poll.
    /// </exception>
    public void SwitchMode(NodeMode mode)
    {
        if (!Enum.IsDefined(mode))
        {
            throw LongshoreException.Invalid("mode", "is none of event_driven_only, hybrid, polling_only");
        }

        if (mode != NodeMode.PollingOnly && !CanHear)
        {
            throw new LongshoreException(
                ErrorCode.WrongState,
                $"mode {mode.ToWire()} needs notifications, and this node cannot hear any (a transaction pooler stands "
                + "between it and the store, or it has no bus); use polling_only",
                "mode");
        }

        var former = _mode;
        if (former == mode)
        {
            return;
        }

        _mode = mode;
        _log.ModeChanged(NodeName, mode.ToWire(), former.ToWire());
        _presence.Poke();
        _poller.Poke();
        _stager.Poke();
        _ticker.Poke();
        Readiness.Rescan(ReadinessTrigger.FallbackPolling);
    }

    /// <summary>Ends the duties, answers those who wait with nothing, and commits what was accepted.</summary>
    public async Task StopAsync(CancellationToken ct = default)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_loops).ConfigureAwait(false);
        if (Bus is INodeBus bus && _loops.Count > 0)
        {
            await bus.ListenAsync(null, CancellationToken.None).ConfigureAwait(false);
        }

        Room.Close();
        Offers.Close();
        await Processor.CloseAsync().ConfigureAwait(false);
        _log.NodeStopped(Options.NodeName);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _hearing.Dispose();
        Room.Tokens?.Dispose();
        Offers.Dispose();
        _presence.Dispose();
        _waiters.Dispose();
        _poller.Dispose();
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
                Tell(new TaskStateChangeEvent(claim.TaskId, claim.State, claim.Agent, claim.Epoch));
            }
        }

        foreach (var agent in lost.Select(c => c.Agent).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            Processor.SendOrFail(new WakeCommand(room => room.WakeAgent(agent)));
        }

        // A task that is held no more may have made room under a limit for another.
        BecameReady([.. lost.Where(c => c.Agent is not null || c.State.IsQueued()).Select(c => c.TaskId)]);

        // A lost claim usually comes back after a pause that only the store knows.
        _stager.Poke();
        Tell(new TaskDeferredEvent(Time.NowUs));
        Bus.Publish(EventsRecorded.Instance);
    }

    /// <summary>Something was recorded; a task of which it changed the state is told of.</summary>
    internal void OnRecorded(long? taskId, TaskState state)
    {
        if (taskId is { } id)
        {
            Tell(new TaskStateChangeEvent(id, state, null, 0));
        }

        Bus.Publish(EventsRecorded.Instance);
    }

    /// <summary>Leases and offers ran out.</summary>
    private void OnLapsed(IReadOnlyList<LostClaim> lost)
    {
        Distribution.Redistributed(lost.Count(c => c.State.IsQueued()));
        OnLost(lost, LossCause.Lease);
    }

    /// <summary>A task was offered to an agent, which may listen here or at another node.</summary>
    internal void OnOffered(Grant offer)
    {
        var (task, agent) = (offer.Task, offer.Task.Agent!);
        Hint(agent, task.Id, offer.Epoch, task.Spec.CorrelationId);
        Tell(new TaskStateChangeEvent(task.Id, TaskState.Assigned, agent, offer.Epoch));
        Bus.Publish(EventsRecorded.Instance);
    }

    /// <summary>Hints at an offer to those who listen at this node.</summary>
    internal void Hint(string agent, long taskId, int epoch, string? correlationId = null) =>
        Bus.Publish(new OfferMade(
            ControlTopics.Of(Room.TypeOf(agent) ?? "agent", agent), agent, taskId, epoch, correlationId));

    /// <summary>An agent's profile or mode changed; it may wait here or at another node.</summary>
    internal void OnAgentChanged(string agent)
    {
        _distributor.Notice();
        _relaxer.Notice();
        Processor.SendOrFail(new WakeCommand(room => room.WakeAgent(agent)));
        Tell(new AgentChangedEvent(agent));
        Bus.Publish(EventsRecorded.Instance);
    }

    /// <summary>An agent's profile or mode changed at another node.</summary>
    internal void OnAgentChangedElsewhere() => _relaxer.Notice();

    /// <summary>
    /// The rules of a namespace changed: what nobody could claim may be claimable, or the distributor's.
    /// </summary>
    internal void OnRulesChanged(string @namespace)
    {
        _distributor.Poke();
        _planner.Poke();
        Signal(new TaskReadyEvent { Namespace = @namespace });
        Bus.Publish(EventsRecorded.Instance);
    }

    /// <summary>Rules are about to say who is told of failures.</summary>
    internal ValueTask BeginAlertsAsync(CancellationToken ct) => FailureWatch.BeginAsync(Store, ct);

    /// <summary>A schedule will tick at an instant, whichever node leads.</summary>
    internal void OnScheduled(DateTimeOffset? tick)
    {
        if (tick is { } next)
        {
            _ticker.Expect(next.ToMicroseconds());
            Tell(new TaskDeferredEvent(next.ToMicroseconds()));
        }

        Bus.Publish(EventsRecorded.Instance);
    }

    /// <summary>Runs were changed by somebody other than those who do their steps.</summary>
    internal void OnRunsChanged(RunEffects effects)
    {
        OnLost(effects.Lost, LossCause.Cancelled);
        BecameReady(effects.Released);
        _relaxer.Notice();
        Bus.Publish(EventsRecorded.Instance);
    }

    /// <summary>Tasks were stored by somebody other than the processor.</summary>
    internal void OnAdded(IReadOnlyList<NewTask> tasks)
    {
        var later = tasks.Where(task => task.ReadyAt > Time.Now).ToList();
        if (later.Count > 0)
        {
            var first = later.Min(task => task.ReadyAt!.Value).ToMicroseconds();
            _stager.Expect(first);
            Tell(new TaskDeferredEvent(first));
        }

        if (tasks.Count > 0)
        {
            _relaxer.Notice();
            OnReady(tasks.Count - later.Count);
        }
    }

    /// <summary>The node is cut off: it takes nothing more and lets go of what it can.</summary>
    internal void Suspend()
    {
        if (!Room.IsSuspended)
        {
            Room.IsSuspended = true;
            _log.NodeSuspended(NodeName, Options.NodeTimeout);
            Keeper.GiveBackUnstarted();
        }

        Keeper.LoseLapsed();
    }

    /// <summary>The store answers: the node is one of them again.</summary>
    internal void Resume()
    {
        if (Room.IsSuspended)
        {
            Room.IsSuspended = false;
            _log.NodeResumed(NodeName);
            Readiness.Rescan(ReadinessTrigger.FallbackPolling);
        }
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
        Signal(new TaskReadyEvent { ReadySteps = tasks });
        Bus.Publish(EventsRecorded.Instance);
    }

    private void PublishGauges()
    {
        _load.Publish(_metrics.Meter);
        _metrics.Meter.CreateObservableGauge(
            "longshore.waiting", () => (long)Room.Count, "{caller}", "Callers that wait for work here.");
        _metrics.Meter.CreateObservableGauge(
            "longshore.leading", () => _leadership.IsHeld ? 1L : 0, "{node}", "1 while this node does the duties.");
    }

    private static readonly TimeSpan GaugeAgeMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GaugeWaitMax = TimeSpan.FromSeconds(2);

    // How late a delayed task of another node may be noticed while nobody can tell of it.
    private static readonly TimeSpan UnheardPauseMax = TimeSpan.FromSeconds(1);

    // Whether another node can tell this one anything, or there is no other.
    private bool CanHear => Bus is INodeBus || !Store.Info.IsShared;

    // Another node deferred a task or scheduled a tick until then.
    private void OnExpected(long dueUs)
    {
        _stager.Expect(dueUs);
        _ticker.Expect(dueUs);
        _relaxer.Expect(dueUs);
    }

    private TimeSpan StagerPauseMax() =>
        !Store.Info.IsShared || (Mode != NodeMode.PollingOnly && Bus is INodeBus { IsConnected: true })
            ? Options.FallbackInterval
            : UnheardPauseMax < Options.FallbackInterval ? UnheardPauseMax : Options.FallbackInterval;

    private void BecameReady(IReadOnlyList<long> tasks)
    {
        if (tasks.Count > 0)
        {
            Signal(new TaskReadyEvent
            {
                TaskIds = tasks.Count <= Limits.SignalledTasksMax ? tasks : [],
                ReadySteps = tasks.Count,
            });
        }
    }

    // Here by the same command as for what other nodes tell.
    private void Signal(TaskReadyEvent ready)
    {
        Readiness.Send(ready);
        Tell(ready);
    }

    private void Tell(ReadinessEvent happened)
    {
        if (Bus is INodeBus)
        {
            Bus.Publish(happened with { Origin = Session });
        }
    }
}
