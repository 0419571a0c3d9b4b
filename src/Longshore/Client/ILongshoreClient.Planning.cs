using Longshore.Planning;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Plans for many tasks at once.</content>
public partial interface ILongshoreClient
{
    /// <summary>
    /// Plans who should do which of the tasks that wait in a namespace (S0.91–S0.106). Nothing is given out. Every pair
    /// of the plan is one that the agent's claim could get, the mode of the task apart, and nobody is planned for
    /// more than its room. What two tasks of a plan exclude for one another is kept apart; the bound is that of all
    /// plans none the less. With <see cref="PlanRequest.Sizes"/> nobody is planned for more than its budget either;
    /// such a plan is a good one with a bound, and not always proven the best.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// invalid_input; not_found: a code that no task has; sizes for an agent, kind or task that is not there.
    /// </exception>
    Task<AssignmentPlan> PlanAsync(PlanRequest request, CancellationToken ct = default);

    /// <summary>
    /// Tasks that an agent should look at (S0.72–S0.80), best first: by confidence, urgency, id. Each is one that its
    /// claim would get if it had room, and is told once with its best reason (T0.14).
    /// </summary>
    /// <exception cref="LongshoreException">not_found (S0.73), invalid_input.</exception>
    Task<IReadOnlyList<Recommendation>> RecommendAsync(RecommendQuery query, CancellationToken ct = default);

    /// <summary>The greedy plan beside the best one, for the same tasks and agents (T0.35).</summary>
    /// <param name="request">Which tasks; its method means nothing.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">invalid_input; not_found: a code that no task has.</exception>
    Task<PlanComparison> ComparePlansAsync(PlanRequest request, CancellationToken ct = default);

    /// <summary>
    /// Makes a plan real, in one step (T0.36): every assignment that may still be becomes an offer, which stands as
    /// long as the rules of its namespace say. What changed meanwhile is told for each and never forced: a task that
    /// was given out since, an agent that has no room any more. Applying a plan again gives nothing out twice.
    /// </summary>
    /// <param name="assignments">
    /// At most <see cref="Limits.BatchMax"/>, each task once. Of each its task, agent and epoch count.
    /// </param>
    /// <param name="actor">Who decides it, for the log.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<AppliedPlan> ApplyPlanAsync(
        IReadOnlyList<PlannedAssignment> assignments, string actor, CancellationToken ct = default);
}
