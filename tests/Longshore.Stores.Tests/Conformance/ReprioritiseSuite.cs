using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Another priority for tasks that wait.</summary>
public abstract class ReprioritiseSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Reprioritise_changes_the_order_and_keeps_the_age()
    {
        var ids = (await Insert(Spec(), Spec(), Spec())).Select(o => o.TaskId).ToArray();
        var available = Clock.Now;
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await Reprioritise(9, ids[2])).ShouldBe([new ChangeOutcome(ChangeStatus.Changed, TaskState.Created)]);
        (await Reprioritise(1, ids[0])).ShouldHaveSingleItem().Status.ShouldBe(ChangeStatus.Changed);
        var task = await Get(ids[2]);
        (task.Spec.Priority, task.AvailableAt, task.State).ShouldBe((9, available, TaskState.Created));
        await Register("solo", max: 3);
        (await Claim("solo", 3)).Grants.Select(g => g.TaskId).ShouldBe([ids[2], ids[1], ids[0]]);
        (await Store.Events.HistoryAsync(ids[2], Ct)).Single(e => e.Type == "task_reprioritised").Payload.ToString()
            .ShouldBe("""{"priority":9}""");
    }

    [Fact]
    public async Task Reprioritise_changes_the_order_where_arrival_comes_second()
    {
        await Rules(NamespaceRules.Default with { Order = TaskOrder.PriorityFifo });
        var ids = (await Insert(Spec(), Spec())).Select(o => o.TaskId).ToArray();
        await Reprioritise(6, ids[1]);
        await Register("solo", max: 2);
        (await Claim("solo", 2)).Grants.Select(g => g.TaskId).ShouldBe([ids[1], ids[0]]);
    }

    [Fact]
    public async Task Reprioritise_of_a_deferred_task_leaves_it_deferred()
    {
        var readyAt = Clock.Now.AddMinutes(5);
        var id = await Add(Spec() with { ReadyAt = readyAt });
        var other = await Add(Spec() with { ReadyAt = readyAt });
        await Reprioritise(7, other);
        var task = await Get(other);
        (task.DeferredUntil, task.AvailableAt, task.Spec.Priority).ShouldBe((readyAt, readyAt, 7));
        await StageAll();
        await Register("solo", max: 2);
        (await Claim("solo", 2)).Grants.Select(g => g.TaskId).ShouldBe([other, id]);
    }

    [Fact]
    public async Task Reprioritise_of_what_is_held_or_ended_is_refused_and_changes_nothing()
    {
        var id = await Add();
        await Register("solo");
        var grant = await Take("solo");
        (await Reprioritise(9, id, 404)).ShouldBe(
        [
            new ChangeOutcome(ChangeStatus.Refused, TaskState.InProgress),
            new ChangeOutcome(ChangeStatus.NotFound, default),
        ]);
        await Finish(grant, FinishKind.Complete);
        (await Reprioritise(9, id))[0].ShouldBe(new ChangeOutcome(ChangeStatus.Refused, TaskState.Done));
        (await Get(id)).Spec.Priority.ShouldBe(5);
    }

    [Fact]
    public async Task Reprioritised_task_is_listed_by_its_new_priority_and_given_to_who_takes_that()
    {
        var id = await Add();
        await Reprioritise(9, id);
        var page = await Store.Queries.ListTasksAsync(new TaskQuery { MinPriority = 8 }, Ct);
        page.Items.ShouldHaveSingleItem().Id.ShouldBe(id);
        await Register(new Agents.AgentRegistration { Name = "urgent-1", PriorityLevels = [9] });
        (await Take("urgent-1")).TaskId.ShouldBe(id);
    }

    private async Task<IReadOnlyList<ChangeOutcome>> Reprioritise(int priority, params long[] ids) =>
        await Store.Tasks.ReprioritiseAsync(ids, priority, NowUs, Ct);
}
