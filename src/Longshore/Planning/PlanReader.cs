using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Planning;

/// <summary>Looks at the tasks and agents of a plan.</summary>
internal sealed class PlanReader(IStore store, Func<DateTimeOffset> clock)
{
    /// <summary>Reads what a request asks for.</summary>
    /// <param name="request">Which tasks.</param>
    /// <param name="by">Who will give them out; a mode leaves to each what it may.</param>
    /// <param name="ct">Ends the reading.</param>
    public async Task<PlanInput> ReadAsync(PlanRequest request, ClaimedBy by, CancellationToken ct)
    {
        var now = clock();
        var rules = await store.Rules.GetAsync(request.Namespace, ct).ConfigureAwait(false);
        var crowd = Ordered(await new Crowd(store).ReadAsync(now, ct).ConfigureAwait(false));
        var tasks = await new TaskPicker(store).PickAsync(
            request,
            by == ClaimedBy.Distributor ? (kind, step) => rules.ModeOf(kind, step) == AssignmentMode.Auto : null,
            ct).ConfigureAwait(false);

        // Who takes the initiative was asked above; it is no obstacle between a task and an agent.
        var limits = await store.Rules.LimitsAsync(request.Namespace, ct).ConfigureAwait(false);
        var pairs = new Pairs(store, rules.InPool(), limits, crowd, now);
        var rows = new List<PairRow>(tasks.Count);
        foreach (var task in tasks)
        {
            rows.Add(await pairs.OfAsync(task, ct).ConfigureAwait(false));
        }

        int[] room = [.. crowd.Select(c => PlanInput.RoomOf(c, now, store.Info.HeartbeatTimeout))];
        if (request.Sizes is { } sizes)
        {
            await new SizeNames(store).CheckAsync(request, sizes, tasks, crowd, ct).ConfigureAwait(false);
        }

        return new PlanInput
        {
            Request = request,
            Rules = rules,
            Store = store.Info,
            Now = now,
            Tasks = tasks,
            Crowd = crowd,
            Pairs = rows,
            Room = room,
            Sizing = request.Sizes is { } asked ? new Sizing(asked, tasks, crowd, room) : null,
        };
    }

    /// <summary>In the order in which greedy looks at them.</summary>
    public static List<Candidate> Ordered(IReadOnlyList<Candidate> crowd) =>
    [
        .. crowd
            .OrderByDescending(c => c.Agent.PerformanceFor([]))
            .ThenBy(c => c.Agent.Load)
            .ThenBy(c => c.Agent.Name, StringComparer.Ordinal),
    ];
}
