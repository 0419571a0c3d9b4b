using System.Collections.Concurrent;
using Longshore.Assignments;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Races;

/// <summary>Steps that end at the same time: the join is neither missed nor begun twice.</summary>
[Trait("suite", "long")]
public abstract class RunRaceSuite<TSource> : RunSuite<TSource>
    where TSource : StoreSource, new()
{
    private const int Entrants = 8;

    protected override StoreOptions Options => base.Options with { Breakers = BreakerOptions.None };

    [Fact]
    public async Task Steps_that_end_together_begin_their_join_once()
    {
        const int rounds = 300;
        string[] parents = [.. Enumerable.Range(0, Entrants).Select(i => $"part-{i}")];
        var flow = Flow([.. parents.Select(name => Step(name)), Step("join", parents)]);
        await Register(Worker, max: 1000);
        var grants = new IReadOnlyList<Grant>[rounds];
        var released = new int[rounds];
        await Contest.RunAsync(
            Entrants,
            rounds,
            async round =>
            {
                (await TryStart(flow, $"run-{round}")).Status.ShouldBe(StartStatus.Started);
                grants[round] = (await Claim(new ClaimRequest
                {
                    Agent = Worker,
                    Max = Entrants,
                    Lease = Lease,
                    Kinds = parents,
                })).Grants;
                grants[round].Count.ShouldBe(Entrants);
            },
            async (entrant, round) =>
            {
                var batch = new TaskBatch { NowUs = NowUs };
                var grant = grants[round][entrant];
                batch.Finishes.Add(
                    new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete });
                var outcome = await Store.Tasks.CommitAsync(batch);
                outcome.Finishes[0].Status.ShouldBe(ClaimWriteStatus.Accepted);
                Interlocked.Add(ref released[round], outcome.Runs.Released.Count);
            },
            Ct);

        released.ShouldAllBe(n => n == 1);
        var joins = await Claim(new ClaimRequest { Agent = Worker, Max = 1000, Lease = Lease, Kinds = ["join"] });
        joins.Grants.Count.ShouldBe(rounds);
        joins.Grants.ShouldAllBe(g => g.Task.Run!.Inputs.ToString().Split("part-").Length == Entrants + 1);
    }

    [Fact]
    public async Task Failure_and_success_that_meet_leave_a_run_that_has_ended()
    {
        const int rounds = 150;
        var flow = Flow(Step("a"), Step("b"), Step("c"), Step("d", "a", "b", "c"));
        await Register(Worker, max: 1000);
        var grants = new IReadOnlyList<Grant>[rounds];
        await Contest.RunAsync(
            3,
            rounds,
            async round =>
            {
                (await TryStart(flow, $"run-{round}")).Status.ShouldBe(StartStatus.Started);
                grants[round] = (await Claim(Worker, 3)).Grants;
            },
            async (entrant, round) =>
            {
                var batch = new TaskBatch { NowUs = NowUs };
                var grant = grants[round][entrant];
                batch.Finishes.Add(new Finish
                {
                    TaskId = grant.TaskId,
                    Epoch = grant.Epoch,
                    Kind = entrant == round % 3 ? FinishKind.Fail : FinishKind.Complete,
                    Retry = false,
                });
                await Store.Tasks.CommitAsync(batch);
            },
            Ct);

        var runs = (await Store.Workflows.ListRunsAsync(new RunQuery { Limit = 1000 }, Ct)).Items;
        runs.Count.ShouldBe(rounds);
        runs.ShouldAllBe(run => run.State == RunState.Failed && run.Open == 0);
        (await Store.Queries.GetAgentAsync(Worker, Ct))!.Load.ShouldBe(0);
    }

    [Fact]
    public async Task Start_of_one_code_by_eight_at_once_makes_one_run()
    {
        const int rounds = 100;
        var started = new int[rounds];
        await Contest.RunAsync(
            Entrants,
            rounds,
            _ => Task.CompletedTask,
            async (_, round) =>
            {
                var outcome = await TryStart(Flow(Step("a")), $"run-{round}");
                Interlocked.Add(ref started[round], outcome.Status == StartStatus.Started ? 1 : 0);
            },
            Ct);
        started.ShouldAllBe(n => n == 1);
        (await Store.Workflows.ListRunsAsync(new RunQuery { Limit = 1000 }, Ct)).Items.Count.ShouldBe(rounds);
    }

    /// <summary>Whatever a store does together, each gets what it would have got alone.</summary>
    [Fact]
    public async Task Starts_that_come_together_each_get_their_own_run_and_steps()
    {
        const int rounds = 60;
        await Register(Worker, max: 1000);
        await Store.Rules.SetAsync("full", new NamespaceRules { MaxPending = 1 }, 0, NowUs, Ct);
        await TryStart(Flow(Step("only")) with { Namespace = "full" }, "before");
        var runs = new ConcurrentDictionary<long, byte>();
        await Contest.RunAsync(
            Entrants,
            rounds,
            _ => Task.CompletedTask,
            async (entrant, round) =>
            {
                if (entrant == 0)
                {
                    (await TryStart(Flow(Step("only")) with { Namespace = "full" }, $"full-{round}")).Status
                        .ShouldBe(StartStatus.QueueFull);
                    return;
                }

                var outcome = await TryStart(Flow(Step("a"), Step("b", "a")), $"run-{round}-{entrant}");
                outcome.Status.ShouldBe(StartStatus.Started);
                runs.TryAdd(outcome.Run!.Id, 0).ShouldBeTrue("two starts were answered the same run");
            },
            Ct);
        foreach (var run in runs.Keys)
        {
            (await Store.Workflows.ListStepsAsync(run, Ct)).Select(s => s.Step.Name).ShouldBe(["a", "b"]);
        }
    }
}
