using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Work that has to be done by one node of those that share a store, from time to time. It goes on until nothing is
/// due, in bounded steps. A failure is logged and tried again; it never ends the duty.
/// </summary>
internal abstract class Duty(Leadership leadership, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly WakeTimer _timer = new(clock);

    /// <summary>Name for people.</summary>
    protected abstract string Name { get; }

    /// <summary>Does one bounded step. Answers true when more is due at once.</summary>
    protected abstract ValueTask<bool> StepAsync(CancellationToken ct);

    /// <summary>How long nothing will be due, as far as is known.</summary>
    protected abstract ValueTask<TimeSpan> PauseAsync(CancellationToken ct);

    /// <summary>Does what is due, over and over, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await _timer.WaitAsync(await RunOnceAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Looks again now.</summary>
    public void Poke() => _timer.Poke();

    public virtual void Dispose() => _timer.Dispose();

    /// <summary>
    /// Does all that is due, as long as this node may, and answers how long nothing will be. A simulation calls this in
    /// its own time.
    /// </summary>
    internal async ValueTask<TimeSpan> DoDueAsync(Func<bool> mayGoOn, CancellationToken ct)
    {
        while (await StepAsync(ct).ConfigureAwait(false) && mayGoOn())
        {
            // Until nothing is due.
        }

        return await PauseAsync(ct).ConfigureAwait(false);
    }

    private async ValueTask<TimeSpan> RunOnceAsync(CancellationToken ct)
    {
        try
        {
            if (!leadership.IsHeld)
            {
                return Leadership.RecheckInterval;
            }

            return await DoDueAsync(() => leadership.IsHeld, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            logger.LogError(e, "{Duty} failed; it tries again", Name);
            return RetryInterval;
        }
    }

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
}
