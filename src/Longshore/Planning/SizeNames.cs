using Longshore.Explain;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// Refuses sizes for what is not there: a name with a slip would otherwise go unnoticed, and the plan be another one
/// than was meant.
/// </summary>
internal sealed class SizeNames(IStore store)
{
    /// <exception cref="LongshoreException">not_found: an agent, a kind or a task.</exception>
    public async Task CheckAsync(
        PlanRequest request, PlanSizes sizes, IReadOnlyList<WorkTask> tasks, IReadOnlyList<Candidate> crowd,
        CancellationToken ct)
    {
        var agents = crowd.Select(one => one.Agent.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (field, names) in new[] { ("budgets", sizes.Budgets.Keys), ("speeds", sizes.Speeds.Keys) })
        {
            if (names.FirstOrDefault(name => !agents.Contains(name)) is { } nobody)
            {
                throw Unknown($"there is no agent '{nobody}'", $"sizes.{field}.{nobody}");
            }
        }

        var kinds = tasks.Select(task => task.Spec.Kind).ToHashSet(StringComparer.Ordinal);
        foreach (var kind in sizes.Kinds.Keys.Where(kind => !kinds.Contains(kind)))
        {
            // One that has no task to plan now, but had one before, is no slip.
            var query = new TaskQuery { Namespace = request.Namespace, Kind = kind, Limit = 1 };
            if ((await store.Queries.ListTasksAsync(query, ct).ConfigureAwait(false)).Items.Count == 0)
            {
                throw Unknown(
                    $"there is no task of kind '{kind}' in namespace '{request.Namespace}'", $"sizes.kinds.{kind}");
            }
        }

        var codes = tasks.Select(task => task.Code).ToHashSet(StringComparer.Ordinal);
        foreach (var code in sizes.Tasks.Keys.Where(code => !codes.Contains(code)))
        {
            if (await store.Queries.FindTaskAsync(request.Namespace, code, ct).ConfigureAwait(false) is null)
            {
                throw Unknown(
                    $"there is no task with code '{code}' in namespace '{request.Namespace}'", $"sizes.tasks.{code}");
            }
        }
    }

    private static LongshoreException Unknown(string message, string field) =>
        new(ErrorCode.NotFound, message, field);
}
