using Longshore.Tasks;

namespace Longshore.Tests.Engine;

public sealed class GroupCommitTests
{
    [Fact]
    public async Task Submit_alone_is_committed_at_once()
    {
        await using var node = TestNode.Still();
        await node.SubmitAsync();
        node.Store.Commits.ShouldHaveSingleItem().Inserts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Concurrent_callers_share_the_next_commit()
    {
        await using var node = TestNode.Still();
        var hold = node.Store.HoldBack();
        var first = node.SubmitAsync();
        await Until.Holds(() => node.Store.Arrived == 1, "the first commit is on its way");
        var others = Enumerable.Range(0, 100).Select(_ => node.SubmitAsync()).ToList();
        hold.Dispose();
        await Until.Soon(Task.WhenAll([first, .. others]));
        node.Store.Commits.Select(c => c.Inserts.Count).ShouldBe([1, 100]);
        node.Engine.Statistics.Commits.ShouldBe(2);
        node.Engine.Statistics.Commands.ShouldBe(101);
    }

    [Fact]
    public async Task Callers_that_come_back_at_once_go_on_sharing_commits()
    {
        await using var node = TestNode.Still();
        node.Store.Takes = () => Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        const int callers = 32, rounds = 50;
        await Until.Soon(Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var round = 0; round < rounds; round++)
            {
                await node.SubmitAsync();
            }
        }))));
        node.Engine.Statistics.Inserted.ShouldBe(callers * rounds);

        // Ideally one a round. If the quickest went alone, it would be two.
        node.Engine.Statistics.Commits.ShouldBeLessThan(rounds * 17 / 10);
    }

    [Fact]
    public async Task Each_caller_gets_the_outcomes_of_his_own_tasks()
    {
        await using var node = TestNode.Still();
        var hold = node.Store.HoldBack();
        var first = node.SubmitAsync();
        await Until.Holds(() => node.Store.Arrived == 1, "the first commit is on its way");
        var calls = Enumerable.Range(0, 20).Select(i => node.Client.SubmitAsync(
            [.. Enumerable.Range(0, 1 + (i % 3)).Select(k => TestNode.Task() with { Code = $"c-{i}-{k}" })])).ToList();
        hold.Dispose();
        await Until.Soon(first);
        var answers = await Until.Soon(Task.WhenAll(calls));
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i].Count.ShouldBe(1 + (i % 3));
            foreach (var answer in answers[i])
            {
                var task = await node.Client.GetTaskAsync(answer.Id);
                task.Code.ShouldBe(answer.Code);
                task.Code.ShouldStartWith($"c-{i}-");
            }
        }
    }

    [Fact]
    public async Task A_batch_holds_no_more_items_than_its_limit()
    {
        await using var node = TestNode.Still();
        var hold = node.Store.HoldBack();
        var first = node.SubmitAsync();
        await Until.Holds(() => node.Store.Arrived == 1, "the first commit is on its way");
        var many = Enumerable.Repeat(TestNode.Task(), 4000).ToList();
        var calls = Enumerable.Range(0, 5).Select(_ => node.Client.SubmitAsync(many)).ToList();
        hold.Dispose();
        await Until.Soon(Task.WhenAll([first, .. calls]));
        node.Store.Commits.Select(c => c.Inserts.Count).ShouldBe([1, 8000, 8000, 4000]);
    }

    [Fact]
    public async Task A_full_queue_refuses_callers()
    {
        await using var node = TestNode.Still();
        using var hold = node.Store.HoldBack();
        var accepted = new List<Task> { node.SubmitAsync() };
        var most = Enumerable.Repeat(TestNode.Task(), Limits.BatchMax).ToList();
        for (var i = 0; i <= Limits.PendingCommandsMax / Limits.BatchMax; i++)
        {
            accepted.Add(node.Client.SubmitAsync(most));
        }

        var error = await Should.ThrowAsync<LongshoreException>(() => node.SubmitAsync());
        error.Code.ShouldBe(ErrorCode.Unavailable);
        node.Store.FailsOn = _ => true;
        hold.Dispose();
        var told = Task.WhenAll(accepted.Select(a => Should.ThrowAsync<LongshoreException>(() => a)));
        await Until.Holds(
            () =>
            {
                node.Clock.Advance(TimeSpan.FromSeconds(5));
                return told.IsCompleted;
            },
            "all are told");
    }

    [Fact]
    public async Task A_failing_store_fails_the_commands_of_that_commit_only()
    {
        await using var node = TestNode.Still();
        node.Store.FailsOn = batch => batch.Inserts.Any(t => t.Kind == "bad");
        var error = await Should.ThrowAsync<LongshoreException>(() => node.SubmitAsync("bad"));
        error.Code.ShouldBe(ErrorCode.Unavailable);
        error.Message.ShouldContain("the disk is full");
        await Until.Soon(node.SubmitAsync("good"));
        node.Engine.Statistics.FailedCommits.ShouldBe(1);
    }

    [Fact]
    public async Task A_store_that_goes_on_failing_is_tried_more_and_more_slowly()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a", 5);
        node.Store.FailsOn = _ => true;
        var before = node.Store.Arrived;
        (await Should.ThrowAsync<LongshoreException>(() => node.SubmitAsync())).Code.ShouldBe(ErrorCode.Unavailable);
        (await Should.ThrowAsync<LongshoreException>(() => node.SubmitAsync())).Code.ShouldBe(ErrorCode.Unavailable);
        var third = node.SubmitAsync();
        (node.Store.Arrived - before).ShouldBe(2);
        var waited = await PassedUntilAsync(node, third);
        await Should.ThrowAsync<LongshoreException>(() => third);
        waited.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(50));
        node.Store.FailsOn = _ => false;
        var fourth = node.SubmitAsync();
        waited = await PassedUntilAsync(node, fourth);
        await fourth;
        waited.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(100));
    }

    /// <summary>How much time the clock had to pass before the task ended: at least what was waited for.</summary>
    private static async Task<TimeSpan> PassedUntilAsync(TestNode node, Task task)
    {
        var step = TimeSpan.FromMilliseconds(1);
        var passed = TimeSpan.Zero;
        await Until.Holds(
            () =>
            {
                node.Clock.Advance(step);
                passed += step;
                return task.IsCompleted;
            },
            "the task ends");
        return passed;
    }

    [Fact]
    public async Task Stop_commits_what_was_accepted_and_refuses_the_rest()
    {
        await using var node = TestNode.Still();
        var hold = node.Store.HoldBack();
        var accepted = Enumerable.Range(0, 10).Select(_ => node.SubmitAsync()).ToList();
        var stop = node.Engine.StopAsync();
        (await Should.ThrowAsync<LongshoreException>(() => node.SubmitAsync())).Code.ShouldBe(ErrorCode.Unavailable);
        hold.Dispose();
        await Until.Soon(Task.WhenAll(accepted));
        await Until.Soon(stop);
        (await node.Client.CountByStateAsync())[TaskState.Created].ShouldBe(10);
    }
}
