using Longshore.Storage;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Whether this node does the duties. One node holds the lease; it renews three times a term, and stops believing in
/// it by its own clock when the term is over without a renewal, before anybody else may take it.
/// </summary>
internal sealed class Leadership(
    ILeaseStore leases, string node, TimeSpan term, TimeProvider clock, ILogger logger)
{
    /// <summary>How often those who wait for the lead look again.</summary>
    public static readonly TimeSpan RecheckInterval = TimeSpan.FromSeconds(1);

    private const string LeaseName = "maintenance";
    private long _heldUntil;

    // Touched by the loop only: the lead as it was last told of.
    private long? _epoch;

    /// <summary>By which name this node leads; it may change when another node takes the name.</summary>
    public string Holder { get; set; } = node;

    /// <summary>True while this node leads.</summary>
    public bool IsHeld => clock.GetTimestamp() < Volatile.Read(ref _heldUntil);

    /// <summary>Raised when this node gets the lead.</summary>
    public event Action? Gained;

    /// <summary>Takes the lead when it is free, and keeps it, until cancelled; then gives it up.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await TryAcquireAsync(ct).ConfigureAwait(false);
            await Task.Delay(term / 3, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Volatile.Write(ref _heldUntil, 0);
        if (_epoch is not null)
        {
            logger.LeadershipReleased(Holder);
        }

        try
        {
            await leases.ReleaseAsync(LeaseName, Holder, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            logger.LogWarning(e, "The lead was not given up; it ends by itself within {Term}", term);
        }
    }

    // Tells of a change, once.
    private void Note(long? epoch, string why)
    {
        if (epoch is { } held && _epoch is null)
        {
            logger.LeadershipGained(Holder, held);
        }
        else if (epoch is null && _epoch is not null)
        {
            logger.LeadershipLost(Holder, why);
        }

        _epoch = epoch;
    }

    private async Task TryAcquireAsync(CancellationToken ct)
    {
        try
        {
            var asked = clock.GetTimestamp();
            var had = IsHeld;
            var epoch = await leases.AcquireAsync(LeaseName, Holder, term, ct: ct).ConfigureAwait(false);
            var until = asked + (long)(term.TotalSeconds * clock.TimestampFrequency);
            Volatile.Write(ref _heldUntil, epoch is null ? 0 : until);
            Note(epoch, "another node has it");
            if (epoch is not null && !had)
            {
                Gained?.Invoke();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            logger.LogError(e, "The lead could not be taken or kept; it is tried again");
            Note(IsHeld ? _epoch : null, "its term ended without a renewal");
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
