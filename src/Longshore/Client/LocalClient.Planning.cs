using Longshore.Planning;
using Longshore.Routing;
using Longshore.Storage;

namespace Longshore.Client;

/// <summary>Plans for many tasks at once.</summary>
internal sealed partial class LocalClient
{
    public Task<AssignmentPlan> PlanAsync(PlanRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return OffThread(() => Planner().PlanAsync(request.Checked(), ClaimedBy.Administrator, ct), ct);
    }

    public async Task<IReadOnlyList<Recommendation>> RecommendAsync(
        RecommendQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var recommender = new Recommender(engine.Store, () => engine.Time.Now);
        return await recommender.FindAsync(query.Checked(), ct).ConfigureAwait(false)
            ?? throw UnknownAgent(query.Agent);
    }

    public Task<PlanComparison> ComparePlansAsync(PlanRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asked = request with { Method = PlanMethod.Optimal };
        return OffThread(() => Planner().CompareAsync(asked.Checked(), ct), ct);
    }

    public async Task<AppliedPlan> ApplyPlanAsync(
        IReadOnlyList<PlannedAssignment> assignments, string actor, CancellationToken ct = default)
    {
        PlanApplier.Check(assignments);
        CheckActor(actor, null);
        var applier = new PlanApplier(engine.Store, () => engine.Time.Now);
        var (applied, offers) = await applier.ApplyAsync(assignments, actor, ct).ConfigureAwait(false);
        foreach (var offer in offers)
        {
            engine.OnOffered(offer);
        }

        return applied;
    }

    private Planner Planner() => new(engine.Store, () => engine.Time.Now);

    // A plan computes for up to seconds; whoever asks for it may be on a thread that others need.
    private static Task<T> OffThread<T>(Func<Task<T>> plan, CancellationToken ct) => Task.Run(plan, ct);
}
