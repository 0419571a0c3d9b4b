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
    public static TaskOperation AfterFailure(bool retry, int attempts, int maxAttempts, int failers)
    {
        if (!retry)
        {
            return TaskOperation.FailForGood;
        }

        return attempts < maxAttempts ? TaskOperation.Fail : UsedUp(failers);
    }

    /// <summary>
    /// A claim is lost. Only the loss of a single grant counts: it alone shows which task killed its holder (G7).
    /// </summary>
    /// <param name="single">It was its agent's only claim when granted.</param>
    /// <param name="attempts">Attempts used, this one included.</param>
    /// <param name="maxAttempts">Attempts allowed, the first included.</param>
    /// <param name="failers">Agents that failed the task, this one included.</param>
    public static TaskOperation AfterLoss(bool single, int attempts, int maxAttempts, int failers) =>
        single && attempts >= maxAttempts ? UsedUp(failers) : TaskOperation.LoseClaim;

    private static TaskOperation UsedUp(int failers) =>
        failers >= QuarantineAgents ? TaskOperation.Quarantine : TaskOperation.FailForGood;
}
