using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine;

/// <summary>Measures what flights did, and tells of tasks that will not be tried again. For the loop.</summary>
internal sealed class FlightMeter(EngineMetrics metrics, TimeProvider clock, ILogger logger)
{
    private static readonly KeyValuePair<string, object?> AfterFailure = new("cause", "failure");

    /// <summary>A flight was committed; it left at a timestamp of the clock.</summary>
    public void Add(Flight flight, TaskBatchOutcome outcome, long leftAt)
    {
        metrics.Commits.Add(1);
        if (metrics.CommitTime.Enabled)
        {
            metrics.CommitTime.Record(clock.GetElapsedTime(leftAt).TotalSeconds);
        }

        if (metrics.Inserted.Enabled)
        {
            AddInserts(flight.Batch.Inserts, outcome.Inserts);
        }

        AddFinishes(flight.Batch.Finishes, outcome.Finishes);
        if (metrics.Claimed.Enabled || metrics.QueueWait.Enabled)
        {
            AddGrants(outcome.Claims);
        }
    }

    /// <summary>The store failed to take a flight.</summary>
    public void AddFailure() => metrics.FailedCommits.Add(1);

    private void AddInserts(List<NewTask> tasks, IReadOnlyList<InsertOutcome> outcomes)
    {
        // Tasks of one submission mostly share a namespace: one measurement for each run of them.
        for (var i = 0; i < tasks.Count;)
        {
            var name = tasks[i].Namespace;
            var inserted = 0;
            for (; i < tasks.Count && tasks[i].Namespace == name; i++)
            {
                inserted += outcomes[i].Status == InsertStatus.Inserted ? 1 : 0;
            }

            if (inserted > 0)
            {
                metrics.Inserted.Add(inserted, metrics.Namespace(name));
            }
        }
    }

    private void AddFinishes(List<Finish> finishes, IReadOnlyList<FinishOutcome> outcomes)
    {
        long completed = 0, failed = 0, retried = 0, givenBack = 0, stale = 0;
        for (var i = 0; i < finishes.Count; i++)
        {
            var status = outcomes[i].Status;
            if (status != ClaimWriteStatus.Accepted)
            {
                stale += status == ClaimWriteStatus.Stale ? 1 : 0;
                continue;
            }

            switch (finishes[i].Kind)
            {
                case FinishKind.Complete:
                    completed++;
                    break;
                case FinishKind.Fail:
                    failed++;
                    retried += outcomes[i].State == TaskState.Created ? 1 : 0;
                    FailedForGood(finishes[i].TaskId, outcomes[i].State, finishes[i].Error);
                    break;
                default:
                    givenBack++;
                    break;
            }
        }

        Add(metrics.Completed, completed);
        Add(metrics.Failed, failed);
        Add(metrics.GivenBack, givenBack);
        Add(metrics.Stale, stale);
        if (retried > 0)
        {
            metrics.Retried.Add(retried, AfterFailure);
        }
    }

    private void FailedForGood(long taskId, TaskState state, string? error)
    {
        if (state == TaskState.Failed)
        {
            logger.TaskFailed(taskId, error ?? "");
        }
        else if (state == TaskState.Quarantined)
        {
            logger.TaskQuarantined(taskId, error ?? "");
        }
        else
        {
            return;
        }

        metrics.FailedForGood.Add(1, new KeyValuePair<string, object?>("state", state.ToWire()));
    }

    private void AddGrants(IReadOnlyList<ClaimOutcome> claims)
    {
        var now = clock.GetUtcNow();
        foreach (var claim in claims)
        {
            var grants = claim.Grants;
            for (var i = 0; i < grants.Count;)
            {
                var name = grants[i].Task.Spec.Namespace;
                var first = i;
                for (; i < grants.Count && grants[i].Task.Spec.Namespace == name; i++)
                {
                    metrics.QueueWait.Record(
                        Math.Max(0, (now - grants[i].Task.AvailableAt).TotalSeconds),
                        metrics.Kind(grants[i].Task.Spec.Kind));
                }

                metrics.Claimed.Add(i - first, metrics.Namespace(name));
            }
        }
    }

    private static void Add(System.Diagnostics.Metrics.Counter<long> counter, long count)
    {
        if (count > 0)
        {
            counter.Add(count);
        }
    }
}
