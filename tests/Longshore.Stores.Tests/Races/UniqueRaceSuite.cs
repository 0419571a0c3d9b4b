using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Races;

/// <summary>Eight threads that submit, end and retry tasks of the same unique keys.</summary>
[Trait("suite", "long")]
public abstract class UniqueRaceSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private const int Entrants = 8;

    [Fact]
    public async Task Inserts_of_ten_thousand_keys_by_eight_threads_at_once_leave_one_live_task_of_each()
    {
        const int rounds = 1000;
        const int keys = 10;
        var inserted = new int[rounds];
        var ids = new long[rounds, Entrants, keys];
        await Contest.RunAsync(
            Entrants,
            rounds,
            _ => Task.CompletedTask,
            async (entrant, round) =>
            {
                // Everybody in an order of his own, so that none has them all by having the first.
                var order = Enumerable.Range(0, keys).Select(i => (i + (entrant * 3)) % keys).ToArray();
                var outcomes = await Insert([.. order.Select(i => Keyed((round * keys) + i))]);
                for (var i = 0; i < keys; i++)
                {
                    outcomes[i].Status.ShouldBeOneOf(InsertStatus.Inserted, InsertStatus.Deduplicated);
                    ids[round, entrant, order[i]] = outcomes[i].TaskId;
                }

                Interlocked.Add(ref inserted[round], outcomes.Count(o => o.Status == InsertStatus.Inserted));
            },
            Ct);
        inserted.Count(n => n != keys).ShouldBe(0);
        for (var round = 0; round < rounds; round++)
        {
            for (var key = 0; key < keys; key++)
            {
                Enumerable.Range(0, Entrants).Select(e => ids[round, e, key]).Distinct().Count().ShouldBe(1);
            }
        }

        (await Store.Queries.CountByStateAsync(ct: Ct))[TaskState.Created].ShouldBe(rounds * keys);
    }

    [Fact]
    public async Task Inserts_ends_and_retries_at_once_never_make_two_live_tasks_of_one_key()
    {
        const int rounds = 400;
        var latest = new long[Entrants];
        await Contest.RunAsync(
            Entrants,
            rounds,
            async _ =>
            {
                var live = await Store.Queries.ListTasksAsync(
                    new TaskQuery { States = [TaskState.Created], Limit = 10 }, Ct);
                live.Items.Count.ShouldBeLessThanOrEqualTo(1);
            },
            async (entrant, round) =>
            {
                if (latest[entrant] == 0 || (entrant + round) % 4 == 0)
                {
                    latest[entrant] = (await Insert(Keyed(0)))[0].TaskId;
                }
                else if ((entrant + round) % 4 == 1)
                {
                    await Store.Tasks.CancelAsync([latest[entrant]], null, NowUs);
                }
                else
                {
                    await Store.Tasks.RetryAsync([latest[entrant]], NowUs);
                }
            },
            Ct);
    }

    [Fact]
    public async Task Replacements_at_once_leave_one_task_that_says_what_one_of_them_said()
    {
        const int rounds = 300;
        await Contest.RunAsync(
            Entrants,
            rounds,
            _ => Task.CompletedTask,
            async (entrant, round) =>
            {
                var task = Keyed(round, UniqueConflict.Replace) with
                {
                    Payload = JsonText.Parse($"{entrant}"),
                    Priority = entrant,
                };
                (await Insert(task))[0].Status.ShouldBeOneOf(InsertStatus.Inserted, InsertStatus.Replaced);
            },
            Ct);
        var page = await Store.Queries.ListTasksAsync(new TaskQuery { Limit = 1000 }, Ct);
        page.Items.Count.ShouldBe(rounds);
        page.Items.ShouldAllBe(t => t.Spec.Payload.ToString() == $"{t.Spec.Priority}");
    }

    private static NewTask Keyed(int key, UniqueConflict onConflict = UniqueConflict.ReturnExisting) =>
        Spec() with { Unique = new Unique { Key = $"key-{key}", OnConflict = onConflict } };
}
