using Longshore.Storage;
using Longshore.Workflows;

namespace Longshore.Tests.Engine;

/// <summary>Steps that become ready reach those who wait and may have them.</summary>
public sealed class RunWakeTests
{
    [Fact]
    public async Task Steps_taken_by_those_who_looked_for_others_leave_a_wake_for_the_others()
    {
        await using var node = TestNode.Still();
        await node.Client.PutWorkflowAsync(Fan("late", "night"));
        await node.Client.PutWorkflowAsync(Fan("free"));
        await node.RegisterAsync("the-worker", maxConcurrent: 2);
        await node.Client.StartRunAsync(new RunRequest("late"));
        await node.Client.StartRunAsync(new RunRequest("free"));
        var first = await node.Client.ClaimAsync(new ClaimRequest { Agent = "the-worker", Max = 2 });
        var waiting = new List<Task<IReadOnlyList<Grant>>>();
        foreach (var (name, capabilities) in Waiters())
        {
            await node.RegisterAsync(name, 1, capabilities);
            waiting.Add(await node.ParkAsync(name));
        }

        Task<FinishOutcome> late, free;
        using (node.Store.HoldBack())
        {
            // While the first end is on its way, the second one arrives: it travels with those whom the first one woke.
            var arrived = node.Store.Arrived;
            late = node.FinishAsync(first.Single(g => g.Task.Spec.Workflow == "late"));
            await Until.Holds(() => node.Store.Arrived > arrived, "the first end is on its way");
            free = node.FinishAsync(first.Single(g => g.Task.Spec.Workflow == "free"));
        }

        await Until.Soon(late);
        await Until.Soon(free);
        foreach (var claim in waiting)
        {
            (await Until.Soon(claim)).Count.ShouldBe(1);
        }
    }

    /// <summary>Three who can only do what is free, and behind them three who can do what is late.</summary>
    private static (string Name, string[] Capabilities)[] Waiters() =>
    [
        ("ann-1", []), ("bob-2", []), ("cyd-3", []), ("dan-4", ["night"]), ("eve-5", ["night"]), ("fay-6", ["night"]),
    ];

    private static Workflow Fan(string name, params string[] requires) => new WorkflowBuilder(name)
        .Step("begin", "begin")
        .Step("one", "k", s => s.After("begin").Requires(requires))
        .Step("two", "k", s => s.After("begin").Requires(requires))
        .Step("three", "k", s => s.After("begin").Requires(requires))
        .Build();
}
