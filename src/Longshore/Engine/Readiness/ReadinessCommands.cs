using Longshore.Events;
using Longshore.Tasks;
using Longshore.Telemetry;

namespace Longshore.Engine.Readiness;

/// <summary>
/// The one way from "something became possible" to the command processor. At most one command for each namespace waits
/// there; when too many do, what comes becomes one look at everything, so that nothing is lost by dropping (T3.12).
/// </summary>
internal sealed class ReadinessCommands(CommandProcessor processor, TimeProvider clock, ReadinessMetrics metrics)
{
    private const string Everything = "";
    private readonly Lock _gate = new();

    // Guarded by _gate: the commands that wait to be processed, by namespace.
    private readonly Dictionary<string, ProcessTaskReadiness> _waiting = new(StringComparer.Ordinal);

    /// <summary>How many commands wait to be processed.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Has those who wait look for work that became ready.</summary>
    public void Send(TaskReadyEvent ready)
    {
        ProcessTaskReadiness added;
        lock (_gate)
        {
            var key = ready.Namespace ?? Everything;
            if (_waiting.Count >= Limits.SignalsMax && !_waiting.ContainsKey(key))
            {
                key = Everything;
                ready = new TaskReadyEvent { TriggeredBy = ready.TriggeredBy };
            }

            if (_waiting.TryGetValue(key, out var waiting))
            {
                waiting.Join(ready);
                return;
            }

            added = new ProcessTaskReadiness(this, ready, clock.GetTimestamp());
            _waiting.Add(key, added);
        }

        metrics.CommandSent(ready.TriggeredBy.ToWire());
        processor.SendOrFail(added);
    }

    /// <summary>Has everybody who waits look, at all work.</summary>
    public void Rescan(ReadinessTrigger why) => Send(new TaskReadyEvent { TriggeredBy = why });

    /// <summary>A command is processed; what comes from now on needs another.</summary>
    public void Take(ProcessTaskReadiness command)
    {
        lock (_gate)
        {
            _waiting.Remove(command.Ready.Namespace ?? Everything);
        }

        metrics.CommandProcessed(clock.GetElapsedTime(command.ReceivedAt));
    }
}
