using Longshore.Engine.Maintenance;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine;

/// <summary>
/// Says every few seconds that this node is there and what it waits for, and learns the store's time. A node that
/// could not say so for <see cref="EngineOptions.NodeTimeout"/> is cut off: others count it as gone, so it claims
/// nothing until the store answers again.
/// </summary>
internal sealed class NodePresence(LongshoreEngine engine, Leadership leadership, ILogger log) : IDisposable
{
    private const int NamesMax = 1000;

    // For so long after somebody last waited in a namespace the node still hears of it.
    private static readonly TimeSpan InterestKept = TimeSpan.FromSeconds(60);
    private readonly TimeProvider _clock = engine.Options.Clock;
    private readonly WakeTimer _timer = new(engine.Options.Clock);
    private readonly Random _chance = new(engine.Options.Seed ?? engine.Session.GetHashCode(StringComparison.Ordinal));
    private readonly Lock _gate = new();

    // Guarded by _gate: when somebody last waited in a namespace, and what the others know of.
    private readonly Dictionary<string, long> _waited = new(StringComparer.Ordinal);
    private HashSet<string> _declared = new(StringComparer.Ordinal);

    // Touched by the loop only.
    private NodeMode? _heardIn;
    private long _answeredAt = engine.Options.Clock.GetTimestamp();
    private bool _begun;

    /// <summary>The name by which the others know this node.</summary>
    public string Name { get; private set; } = engine.Options.NodeName;

    /// <summary>Somebody waits for work in these namespaces.</summary>
    public void OnWaiting(IReadOnlyCollection<string> namespaces)
    {
        var isNew = false;
        lock (_gate)
        {
            foreach (var name in namespaces)
            {
                _waited[name] = _clock.GetTimestamp();
                isNew |= !_declared.Contains(name);
            }
        }

        if (isNew)
        {
            _timer.Poke();
        }
    }

    /// <summary>Says at once what changed: the mode.</summary>
    public void Poke() => _timer.Poke();

    /// <summary>Says that the node is there, until cancelled; then that it is gone.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await BeatAsync(ct).ConfigureAwait(false);
                var jitter = 0.9 + (0.2 * _chance.NextDouble());
                await _timer.WaitAsync(engine.Options.HeartbeatInterval * jitter, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                break;
            }
        }

        try
        {
            await engine.Store.Nodes.LeaveAsync(Name, engine.Session, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            log.LogWarning(e, "Node {Node} could not sign off; the others miss it before long", Name);
        }
    }

    public void Dispose() => _timer.Dispose();

    private async Task BeatAsync(CancellationToken ct)
    {
        try
        {
            var interests = Interests();
            var asked = _clock.GetTimestamp();
            var outcome = await SayAsync(interests, ct).ConfigureAwait(false);
            engine.Time.Learn(outcome.NowUs);
            _answeredAt = asked;
            engine.Resume();
            await HearAsync(interests, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            log.LogWarning(e, "Node {Node} could not say that it is there", Name);
            if (_clock.GetElapsedTime(_answeredAt) >= engine.Options.NodeTimeout)
            {
                engine.Suspend();
            }
        }
    }

    // A run that begins takes its name, so that a restarted node is itself again at once; if its former owner lives on,
    // that one goes on under the next free name.
    private async Task<NodeBeatOutcome> SayAsync(IReadOnlyList<string> interests, CancellationToken ct)
    {
        for (var number = 1; ; number++)
        {
            var beat = new NodeBeat
            {
                Name = Name,
                Session = engine.Session,
                Version = typeof(NodePresence).Assembly.GetName().Version?.ToString(3) ?? "0.0.0",
                Mode = engine.Mode.ToWire(),
                Interests = interests,
                TakesOver = !_begun,
            };
            var outcome = await engine.Store.Nodes.BeatAsync(beat, engine.Options.NodeTimeout, ct: ct).AsTask()
                .WaitAsync(engine.Options.NodeTimeout / 2, _clock, ct).ConfigureAwait(false);
            _begun = true;
            if (outcome.Accepted || number == NamesMax)
            {
                return outcome;
            }

            var former = Name;
            Name = $"{engine.Options.NodeName}-{number + 1}";
            leadership.Holder = Name;
            log.NodeRenamed(former, Name);
        }
    }

    private IReadOnlyList<string> Interests()
    {
        lock (_gate)
        {
            foreach (var name in engine.Room.Namespaces())
            {
                _waited[name] = _clock.GetTimestamp();
            }

            foreach (var (name, at) in _waited.ToList())
            {
                if (_clock.GetElapsedTime(at) > InterestKept)
                {
                    _waited.Remove(name);
                }
            }

            return engine.Mode == NodeMode.PollingOnly
                ? []
                : [.. _waited.OrderByDescending(w => w.Value).Take(Limits.InterestsMax).Select(w => w.Key)];
        }
    }

    // The others know of the interest already: what they tell from now on is heard, and what was before is found by
    // looking once more.
    private async Task HearAsync(IReadOnlyList<string> interests, CancellationToken ct)
    {
        var mode = engine.Mode;
        bool changed, grew;
        lock (_gate)
        {
            changed = mode != _heardIn || !_declared.SetEquals(interests);
            grew = mode != _heardIn || !_declared.IsSupersetOf(interests);
            _declared = mode == NodeMode.PollingOnly
                ? [.. _waited.Keys]
                : new HashSet<string>(interests, StringComparer.Ordinal);
        }

        if (!changed || engine.Bus is not INodeBus bus)
        {
            _heardIn = mode;
            return;
        }

        await bus.ListenAsync(mode == NodeMode.PollingOnly ? null : interests, ct).ConfigureAwait(false);
        _heardIn = mode;
        if (grew && mode != NodeMode.PollingOnly && engine.Room.Count > 0)
        {
            engine.Readiness.Rescan(ReadinessTrigger.StepTransition);
        }
    }
}
