using FsCheck;
using FsCheck.Fluent;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Tests.Matching;

public sealed class UrgencyTests
{
    private const long HourUs = 3_600_000_000;
    private const long Noon = 1_767_268_800_000_000;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 50)]
    [InlineData(10, 100)]
    public void Priority_counts_ten_points_each(int priority, int points) =>
        Urgency.Credit(priority, TaskState.Created, 0, hasParent: false).ShouldBe(points);

    [Theory]
    [InlineData(TaskState.Blocked, 20)]
    [InlineData(TaskState.Review, 15)]
    [InlineData(TaskState.PendingHandoff, 10)]
    [InlineData(TaskState.InProgress, 5)]
    [InlineData(TaskState.Created, 0)]
    [InlineData(TaskState.Waiting, 0)]
    [InlineData(TaskState.Quarantined, 0)]
    public void State_counts_its_component(TaskState state, int points) =>
        Urgency.Credit(0, state, 0, hasParent: false).ShouldBe(points);

    [Theory]
    [InlineData(1, -10)]
    [InlineData(4, -40)]
    [InlineData(5, -50)]
    [InlineData(6, -50)]
    [InlineData(99, -50)]
    [InlineData(1000, -50)]
    public void Failures_cost_ten_points_each_and_at_most_fifty(int failures, int points) =>
        Urgency.Credit(0, TaskState.Created, failures, hasParent: false).ShouldBe(points);

    [Fact]
    public void Parent_counts_ten_points() =>
        Urgency.Credit(5, TaskState.Created, 1, hasParent: true).ShouldBe(50);

    [Theory]
    [InlineData(0, 50)]
    [InlineData(0.5, 51)]
    [InlineData(1, 52)]
    [InlineData(24, 98)]
    [InlineData(49.75, 149.5)]
    [InlineData(50, 150)]
    [InlineData(51, 150)]
    [InlineData(10_000, 150)]
    public void Shown_score_grows_two_points_an_hour_for_fifty_hours(double hours, double score) =>
        Urgency.Score(Noon + (long)(hours * HourUs), Noon, 50).ShouldBe(score);

    [Fact]
    public void Instant_of_availability_in_the_future_counts_as_age_zero()
    {
        Urgency.Score(Noon, Noon + 1, 50).ShouldBe(50);
        Urgency.Score(Noon, Noon + (1000 * HourUs), -50).ShouldBe(-50);
    }

    [Fact]
    public void Rank_of_a_point_is_half_an_hour()
    {
        Urgency.Rank(Noon, 0).ShouldBe(Noon);
        Urgency.Rank(Noon, 1).ShouldBe(Noon - (HourUs / 2));
        Urgency.Rank(Noon, -50).ShouldBe(Noon + (25 * HourUs));
        Urgency.OvertakingMax.ShouldBe(TimeSpan.FromHours(90));
    }

    [Fact]
    public void Order_by_rank_is_the_order_by_uncapped_urgency_at_every_instant() =>
        Always.Holds(
            from one in Tasks
            from other in Tasks
            from laterUs in Gen.Choose(0, int.MaxValue)
            select (one, other, NowUs: Math.Max(one.AvailableUs, other.AvailableUs) + (long)laterUs * 1000),
            sample => Math.Sign(sample.one.Rank.CompareTo(sample.other.Rank))
                == -Math.Sign(sample.one.UncappedAt(sample.NowUs).CompareTo(sample.other.UncappedAt(sample.NowUs))));

    // Instants on a grid of a quarter point within a hundred hours, so that ties happen.
    private static Gen<Sample> Tasks =>
        from priority in Gen.Choose(0, Limits.PriorityMax)
        from state in Gen.Elements(Enum.GetValues<TaskState>())
        from failures in Gen.Choose(0, 7)
        from hasParent in Gen.Elements(false, true)
        from quarters in Gen.Choose(0, 800)
        from finelyUs in Gen.Choose(-2, 2)
        select new Sample(priority, state, failures, hasParent, Noon + (quarters * (HourUs / 8)) + finelyUs);

    /// <summary>The formula as source 000 states it, times an hour, so that nothing is rounded.</summary>
    private sealed record Sample(int Priority, TaskState State, int Failures, bool HasParent, long AvailableUs)
    {
        public long Rank => Urgency.Rank(AvailableUs, Urgency.Credit(Priority, State, Failures, HasParent));

        public decimal UncappedAt(long nowUs) => (2m * (nowUs - AvailableUs)) + (HourUs * (decimal)Static);

        private int Static => (Priority * 10)
            + State switch
            {
                TaskState.Blocked => 20,
                TaskState.Review => 15,
                TaskState.PendingHandoff => 10,
                TaskState.InProgress => 5,
                _ => 0,
            }
            + Math.Max(-50, -10 * Failures) + (HasParent ? 10 : 0);
    }
}
