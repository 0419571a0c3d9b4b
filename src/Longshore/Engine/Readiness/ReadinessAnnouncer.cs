using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Engine.Readiness;

/// <summary>
/// Tells other nodes what a flight made possible: once for each namespace, and only of work that nobody took in the
/// same flight. Touched by the processor's loop only.
/// </summary>
internal sealed class ReadinessAnnouncer(INodeBus bus, string origin, StoreTime time)
{
    private const int KnownMax = 10_000;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<long> _taken = [];
    private readonly Dictionary<string, Found> _found = new(StringComparer.Ordinal);

    /// <summary>Tells of a flight that arrived.</summary>
    public void Announce(Flight flight, TaskBatchOutcome outcome)
    {
        if (outcome.Inserts.Count == 0 && outcome.Finishes.Count == 0)
        {
            return;
        }

        foreach (var claim in outcome.Claims)
        {
            _taken.UnionWith(claim.Grants.Select(g => g.TaskId));
        }

        var now = time.NowUs;
        var dueUs = Math.Min(AnnounceInserts(flight, outcome, now), AnnounceFinishes(outcome, now));
        if (dueUs != long.MaxValue)
        {
            bus.Publish(new TaskDeferredEvent(dueUs) { Origin = origin });
        }

        _taken.Clear();
    }

    private long AnnounceInserts(Flight flight, TaskBatchOutcome outcome, long now)
    {
        var dueUs = long.MaxValue;
        for (var i = 0; i < outcome.Inserts.Count; i++)
        {
            var task = flight.Batch.Inserts[i];
            if (outcome.Inserts[i].Status is not (InsertStatus.Inserted or InsertStatus.Replaced))
            {
                continue;
            }

            if (RelaxSteps.LastOf(task) > 0)
            {
                // Whoever leads looks at once whether anybody present could do it as it is.
                dueUs = Math.Min(dueUs, now);
            }

            if (task.ReadyAt?.ToMicroseconds() is { } readyUs)
            {
                // Whether or not it has passed meanwhile: what was stored for later is brought back by whoever leads.
                dueUs = Math.Min(dueUs, readyUs);
            }

            if (!(task.ReadyAt?.ToMicroseconds() > now) && !_taken.Contains(outcome.Inserts[i].TaskId))
            {
                if (!_found.TryGetValue(task.Namespace, out var found))
                {
                    _found.Add(task.Namespace, found = new Found());
                }

                found.Add(outcome.Inserts[i].TaskId, task.Priority);
            }
        }

        foreach (var (name, found) in _found)
        {
            if (_known.Count < KnownMax && _known.Add(name))
            {
                bus.Publish(new NamespaceCreatedEvent(name) { Origin = origin });
            }

            bus.Publish(found.ToEvent(ReadinessTrigger.TaskStart) with { Namespace = name, Origin = origin });
        }

        _found.Clear();
        return dueUs;
    }

    private long AnnounceFinishes(TaskBatchOutcome outcome, long now)
    {
        var dueUs = long.MaxValue;
        Found? found = null;
        for (var i = 0; i < outcome.Finishes.Count; i++)
        {
            var finish = outcome.Finishes[i];
            if (finish.Status != ClaimWriteStatus.Accepted || !finish.State.IsQueued())
            {
                continue;
            }

            if (finish.ReadyAtUs > 0)
            {
                dueUs = Math.Min(dueUs, finish.ReadyAtUs);
            }

            if (finish.ReadyAtUs <= now)
            {
                (found ??= new Found()).Add(null, 0);
            }
        }

        foreach (var id in outcome.Runs.Released)
        {
            if (!_taken.Contains(id))
            {
                (found ??= new Found()).Add(id, 0);
            }
        }

        // Room under a limit, which nobody took in the same flight.
        for (var room = outcome.Freed - outcome.Claims.Sum(claim => claim.Grants.Count); room > 0; room--)
        {
            (found ??= new Found()).Add(null, 0);
        }

        // Who ends a claim does not say in which namespace it was, so everybody who waits anywhere hears of it.
        if (found is not null)
        {
            bus.Publish(found.ToEvent(ReadinessTrigger.StepTransition) with { Origin = origin });
        }

        return dueUs;
    }

    private sealed class Found
    {
        private readonly List<long> _ids = [];
        private int _count;
        private int _priority;

        public void Add(long? id, int priority)
        {
            _count++;
            _priority = Math.Max(_priority, priority);
            if (id is { } known && _ids.Count <= Limits.SignalledTasksMax)
            {
                _ids.Add(known);
            }
        }

        public TaskReadyEvent ToEvent(ReadinessTrigger why) => new()
        {
            TaskIds = _ids.Count > Limits.SignalledTasksMax ? [] : [.. _ids],
            Priority = _priority,
            ReadySteps = _count,
            TriggeredBy = why,
        };
    }
}
