using Longshore.Explain;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Why something is as it is (G10), and what the distributor did.</content>
public partial interface ILongshoreClient
{
    /// <summary>Why a task is not picked up: exact for each agent, as its claim would answer now.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<TaskExplanation> ExplainTaskAsync(long id, CancellationToken ct = default);

    /// <summary>What would become of a task if it were submitted now; nothing is submitted.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<TaskExplanation> DryRunAsync(NewTask task, CancellationToken ct = default);

    /// <summary>Why an agent gets nothing, or what it would get.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<AgentExplanation> ExplainAgentAsync(string name, CancellationToken ct = default);

    /// <summary>Whom the strategy of a task's namespace prefers for it, with the parts of each score.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<AssignmentExplanation> ExplainAssignmentAsync(long id, CancellationToken ct = default);

    /// <summary>Why everything that waits does, by sort of task, the most frequent first.</summary>
    /// <param name="namespace">Only in this namespace; null for all.</param>
    /// <param name="ct">Ends the call.</param>
    Task<IReadOnlyList<PendingReason>> ExplainPendingAsync(
        string? @namespace = null, CancellationToken ct = default);

    /// <summary>What was distributed, and what waits (S4.44–S4.48).</summary>
    Task<DistributionReport> GetDistributionAsync(CancellationToken ct = default);
}

/// <summary>What was distributed by this node since it started, and what there is now.</summary>
/// <param name="Distributed">Offers made.</param>
/// <param name="Refused">Offers that the store refused because something had changed or stood between.</param>
/// <param name="Redistributed">Tasks that came back from an agent that vanished or let its offer run out.</param>
/// <param name="ByKind">Offers made, by kind.</param>
/// <param name="WaitP50">
/// Half of the offers were made within this after the task could be given out; null before any.
/// </param>
/// <param name="WaitP99">Ninety-nine of a hundred were.</param>
/// <param name="Plans">Standing plans made; their offers are among those above.</param>
/// <param name="Planned">Tasks that these gave to agents.</param>
/// <param name="PlannedRefused">Those of them that the store refused.</param>
/// <param name="Queued">Tasks that wait, in the whole store.</param>
/// <param name="Failed">Tasks that failed or are quarantined, in the whole store.</param>
/// <param name="ActiveAgents">Agents that can be given work now, or are busy.</param>
public sealed record DistributionReport(
    long Distributed,
    long Refused,
    long Redistributed,
    IReadOnlyDictionary<string, long> ByKind,
    TimeSpan? WaitP50,
    TimeSpan? WaitP99,
    long Plans,
    long Planned,
    long PlannedRefused,
    long Queued,
    long Failed,
    long ActiveAgents);
