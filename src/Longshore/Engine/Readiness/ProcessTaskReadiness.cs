using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Engine.Readiness;

/// <summary>
/// Work became ready: those who wait for it look (S3.28). Sent alike for events of other nodes, for what this node
/// brought back, and by the fallback poller. While it waits to be processed, more of the same namespace joins it.
/// </summary>
internal sealed class ProcessTaskReadiness(ReadinessCommands line, TaskReadyEvent ready, long receivedAt) : Command
{
    /// <summary>What it is about. Guarded by the line until it is processed.</summary>
    public TaskReadyEvent Ready { get; private set; } = ready;

    /// <summary>Timestamp of the arrival of what it is about; of the first, if several joined.</summary>
    public long ReceivedAt { get; } = receivedAt;

    public override int Size => 0;

    public override bool IsRefusable => false;

    /// <summary>More of the same became ready.</summary>
    public void Join(TaskReadyEvent more)
    {
        var ids = Ready.TaskIds.Count == 0 || more.TaskIds.Count == 0
            || Ready.TaskIds.Count + more.TaskIds.Count > Limits.SignalledTasksMax
                ? []
                : (IReadOnlyList<long>)[.. Ready.TaskIds.Union(more.TaskIds)];
        var isKnown = Ready.ReadySteps > 0 && more.ReadySteps > 0;
        Ready = Ready with
        {
            TaskIds = ids,
            Priority = Math.Max(Ready.Priority, more.Priority),
            ReadySteps = isKnown ? (int)Math.Min(int.MaxValue, (long)Ready.ReadySteps + more.ReadySteps) : 0,
        };
    }

    public override void Enter(Flight flight, WaitingRoom room)
    {
        line.Take(this);
        if (Ready.ReadySteps > 0)
        {
            room.Wake(Ready.ReadySteps, Ready.Namespace);
        }
        else
        {
            room.WakeEverybody(Ready.Namespace);
        }
    }

    // The next event or look makes up for it.
    public override void Fail(LongshoreException error) => line.Take(this);
}
