using Longshore.Events;
using Longshore.Storage.InMemory;

namespace Longshore.Stores.Tests.InMemory;

public sealed class EventTailTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_copy_stays_as_it_was_when_the_log_goes_on()
    {
        var before = Log(5);
        var after = before;
        for (var i = 5; i < 100; i++)
        {
            after = after.Plus(Happened(i));
        }

        before.Select(record => record.Position).ShouldBe([0, 1, 2, 3, 4]);
        after.Select(record => record.Position).ShouldBe(Enumerable.Range(0, 100).Select(i => (long)i));
    }

    [Fact]
    public void What_a_log_that_was_given_up_had_appended_is_not_seen_again()
    {
        var before = Log(3);
        _ = before.Plus(Happened(77)).Plus(Happened(78));

        before.Plus(Happened(3)).Select(record => record.Position).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public void Since_leaves_out_what_is_older_and_the_log_goes_on()
    {
        var pruned = Log(40).Since(Start.AddSeconds(38));

        pruned.Plus(Happened(40)).Select(record => record.Position).ShouldBe([38, 39, 40]);
        Log(3).Since(Start.AddDays(1)).Plus(Happened(9)).Select(record => record.Position).ShouldBe([9]);
    }

    private static EventTail Log(int count) =>
        Enumerable.Range(0, count).Aggregate(EventTail.Empty, (log, i) => log.Plus(Happened(i)));

    private static EventRecord Happened(int number) => new(
        number, Start.AddSeconds(number), EventTypes.TaskCreated, ActorType.System, "longshore", null, default, null);
}
