using System.Globalization;
using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Races;

/// <summary>Tasks of a batch that end at the same time: its callback is enqueued, once.</summary>
[Trait("suite", "long")]
public abstract class BatchRaceSuite<TSource> : RunSuite<TSource>
    where TSource : StoreSource, new()
{
    private const int Entrants = 8;

    protected override StoreOptions Options => base.Options with { Breakers = BreakerOptions.None };

    [Fact]
    public async Task Last_tasks_that_end_together_enqueue_one_callback()
    {
        const int rounds = 200;
        await Register(Worker, max: 1000);
        var grants = new IReadOnlyList<Grant>[rounds];
        var released = new int[rounds];
        await Contest.RunAsync(
            Entrants,
            rounds,
            async round => grants[round] = await Begin(round, Entrants),
            async (entrant, round) =>
            {
                var outcome = await End(grants[round][entrant], isDone: entrant != round % 16);
                Interlocked.Add(ref released[round], outcome.Runs.Released.Count);
            },
            Ct);

        released.ShouldAllBe(n => n == 1);
        var callbacks = (await Claim(new ClaimRequest { Agent = Worker, Max = 1000, Kinds = ["tell"] })).Grants;
        callbacks.Count.ShouldBe(rounds);
        callbacks.ShouldAllBe(g => g.Task.Spec.Payload.ToString().Contains("\"tasks\":8"));
    }

    [Fact]
    public async Task Closing_that_meets_the_last_ends_and_additions_ends_a_batch_once()
    {
        const int rounds = 150;
        await Register(Worker, max: 1000);
        var grants = new IReadOnlyList<Grant>[rounds];
        var ids = new long[rounds];
        var released = new int[rounds];
        await Contest.RunAsync(
            4,
            rounds,
            async round =>
            {
                grants[round] = await Begin(round, 2, isOpen: true);
                ids[round] = grants[round][0].Task.Run!.Id;
            },
            async (entrant, round) =>
            {
                var count = entrant switch
                {
                    < 2 => (await End(grants[round][entrant], isDone: true)).Runs.Released.Count,
                    2 => (await Store.Workflows.AddMembersAsync(
                        new NewMembers(ids[round], []) { Close = true }, NowUs, Ct)).Effects.Released.Count,
                    _ => (await Store.Workflows.AddMembersAsync(
                        new NewMembers(ids[round], [Spec("late")]), NowUs, Ct)).Effects.Released.Count,
                };
                Interlocked.Add(ref released[round], count);
            },
            Ct);

        foreach (var late in (await Claim(new ClaimRequest { Agent = Worker, Max = 1000, Kinds = ["late"] })).Grants)
        {
            var round = Array.IndexOf(ids, late.Task.Run!.Id);
            released[round] += (await End(late, isDone: true)).Runs.Released.Count;
        }

        released.ShouldAllBe(n => n == 1);
        var all = await Store.Workflows.ListRunsAsync(new RunQuery { Batches = true, Limit = 1000 }, Ct);
        all.Items.ShouldAllBe(run => run.State == RunState.Done && run.Open == 0);
    }

    private async Task<IReadOnlyList<Grant>> Begin(int round, int tasks, bool isOpen = false)
    {
        var batch = new NewBatch
        {
            OnEnd = Spec("tell"),
            Tasks = [.. Enumerable.Repeat(Spec("part"), tasks)],
            IsOpen = isOpen,
        };
        var code = string.Create(CultureInfo.InvariantCulture, $"b-{round}");
        var plan = BatchPlanner.Plan(batch, code, Clock.Now);
        (await Store.Workflows.StartRunAsync(plan, NowUs, Ct)).Status.ShouldBe(StartStatus.Started);
        var grants = (await Claim(new ClaimRequest
        {
            Agent = Worker,
            Max = tasks,
            Lease = Lease,
            Kinds = ["part"],
        })).Grants;
        grants.Count.ShouldBe(tasks);
        return grants;
    }

    private async Task<TaskBatchOutcome> End(Grant grant, bool isDone)
    {
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Finishes.Add(new Finish
        {
            TaskId = grant.TaskId,
            Epoch = grant.Epoch,
            Kind = isDone ? FinishKind.Complete : FinishKind.Fail,
            Retry = false,
        });
        var outcome = await Store.Tasks.CommitAsync(batch);
        outcome.Finishes[0].Status.ShouldBe(ClaimWriteStatus.Accepted);
        return outcome;
    }
}
