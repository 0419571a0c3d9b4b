using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine;

/// <summary>
/// Says of those who wait here for work or offers that they are alive. Their call is all they say for up to two
/// minutes, or as long as a stream lasts, which is longer than the silence after which an agent counts as gone.
/// </summary>
internal sealed class WaiterPresence(LongshoreEngine engine, ILogger log) : IDisposable
{
    private readonly WakeTimer _timer = new(engine.Options.Clock);

    /// <summary>How often whoever is alive says so: two of three may be lost.</summary>
    public static TimeSpan IntervalOf(IStore store) => store.Info.HeartbeatTimeout / 3;

    /// <summary>Speaks for them until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await _timer.WaitAsync(IntervalOf(engine.Store), ct).ConfigureAwait(false);
                await SayAsync(ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The engine stops.
        }
    }

    public void Dispose() => _timer.Dispose();

    private async Task SayAsync(CancellationToken ct)
    {
        var waiting = engine.Room.Agents();
        waiting.UnionWith(engine.Offers.Agents());
        try
        {
            foreach (var agents in waiting.Chunk(Limits.BatchMax))
            {
                await engine.Store.Agents.HeartbeatAsync(agents, ct: ct).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            log.LogWarning(e, "{Count} agents that wait here could not be said to be alive", waiting.Count);
        }
    }
}
