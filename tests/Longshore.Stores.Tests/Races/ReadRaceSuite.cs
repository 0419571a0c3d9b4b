using Longshore.Events;
using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Races;

/// <summary>A query shows one instant, whatever is written meanwhile.</summary>
public abstract class ReadRaceSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private const int TaskCount = 40;
    private const int Rounds = 300;

    [Fact]
    public async Task List_shows_every_task_once_while_tasks_change_their_states()
    {
        var query = new TaskQuery { States = [TaskState.Created, TaskState.InProgress], Limit = Limits.PageMax };
        await WhileTasksMove(async () =>
        {
            var tasks = (await Store.Queries.ListTasksAsync(query, Ct)).Items;
            tasks.Select(t => t.Id).ShouldBe(Enumerable.Range(1, TaskCount).Select(i => (long)i));
            tasks.ShouldAllBe(t => (t.Agent != null) == (t.State == TaskState.InProgress));
        });
    }

    [Fact]
    public async Task Counts_add_up_while_tasks_change_their_states() => await WhileTasksMove(async () =>
        (await Store.Queries.CountByStateAsync(ct: Ct)).Sum(c => c.Value).ShouldBe(TaskCount));

    [Fact]
    public async Task Get_shows_whole_tasks_while_they_change_their_states() => await WhileTasksMove(async () =>
    {
        var task = await Get(7);
        (task.LeaseUntil is not null).ShouldBe(task.State == TaskState.InProgress);
        task.Attempts.ShouldBe(task.State == TaskState.InProgress ? 1 : 0);
    });

    [Fact]
    public async Task History_alternates_between_claims_and_releases_while_it_grows()
    {
        await WhileTasksMove(async () =>
        {
            var steps = (await Store.Events.HistoryAsync(7, Ct)).Skip(1).Select(e => e.Type).ToList();
            steps.Select((type, i) => type == (i % 2 == 0 ? EventTypes.TaskClaimed : EventTypes.TaskReleased))
                .ShouldAllBe(isRight => isRight);
        });
    }

    [Fact]
    public async Task Log_followed_while_it_grows_skips_nothing()
    {
        var followed = new List<EventRecord>();
        async Task Follow()
        {
            long At() => followed.LastOrDefault()?.Position ?? 0;
            while (await Store.Events.ReadAsync(At(), 500, Ct) is { Count: > 0 } page)
            {
                followed.AddRange(page);
            }
        }

        await WhileTasksMove(Follow);
        await Follow();
        var all = await Store.Events.ReadAsync(0, 1_000_000, Ct);
        followed.Select(e => (e.Position, e.Type, e.TaskId)).ShouldBe(all.Select(e => (e.Position, e.Type, e.TaskId)));
        all.Count.ShouldBe(3 + TaskCount + (2 * all.Count(e => e.Type == EventTypes.TaskClaimed)));
    }

    /// <summary>Asks again and again while three agents claim tasks and release them.</summary>
    private async Task WhileTasksMove(Func<Task> ask)
    {
        await Insert([.. Enumerable.Range(0, TaskCount).Select(_ => Spec())]);
        foreach (var writer in Enumerable.Range(0, 3))
        {
            await Register($"agent-{writer}", max: TaskCount);
        }

        await Contest.RunAsync(
            entrants: 4,
            Rounds,
            _ => Task.CompletedTask,
            async (entrant, round) =>
            {
                if (entrant == 3)
                {
                    await ask();
                    await ask();
                    return;
                }

                // Each moment is later than the one before, so that a history can be told in order.
                Clock.Advance(TimeSpan.FromMicroseconds(1));
                var grants = (await Claim($"agent-{entrant}", 1 + (round % 10))).Grants;
                Clock.Advance(TimeSpan.FromMicroseconds(1));
                var batch = new TaskBatch { NowUs = NowUs };
                batch.Finishes.AddRange(grants.Select(
                    g => new Finish { TaskId = g.TaskId, Epoch = g.Epoch, Kind = FinishKind.Release }));
                await Store.Tasks.CommitAsync(batch);
            },
            Ct);
    }
}
