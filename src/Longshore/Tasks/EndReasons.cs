namespace Longshore.Tasks;

/// <summary>Why a claim ended that its holder did not end: the words are the same in every store.</summary>
internal static class EndReasons
{
    public const string LeaseRanOut = "the lease ran out";
    public const string SessionEnded = "the agent's session ended";
    public const string SignedOff = "the agent signed off";
    public const string OfferRanOut = "the offer ran out";
    public const string HeldTooLong = "the task was blocked for longer than it may keep its holder";
    public const string DeadlinePassed = "the deadline passed";
}
