using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class TaskTransitionsTests
{
    private static readonly TaskState[] States = Enum.GetValues<TaskState>();
    private static readonly TaskOperation[] Operations = Enum.GetValues<TaskOperation>();

    [Fact]
    public void From_created_exactly_these_states_can_be_reached()
    {
        var reached = new HashSet<TaskState> { TaskState.Created };
        while (reached.Count < reached.Union(reached.SelectMany(Successors)).Count())
        {
            reached.UnionWith(reached.SelectMany(Successors).ToList());
        }

        reached.ShouldBe(
            [
                TaskState.Created, TaskState.Assigned, TaskState.InProgress, TaskState.Quarantined, TaskState.Done,
                TaskState.Failed, TaskState.Cancelled, TaskState.Expired, TaskState.PendingHandoff, TaskState.Blocked,
                TaskState.Waiting,
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void Done_and_expired_are_never_left()
    {
        Successors(TaskState.Done).ShouldBeEmpty();
        Successors(TaskState.Expired).ShouldBeEmpty();
    }

    [Fact]
    public void Other_terminal_states_are_left_by_retry_of_the_task_or_its_run_alone()
    {
        foreach (var state in new[] { TaskState.Failed, TaskState.Cancelled })
        {
            Operations.Where(operation => TaskTransitions.Next(state, operation) is not null)
                .ShouldBe([TaskOperation.Retry, TaskOperation.Await]);
            TaskTransitions.Next(state, TaskOperation.Retry).ShouldBe(TaskState.Created);
        }
    }

    [Fact]
    public void Only_a_queued_task_is_claimed_and_only_a_held_one_is_the_holders()
    {
        TaskOperation[] holders =
        [
            TaskOperation.Complete, TaskOperation.Fail, TaskOperation.FailForGood, TaskOperation.Quarantine,
            TaskOperation.Snooze, TaskOperation.LoseClaim, TaskOperation.HandOff,
        ];
        TaskOperation[] heldOrOffered =
        [
            TaskOperation.Accept, TaskOperation.Release, TaskOperation.Evict,
        ];

        Allowing(TaskOperation.Claim).ShouldBe([TaskState.Created, TaskState.PendingHandoff]);
        Allowing(TaskOperation.Renew).ShouldBe([TaskState.InProgress, TaskState.Blocked]);
        Allowing(TaskOperation.Reject).ShouldBe([TaskState.Assigned, TaskState.InProgress]);
        foreach (var operation in holders)
        {
            Allowing(operation).ShouldBe([TaskState.InProgress], operation.ToString());
        }

        foreach (var operation in heldOrOffered)
        {
            Allowing(operation).ShouldBe(
                [TaskState.Assigned, TaskState.InProgress, TaskState.Blocked], operation.ToString());
        }
    }

    [Fact]
    public void Everything_that_lives_can_be_cancelled_and_expire()
    {
        TaskState[] alive =
        [
            TaskState.Waiting, TaskState.Created, TaskState.Assigned, TaskState.InProgress, TaskState.Blocked,
            TaskState.PendingHandoff, TaskState.Quarantined,
        ];

        Allowing(TaskOperation.Cancel).ShouldBe(alive);
        Allowing(TaskOperation.Expire).ShouldBe(alive);
    }

    [Fact]
    public void Refusal_says_what_and_why()
    {
        TaskTransitions.Refusal(TaskState.Created, TaskOperation.Complete)
            .ShouldBe("the task is created, in which complete is refused");
        TaskTransitions.Refusal(TaskState.Done, TaskOperation.Retry)
            .ShouldBe("the task is done, which is final; retry is refused");
    }

    [Fact]
    public void Words_of_operations_are_snake_case_and_all_different()
    {
        var words = Operations.Select(TaskTransitions.Word).ToArray();

        words.Distinct().Count().ShouldBe(Operations.Length);
        words.ShouldAllBe(word => word.All(c => c == '_' || char.IsAsciiLetterLower(c)));
    }

    private static IEnumerable<TaskState> Successors(TaskState state) =>
        Operations.Select(operation => TaskTransitions.Next(state, operation)).OfType<TaskState>();

    private static IEnumerable<TaskState> Allowing(TaskOperation operation) =>
        States.Where(state => TaskTransitions.Next(state, operation) is not null);
}
