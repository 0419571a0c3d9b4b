using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>Reads the tasks to be planned, the most urgent first, without what a plan has no use for.</summary>
internal sealed class TaskPicker(IStore store)
{
    // So many payloads, which may be large, are in memory at once.
    private const int ReadAtOnce = 500;

    /// <summary>The tasks a request asks for.</summary>
    /// <param name="request">Which.</param>
    /// <param name="isWanted">Whether whoever plans may give out tasks of a kind and step; null for all.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="LongshoreException">not_found: a code that no task has.</exception>
    public async Task<List<WorkTask>> PickAsync(
        PlanRequest request, Func<string, string?, bool>? isWanted, CancellationToken ct)
    {
        if (request.Codes.Count > 0)
        {
            return await NamedAsync(request, ct).ConfigureAwait(false);
        }

        // Filters on what a head does not tell are applied to what is read, so more of them may have to be looked at.
        var isFiltered = isWanted is not null || request.Kinds.Count > 0 || request.MinPriority is not null;
        var heads = await store.Queries.ListHeadsAsync(
            request.Namespace, request.Limit, isFiltered ? Limits.BatchMax : request.Limit, ct).ConfigureAwait(false);
        var wanted = heads
            .Where(head => isWanted?.Invoke(head.Kind, head.Step) != false)
            .Where(head => request.Kinds.Count == 0 || request.Kinds.Contains(head.Kind, StringComparer.Ordinal));
        var picked = new List<WorkTask>();
        foreach (var chunk in wanted.Select(head => head.TaskId).Chunk(ReadAtOnce))
        {
            picked.AddRange((await ReadAsync(chunk, ct).ConfigureAwait(false))
                .Where(task => request.MinPriority is not { } least || task.Spec.Priority >= least));
            if (picked.Count >= request.Limit)
            {
                break;
            }
        }

        return picked.Count <= request.Limit ? picked : picked.GetRange(0, request.Limit);
    }

    /// <summary>Tasks by id in the order given; those that are not there are left out.</summary>
    public async Task<List<WorkTask>> ReadAllAsync(IEnumerable<long> ids, CancellationToken ct)
    {
        var all = new List<WorkTask>();
        foreach (var chunk in ids.Chunk(ReadAtOnce))
        {
            all.AddRange(await ReadAsync(chunk, ct).ConfigureAwait(false));
        }

        return all;
    }

    private async Task<List<WorkTask>> NamedAsync(PlanRequest request, CancellationToken ct)
    {
        var ids = new List<long>();
        foreach (var code in request.Codes.Distinct(StringComparer.Ordinal))
        {
            ids.Add(await store.Queries.FindTaskAsync(request.Namespace, code, ct).ConfigureAwait(false)
                ?? throw new LongshoreException(
                    ErrorCode.NotFound,
                    $"there is no task with code '{code}' in namespace '{request.Namespace}'", "codes"));
        }

        var tasks = await ReadAllAsync(ids, ct).ConfigureAwait(false);
        return [.. tasks
            .Where(task => request.Kinds.Count == 0 || request.Kinds.Contains(task.Spec.Kind, StringComparer.Ordinal))
            .Where(task => request.MinPriority is not { } least || task.Spec.Priority >= least)
            .Take(request.Limit)];
    }

    private async Task<IEnumerable<WorkTask>> ReadAsync(long[] ids, CancellationToken ct)
    {
        var read = (await store.Queries.GetTasksAsync(ids, ct).ConfigureAwait(false)).ToDictionary(task => task.Id);
        return ids.Where(read.ContainsKey).Select(id => Lightened(read[id]));
    }

    private static WorkTask Lightened(WorkTask task) => task with
    {
        Spec = task.Spec with { Payload = default, Description = null, Metadata = NewTask.EmptyMetadata },
        Result = default,
        Draft = default,
    };
}
