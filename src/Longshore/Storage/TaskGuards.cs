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

/// <summary>What letting tasks go on to their next step came to.</summary>
/// <param name="Looked">How many were looked at; as many as allowed means that there may be more.</param>
/// <param name="Changed">How many ready ones ask for something else now.</param>
public readonly record struct RelaxOutcome(int Looked, int Changed);

/// <summary>Steps of a task that nobody present can meet.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="From">The step it is at.</param>
/// <param name="To">A later one that it is to be at.</param>
public readonly record struct StepSkip(long TaskId, int From, int To);

/// <summary>
/// Ready tasks that have steps left and are alike in what they ask for, now and later. A task that is kept from some
/// agent is a group of its own.
/// </summary>
/// <param name="TaskId">The first of them.</param>
/// <param name="Step">The step they are at.</param>
/// <param name="Count">How many.</param>
/// <param name="IsKept">It is, or was, kept from some agent.</param>
public readonly record struct RelaxingGroup(long TaskId, int Step, int Count, bool IsKept);

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
