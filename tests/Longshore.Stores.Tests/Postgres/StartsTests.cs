using System.Globalization;
using Longshore.Storage;
using Longshore.Stores.Tests.Races;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Runs that begin in one round trip.</summary>
public sealed class StartsTests : OneStore
{
    [Fact]
    public async Task Run_begins_in_one_statement_and_one_commit()
    {
        await StartAsync("first");
        var (commits, statements) = (Store.Commits, Store.Statements);
        (await StartAsync("second")).Status.ShouldBe(StartStatus.Started);
        (Store.Commits - commits, Store.Statements - statements).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Code_that_is_taken_uses_up_no_id()
    {
        var first = await StartAsync("a");
        (await StartAsync("a")).Status.ShouldBe(StartStatus.Existing);
        var next = await StartAsync("b");
        next.Run!.Id.ShouldBe(first.Run!.Id + 1);
        next.Effects.Released.ShouldBe([first.Effects.Released[0] + 3]);
    }

    [Fact]
    public async Task Steps_wait_or_can_be_claimed_and_know_those_before_them()
    {
        await RegisterAsync("worker-1");
        var run = (await StartAsync("r")).Run!;
        var steps = await Store.ListStepsAsync(run.Id, Ct);
        steps.Select(s => (s.Step.Name, s.Step.Open, s.Step.RunId)).ShouldBe(
            [("draw", 0, run.Id), ("check", 1, run.Id), ("send", 1, run.Id)]);
        foreach (var name in new[] { "draw", "check", "send" })
        {
            var grant = (await ClaimAsync("worker-1")).ShouldHaveSingleItem();
            grant.Task.Run!.Step.ShouldBe(name);
            var batch = new TaskBatch();
            batch.Finishes.Add(new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete });
            (await Store.CommitAsync(batch, Ct)).Finishes[0].Status.ShouldBe(ClaimWriteStatus.Accepted);
        }

        (await Store.GetRunAsync(run.Id, Ct))!.State.ShouldBe(RunState.Done);
    }

    internal static NewRun Plan(string code) => RunPlanner.Plan(
        WorkflowValidation.Checked(
            new WorkflowBuilder("flow").Step("draw", "draw").Step("check", "check", s => s.After("draw"))
                .Step("send", "send", s => s.After("check")).Build(),
            DateTimeOffset.UnixEpoch),
        new RunRequest("flow") { Code = code },
        _ => throw new InvalidOperationException("no other workflow"));

    private async Task<StartOutcome> StartAsync(string code) =>
        await Store.Workflows.StartRunAsync(Plan(code), null, Ct);
}

/// <summary>Many nodes that start runs under the same codes.</summary>
[Trait("suite", "long")]
public sealed class StartRaceTests : ManyStores
{
    [Fact]
    public async Task Each_code_begins_one_run_whoever_starts_it_and_in_whatever_order()
    {
        const int codes = 4;
        var started = new StartOutcome[Count][];
        Array.Fill(started, []);
        await Contest.RunAsync(
            Count,
            Scale.Of(200),
            round =>
            {
                if (round > 0)
                {
                    for (var code = 0; code < codes; code++)
                    {
                        started.Select(s => s[code].Run!.Id).Distinct().Count().ShouldBe(1, $"round {round}");
                        started.Count(s => s[code].Status == StartStatus.Started).ShouldBe(1, $"round {round}");
                    }
                }

                return Task.CompletedTask;
            },
            async (entrant, round) =>
            {
                // Each in an order of its own; those of one node travel together.
                var tasks = new Task<StartOutcome>[codes];
                for (var i = 0; i < codes; i++)
                {
                    var code = (i + entrant) % codes;
                    var name = string.Create(CultureInfo.InvariantCulture, $"{round}-{code}");
                    tasks[code] = Stores[entrant].Workflows.StartRunAsync(StartsTests.Plan(name), null, Ct).AsTask();
                }

                started[entrant] = await Task.WhenAll(tasks);
            },
            Ct);
    }
}
