using Longshore.Matching;
using Longshore.Planning;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Tests.Planning;

public sealed class WaitingWorthTests
{
    private const long Hour = 3_600_000_000;
    private const long One = 1_000_000;

    [Fact]
    public void Five_hours_of_waiting_and_a_level_of_priority_are_worth_the_highest_score()
    {
        long[] ranks =
        [
            Urgency.Rank(10 * Hour, Credit(5)), Urgency.Rank(5 * Hour, Credit(5)), Urgency.Rank(10 * Hour, Credit(6)),
            Urgency.Rank(10 * Hour - (Hour / 2), Credit(5)),
        ];
        WaitingWorth.Of(TaskOrder.Urgency, [.. ranks.Select(rank => (rank, 5))])
            .ShouldBe([0, One, One, One / 10]);
    }

    [Fact]
    public void By_priority_and_arrival_a_level_is_worth_more_than_any_waiting()
    {
        long Place(int priority, long arrival) => arrival - (priority * Urgency.PriorityStepUs);
        var worths = WaitingWorth.Of(
            TaskOrder.PriorityFifo,
            [(Place(3, 0), 3), (Place(4, 100_000 * Hour), 4), (Place(4, 99_995 * Hour), 4), (Place(10, 0), 10)]);
        worths.Order().ShouldBe([worths[0], worths[1], worths[2], worths[3]]);
        (worths[1] - worths[0]).ShouldBeGreaterThan(2 * One);
        (worths[2] - worths[1]).ShouldBe(One);
    }

    [Theory]
    [InlineData(TaskOrder.Urgency)]
    [InlineData(TaskOrder.PriorityFifo)]
    public void Worth_stays_within_what_the_solver_counts_with(TaskOrder order) =>
        WaitingWorth.Of(order, [(long.MinValue / 4, 10), (long.MaxValue / 4, 0), (0, 5)])
            .ShouldAllBe(worth => worth >= 0 && worth <= 999 * One);

    [Fact]
    public void Nothing_to_plan_is_worth_nothing() => WaitingWorth.Of(TaskOrder.Urgency, []).ShouldBeEmpty();

    private static int Credit(int priority) => Urgency.Credit(priority, TaskState.Created, 0, hasParent: false);
}
