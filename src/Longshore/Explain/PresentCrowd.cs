using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>The agents that are there: who of them could meet which step of a task, whatever they hold.</summary>
internal sealed class PresentCrowd(IReadOnlyList<Candidate> crowd, TimeSpan heartbeatTimeout, DateTimeOffset now)
{
    private readonly List<Candidate> _present =
        [.. crowd.Where(c => c.Agent.StatusAt(now, heartbeatTimeout) <= AgentStatus.AtCapacity)];

    /// <summary>The step that a group of tasks is to skip to; null when it stays where it is.</summary>
    public async Task<StepSkip?> SkipOfAsync(IStore store, RelaxingGroup group, CancellationToken ct)
    {
        if (await store.Queries.GetTaskAsync(group.TaskId, ct).ConfigureAwait(false)
            is not { Relaxing: { } relaxing } task || relaxing.Step != group.Step)
        {
            return null;
        }

        var guards = group.IsKept
            ? await store.Queries.GetGuardsAsync(group.TaskId, now.ToMicroseconds(), ct).ConfigureAwait(false)
            : null;
        return SkipTo(task.Spec, relaxing, guards?.Kept ?? []) is { } step
            ? new StepSkip(group.TaskId, relaxing.Step, step)
            : null;
    }

    /// <summary>
    /// The first later step that somebody could meet, when nobody could meet the one in force; null otherwise. When
    /// nobody could meet any, nothing is gained by a skip: who comes first would be given what others should be.
    /// </summary>
    public int? SkipTo(NewTask spec, Relaxation relaxing, IReadOnlyList<KeptPair> kept)
    {
        if (relaxing.NextAt is not { } nextAt
            || CouldMeet(spec, relaxing.Step, [.. kept.Where(k => k.UntilUs >= nextAt.ToMicroseconds())]))
        {
            return null;
        }

        KeptPair[] forGood = [.. kept.Where(k => k.UntilUs == long.MaxValue)];
        for (var step = relaxing.Step + 1; step <= RelaxSteps.LastOf(spec); step++)
        {
            if (CouldMeet(spec, step, forGood))
            {
                return step;
            }
        }

        return null;
    }

    private bool CouldMeet(NewTask spec, int step, KeptPair[] kept)
    {
        var asks = RelaxSteps.At(spec, step);
        return _present.Exists(c => TaskExplainer.CanEver(asks, c)
            && Eligibility.OfCapabilities(asks, c) == Obstacle.None
            && !Array.Exists(kept, k => k.Agent == c.Agent.Name));
    }
}
