using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class TaskQuerySuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private long[] _ids = [];

    [Fact]
    public async Task Get_of_an_unknown_task_is_null()
    {
        (await Store.Queries.GetTaskAsync(404, Ct)).ShouldBeNull();
        (await Store.Queries.ListAssignmentsAsync(404, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Find_knows_given_and_automatic_codes_in_their_namespace()
    {
        var auto = await Add();
        var named = await Add(Spec() with { Code = "named" });
        (await Store.Queries.FindTaskAsync("default", $"t-{auto}", Ct)).ShouldBe(auto);
        (await Store.Queries.FindTaskAsync("default", "named", Ct)).ShouldBe(named);
        (await Store.Queries.FindTaskAsync("other", $"t-{auto}", Ct)).ShouldBeNull();
        (await Store.Queries.FindTaskAsync("other", "named", Ct)).ShouldBeNull();
        (await Store.Queries.FindTaskAsync("default", $"t-{named}", Ct)).ShouldBeNull();
        (await Store.Queries.FindTaskAsync("default", "t-404", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Count_tells_every_state_of_one_namespace_or_all()
    {
        await Populate();
        var all = await Store.Queries.CountByStateAsync(ct: Ct);
        all.Keys.ShouldBe(Enum.GetValues<TaskState>(), ignoreOrder: true);
        (all[TaskState.Created], all[TaskState.InProgress], all[TaskState.Done]).ShouldBe((5, 1, 1));
        (all[TaskState.Cancelled], all[TaskState.Quarantined], all[TaskState.Failed]).ShouldBe((1, 1, 0));
        var red = await Store.Queries.CountByStateAsync("red", Ct);
        (red[TaskState.Created], red[TaskState.Done]).ShouldBe((2, 0));
    }

    [Fact]
    public async Task List_filters_by_each_field()
    {
        await Populate();
        await ShouldList(new TaskQuery { Namespace = "red" }, 5, 6);
        await ShouldList(new TaskQuery { Kind = "test" }, 1, 6);
        await ShouldList(new TaskQuery { MinPriority = 8 }, 2, 5);
        await ShouldList(new TaskQuery { Tag = "hot" }, 2, 3);
        await ShouldList(new TaskQuery { ParentId = _ids[0] }, 4);
        await ShouldList(new TaskQuery { CorrelationId = "c-1" }, 3);
        await ShouldList(new TaskQuery { Agent = "solo" }, 1);
        await ShouldList(new TaskQuery { Agent = "nobody" });
        await ShouldList(new TaskQuery { ExcludeCodes = ["named", $"t-{_ids[0]}", "none"] }, 1, 2, 4, 5, 6, 7, 8);
        await ShouldList(new TaskQuery { Namespace = "none" });
    }

    [Theory]
    [InlineData(new[] { TaskState.Created }, new[] { 0, 2, 4, 5, 6 })]
    [InlineData(new[] { TaskState.InProgress }, new[] { 1 })]
    [InlineData(new[] { TaskState.Done }, new[] { 7 })]
    [InlineData(new[] { TaskState.Cancelled, TaskState.Quarantined }, new[] { 3, 8 })]
    [InlineData(new[] { TaskState.Done, TaskState.InProgress, TaskState.Created }, new[] { 0, 1, 2, 4, 5, 6, 7 })]
    [InlineData(new[] { TaskState.Review, TaskState.Waiting }, new int[0])]
    public async Task List_filters_by_states(TaskState[] states, int[] expected)
    {
        await Populate();
        await ShouldList(new TaskQuery { States = states }, expected);
    }

    [Fact]
    public async Task List_combines_filters_with_and()
    {
        await Populate();
        await ShouldList(new TaskQuery { Tag = "hot", MinPriority = 8, States = [TaskState.Created] }, 2);
        await ShouldList(new TaskQuery { Agent = "solo", States = [TaskState.InProgress] }, 1);
        await ShouldList(new TaskQuery { Agent = "solo", States = [TaskState.Created] });
        await ShouldList(new TaskQuery { Namespace = "red", Kind = "test", MinPriority = 1 }, 6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_pages_show_every_task_once_in_order(bool descending)
    {
        await Populate();
        var query = new TaskQuery { Limit = 2, Descending = descending };
        var expected = descending ? _ids.Reverse() : _ids;
        (await Pages(query)).ShouldBe(expected);
        (await Pages(query with { States = [TaskState.Created, TaskState.Done] })).ShouldBe(
            expected.Intersect(new[] { 0, 2, 4, 5, 6, 7 }.Select(i => _ids[i])));
    }

    [Fact]
    public async Task List_page_that_is_exactly_full_is_the_last()
    {
        var ids = (await Insert(Spec(), Spec(), Spec())).Select(o => o.TaskId).ToArray();
        (await Store.Queries.ListTasksAsync(new TaskQuery { Limit = 3 }, Ct)).Next.ShouldBeNull();
        var page = await Store.Queries.ListTasksAsync(new TaskQuery { Limit = 2 }, Ct);
        page.Items.Select(t => t.Id).ShouldBe(ids[..2]);
        page.Next.ShouldNotBeNull();
    }

    [Fact]
    public async Task List_goes_on_where_it_was_when_tasks_come_and_go_between_pages()
    {
        var ids = (await Insert(Spec(), Spec(), Spec(), Spec())).Select(o => o.TaskId).ToArray();
        var first = await Store.Queries.ListTasksAsync(new TaskQuery { Limit = 2 }, Ct);
        await Store.Tasks.CancelAsync([ids[0], ids[1]], null, NowUs, Ct);
        Clock.Advance(TimeSpan.FromHours(1));
        await Store.Tasks.PruneAsync(NowUs, 10, Ct);
        var added = await Add();
        var second = await Store.Queries.ListTasksAsync(new TaskQuery { Limit = 10, After = first.Next }, Ct);
        second.Items.Select(t => t.Id).ShouldBe([ids[2], ids[3], added]);
    }

    [Fact]
    public async Task List_after_something_that_is_no_page_mark_is_refused()
    {
        var error = await Should.ThrowAsync<LongshoreException>(
            async () => await Store.Queries.ListTasksAsync(new TaskQuery { After = "soon" }, Ct));
        (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, "after"));
    }

    [Fact]
    public async Task List_shows_tasks_as_get_does()
    {
        await Populate();
        foreach (var task in (await Store.Queries.ListTasksAsync(new TaskQuery(), Ct)).Items)
        {
            Same.Json(task).ShouldBe(Same.Json(await Get(task.Id)));
        }
    }

    /// <summary>Nine tasks, told apart by their index.</summary>
    private async Task Populate()
    {
        var first = await Add();
        _ids =
        [
            first,
            .. (await Insert(
                Spec("test"),
                Spec() with { Priority = 8, Tags = ["hot", "new"] },
                Spec() with { Code = "named", Tags = ["hot"], CorrelationId = "c-1" },
                Spec() with { ParentId = first, ReadyAt = Clock.Now.AddDays(1) },
                Spec() with { Namespace = "red", Priority = 9 },
                Spec("test") with { Namespace = "red" },
                Spec("seven"),
                Spec("eight") with { MaxAttempts = 2 })).Select(o => o.TaskId),
        ];
        await Register("solo", max: 5);
        await Register("other", max: 5);
        await Finish(await Take("solo", _ids[7]), FinishKind.Complete);
        await Finish(await Take("other", _ids[8]), FinishKind.Fail);
        await StageAll();
        await Finish(await Take("solo", _ids[8]), FinishKind.Fail);
        await Store.Tasks.CancelAsync([_ids[3]], null, NowUs, Ct);
        await Take("solo", _ids[1]);
    }

    private async Task ShouldList(TaskQuery query, params int[] expected) =>
        (await Store.Queries.ListTasksAsync(query, Ct)).Items.Select(t => t.Id)
            .ShouldBe(expected.Select(i => _ids[i]), Same.Json(query));

    private async Task<List<long>> Pages(TaskQuery query)
    {
        var ids = new List<long>();
        for (var after = query.After; ;)
        {
            var page = await Store.Queries.ListTasksAsync(query with { After = after }, Ct);
            page.Items.Count.ShouldBeLessThanOrEqualTo(query.Limit);
            ids.AddRange(page.Items.Select(t => t.Id));
            if (page.Next is null)
            {
                return ids;
            }

            after = page.Next;
        }
    }
}
