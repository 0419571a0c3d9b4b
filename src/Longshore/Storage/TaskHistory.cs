using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>
/// One task's history, put together from what its claims' records say and from its events of their own, so that the
/// hot path need not write an event for each task. Ordered by grant, and within one by time.
/// </summary>
internal sealed class TaskHistory(long taskId, string? correlationId)
{
    private readonly List<(int Epoch, int Step, EventRecord Event)> _steps = [];
    private readonly HashSet<int> _offered = [];
    private readonly HashSet<int> _rejected = [];

    public TaskHistory Created(DateTimeOffset at)
    {
        Add(0, 0, at, EventTypes.TaskCreated, ActorType.Human, "api");
        return this;
    }

    public void Claimed(int epoch, DateTimeOffset at, string agent) => Add(
        epoch, 1, at, EventTypes.TaskClaimed, ActorType.Agent, agent,
        EventPayloads.Claim(epoch, agent, TaskState.InProgress));

    public void Ended(Assignment ended)
    {
        Claimed(ended.Epoch, ended.GrantedAt, ended.Agent);
        if (EventOf(ended.Status) is { } type)
        {
            Add(ended.Epoch, 4, ended.EndedAt!.Value, type, ActorType.Agent, ended.Agent,
                EventPayloads.Claim(ended.Epoch, ended.Agent));
        }
    }

    /// <summary>
    /// An event of its own. At one instant, what a holder said of a lost claim (a late result) comes after the loss,
    /// and what others did to the task (cancel, retry, expire) after what its holder said.
    /// </summary>
    public void Other(int epoch, DateTimeOffset at, string type, ActorType actorType, string actor, JsonText payload)
    {
        if (type == EventTypes.TaskOffered)
        {
            _offered.Add(epoch);
        }

        if (type == EventTypes.TaskRejected)
        {
            _rejected.Add(epoch);
        }

        var step = type switch
        {
            EventTypes.TaskOffered => 1,
            EventTypes.TaskAccepted => 2,
            EventTypes.TaskClaimLost => 3,
            EventTypes.TaskRejected => 5,
            _ => 6,
        };
        Add(epoch, step, at, type, actorType, actor, payload);
    }

    /// <summary>
    /// The events. The epoch first: it orders what instants from several clocks need not. A grant that was an offer is
    /// told as one, and a rejection by its own event, which has the reason, where there is one.
    /// </summary>
    public IReadOnlyList<EventRecord> ToList() =>
        [.. _steps.Where(s => s.Event.Type != EventTypes.TaskClaimed || !_offered.Contains(s.Epoch))
            .Where(s => s.Step != 4 || s.Event.Type != EventTypes.TaskRejected || !_rejected.Contains(s.Epoch))
            .OrderBy(s => s.Epoch).ThenBy(s => s.Step >= 3).ThenBy(s => s.Event.At).ThenBy(s => s.Step)
            .Select((s, i) => s.Event with { Position = i + 1 })];

    private void Add(
        int epoch, int step, DateTimeOffset at, string type, ActorType actorType, string actor,
        JsonText payload = default) =>
        _steps.Add((epoch, step, new EventRecord(0, at, type, actorType, actor, taskId, payload, correlationId)));

    private static string? EventOf(AssignmentStatus status) => status switch
    {
        AssignmentStatus.Submitted => EventTypes.TaskCompleted,
        AssignmentStatus.Failed => EventTypes.TaskFailed,
        AssignmentStatus.Released => EventTypes.TaskReleased,
        AssignmentStatus.Snoozed => EventTypes.TaskSnoozed,
        AssignmentStatus.Rejected => EventTypes.TaskRejected,
        _ => null,
    };
}
