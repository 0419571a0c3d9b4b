using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Model;

/// <summary>
/// What a sequence of steps has made so far; steps choose from it by number, so that shrunk sequences still run.
/// </summary>
internal sealed class World(ManualClock clock, ISet<string> seen)
{
    public static readonly string[] AgentNames = ["ann-1", "bob-2", "cyd-3", "dan-4"];

    private readonly List<(long TaskId, int Epoch)> _grants = [];

    public ManualClock Clock { get; } = clock;

    public long NowUs => Clock.NowUs;

    public long LastTaskId { get; private set; }

    /// <summary>Events before this instant may be gone.</summary>
    public long PrunedBeforeUs { get; set; }

    /// <summary>One of the tasks, or one that is not there.</summary>
    public long Task(int pick) => 1 + (pick % (LastTaskId + 1));

    /// <summary>One of the latest grants; the latest first. Before the first, one that never was.</summary>
    public (long TaskId, int Epoch) Grant(int pick) => _grants.Count == 0
        ? (1, 1)
        : _grants[_grants.Count - 1 - (pick % Math.Min(_grants.Count, 16))];

    /// <summary>Remembers what a step made, and that something of the sort happened.</summary>
    public void Note(object? outcome)
    {
        switch (outcome)
        {
            case TaskBatchOutcome batch:
                LastTaskId = Math.Max(LastTaskId, batch.Inserts.Select(i => i.TaskId).DefaultIfEmpty().Max());
                _grants.AddRange(batch.Claims.SelectMany(c => c.Grants).Select(g => (g.TaskId, g.Epoch)));
                See(batch.Inserts.Select(i => i.Status));
                See(batch.Finishes.Select(f => f.Status));
                See(batch.Renewals.Select(r => r.Status));
                See(batch.Claims.Select(c => c.Status));
                break;
            case Started started:
                LastTaskId = Math.Max(LastTaskId, started.LastTaskId);
                See([started.Status]);
                break;
            case Grown grown:
                LastTaskId = Math.Max(LastTaskId, grown.LastTaskId);
                See([grown.Change.Status]);
                break;
            case RunChange changed:
                See([changed.Status]);
                break;
            case WorkflowRun run:
                See([run.State]);
                break;
            case RunStep step:
                See([step.Outcome]);
                break;
            case IReadOnlyList<Breaker> breakers when breakers.Any(b => b.ProbeTaskId is not null):
                seen.Add("probe granted");
                break;
            case IReadOnlyList<HandoffOutcome> handoffs:
                See(handoffs.Select(h => h.Status));
                break;
            case HelpOutcome help:
                See([help.Status]);
                See(help.Change is { } change ? [change] : Array.Empty<TaskOperation>());
                break;
            case IReadOnlyList<ChangeOutcome> changes:
                See(changes.Select(c => c.Status));
                break;
            default:
                break;
        }
    }

    public void Note(WorkTask task, WorkTask? before)
    {
        See([task.State]);
        if (task.Suspect && task.State == TaskState.InProgress)
        {
            seen.Add("suspect granted");
        }

        if (task.Relaxing is { Skipped.Count: > 0 })
        {
            seen.Add("step skipped");
        }
        else if (task is { State: TaskState.InProgress, Relaxing.Step: > 0 })
        {
            seen.Add("step reached");
        }

        if (task is { State: TaskState.Quarantined, DeferredUntil: not null })
        {
            seen.Add("quarantined for a time");
        }

        if (before?.State == TaskState.Created && task.State == TaskState.Done)
        {
            seen.Add("completed late");
        }
    }

    private void See<T>(IEnumerable<T> values)
        where T : struct, Enum => seen.UnionWith(values.Select(Sort));

    /// <summary>The name under which a value counts as seen.</summary>
    public static string Sort<T>(T value)
        where T : struct, Enum => $"{typeof(T).Name}.{value}";
}
