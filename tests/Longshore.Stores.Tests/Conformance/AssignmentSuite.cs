using Longshore.Assignments;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Listing assignments, looking at the queue, and new requirements.</summary>
public abstract class AssignmentSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Assignments_of_a_task_tell_of_each_failure_what_its_holder_told()
    {
        await Register("ada", max: 5);
        var id = await Add(Spec() with { MaxAttempts = 2 });
        var first = await Take("ada");
        await Finish(Failure(first, "boom", "at Mill.Grind()"));
        await StageAll();
        await Finish(Failure(await Take("ada"), "bang", "at Mill.Sift()"));
        (await Finish(Failure(first, "boom", "twice"))).Status.ShouldNotBe(ClaimWriteStatus.Accepted);
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).Select(a => (a.Epoch, a.Error, a.ErrorDetail))
            .ShouldBe([(1, "boom", "at Mill.Grind()"), (2, "bang", "at Mill.Sift()")]);
        (await Store.Queries.FindAssignmentsAsync(new AssignmentQuery { TaskId = id }, Ct)).Items
            .ShouldAllBe(a => a.ErrorDetail == null && a.Error != null);
        Clock.Advance(TimeSpan.FromDays(1));
        (await Store.Tasks.PruneAsync(NowUs, 10, Ct)).ShouldBe(1);
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldBeEmpty();

        static Finish Failure(Grant grant, string error, string detail) => new()
        {
            TaskId = grant.TaskId,
            Epoch = grant.Epoch,
            Kind = FinishKind.Fail,
            Error = error,
            ErrorDetail = detail,
        };
    }

    [Fact]
    public async Task Find_lists_live_and_ended_ones_by_agent_task_and_status()
    {
        await Register("ada", max: 5);
        await Register("bob", max: 5);
        var (one, two, three) = (await Add(), await Add(), await Add());
        await Finish(await Take("ada", one), FinishKind.Release);
        await Take("ada", two);
        await Finish(await Take("ada", three), FinishKind.Complete);
        await Take("bob", one);

        (await Find(new AssignmentQuery { Agent = "ada" })).ShouldBe(
        [
            (one, 1, AssignmentStatus.Released), (two, 1, AssignmentStatus.InProgress),
            (three, 1, AssignmentStatus.Submitted),
        ]);
        (await Find(new AssignmentQuery { TaskId = one })).ShouldBe(
            [(one, 1, AssignmentStatus.Released), (one, 2, AssignmentStatus.InProgress)]);
        (await Find(new AssignmentQuery { Statuses = [AssignmentStatus.InProgress] })).ShouldBe(
            [(one, 2, AssignmentStatus.InProgress), (two, 1, AssignmentStatus.InProgress)]);
        (await Find(new AssignmentQuery { Agent = "bob", Statuses = [AssignmentStatus.Submitted] })).ShouldBeEmpty();
        (await Find(new AssignmentQuery { Agent = "ghost" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Find_goes_page_by_page()
    {
        await Register("ada", max: 10);
        for (var i = 0; i < 5; i++)
        {
            await Take("ada", await Add());
        }

        var seen = new List<long>();
        string? after = null;
        do
        {
            var page = await Store.Queries.FindAssignmentsAsync(
                new AssignmentQuery { Agent = "ada", Limit = 2, After = after }, Ct);
            page.Items.Count.ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.Items.Select(a => a.TaskId));
            after = page.Next;
        }
        while (after is not null);
        seen.ShouldBe(seen.Distinct().Order());
        seen.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Heads_are_the_first_of_each_class_so_that_none_hides_behind_another()
    {
        var common = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            common.Add(await Add(Spec("common")));
        }

        var rare = await Add(Spec("rare", "cobol") with { Priority = 0, Step = "one" });
        await Add(Spec("rare") with { ReadyAt = Clock.Now.AddHours(1) });
        var other = await Add(Spec("rare") with { Namespace = "other" });

        var heads = await Store.Queries.ListHeadsAsync(null, 2, 100, Ct);
        heads.Select(h => h.TaskId).ShouldBe([common[0], common[1], other, rare]);
        heads.Select(h => h.Rank).ShouldBe(heads.Select(h => h.Rank).Order());
        (heads[3].Kind, heads[3].Step, heads[3].Namespace, heads[3].AvailableUs).ShouldBe(
            ("rare", "one", "default", NowUs));
        heads[0].ClassId.ShouldBe(heads[1].ClassId);
        heads.Select(h => h.ClassId).Distinct().Count().ShouldBe(3);
        (await Store.Queries.ListHeadsAsync("other", 2, 100, Ct)).Select(h => h.TaskId).ShouldBe([other]);
        (await Store.Queries.ListHeadsAsync(null, 2, 1, Ct)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Guards_are_none_where_nothing_stands_between()
    {
        Same.Json(await Guards(await Add())).ShouldBe(Same.Json(TaskGuards.None));
        (await Store.Queries.GetGuardsAsync(999, NowUs, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Guards_tell_who_failed_of_late()
    {
        await Register("bob");
        await Register("ada");
        var id = await Add();
        foreach (var agent in new[] { "bob", "ada" })
        {
            await Finish(await Take(agent, id), FinishKind.Fail);
            await StageAll();
        }

        (await Guards(id)).Failers.ShouldBe(["ada", "bob"]);
        Clock.Advance(TimeSpan.FromHours(25));
        (await Guards(id)).Failers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reclassify_gives_other_requirements_and_keeps_the_place()
    {
        await Register("ada", max: 5, "sql");
        var hard = await Add(Spec("build", "cobol"));
        Clock.Advance(TimeSpan.FromHours(1));
        var easy = await Add(Spec("build", "sql"));
        var held = await Take("ada");

        var changed = await Store.Tasks.ReclassifyAsync(
            [hard, held.TaskId, 999], [new Capabilities.Requirement("sql")], "nobody knows cobol", NowUs, Ct);
        changed.Select(c => c.Status).ShouldBe([ChangeStatus.Changed, ChangeStatus.Refused, ChangeStatus.NotFound]);
        await Finish(held, FinishKind.Release);
        (await Claim("ada", 5)).Grants.Select(g => g.TaskId).ShouldBe([hard, easy]);
        (await Get(hard)).Spec.Requires.ShouldBe([new Capabilities.Requirement("sql")]);
    }

    private async Task<List<(long, int, AssignmentStatus)>> Find(AssignmentQuery query) =>
        [.. (await Store.Queries.FindAssignmentsAsync(query, Ct)).Items.Select(a => (a.TaskId, a.Epoch, a.Status))];
}
