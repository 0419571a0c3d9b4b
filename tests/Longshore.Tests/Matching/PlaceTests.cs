using FsCheck;
using FsCheck.Fluent;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Tests.Matching;

public sealed class PlaceTests
{
    private const long HourUs = 3_600_000_000;

    [Fact]
    public void Instant_of_availability_is_read_back_from_the_rank() =>
        Always.Holds(Places, sample => sample.Place.AvailableUs == sample.AvailableUs);

    [Fact]
    public void Failures_move_the_rank_and_not_the_age() =>
        Always.Holds(Places, sample =>
        {
            var failed = sample.Place.WithFailures(sample.Place.Failures + 1);
            var points = sample.Place.Failures < 5 ? 10 : 0;
            return failed.AvailableUs == sample.AvailableUs
                && failed.Rank == sample.Place.Rank + (points * HourUs / 2)
                && failed.Failures == sample.Place.Failures + 1;
        });

    [Fact]
    public void Order_is_by_rank_then_by_id()
    {
        var early = Of(id: 9, rank: 1);
        var late = Of(id: 1, rank: 2);
        var lateToo = Of(id: 2, rank: 2);

        new[] { lateToo, late, early }.Order().ShouldBe([early, late, lateToo]);
        (early < late && late < lateToo && lateToo > early && late <= lateToo && late >= early).ShouldBeTrue();
    }

    [Fact]
    public void Grant_counts_an_attempt_and_giving_back_returns_it_but_not_the_epoch()
    {
        var granted = Of(id: 1, rank: 1).Granted();

        granted.ShouldBe(Of(id: 1, rank: 1) with { Epoch = 1, Attempts = 1 });
        (granted with { Flags = PlaceFlags.Suspect | PlaceFlags.HasParent }).GivenBack()
            .ShouldBe(granted with { Attempts = 0, Flags = PlaceFlags.HasParent });
    }

    private static Place Of(long id, long rank) => new(id, 0, rank, 0, 0, 0, 5, PlaceFlags.None);

    private static Gen<(Place Place, long AvailableUs)> Places =>
        from hours in Gen.Choose(-1000, 1_000_000)
        from priority in Gen.Choose(0, Limits.PriorityMax)
        from failures in Gen.Choose(0, 20)
        from flags in Gen.Elements(PlaceFlags.None, PlaceFlags.HasParent, PlaceFlags.HasParent | PlaceFlags.Failed)
        let availableUs = hours * HourUs
        select (
            (Of(id: 1, rank: 0) with { Priority = (byte)priority, Failures = failures, Flags = flags })
                .AvailableFrom(availableUs),
            availableUs);
}
