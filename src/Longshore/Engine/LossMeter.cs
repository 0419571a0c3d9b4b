using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine;

/// <summary>Measures and tells of claims that ended without their holders.</summary>
internal sealed class LossMeter(EngineMetrics metrics, ILogger logger)
{
    private static readonly KeyValuePair<string, object?> AfterLoss = new("cause", "lost");

    public void Add(LostClaim claim, LossCause cause)
    {
        if (claim.Agent is null || cause is LossCause.Cancelled or LossCause.SignedOff or LossCause.Evicted
            or LossCause.HandedOff)
        {
            // Nobody lost anything: it was meant to end.
            return;
        }

        if (claim.WasOffer)
        {
            // Nobody had begun; to let an offer pass is an answer, too.
            metrics.Lost.Add(1, new KeyValuePair<string, object?>("cause", "offer"));
            logger.OfferEnded(claim.TaskId, claim.Agent, claim.Epoch);
            return;
        }

        metrics.Lost.Add(1, new KeyValuePair<string, object?>("cause", Word(cause)));
        logger.ClaimLost(claim.TaskId, claim.Agent, claim.Epoch, claim.State.ToWire());
        switch (claim.State)
        {
            case TaskState.Created:
                metrics.Retried.Add(1, AfterLoss);
                break;
            case TaskState.Failed:
                metrics.FailedForGood.Add(1, new KeyValuePair<string, object?>("state", "failed"));
                logger.TaskFailed(claim.TaskId, "its claim was lost at the last attempt");
                break;
            case TaskState.Quarantined:
                metrics.FailedForGood.Add(1, new KeyValuePair<string, object?>("state", "quarantined"));
                logger.TaskQuarantined(claim.TaskId, "its claim was lost at the last attempt");
                break;
        }
    }

    private static string Word(LossCause cause) => cause switch
    {
        LossCause.Lease => "lease",
        LossCause.Session => "session",
        _ => "deadline",
    };
}
