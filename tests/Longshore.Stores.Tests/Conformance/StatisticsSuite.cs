using Longshore.Assignments;
using Longshore.Client;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>How the latest attempts went, against a plain computation.</summary>
public abstract class StatisticsSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Attempts_are_listed_with_how_they_ended_and_what_that_led_to()
    {
        await Register("ada", max: 10);
        var id = await Add(Spec() with { MaxAttempts = 3, ReadyAt = Clock.Now + TimeSpan.FromMinutes(1) });
        var availableUs = NowUs + 60_000_000;
        Clock.Advance(TimeSpan.FromMinutes(2));
        await Store.Tasks.StageAsync(10, NowUs, Ct);
        var first = await Take("ada");
        var grantedUs = NowUs;
        Clock.Advance(TimeSpan.FromSeconds(3));
        await Finish(first, FinishKind.Fail, "no");
        var found = (await List()).Attempts.ShouldHaveSingleItem();
        found.ShouldBe(new EndedAttempt(
            "default", "build", AssignmentStatus.Failed, TaskState.Created, 1, availableUs, grantedUs, NowUs));
        await StageAll();
        await Finish(await Take("ada"), FinishKind.Release);
        await Take("ada");
        await LoseAll();
        (await List()).Attempts.Select(a => (a.Epoch, a.Status, a.LedTo)).ShouldBe(
        [
            (3, AssignmentStatus.Expired, (await Get(id)).State), (1, AssignmentStatus.Failed, TaskState.Created),
        ]);
    }

    [Fact]
    public async Task Statistics_are_those_of_a_plain_computation()
    {
        await Register("ada", max: 10);
        var random = new Random(5);
        var runs = new List<(string Kind, double Seconds, bool Good)>();
        for (var i = 0; i < 60; i++)
        {
            var kind = random.Next(3) == 0 ? "scan" : "sort";
            var id = await Add(Spec(kind) with { MaxAttempts = 1 });
            Clock.Advance(TimeSpan.FromSeconds(random.Next(1, 20)));
            var grant = await Take("ada", id);
            var seconds = random.Next(1, 100);
            Clock.Advance(TimeSpan.FromSeconds(seconds));
            var good = random.Next(4) > 0;
            await Finish(grant, good ? FinishKind.Complete : FinishKind.Fail);
            runs.Add((kind, seconds, good));
        }

        var statistics = Statistics.Of(await List(), NowUs - Day, NowUs);
        statistics.IsComplete.ShouldBeTrue();
        statistics.Kinds.Select(k => k.Kind).ShouldBe(["scan", "sort"]);
        foreach (var kind in statistics.Kinds)
        {
            var mine = runs.Where(run => run.Kind == kind.Kind).Select(run => run.Seconds).Order().ToList();
            var good = runs.Count(run => run.Kind == kind.Kind && run.Good);
            (kind.Attempts, kind.Succeeded, kind.Failed, kind.Retried)
                .ShouldBe((mine.Count, good, mine.Count - good, 0));
            kind.SuccessRate.ShouldBe((double)good / mine.Count);
            kind.Run.P50.TotalSeconds.ShouldBe(mine.First(s => mine.Count(other => other <= s) * 2 >= mine.Count));
            kind.Run.P95.TotalSeconds.ShouldBe(
                mine.First(s => mine.Count(other => other <= s) * 100 >= mine.Count * 95));
            kind.Run.Max.TotalSeconds.ShouldBe(mine[^1]);
            kind.Wait!.Max.TotalSeconds.ShouldBeInRange(1, 20);
        }
    }

    [Fact]
    public async Task Attempts_of_before_the_window_of_others_and_beyond_the_limit_are_left_out()
    {
        await Register("ada", max: 10);
        await Done(Spec());
        Clock.Advance(TimeSpan.FromHours(1));
        var since = NowUs;
        await Done(Spec());
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Done(Spec("scan"));
        (await List(q => q with { SinceUs = since })).Attempts.Count.ShouldBe(2);
        (await List(q => q with { Kind = "scan" })).Attempts.ShouldHaveSingleItem().Kind.ShouldBe("scan");
        (await List(q => q with { Namespace = "other" })).Attempts.ShouldBeEmpty();
        var some = await List(q => q with { Limit = 2 });
        some.Attempts.Select(a => a.Kind).ShouldBe(["scan", "build"]);
        some.SinceUs.ShouldBe(since, "the oldest of them says how far back all are there");
        (await List()).SinceUs.ShouldBe(NowUs - Day);
    }

    private const long Day = 86_400_000_000;

    private async Task Done(NewTask task)
    {
        var id = await Add(task);
        await Finish(await Take("ada", id), FinishKind.Complete);
    }

    private async Task<EndedAttempts> List(Func<AttemptQuery, AttemptQuery>? change = null)
    {
        var query = new AttemptQuery { SinceUs = NowUs - Day };
        return await Store.Queries.ListEndedAttemptsAsync(change?.Invoke(query) ?? query, Ct);
    }
}
