using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Looks for tasks that no registered agent could ever do, and does with them what the rules say: calls for somebody,
/// or lets other requirements take the place of their own (S1.73, S4.51).
/// </summary>
internal sealed class UnroutableWatch(
    IStore store, Leadership leadership, EngineOptions options, StoreTime time, Action<int> onReady, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    private const int PerClass = 50;
    private readonly HashSet<long> _escalated = [];

    protected override string Name => "The watch for unroutable tasks";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        foreach (var (name, rules) in await store.Rules.ListAsync(ct).ConfigureAwait(false))
        {
            if (rules.Unroutable is UnroutablePolicy.Escalate or UnroutablePolicy.Fallback)
            {
                await LookAsync(name, rules, ct).ConfigureAwait(false);
            }
        }

        return false;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct) =>
        ValueTask.FromResult(options.UnroutableInterval);

    private async Task LookAsync(string @namespace, NamespaceRules rules, CancellationToken ct)
    {
        var now = time.Now;
        var beforeUs = (now - rules.UnroutableAfter).ToMicroseconds();
        var heads = await store.Queries.ListHeadsAsync(@namespace, PerClass, Limits.BatchMax, ct)
            .ConfigureAwait(false);
        var old = heads.Where(head => head.AvailableUs <= beforeUs).GroupBy(head => head.ClassId).ToList();
        if (old.Count == 0)
        {
            return;
        }

        var crowd = await new Crowd(store).ReadAsync(now, ct).ConfigureAwait(false);
        foreach (var ofClass in old)
        {
            var task = await store.Queries.GetTaskAsync(ofClass.First().TaskId, ct).ConfigureAwait(false);
            if (task is not null && !crowd.Any(c => TaskExplainer.CanEver(task.Asks, c)))
            {
                await ActAsync([.. ofClass.Select(head => head.TaskId)], task.Asks, rules, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task ActAsync(long[] tasks, NewTask spec, NamespaceRules rules, CancellationToken ct)
    {
        if (rules.Unroutable == UnroutablePolicy.Escalate)
        {
            await EscalateAsync(tasks, ct).ConfigureAwait(false);
            return;
        }

        Requirement[] fallback = [.. rules.FallbackRequires.Select(text => Requirement.Parse(text))];
        if (!fallback.SequenceEqual(spec.Requires))
        {
            const string why = "no registered agent could do it as it was";
            var last = await AtTheirLastStepAsync(tasks, ct).ConfigureAwait(false);
            var changed = await store.Tasks.ReclassifyAsync(last, fallback, why, ct: ct).ConfigureAwait(false);
            onReady(changed.Count(c => c.Status == ChangeStatus.Changed));
        }
    }

    /// <summary>Tasks that go on to ask for something else are let be until then.</summary>
    private async Task<long[]> AtTheirLastStepAsync(IEnumerable<long> tasks, CancellationToken ct)
    {
        var last = new List<long>();
        foreach (var id in tasks)
        {
            var task = await store.Queries.GetTaskAsync(id, ct).ConfigureAwait(false);
            if (task is { Relaxing: null or { NextAt: null } })
            {
                last.Add(id);
            }
        }

        return [.. last];
    }

    private async Task EscalateAsync(long[] tasks, CancellationToken ct)
    {
        var batch = new TaskBatch();
        var unknown = tasks.Where(id => !_escalated.Contains(id));
        foreach (var id in await AtTheirLastStepAsync(unknown, ct).ConfigureAwait(false))
        {
            // Another node may have said so before this one led.
            var history = await store.Events.HistoryAsync(id, ct).ConfigureAwait(false);
            if (!history.Any(e => e.Type == EventTypes.TaskUnroutable))
            {
                batch.Events.Add(new NewEvent(EventTypes.TaskUnroutable, ActorType.System, "longshore", id));
            }

            _escalated.Add(id);
        }

        if (batch.Events.Count > 0)
        {
            await store.Tasks.CommitAsync(batch, ct).ConfigureAwait(false);
            onReady(0);
        }

        if (_escalated.Count > Limits.BatchMax)
        {
            _escalated.Clear();
        }
    }
}
