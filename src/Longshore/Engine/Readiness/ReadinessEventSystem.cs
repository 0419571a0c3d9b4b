using Longshore.Events;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Readiness;

/// <summary>
/// Turns what other nodes tell into commands, and does nothing else (S3.5, S3.32). What it cannot read, and what it
/// missed, becomes a look at everything.
/// </summary>
internal sealed class ReadinessEventSystem(
    LongshoreEngine engine, ReadinessCommands commands, ReadinessMetrics metrics, Action<long> expect, ILogger log)
{
    private int _profilesOnTheWay;

    /// <summary>Takes a message of the bus.</summary>
    public void OnMessage(BusMessage message)
    {
        if (engine.Mode == NodeMode.PollingOnly)
        {
            return;
        }

        if (message is BusReconnected)
        {
            commands.Rescan(ReadinessTrigger.StepTransition);
        }
        else if (message is ReadinessEvent happened && happened.Origin != engine.Session)
        {
            Send(happened);
        }
    }

    private void Send(ReadinessEvent happened)
    {
        switch (happened)
        {
            case TaskReadyEvent ready:
                metrics.EventReceived("task_ready");
                commands.Send(ready);
                break;
            case TaskStateChangeEvent change:
                metrics.EventReceived("task_state_change");
                Send(change);
                break;
            case NamespaceCreatedEvent created:
                metrics.EventReceived("namespace_created");
                commands.Send(new TaskReadyEvent
                {
                    Namespace = created.Namespace,
                    TriggeredBy = ReadinessTrigger.TaskStart,
                });
                break;
            case AgentChangedEvent changed:
                metrics.EventReceived("agent_changed");
                engine.OnAgentChangedElsewhere();
                _ = RelearnAsync(changed.Agent);
                break;
            case TaskDeferredEvent deferred:
                metrics.EventReceived("task_deferred");
                engine.Processor.SendOrFail(new WakeCommand(_ => expect(deferred.DueUs)));
                break;
            default:
                metrics.EventReceived("unknown");
                commands.Rescan(ReadinessTrigger.StepTransition);
                break;
        }
    }

    // The holder may run here, and has room from now on.
    private void Send(TaskStateChangeEvent change)
    {
        metrics.CommandSent("task_state_change");
        if (change is { State: Tasks.TaskState.Assigned, Agent: { } offered })
        {
            engine.Hint(offered, change.TaskId, change.Epoch);
        }
        else if (change.Agent is { } agent)
        {
            engine.Bus.Publish(new ClaimEnded(agent, change.TaskId, change.Epoch));
            engine.Processor.SendOrFail(new WakeCommand(room => room.WakeAgent(agent)));
        }
    }

    private async Task RelearnAsync(string agent)
    {
        try
        {
            if (!engine.Room.Knows(agent))
            {
                return;
            }

            // Too many at once are mended by the next look; what they can do is asked of the store anyway.
            if (Interlocked.Increment(ref _profilesOnTheWay) <= Tasks.Limits.SignalledTasksMax
                && await engine.Store.Queries.GetAgentAsync(agent).ConfigureAwait(false) is { } known)
            {
                engine.Room.Learn(known.Profile);
            }

            engine.Processor.SendOrFail(new WakeCommand(room => room.WakeAgent(agent)));
        }
        catch (Exception e)
        {
            log.LogWarning(e, "What agent {Agent} can do now could not be read", agent);
        }
        finally
        {
            Interlocked.Decrement(ref _profilesOnTheWay);
        }
    }
}
