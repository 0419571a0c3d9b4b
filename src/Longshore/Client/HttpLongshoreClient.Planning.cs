using System.Globalization;
using Longshore.Client.Wire;
using Longshore.Planning;

namespace Longshore.Client;

/// <content>Plans for many tasks at once.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<AssignmentPlan> PlanAsync(PlanRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await PostAsync<PlanRequestWire, AssignmentPlanWire>(
            "plans", PlanRequestWire.Of(request), ct).ConfigureAwait(false);
        return answer.ToPlan();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Recommendation>> RecommendAsync(
        RecommendQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var parameters = Query(
            ("limit", Text(query.Limit)),
            ("high_priority_from", query.HighPriorityFrom.ToString("R", CultureInfo.InvariantCulture)));
        var answer = await GetAsync<RecommendationListWire>(
            $"agents/{Segment(query.Agent)}/recommendations" + parameters, ct).ConfigureAwait(false);
        return [.. answer.Recommendations.Select(one => one.ToRecommendation())];
    }

    /// <inheritdoc/>
    public async Task<PlanComparison> ComparePlansAsync(PlanRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await PostAsync<PlanRequestWire, PlanComparisonWire>(
            "plans/compare", PlanRequestWire.Of(request), ct).ConfigureAwait(false);
        return answer.ToComparison();
    }

    /// <inheritdoc/>
    public async Task<AppliedPlan> ApplyPlanAsync(
        IReadOnlyList<PlannedAssignment> assignments, string actor, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        var body = new ApplyPlanWire
        {
            Assignments = [.. assignments.Select(PlannedAssignmentWire.Of)],
            Actor = actor,
        };
        var answer = await PostAsync<ApplyPlanWire, AppliedPlanWire>("plans/apply", body, ct).ConfigureAwait(false);
        return answer.ToApplied();
    }
}
