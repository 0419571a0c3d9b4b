using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What others say of an agent's work.</summary>
public abstract class ReviewSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(10);

    protected override StoreOptions Options => base.Options with { ReputationHalfLife = HalfLife };

    [Fact]
    public async Task Review_takes_the_place_of_what_completing_counted()
    {
        var id = await DoAsync("ada", "sql");
        (await Review(id, "zoe", 0.25)).ShouldBe(new ReviewOutcome(ReviewStatus.Accepted, "ada", 1));
        var record = await RecordOf("ada");
        Shown(record.Overall).ShouldBe((0.25, 0.75));
        Shown(record.Capabilities["sql"]).ShouldBe((0.25, 0.75));

        (await Review(id, "yan", 1)).Status.ShouldBe(ReviewStatus.Accepted);
        Shown((await RecordOf("ada")).Overall).ShouldBe((1.25, 0.75));
        var told = (await Store.Events.HistoryAsync(id, Ct)).Last(e => e.Type == EventTypes.TaskReviewed);
        (told.Actor, told.ActorType).ShouldBe(("yan", ActorType.Human));
        told.Payload.ToString().ShouldContain("\"score\":1");
    }

    /// <summary>Only what is left of it: the rest has faded already.</summary>
    [Fact]
    public async Task Late_review_takes_back_what_is_left_of_it()
    {
        var id = await DoAsync("ada", "sql");
        Clock.Advance(HalfLife);
        await Review(id, "zoe", 1);
        (await RecordOf("ada")).Overall.Good.ShouldBe(1, 0.001);
        (await RecordOf("ada")).Capabilities["sql"].Good.ShouldBe(1, 0.001);
    }

    [Fact]
    public async Task Nobody_reviews_work_of_their_own_or_of_their_principal()
    {
        var id = await DoAsync("ada", "sql");
        await Register(new AgentRegistration { Name = "ada-2", Principal = "the-adas" });
        (await Review(id, "ada", 1)).ShouldBe(new ReviewOutcome(ReviewStatus.OwnWork, "ada", 1));
        (await Review(id, "the-adas", 1)).Status.ShouldBe(ReviewStatus.OwnWork);
        (await Review(id, "ada-2", 1)).Status.ShouldBe(ReviewStatus.OwnWork);
        Shown((await RecordOf("ada")).Overall).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Each_reviewer_and_each_principal_reviews_an_assignment_once()
    {
        var id = await DoAsync("ada", "sql");
        await Register(new AgentRegistration { Name = "ben-1", Principal = "ben" });
        await Register(new AgentRegistration { Name = "ben-2", Principal = "ben" });
        (await Review(id, "ben-1", 0)).Status.ShouldBe(ReviewStatus.Accepted);
        (await Review(id, "ben-1", 1)).ShouldBe(new ReviewOutcome(ReviewStatus.AlreadyReviewed, "ada", 1));
        (await Review(id, "ben-2", 1)).Status.ShouldBe(ReviewStatus.AlreadyReviewed);
        (await Review(id, "ben", 1)).Status.ShouldBe(ReviewStatus.AlreadyReviewed);
        Shown((await RecordOf("ada")).Overall).ShouldBe((0, 1));
        var told = (await Store.Events.HistoryAsync(id, Ct)).Single(e => e.Type == EventTypes.TaskReviewed);
        told.ActorType.ShouldBe(ActorType.Agent);
    }

    [Fact]
    public async Task Only_what_was_submitted_is_reviewed()
    {
        await RegisterAda();
        (await Review(77, "zoe", 1)).ShouldBe(new ReviewOutcome(ReviewStatus.NotFound));
        var id = await Add(Spec("build", "sql"));
        (await Review(id, "zoe", 1)).Status.ShouldBe(ReviewStatus.NotFound);
        var grant = await Take("ada");
        await Finish(grant, FinishKind.Release);
        (await Review(id, "zoe", 1)).ShouldBe(new ReviewOutcome(ReviewStatus.NotSubmitted, "ada", 1));
        await Finish(await Take("ada"), FinishKind.Complete);
        (await Review(id, "zoe", 1, epoch: 1)).Status.ShouldBe(ReviewStatus.NotSubmitted);
        (await Review(id, "zoe", 1, epoch: 3)).Status.ShouldBe(ReviewStatus.NotFound);
        (await Review(id, "zoe", 1)).ShouldBe(new ReviewOutcome(ReviewStatus.Accepted, "ada", 2));
        (await Review(id, "zoe", 1, epoch: 2)).Status.ShouldBe(ReviewStatus.AlreadyReviewed);
    }

    /// <summary>Its id is never given again, but its row would stay for ever.</summary>
    [Fact]
    public async Task Reviews_go_with_their_task()
    {
        var id = await DoAsync("ada", "sql");
        await Review(id, "zoe", 1);
        Clock.Advance(TimeSpan.FromDays(1));
        (await Store.Tasks.PruneAsync(NowUs, 100, Ct)).ShouldBe(1);
        (await Review(id, "zoe", 1)).Status.ShouldBe(ReviewStatus.NotFound);
        Shown((await RecordOf("ada")).Overall).Good.ShouldBe(1, 0.001);
    }

    [Fact]
    public async Task Results_are_listed_with_what_was_said_of_them()
    {
        await Register(new AgentRegistration { Name = "ben-1", Principal = "ben" });
        var (first, second) = (await DoAsync("ada", "sql"), await DoAsync("ada"));
        await Review(second, "zoe", 0.5, comment: "half");
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Review(second, "ben", 1);
        var page = await ListAsync(new ReviewQuery { Limit = 1 });
        var waiting = page.Items.ShouldHaveSingleItem();
        (waiting.TaskId, waiting.Epoch, waiting.Agent, waiting.Namespace, waiting.Kind, waiting.Reviews.Count)
            .ShouldBe((first, 1, "ada", "default", "build", 0));
        waiting.SubmittedAt.ShouldBe(UnixTime.FromMicroseconds(NowUs) - TimeSpan.FromSeconds(1));
        var next = await ListAsync(new ReviewQuery { Limit = 1, After = page.Next });
        next.Next.ShouldBeNull();
        var reviewed = next.Items.ShouldHaveSingleItem();
        reviewed.TaskId.ShouldBe(second);
        reviewed.Reviews.Select(r => (r.Reviewer, r.Score, r.Comment))
            .ShouldBe([("zoe", 0.5, "half"), ("ben", 1, null)]);
        reviewed.Reviews[1].At.ShouldBe(UnixTime.FromMicroseconds(NowUs));
    }

    [Fact]
    public async Task Results_are_found_by_whose_they_are_and_by_who_may_review_or_has_reviewed_them()
    {
        await Register(new AgentRegistration
        {
            Name = "ben-1",
            Principal = "ben",
            MaxConcurrent = 5,
            Namespaces = ["default", "other"],
        });
        await Register(new AgentRegistration { Name = "ada-2", Principal = "the-adas" });
        var (one, two) = (await DoAsync("ada", "sql"), await DoAsync("ben-1"));
        var three = await Add(Spec("check") with { Namespace = "other" });
        await Finish(await Take("ben-1", three), FinishKind.Complete);
        await Finish(await Take("ben-1", await Add(Spec("build"))), FinishKind.Fail);
        await Review(one, "ben-1", 1);
        await Review(three, "zoe", 0);
        (await FoundAsync(new ReviewQuery())).ShouldBe([one, two, three], "what failed is no result");
        (await FoundAsync(new ReviewQuery { IsReviewed = false })).ShouldBe([two]);
        (await FoundAsync(new ReviewQuery { IsReviewed = true })).ShouldBe([one, three]);
        (await FoundAsync(new ReviewQuery { IsReviewed = true, Limit = 1, After = $"{one}.1" })).ShouldBe([three]);
        (await FoundAsync(new ReviewQuery { ReviewedBy = "ben" })).ShouldBe([one]);
        (await FoundAsync(new ReviewQuery { ReviewedBy = "zoe", Agent = "ben-1" })).ShouldBe([three]);
        (await FoundAsync(new ReviewQuery { OpenFor = "ben" })).ShouldBeEmpty("its own, or reviewed as ben-1");
        (await FoundAsync(new ReviewQuery { OpenFor = "ada-2" })).ShouldBe([two, three]);
        (await FoundAsync(new ReviewQuery { OpenFor = "zoe", IsReviewed = true })).ShouldBe([one]);
        (await FoundAsync(new ReviewQuery { Agent = "ben-1", Namespace = "other" })).ShouldBe([three]);
        (await FoundAsync(new ReviewQuery { Kind = "check" })).ShouldBe([three]);
        (await FoundAsync(new ReviewQuery { TaskId = two })).ShouldBe([two]);
        (await FoundAsync(new ReviewQuery { Agent = "nobody" })).ShouldBeEmpty();
        await Should.ThrowAsync<LongshoreException>(() => FoundAsync(new ReviewQuery { After = "x" }));
    }

    [Fact]
    public async Task What_as_many_have_reviewed_as_may_waits_for_nobody()
    {
        var id = await DoAsync("ada");
        (await FoundAsync(new ReviewQuery { OpenFor = "zoe" })).ShouldBe([id]);
        for (var i = 0; i < Limits.ReviewsMax; i++)
        {
            await Review(id, $"reviewer-{i}", 1);
        }

        (await FoundAsync(new ReviewQuery { OpenFor = "zoe" })).ShouldBeEmpty();
        (await Review(id, "zoe", 1)).Status.ShouldBe(ReviewStatus.Full);
    }

    [Fact]
    public async Task Two_reviews_by_one_at_once_count_once()
    {
        var id = await DoAsync("ada", "sql");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Review(id, "zoe", 0), Ct)));
        outcomes.Count(o => o.Status == ReviewStatus.Accepted).ShouldBe(1);
        Shown((await RecordOf("ada")).Overall).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Rating_counts_as_so_many_trials_in_all_and_in_its_capability()
    {
        await RegisterAda();
        (await Rate(new Rating { Agent = "ada", Score = 0.75, Weight = 8 })).ShouldBeTrue();
        (await Rate(new Rating { Agent = "ada", Score = 0, Weight = 2, Capability = "rust" })).ShouldBeTrue();
        (await Rate(new Rating { Agent = "ada", Score = 1, Capability = "cobol" })).ShouldBeTrue();
        (await Rate(new Rating { Agent = "nobody", Score = 1 })).ShouldBeFalse();
        var record = await RecordOf("ada");
        Shown(record.Overall).ShouldBe((7, 4));
        record.Capabilities.Keys.ShouldBe(["rust"]);
        Shown(record.Capabilities["rust"]).ShouldBe((0, 2));
        var rated = (await Store.Events.ReadAsync(0, 100, Ct)).Where(e => e.Type == EventTypes.AgentRated).ToList();
        rated.Count.ShouldBe(3);
        rated[0].Actor.ShouldBe("boss");
        Clock.Advance(HalfLife);
        await Rate(new Rating { Agent = "ada", Score = 1, Capability = "rust" });
        (await RecordOf("ada")).Capabilities["rust"].Bad.ShouldBe(1, 0.001);
    }

    private async Task<ReviewOutcome> Review(
        long id, string reviewer, double score, int? epoch = null, string? comment = null) =>
        await Store.Agents.ReviewAsync(
            new Review { TaskId = id, Reviewer = reviewer, Score = score, Epoch = epoch, Comment = comment }.Checked(),
            NowUs,
            Ct);

    private async Task<Page<SubmittedWork>> ListAsync(ReviewQuery query) =>
        await Store.Queries.ListReviewsAsync(query, Ct);

    private async Task<List<long>> FoundAsync(ReviewQuery query) =>
        [.. (await ListAsync(query)).Items.Select(work => work.TaskId)];

    private async Task<bool> Rate(Rating rating) =>
        await Store.Agents.RateAsync(rating.Checked(), "boss", NowUs, Ct);

    private Task<Agent> RegisterAda() => Register(new AgentRegistration
    {
        Name = "ada",
        Principal = "the-adas",
        MaxConcurrent = 5,
        Capabilities = [new Capability("sql"), new Capability("rust")],
    });

    private async Task<long> DoAsync(string agent, params string[] requires)
    {
        await RegisterAda();
        var id = await Add(Spec("build", requires));
        await Finish(await Take(agent, id), FinishKind.Complete);
        return id;
    }

    private async Task<AgentRecord> RecordOf(string agent) =>
        (await Store.Queries.GetAgentAsync(agent, Ct)).ShouldNotBeNull().Record;

    private static (double Good, double Bad) Shown(Evidence evidence) => (evidence.Good, evidence.Bad);
}
