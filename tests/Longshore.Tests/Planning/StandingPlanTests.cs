using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Planning;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Tasks;
using Longshore.Tests.Engine;

namespace Longshore.Tests.Planning;

/// <summary>What one standing plan takes in and how it is found; the conformance suite has the rest.</summary>
public sealed class StandingPlanTests
{
    private static readonly NamespaceRules Rules =
        new() { Mode = AssignmentMode.Auto, PlanEvery = TimeSpan.FromSeconds(5) };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_best_plan_over_very_many_pairs_is_looked_for_among_candidates()
    {
        await using var node = await NodeAsync();
        await JoinAsync(node, Enumerable.Range(0, 500).Select(i => ($"agent-{i}", 1, (string[])[])));
        await SubmitAsync(node, 500, TestNode.Task("few"));
        var few = (await PlaceAsync(node, Rules))!;
        (few.Method, few.Tasks, few.Pairs, few.Placed.Count).ShouldBe((PlanMethod.Optimal, 500, 250_000, 500));

        await JoinAsync(node, Enumerable.Range(500, 501).Select(i => ($"agent-{i}", 1, (string[])[])));
        await SubmitAsync(node, 501, TestNode.Task("many"));
        var many = (await PlaceAsync(node, Rules))!;
        (many.Method, many.Tasks, many.Placed.Count).ShouldBe((PlanMethod.Candidates, 501, 501));
        many.Pairs.ShouldBe(501 * 501);
    }

    [Fact]
    public async Task Of_each_class_no_more_is_read_than_there_are_places_for_it()
    {
        await using var node = await NodeAsync();
        await JoinAsync(node, [("rusty", 2, ["rust"]), ("snake", 1, ["python"])]);
        await SubmitAsync(node, 50, TestNode.Task("a", "rust") with { Priority = 9 });
        await SubmitAsync(node, 50, TestNode.Task("b", "cobol") with { Priority = 9 });
        await SubmitAsync(node, 50, TestNode.Task("c", "python") with { Priority = 1 });
        var outcome = (await PlaceAsync(node, Rules))!;
        outcome.Tasks.ShouldBe(3);
        outcome.Placed.Select(placed => placed.Agent).Order().ShouldBe(["rusty", "rusty", "snake"]);
    }

    [Fact]
    public async Task Where_agents_choose_by_priority_a_class_is_looked_through()
    {
        await using var node = await NodeAsync();
        await node.Client.RegisterAsync(
            new AgentRegistration { Name = "low", PriorityLevels = [1] }, Ct);
        await node.Client.RegisterAsync(
            new AgentRegistration { Name = "high", PriorityLevels = [8] }, Ct);
        await SubmitAsync(node, 300, TestNode.Task() with { Priority = 8 });
        await SubmitAsync(node, 5, TestNode.Task() with { Priority = 1 });
        var outcome = (await PlaceAsync(node, Rules with { PlanMethod = PlanMethod.Greedy }))!;
        outcome.Placed.Select(placed => placed.Agent).ShouldBe(["high", "low"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_task_may_ask_for_a_small_part_of_what_it_requires()
    {
        await using var node = await NodeAsync();
        await JoinAsync(node, [("ann", 1, ["a"])]);
        await SubmitAsync(node, 1, TestNode.Task("k", "a", "b", "c", "d") with { MinimumMatch = 0.25 });
        (await PlaceAsync(node, Rules))!.Placed.ShouldHaveSingleItem().Offer.ShouldNotBeNull();
    }

    [Fact]
    public async Task Without_room_or_without_tasks_there_is_no_plan()
    {
        await using var node = await NodeAsync();
        (await PlaceAsync(node, Rules)).ShouldBeNull();
        await SubmitAsync(node, 2, TestNode.Task());
        (await PlaceAsync(node, Rules)).ShouldBeNull();
        await JoinAsync(node, [("ann", 1, [])]);
        (await PlaceAsync(node, Rules))!.Placed.Count.ShouldBe(1);
        (await PlaceAsync(node, Rules)).ShouldBeNull();
    }

    [Fact]
    public async Task What_the_store_refuses_is_told_and_left_where_it_is()
    {
        await using var node = await NodeAsync();
        await JoinAsync(node, [("ann", 1, [])]);
        await SubmitAsync(node, 1, TestNode.Task());
        node.Store.FailsOn = batch =>
        {
            // Between the look at everybody and the commit she goes home.
            node.Store.Agents.SetModeAsync("ann", AgentMode.Draining).AsTask().Wait(Ct);
            return false;
        };
        var placed = (await PlaceAsync(node, Rules))!.Placed.ShouldHaveSingleItem();
        placed.Offer.ShouldBeNull();
        (await node.Client.GetTaskAsync(placed.Task.Id, Ct)).State.ShouldBe(TaskState.Created);
    }

    private static async Task<TestNode> NodeAsync()
    {
        var node = TestNode.Still();
        await node.Store.Rules.SetAsync("default", Rules, null, null, Ct);
        return node;
    }

    private static async Task<StandingOutcome?> PlaceAsync(TestNode node, NamespaceRules rules) =>
        await new StandingPlan(node.Store, node.Clock.GetUtcNow)
            .PlaceAsync("default", rules, new HashSet<(long, string)>(), null, Ct);

    private static async Task JoinAsync(TestNode node, IEnumerable<(string Name, int Room, string[] Can)> agents)
    {
        foreach (var (name, room, can) in agents)
        {
            await node.Client.RegisterAsync(
                new AgentRegistration
                {
                    Name = name,
                    MaxConcurrent = room,
                    Capabilities = [.. can.Select(word => new Capability(word))],
                },
                Ct);
        }
    }

    private static async Task SubmitAsync(TestNode node, int count, NewTask task) =>
        await node.Client.SubmitAsync([.. Enumerable.Repeat(task, count)], Ct);
}
