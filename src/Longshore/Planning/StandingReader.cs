using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// Looks at what a standing plan can place. Of each class it takes the most urgent tasks that somebody there may have,
/// and no more than there are places for them: so what nobody can have now hides nothing else (T4.4).
/// </summary>
internal sealed class StandingReader(IStore store, Func<DateTimeOffset> clock)
{
    private const int PerClassMin = 200;
    private const int ReadAtOnce = 500;
    private readonly TaskPicker _tasks = new(store);

    /// <summary>What there is to plan in a namespace; null when nothing waits, or nobody has room.</summary>
    /// <param name="namespace">Which.</param>
    /// <param name="rules">Its rules.</param>
    /// <param name="apart">Pairs that were refused a moment ago.</param>
    /// <param name="ct">Ends the reading.</param>
    public async Task<StandingInput?> ReadAsync(
        string @namespace, NamespaceRules rules, IReadOnlySet<(long TaskId, string Agent)> apart, CancellationToken ct)
    {
        var now = clock();
        var heads = await HeadsAsync(@namespace, rules, PerClassMin, ct).ConfigureAwait(false);
        if (heads.Count == 0)
        {
            return null;
        }

        var crowd = PlanReader.Ordered(await new Crowd(store).ReadAsync(now, ct).ConfigureAwait(false));
        int[] room = [.. crowd.Select(one => RoomOf(one, @namespace, now))];
        var places = (int)Math.Min(Limits.BatchMax, room.Sum(one => (long)one));
        if (places == 0)
        {
            return null;
        }

        var intake = new StandingIntake(crowd, room);
        var perClass = intake.IsByPriority ? Limits.BatchMax : places;
        if (perClass > PerClassMin && heads.CountBy(head => head.ClassId).Any(c => c.Value == PerClassMin))
        {
            // Added to the first look, not in its place: this one may be full before it comes to every class.
            heads = [.. heads
                .Concat(await HeadsAsync(@namespace, rules, perClass, ct).ConfigureAwait(false))
                .DistinctBy(head => head.TaskId)
                .OrderBy(head => head.Rank).ThenBy(head => head.TaskId)];
        }

        var limits = await store.Rules.LimitsAsync(@namespace, ct).ConfigureAwait(false);
        await TakeInAsync(intake, heads, new Pairs(store, rules.InPool(), limits, crowd, now), ct)
            .ConfigureAwait(false);
        return intake.Tasks.Count == 0 ? null : new StandingInput(intake.Pairs, new PlanInput
        {
            // What a task asks for at least is its own affair here: nobody looks at the plan before it is applied.
            Request = new PlanRequest { Namespace = @namespace, MinimumMatch = 0 },
            Rules = rules,
            Store = store.Info,
            Now = now,
            Tasks = intake.Tasks,
            Crowd = crowd,
            Pairs = intake.Rows,
            Room = room,
            Bonus = WaitingWorth.Of(rules.Order, intake.Places),
            Apart = apart.Count == 0 ? null : apart,
        });
    }

    private async Task<List<QueueHead>> HeadsAsync(
        string @namespace, NamespaceRules rules, int perClass, CancellationToken ct)
    {
        var heads = await store.Queries.ListHeadsAsync(@namespace, perClass, Limits.BatchMax, ct)
            .ConfigureAwait(false);
        return [.. heads.Where(head => rules.LeaveTo(ClaimedBy.Distributor, head.Kind, head.Step))];
    }

    private int RoomOf(Candidate candidate, string @namespace, DateTimeOffset now) =>
        candidate.Agent.Profile.Namespaces.Contains(@namespace, StringComparer.Ordinal)
            ? PlanInput.RoomOf(candidate, now, store.Info.HeartbeatTimeout)
            : 0;

    private async Task TakeInAsync(
        StandingIntake intake, List<QueueHead> heads, Pairs pairs, CancellationToken ct)
    {
        foreach (var chunk in heads.Chunk(ReadAtOnce))
        {
            var wanted = chunk.Where(head => !intake.HasEnoughOf(head.ClassId))
                .ToDictionary(head => head.TaskId);
            foreach (var task in await _tasks.ReadAllAsync(wanted.Keys, ct).ConfigureAwait(false))
            {
                intake.Add(wanted[task.Id], task, await pairs.OfAsync(task, ct).ConfigureAwait(false));
                if (intake.IsFull)
                {
                    return;
                }
            }
        }
    }
}

/// <summary>What a standing plan is made from.</summary>
/// <param name="Pairs">Pairs of a task and an agent that may have it.</param>
/// <param name="Input">The tasks and agents.</param>
internal sealed record StandingInput(long Pairs, PlanInput Input);
