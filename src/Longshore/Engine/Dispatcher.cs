using Longshore.Agents;
using Longshore.Events;
using Longshore.Storage;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine;

/// <summary>
/// A handler host: an agent in this process whose tasks are done by handlers, one <see cref="Lane"/> for each kind.
/// It claims as any agent does, but may hold a little more than it runs, and hands back what it has not started.
/// </summary>
internal sealed partial class Dispatcher : IAsyncDisposable
{
    // Twice what the store takes in one flight, so that handlers have work while it is on the way; more only makes
    // flights longer. On two cores with SQLite 5,000 drains as fast as 20,000 in a quarter of the time per flight.
    private const int AheadMax = 5000;
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private readonly AgentRegistration _profile;
    private readonly TimeSpan _drainTimeout;
    private readonly Lane[] _lanes;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _ticks;
    private IDisposable? _subscription;
    private long _heardAt;
    private int _held;
    private int _unsettled;
    private volatile bool _stopping;

    // Touched by the processor's loop only: the lane whose best task is a suspect and wants this host for itself (G7).
    private volatile Lane? _full;
    private bool _emptying;

    public Dispatcher(
        LongshoreEngine engine, AgentRegistration profile, IReadOnlyList<LaneOptions> lanes, TimeSpan drainTimeout)
    {
        Engine = engine;
        _logger = engine.Logging.CreateLogger<Dispatcher>();
        _drainTimeout = drainTimeout;
        _profile = profile with
        {
            MaxConcurrent = lanes.Sum(l => l.Concurrency),
            Kinds = [.. lanes.SelectMany(l => l.Kinds)],
            Session = engine.Ids.Next(),
        };
        var prefetchMax = AheadMax / lanes.Count;
        var laneLogger = engine.Logging.CreateLogger<Lane>();
        _lanes = [.. lanes.Select(l => new Lane(this, l, prefetchMax, laneLogger))];
    }

    public LongshoreEngine Engine { get; }

    public string Name => _profile.Name;

    /// <summary>How many it may hold beyond what it runs.</summary>
    public int Prefetch => _lanes.Sum(l => l.Prefetch);

    /// <summary>True when it holds nothing and every lane waits for work.</summary>
    public bool IsQuiet => Volatile.Read(ref _unsettled) == 0 && _lanes.All(Engine.Room.IsParked);

    public IReadOnlyList<Lane> Lanes => _lanes;

    /// <summary>Registers the agent, under a new session, and begins to claim.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        await Engine.Client.RegisterAsync(_profile, ct).ConfigureAwait(false);
        _heardAt = Engine.Options.Clock.GetTimestamp();
        _subscription = Engine.Bus.Subscribe(OnMessage);
        Engine.Keeper.Add(this);
        Engine.PoolGuard.Add(this);
        _ticks = Engine.Options.Clock.CreateTimer(_ => OnTick(), null, TickInterval, TickInterval);
        foreach (var lane in _lanes)
        {
            Engine.Room.Ask(lane);
        }
    }

    /// <summary>
    /// Claims nothing more, gives back what was not started, waits for what runs up to the drain timeout or until
    /// <paramref name="ct"/>, stops the rest and gives it back, and signs off.
    /// </summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        foreach (var lane in _lanes)
        {
            lane.Drain();
        }

        await WaitAsync(_ended, ref _held, _drainTimeout, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var lane in _lanes)
        {
            lane.StopRunning();
        }

        // A run that ignores this is abandoned after a while, which ends it here.
        await WaitAsync(_ended, ref _held, SettleMax, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await WaitAsync(_settled, ref _unsettled, SettleMax, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await SignOffAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var lane in _lanes)
        {
            lane.Dispose();
        }
    }

    /// <summary>Grants arrived.</summary>
    public void OnHeld(int count)
    {
        Interlocked.Add(ref _held, count);
        Interlocked.Add(ref _unsettled, count);
        Engine.PoolGuard.Wake();
    }

    /// <summary>A grant is over as far as this host is concerned; the store may not know yet.</summary>
    public void OnEnded()
    {
        if (Interlocked.Decrement(ref _held) == 0 && _stopping)
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>The store knows.</summary>
    public void OnSettled()
    {
        if (Interlocked.Decrement(ref _unsettled) == 0 && _stopping)
        {
            _settled.TrySetResult();
        }
    }

    /// <summary>
    /// Whether a lane may claim now. While one of them needs the host empty, only that one may, once it is empty;
    /// otherwise the other kinds would keep a suspect waiting for ever.
    /// </summary>
    public bool MayClaim(Lane lane) => !_emptying || (lane == _full && Volatile.Read(ref _held) == 0);

    /// <summary>A lane's claim was answered.</summary>
    public void OnAnswer(Lane lane, ClaimStatus status)
    {
        if (status == ClaimStatus.AtCapacity)
        {
            _full ??= lane;
            _emptying = Volatile.Read(ref _held) > 0 || _emptying;
        }

        if (lane == _full && (status != ClaimStatus.AtCapacity || Volatile.Read(ref _held) == 0))
        {
            var others = _emptying;
            _full = status == ClaimStatus.AtCapacity ? lane : null;
            _emptying = false;
            if (others)
            {
                Array.ForEach(_lanes, l => Engine.Room.Ask(l));
            }
        }
    }

    /// <summary>Whether a lane needs the host empty.</summary>
    public bool IsFull(Lane lane) => lane == _full;

    /// <summary>The lane that needs the host empty asks again, since it may be.</summary>
    public void AskForFull()
    {
        if (_full is { } lane)
        {
            Engine.Room.Ask(lane);
        }
    }

    /// <summary>As <see cref="AskForFull"/>, in the flight that carries the last finish.</summary>
    public void RideForFull(Flight flight, WaitingRoom room)
    {
        if (_full is { } lane && Volatile.Read(ref _held) == 0)
        {
            room.Ride(lane, flight);
        }
    }

    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(30);

    private Task WaitAsync(TaskCompletionSource source, ref int left, TimeSpan most, CancellationToken ct) =>
        Volatile.Read(ref left) == 0 ? Task.CompletedTask : source.Task.WaitAsync(most, Engine.Options.Clock, ct);

    private async Task SignOffAsync()
    {
        _subscription?.Dispose();
        Engine.Keeper.Remove(this);
        Engine.PoolGuard.Remove(this);
        if (_ticks is not null)
        {
            await _ticks.DisposeAsync().ConfigureAwait(false);
            try
            {
                await Engine.Client.DeregisterAsync(Name, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                LogSigningFailed(Name, e);
            }
        }
    }

    private void OnMessage(BusMessage message)
    {
        if (message is ClaimEnded ended && ended.Agent == Name)
        {
            _ = _lanes.Any(l => l.Lose(ended.TaskId, ended.Epoch));
        }
    }

    private void OnTick()
    {
        foreach (var lane in _lanes)
        {
            lane.GiveBackOverheld();
            Engine.Room.AskIfIdle(lane);
        }

        if (!_stopping && Engine.Options.Clock.GetElapsedTime(_heardAt) >= WaiterPresence.IntervalOf(Engine.Store))
        {
            _heardAt = Engine.Options.Clock.GetTimestamp();
            _ = HeartbeatAsync();
        }
    }

    private async Task HeartbeatAsync()
    {
        try
        {
            await Engine.Client.HeartbeatAsync(Name).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogSigningFailed(Name, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Agent {Agent} could not sign on, off, or say that it is alive")]
    private partial void LogSigningFailed(string agent, Exception e);
}
