using Longshore.Assignments;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>What stands between one task and single agents, beyond what its class asks for.</summary>
/// <param name="Kept">From whom it is kept, and until when; what is past may be among them.</param>
/// <param name="Members">Who does or did the other tasks of its group.</param>
/// <param name="Failers">Who failed it within the window that counts.</param>
/// <param name="Breaker">Its breaker, if it has one.</param>
public sealed record TaskGuards(
    IReadOnlyList<KeptPair> Kept,
    IReadOnlyList<GroupMember> Members,
    IReadOnlyList<string> Failers,
    Breaker? Breaker)
{
    /// <summary>Nothing stands between.</summary>
    public static readonly TaskGuards None = new([], [], [], null);
}

/// <summary>One of the first ready tasks of its class.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Rank">Its place in the order, ascending; ties go by id.</param>
/// <param name="AvailableUs">Since when it is ready, in microseconds since 1970.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Step">Its step.</param>
/// <param name="ClassId">Its class in this store: tasks alike in who may do them.</param>
/// <param name="Target">To whom it is handed off; null when it is not.</param>
public readonly record struct QueueHead(
    long TaskId, long Rank, long AvailableUs, string Namespace, string Kind, string? Step, int ClassId,
    HandoffTarget? Target = null);
