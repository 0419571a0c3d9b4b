using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>The answer to "why do I get nothing?" (G10).</summary>
public sealed record AgentExplanation
{
    /// <summary>The agent.</summary>
    public required string Agent { get; init; }

    /// <summary>How it stands.</summary>
    public required AgentStatus Status { get; init; }

    /// <summary>In one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The first task its claim would get; null when it would get none.</summary>
    public long? WouldGet { get; init; }

    /// <summary>What keeps it from the tasks that wait in its namespaces, most frequent first.</summary>
    public required IReadOnlyList<ReasonCount> Reasons { get; init; }
}

/// <summary>Why something waits, and how often.</summary>
/// <param name="Obstacle">What keeps the tasks.</param>
/// <param name="Tasks">How many; of each class the first ten are looked at.</param>
/// <param name="Example">One of them.</param>
public sealed record ReasonCount(Obstacle Obstacle, int Tasks, long Example);

/// <summary>Why tasks of one class wait.</summary>
/// <param name="Reason">As explaining one of them says.</param>
/// <param name="Sentence">The same for people.</param>
/// <param name="Namespace">Their namespace.</param>
/// <param name="Kind">Their kind.</param>
/// <param name="Step">Their step.</param>
/// <param name="Tasks">How many wait; counted up to a thousand.</param>
/// <param name="Example">The first of them.</param>
public sealed record PendingReason(
    StateReason Reason, string Sentence, string Namespace, string Kind, string? Step, int Tasks, long Example);

/// <summary>Explains agents, and everything that waits.</summary>
internal sealed class QueueExplainer(IStore store, Func<DateTimeOffset> clock)
{
    /// <summary>Most classes of tasks that are looked at.</summary>
    private const int ClassesMax = 200;

    /// <summary>Why an agent gets nothing, or what it would get; null when it is unknown.</summary>
    public async Task<AgentExplanation?> ExplainAsync(string name, CancellationToken ct)
    {
        var now = clock();
        var crowd = await new Crowd(store).ReadAsync(now, ct).ConfigureAwait(false);
        if (crowd.FirstOrDefault(c => c.Agent.Name == name) is not { } candidate)
        {
            return null;
        }

        var heads = (await HeadsAsync(null, ct).ConfigureAwait(false))
            .Where(h => candidate.Agent.Profile.Namespaces.Contains(h.Namespace, StringComparer.Ordinal));
        var reasons = new List<(Obstacle Obstacle, QueueHead Head)>();
        foreach (var ofClass in heads.GroupBy(h => h.ClassId).Take(ClassesMax))
        {
            foreach (var head in ofClass)
            {
                if (await ObstacleAsync(head, candidate, crowd, now, ct).ConfigureAwait(false) is { } obstacle)
                {
                    reasons.Add((obstacle, head));
                }
            }
        }

        var free = reasons.Where(r => r.Obstacle == Obstacle.None).Select(r => r.Head)
            .OrderBy(h => h.Rank).ThenBy(h => h.TaskId).ToList();
        var status = candidate.Agent.StatusAt(now, store.Info.HeartbeatTimeout);
        return new AgentExplanation
        {
            Agent = name,
            Status = status,
            WouldGet = free.Count > 0 ? free[0].TaskId : null,
            Sentence = free.Count > 0
                ? $"it is {status.ToWire()}; its next claim gets task {free[0].TaskId}"
                : SentenceOf(status, reasons.Count),
            Reasons = [.. reasons
                .Where(r => r.Obstacle != Obstacle.None)
                .GroupBy(r => r.Obstacle)
                .Select(g => new ReasonCount(g.Key, g.Count(), g.First().Head.TaskId))
                .OrderByDescending(r => r.Tasks).ThenBy(r => r.Obstacle)],
        };
    }

    /// <summary>Why everything that waits does, by class, most tasks first.</summary>
    public async Task<IReadOnlyList<PendingReason>> PendingAsync(string? @namespace, CancellationToken ct)
    {
        var explainer = new TaskExplainer(store, clock);
        var heads = await store.Queries.ListHeadsAsync(
            @namespace, Limits.ExplainedTasksMax, Limits.BatchMax, ct).ConfigureAwait(false);
        var reasons = new List<PendingReason>();
        foreach (var ofClass in heads.GroupBy(h => h.ClassId).OrderByDescending(g => g.Count()).Take(ClassesMax))
        {
            var first = ofClass.First();
            if (await explainer.ExplainAsync(first.TaskId, ct).ConfigureAwait(false) is { } explained)
            {
                reasons.Add(new PendingReason(
                    explained.Reason, explained.Sentence, first.Namespace, first.Kind, first.Step, ofClass.Count(),
                    first.TaskId));
            }
        }

        return reasons;
    }

    private static string SentenceOf(AgentStatus status, int waiting) => status switch
    {
        _ when waiting == 0 => $"it is {status.ToWire()}, and nothing waits in its namespaces",
        AgentStatus.AtCapacity => "it holds as many tasks as it may",
        AgentStatus.Draining or AgentStatus.Blocked or AgentStatus.Offline =>
            $"it is {status.ToWire()}: it is given nothing",
        _ => $"it is {status.ToWire()}, and something keeps it from every task that waits; see the reasons",
    };

    private async Task<IReadOnlyList<QueueHead>> HeadsAsync(string? @namespace, CancellationToken ct) =>
        await store.Queries.ListHeadsAsync(@namespace, 10, Limits.BatchMax, ct).ConfigureAwait(false);

    private async Task<Obstacle?> ObstacleAsync(
        QueueHead head, Candidate candidate, IReadOnlyList<Candidate> crowd, DateTimeOffset now, CancellationToken ct)
    {
        var task = await store.Queries.GetTaskAsync(head.TaskId, ct).ConfigureAwait(false);
        var guards = await store.Queries.GetGuardsAsync(head.TaskId, now.ToMicroseconds(), ct).ConfigureAwait(false);
        if (task is null || guards is null)
        {
            return null;
        }

        var rules = await store.Rules.GetAsync(head.Namespace, ct).ConfigureAwait(false);
        var limits = await store.Rules.LimitsAsync(head.Namespace, ct).ConfigureAwait(false);
        return new Eligibility(rules, guards, limits, store.Info, now).Find(task, candidate, crowd);
    }
}
