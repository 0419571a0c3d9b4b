namespace Longshore.Tasks;

/// <summary>What the end of an attempt leads to: the same decision in every store.</summary>
internal static class AttemptRules
{
    /// <summary>The least number of agents whose failures make a task suspicious, not the agent (G7).</summary>
    public const int QuarantineAgents = 2;

    /// <summary>How long a snooze lasts when its holder does not say.</summary>
    public static readonly TimeSpan SnoozeDefault = TimeSpan.FromSeconds(60);

    /// <summary>A holder reports failure.</summary>
    /// <param name="retry">False: the holder says that trying again is useless.</param>
    /// <param name="attempts">Attempts used, this one included.</param>
    /// <param name="maxAttempts">Attempts allowed, the first included.</param>
    /// <param name="failers">Agents that failed the task, this one included.</param>
    /// <param name="trips">It failed so often that its breaker opens (S0.83).</param>
    public static TaskOperation AfterFailure(bool retry, int attempts, int maxAttempts, int failers, bool trips = false)
    {
        if (!retry)
        {
            return TaskOperation.FailForGood;
        }

        if (attempts >= maxAttempts)
        {
            return UsedUp(failers);
        }

        return trips ? TaskOperation.Quarantine : TaskOperation.Fail;
    }

    /// <summary>
    /// A claim is lost. Only the loss of a single grant counts: it alone shows which task killed its holder (G7).
    /// </summary>
    /// <param name="single">It was its agent's only claim when granted.</param>
    /// <param name="attempts">Attempts used, this one included.</param>
    /// <param name="maxAttempts">Attempts allowed, the first included.</param>
    /// <param name="failers">Agents that failed the task, this one included.</param>
    /// <param name="trips">It failed so often that its breaker opens (S0.83).</param>
    public static TaskOperation AfterLoss(
        bool single, int attempts, int maxAttempts, int failers, bool trips = false)
    {
        if (!single)
        {
            return TaskOperation.LoseClaim;
        }

        if (attempts >= maxAttempts)
        {
            return UsedUp(failers);
        }

        return trips ? TaskOperation.Quarantine : TaskOperation.LoseClaim;
    }

    /// <summary>
    /// Whether a task's breaker opens: it was open before, or the failures and the agents that failed it are enough.
    /// </summary>
    /// <param name="threshold">Failed attempts that open it; 0 means never.</param>
    /// <param name="hasTripped">It opened before and the task has not been done since.</param>
    /// <param name="failures">Failed attempts, this one included.</param>
    /// <param name="failers">Agents that failed the task, this one included.</param>
    public static bool Trips(int threshold, bool hasTripped, int failures, int failers) =>
        threshold > 0 && (hasTripped || (failures >= threshold && failers >= QuarantineAgents));

    private static TaskOperation UsedUp(int failers) =>
        failers >= QuarantineAgents ? TaskOperation.Quarantine : TaskOperation.FailForGood;
}
