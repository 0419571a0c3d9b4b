using Longshore.Storage;

namespace Longshore.Stores.Tests;

/// <summary>Pruning without regard to how tasks ended: everything of before an instant.</summary>
internal static class Pruning
{
    public static async ValueTask<int> PruneAsync(
        this ITaskStore tasks, long beforeUs, int limit, CancellationToken ct = default) =>
        (await tasks.PruneAsync(PrunePlan.Everything(beforeUs), limit, ct)).Pruned;

    public static async ValueTask<int> PruneRunsAsync(
        this IWorkflowStore workflows, long beforeUs, int limit, CancellationToken ct = default) =>
        (await workflows.PruneRunsAsync(PrunePlan.Everything(beforeUs), limit, ct)).Pruned;
}
