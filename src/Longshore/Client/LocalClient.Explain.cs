using Longshore.Agents;
using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Why something is as it is.</summary>
internal sealed partial class LocalClient
{
    public async Task<TaskExplanation> ExplainTaskAsync(long id, CancellationToken ct = default) =>
        await Explainer().ExplainAsync(id, ct).ConfigureAwait(false) ?? throw UnknownTask(id);

    public Task<TaskExplanation> DryRunAsync(NewTask task, CancellationToken ct = default) =>
        Explainer().DryRunAsync(TaskValidation.Checked(task, _clock.GetUtcNow()), ct);

    public async Task<AgentExplanation> ExplainAgentAsync(string name, CancellationToken ct = default) =>
        await new QueueExplainer(engine.Store, () => engine.Time.Now).ExplainAsync(name, ct).ConfigureAwait(false)
        ?? throw UnknownAgent(name);

    public async Task<AssignmentExplanation> ExplainAssignmentAsync(long id, CancellationToken ct = default) =>
        await new AssignmentExplainer(engine.Store, () => engine.Time.Now).ExplainAsync(id, ct).ConfigureAwait(false)
        ?? throw UnknownTask(id);

    public Task<IReadOnlyList<PendingReason>> ExplainPendingAsync(
        string? @namespace = null, CancellationToken ct = default) =>
        new QueueExplainer(engine.Store, () => engine.Time.Now).PendingAsync(@namespace, ct);

    public async Task<DistributionReport> GetDistributionAsync(CancellationToken ct = default)
    {
        var counts = await _queries.CountByStateAsync(ct: ct).ConfigureAwait(false);
        var agents = await new Crowd(engine.Store).ReadAsync(engine.Time.Now, ct).ConfigureAwait(false);
        var active = agents.LongCount(c =>
            c.Agent.StatusAt(engine.Time.Now, engine.Store.Info.HeartbeatTimeout) <= AgentStatus.AtCapacity);
        var done = engine.Distribution.Read();
        return new DistributionReport(
            done.Distributed, done.Refused, done.Redistributed, done.ByKind, done.WaitP50, done.WaitP99,
            done.Plans, done.Planned, done.PlannedRefused, counts[TaskState.Created],
            counts[TaskState.Failed] + counts[TaskState.Quarantined], active);
    }

    /// <summary>Where the rules say so, refuses what nobody could ever do (S1.73).</summary>
    private async Task RefuseUnroutableAsync(NewTask[] tasks, CancellationToken ct)
    {
        static string StepsOf(NewTask task) => RelaxSteps.LastOf(task) == 0 ? "" : RelaxJson.Write(task);
        foreach (var ofClass in tasks.GroupBy(task => (Class: Matching.ClassKey.Of(task), Steps: StepsOf(task))))
        {
            var key = ofClass.Key.Class;
            var rules = await engine.Rules.OfAsync(key.Namespace, ct).ConfigureAwait(false);
            if (rules.Unroutable == UnroutablePolicy.Refuse
                && await NobodyCanAsync(ofClass.First(), ct).ConfigureAwait(false) is { } explained)
            {
                throw new LongshoreException(
                    ErrorCode.NobodyCan,
                    string.Join("; ", explained.Suggestions.Prepend(
                        $"no registered agent can do kind {key.Kind} in namespace {key.Namespace}")),
                    "requires");
            }
        }
    }

    /// <summary>Why nobody could ever do a task, whichever step is in force; null when somebody could.</summary>
    private async Task<TaskExplanation?> NobodyCanAsync(NewTask task, CancellationToken ct)
    {
        TaskExplanation? first = null;
        for (var step = 0; step <= RelaxSteps.LastOf(task); step++)
        {
            var explained = await Explainer().DryRunAsync(RelaxSteps.At(task, step), ct).ConfigureAwait(false);
            if (explained.Reason != StateReason.NobodyCan)
            {
                return null;
            }

            first ??= explained;
        }

        return first;
    }

    private TaskExplainer Explainer() => new(engine.Store, () => engine.Time.Now);
}
