using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Engine;
using Longshore.Explain;
using Longshore.Planning;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Plans over every store: what they propose can be had, and applying them forces nothing.</summary>
public abstract class PlanSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Tasks_are_read_many_at_once()
    {
        var (first, second) = (await Add(), await Add(Spec("scan", "rust")));
        await Register("ann", 1);
        var held = await Take("ann", first);

        var tasks = (await Store.Queries.GetTasksAsync([second, 99, first, second], Ct)).ToDictionary(t => t.Id);
        tasks.Count.ShouldBe(2);
        (tasks[first].State, tasks[first].Agent).ShouldBe((TaskState.InProgress, "ann"));
        tasks[first].Epoch.ShouldBe(held.Epoch);
        tasks[second].Spec.Requires.Single().Name.ShouldBe("rust");
        (await Store.Queries.GetTasksAsync([], Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_plan_is_applied_as_offers_and_only_once()
    {
        await using var node = Node();
        await Register("ann", 2, "rust");
        await Register("bob", 2);
        var (rust, any, other) = (await Add(Spec("build", "rust")), await Add(), await Add());

        var plan = await node.Client.PlanAsync(new PlanRequest(), Ct);
        plan.Assignments.Select(a => a.TaskId).ShouldBe([rust, any, other]);
        plan.Assignments[0].Agent.ShouldBe("ann");
        (await Get(rust)).State.ShouldBe(TaskState.Created, "planning gives nothing out");

        var applied = await node.Client.ApplyPlanAsync(plan.Assignments, "boss", Ct);
        applied.Items.ShouldAllBe(item => item.Status == AppliedStatus.Offered);
        foreach (var one in plan.Assignments)
        {
            var task = await Get(one.TaskId);
            (task.State, task.Agent, task.Epoch).ShouldBe((TaskState.Assigned, one.Agent, one.Epoch + 1));
        }

        (await Store.Events.HistoryAsync(rust, Ct))[^1].Actor.ShouldBe("boss");
        var again = await node.Client.ApplyPlanAsync(plan.Assignments, "boss", Ct);
        again.Items.Select(i => (i.Status, i.Epoch)).ShouldBe(
            applied.Items.Select(i => (AppliedStatus.Repeated, i.Epoch)));
        (await LiveOf("ann")).Count.ShouldBe(plan.Assignments.Count(a => a.Agent == "ann"));
    }

    [Fact]
    public async Task What_changed_meanwhile_is_told_and_not_forced()
    {
        await using var node = Node();
        await Register("ann", 1, "a");
        await Register("bob", 1, "b");
        await Register("cyd", 1, "c");
        await Register("dan", 1, "d");
        var (a, b, c, d) = (
            await Add(Spec("build", "a")), await Add(Spec("build", "b")), await Add(Spec("build", "c")),
            await Add(Spec("build", "d")));
        var plan = (await node.Client.PlanAsync(new PlanRequest(), Ct)).Assignments;
        plan.Count.ShouldBe(4);

        // One agent fills up, one task is taken, one agent leaves; the fourth pair is as it was.
        await Take("ann", await Add(Spec("other", "a")));
        await Register("eve", 1, "b");
        await Take("eve", b);
        await Store.Agents.SetModeAsync("cyd", AgentMode.Draining, NowUs, Ct);

        var applied = (await node.Client.ApplyPlanAsync(plan, "boss", Ct)).Items.ToDictionary(i => i.TaskId);
        (applied[a].Status, applied[a].Obstacle).ShouldBe((AppliedStatus.Refused, Obstacle.AtCapacity));
        (applied[b].Status, applied[b].Sentence).ShouldBe(
            (AppliedStatus.Refused, "it was given to eve since the plan was made"));
        (applied[c].Status, applied[c].Obstacle).ShouldBe((AppliedStatus.Refused, Obstacle.AgentUnavailable));
        applied[d].Status.ShouldBe(AppliedStatus.Offered);
        (await Get(a)).State.ShouldBe(TaskState.Created);
        (await Get(b)).Agent.ShouldBe("eve");
        (await Get(c)).State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task A_task_that_came_back_is_not_what_was_planned()
    {
        await using var node = Node();
        await Register("ann", 1);
        await Register("bob", 1);
        var id = await Add();
        var plan = (await node.Client.PlanAsync(new PlanRequest(), Ct)).Assignments;
        await Finish(await Take("bob", id), FinishKind.Release);

        var item = (await node.Client.ApplyPlanAsync(plan, "boss", Ct)).Items.Single();
        (item.Status, item.Obstacle).ShouldBe((AppliedStatus.Refused, Obstacle.NotReady));
        (await Get(id)).State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task A_plan_applied_by_two_at_once_is_applied_once()
    {
        await using var node = Node();
        const int Tasks = 30;
        await Register("ann", Tasks);
        for (var round = 0; round < 10; round++)
        {
            var ids = (await Insert([.. Enumerable.Repeat(Spec(), Tasks)])).Select(o => o.TaskId).ToList();
            var plan = (await node.Client.PlanAsync(new PlanRequest(), Ct)).Assignments;
            var both = await Task.WhenAll(
                Enumerable.Range(0, 2).Select(i => node.Client.ApplyPlanAsync(plan, $"boss-{i}", Ct)));

            both.Sum(applied => applied.Offered).ShouldBe(Tasks, "each task is offered by one of them");
            both.SelectMany(applied => applied.Items).ShouldAllBe(i => i.Status != AppliedStatus.Refused);
            foreach (var id in ids)
            {
                (await Get(id)).Epoch.ShouldBe(1);
            }

            await Store.Tasks.CancelAsync(ids, null, NowUs, Ct);
        }
    }

    [Fact]
    public async Task A_task_that_somebody_takes_while_its_plan_is_applied_is_had_by_one_and_told_of()
    {
        await using var node = Node();
        await Register("ann", 1);
        await Register("bob", 1);
        for (var round = 0; round < 60; round++)
        {
            var id = await Add();
            var plan = (await node.Client.PlanAsync(new PlanRequest(), Ct)).Assignments;
            var planned = plan.ShouldHaveSingleItem().Agent;
            var other = planned == "ann" ? "bob" : "ann";
            var applying = Task.Run(() => node.Client.ApplyPlanAsync(plan, "boss", Ct), Ct);
            var taking = Task.Run(() => Claim(new ClaimRequest { Agent = other, TaskIds = [id] }), Ct);
            var taken = (await taking).Grants;
            if (taken.Count > 0 && round % 2 == 0)
            {
                await Finish(taken[0], FinishKind.Release);
            }

            var item = (await applying).Items.Single();
            var task = await Get(id);
            switch (item.Status)
            {
                // The other came too late, or came and went before the store was asked.
                case AppliedStatus.Offered:
                    (task.State, task.Agent, task.Epoch).ShouldBe((TaskState.Assigned, planned, 1 + taken.Count));
                    break;
                // Where the store passes over what another transaction holds, "a moment ago" may be all that is known.
                default:
                    taken.ShouldHaveSingleItem();
                    item.Obstacle.ShouldBeOneOf(Obstacle.NotReady, Obstacle.None);
                    task.Epoch.ShouldBe(1, "the planned agent was never given it");
                    break;
            }

            await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
        }
    }

    [Fact]
    public async Task Two_plans_for_one_agent_never_exceed_its_room()
    {
        await using var node = Node();
        await Register("ann", 3);
        await Insert([.. Enumerable.Repeat(Spec("x"), 3)]);
        await Insert([.. Enumerable.Repeat(Spec("y"), 3)]);
        var one = await node.Client.PlanAsync(new PlanRequest { Kinds = ["x"] }, Ct);
        var other = await node.Client.PlanAsync(new PlanRequest { Kinds = ["y"] }, Ct);
        (one.Assignments.Count, other.Assignments.Count).ShouldBe((3, 3));

        var both = await Task.WhenAll(
            node.Client.ApplyPlanAsync(one.Assignments, "a", Ct),
            node.Client.ApplyPlanAsync(other.Assignments, "b", Ct));
        both.Sum(applied => applied.Offered).ShouldBe(3);
        both.SelectMany(applied => applied.Items).Where(i => i.Status == AppliedStatus.Refused)
            .ShouldAllBe(i => i.Obstacle == Obstacle.AtCapacity);
        (await GetAgent("ann")).Load.ShouldBe(3);
    }

    [Fact]
    public async Task What_keeps_pairs_apart_is_asked_for_each_task()
    {
        await using var node = Node();
        await Register("ann", 5);
        await Register("bob", 5);
        var steps = await Insert(
            Spec() with { Group = "i1", Step = "annotate" }, Spec() with { Group = "i1", Step = "review" },
            Spec() with { Group = "i1", Step = "publish" });
        var rejected = await Add();
        await Finish(new Finish
        {
            TaskId = rejected,
            Epoch = (await Take("ann", rejected)).Epoch,
            Kind = FinishKind.Reject,
            Reason = RejectReason.OutsideExpertise,
        });

        foreach (var method in Enum.GetValues<PlanMethod>())
        {
            var plan = await node.Client.PlanAsync(new PlanRequest { Method = method }, Ct);
            plan.Assignments.Single(a => a.TaskId == rejected).Agent.ShouldBe("bob");
            var item = plan.Assignments.Where(a => steps.Any(s => s.TaskId == a.TaskId)).ToList();
            item.Select(a => a.Agent).Order().ToList().ShouldBe(["ann", "bob"], "nobody does two steps of an item");
            plan.Unassigned.Single().Reason.ShouldBe(UnassignedReason.RoomTaken);
        }

        var best = await node.Client.PlanAsync(new PlanRequest(), Ct);
        (await node.Client.ApplyPlanAsync(best.Assignments, "boss", Ct)).Offered.ShouldBe(3);
    }

    [Fact]
    public async Task A_suspect_is_planned_for_an_idle_agent_alone()
    {
        await using var node = Node();
        await Register("ann", 4);
        await Register("bob", 4);
        var id = await Add(Spec() with { Priority = 10 });
        await Take("ann", id);
        await LoseAll();
        await StageAll();
        (await Get(id)).Suspect.ShouldBeTrue();
        await Insert([.. Enumerable.Repeat(Spec(), 6)]);
        await Store.Agents.HeartbeatAsync(["ann", "bob"], NowUs, Ct);

        var plan = await node.Client.PlanAsync(new PlanRequest(), Ct);
        var alone = plan.Assignments.Single(a => a.TaskId == id).Agent;
        plan.Assignments.Count(a => a.Agent == alone).ShouldBe(1);
        plan.Assignments.Count.ShouldBe(5);
        (await node.Client.ApplyPlanAsync(plan.Assignments, "boss", Ct)).Offered.ShouldBe(5);
    }

    [Fact]
    public async Task A_plan_with_sizes_keeps_to_budgets_and_places_and_can_be_had()
    {
        await using var node = Node();
        await Register("ann", 2, "rust");
        await Register("bob", 4);
        var (rust, big) = (await Add(Spec("build", "rust")), await Add(Spec("move")));
        await Insert([.. Enumerable.Repeat(Spec("note"), 3)]);
        var sizes = new PlanSizes
        {
            Kinds = new Dictionary<string, double> { ["build"] = 7.5, ["move"] = 12, ["note"] = 0.5 },
            Budget = 8,
            Budgets = new Dictionary<string, double> { ["bob"] = 13 },
        };

        var plan = await node.Client.PlanAsync(new PlanRequest { Sizes = sizes }, Ct);
        var agentOf = plan.Assignments.ToDictionary(a => a.TaskId, a => a.Agent);
        (agentOf[rust], agentOf[big]).ShouldBe(("ann", "bob"));
        plan.Units.Select(u => (u.Agent, u.Used, u.Planned, u.Room)).ShouldBe(
            [("ann", 8.0, 2, 2), ("bob", 13.0, 3, 4)]);
        (plan.Gap, plan.Unassigned.Count).ShouldBe((0, 0));

        // A budget bounds the plan alone: places are what the store holds to, and all that it knows.
        await Take("ann", await Add(Spec("other", "rust")));
        var applied = await node.Client.ApplyPlanAsync(plan.Assignments, "boss", Ct);
        applied.Offered.ShouldBe(4);
        applied.Items.Single(i => i.Status == AppliedStatus.Refused).Obstacle.ShouldBe(Obstacle.AtCapacity);
    }

    [Fact]
    public async Task A_suspect_too_large_for_a_budget_is_planned_for_whoever_has_enough()
    {
        await using var node = Node();
        await Register("ann", 4);
        await Register("bob", 4);
        await Register("cyd", 4);
        var id = await Add(Spec("big") with { Priority = 10 });
        await Take("ann", id);
        await LoseAll();
        await StageAll();
        await Add();
        await Store.Agents.HeartbeatAsync(["ann", "bob", "cyd"], NowUs, Ct);
        foreach (var name in (string[])["bob", "cyd"])
        {
            var sizes = new PlanSizes
            {
                Kinds = new Dictionary<string, double> { ["big"] = 5 },
                Budgets = new Dictionary<string, double> { [name] = 5 },
            };
            var plan = await node.Client.PlanAsync(new PlanRequest { Sizes = sizes }, Ct);
            plan.Assignments.Count.ShouldBe(2);
            plan.Assignments.Single(a => a.TaskId == id).Agent.ShouldBe(name);
            plan.Units.Single(u => u.Agent == name).ShouldBe(new PlannedUnits(name, 5, 5, 1, 4));
        }
    }

    [Fact]
    public async Task Whoever_holds_more_than_it_may_by_now_is_planned_for_nothing()
    {
        await using var node = Node();
        await Register("ann", 2);
        await Take("ann", await Add());
        await Take("ann", await Add());
        await Register("ann", 1);
        await Add();
        foreach (var sizes in (PlanSizes?[])[null, new PlanSizes()])
        {
            var plan = await node.Client.PlanAsync(new PlanRequest { Sizes = sizes }, Ct);
            (plan.Agents, plan.Unassigned.Single().Reason).ShouldBe((0, UnassignedReason.NobodyFree));
        }
    }

    [Fact]
    public async Task Tasks_of_every_mode_are_planned()
    {
        await using var node = Node();
        await Rules(new NamespaceRules { Mode = AssignmentMode.Manual, OfferTimeout = TimeSpan.FromMinutes(7) });
        await Register("ann", 1);
        await Add();
        var plan = await node.Client.PlanAsync(new PlanRequest(), Ct);
        var item = (await node.Client.ApplyPlanAsync(plan.Assignments, "boss", Ct)).Items.Single();
        (item.Status, item.Until).ShouldBe((AppliedStatus.Offered, Clock.Now + TimeSpan.FromMinutes(7)));
    }

    private protected LongshoreEngine Node() =>
        new(Store, new EngineOptions { Clock = Clock, Seed = 1, NodeName = "node" });
}
