using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>How well agents work: what every implementation of the façade must do alike.</summary>
public abstract class ReputationConformance : FacadeConformance
{
    [Fact]
    public async Task Record_is_shown_in_all_and_by_capability()
    {
        await RegisterAsync("ann");
        (await Client.GetAgentAsync("ann", Ct)).Record.Overall.Trials.ShouldBe(0);
        await DoAsync("ann", "sql");
        await DoAsync("ann", "sql", "rust");
        await DoAsync("ann");

        var record = (await Client.ListAgentsAsync(new AgentQuery(), Ct)).Items.ShouldHaveSingleItem().Record;
        record.ShouldBe((await Client.GetAgentAsync("ann", Ct)).Record);
        (record.Overall.Good, record.Overall.Bad).ShouldBe((3, 0));
        record.Capabilities.ToDictionary(c => c.Key, c => c.Value.Trials)
            .ShouldBe(new Dictionary<string, double> { ["rust"] = 1, ["sql"] = 2 }, ignoreOrder: true);
        record.ScoreFor([new Requirement("sql"), new Requirement("rust")]).ShouldBe(record.ScoreIn("rust"));
    }

    /// <summary>The explanation tells the number that the strategy compared: that of the required capability.</summary>
    [Fact]
    public async Task Explanation_tells_how_well_a_candidate_does_what_the_task_requires()
    {
        await Client.SetRulesAsync(
            "default", NamespaceRules.Default with { Strategy = RoutingStrategy.BestMatch }, null, Ct);
        await RegisterAsync("ann");
        await RegisterAsync("ben");
        await DoAsync("ann", "sql");
        await DoAsync("ben", "rust");
        var id = await SubmitAsync("sql");
        var candidates = (await Client.ExplainAssignmentAsync(id, Ct)).Candidates;
        candidates.Select(c => c.Agent).ShouldBe(["ann", "ben"]);
        var (ann, ben) = (await Client.GetAgentAsync("ann", Ct), await Client.GetAgentAsync("ben", Ct));
        candidates[0].Performance.ShouldBe(ann.Record.ScoreIn("sql"), 1e-5);
        candidates[1].Performance.ShouldBe(ben.Record.ScoreIn("sql"), 1e-5);
    }

    [Fact]
    public async Task Review_and_rating_change_the_record_and_answer_it()
    {
        await RegisterAsync("ann");
        var id = await DoAsync("ann", "sql");
        var review = new Review { TaskId = id, Reviewer = "ben", Score = 0.5, Comment = "half", Epoch = 1 };
        var reviewed = await Client.ReviewAsync(review, Ct);
        (reviewed.Name, reviewed.Record.Overall.Good, reviewed.Record.Overall.Bad).ShouldBe(("ann", 0.5, 0.5));
        var rating = new Rating { Agent = "ann", Score = 1, Weight = 4, Capability = "RUST" };
        var rated = await Client.RateAsync(rating, "boss", Ct);
        (rated.Record.Capabilities["rust"].Good, rated.Record.Overall.Good).ShouldBe((4, 4.5));
        (await Client.GetAgentAsync("ann", Ct)).Record.ShouldBe(rated.Record);
    }

    [Fact]
    public async Task Results_are_listed_with_their_reviews()
    {
        await RegisterAsync("ann");
        var (one, two) = (await DoAsync("ann", "sql"), await DoAsync("ann"));
        await Client.ReviewAsync(new Review { TaskId = two, Reviewer = "ben", Score = 0.5, Comment = "half" }, Ct);
        var first = await Client.ListReviewsAsync(new ReviewQuery { Limit = 1 }, Ct);
        first.Items.ShouldHaveSingleItem().TaskId.ShouldBe(one);
        var next = new ReviewQuery
        {
            TaskId = two,
            Agent = "ann",
            Namespace = "default",
            Kind = "work",
            IsReviewed = true,
            ReviewedBy = "ben",
            OpenFor = "zoe",
            After = first.Next,
        };
        var work = (await Client.ListReviewsAsync(next, Ct)).Items.ShouldHaveSingleItem();
        (work.TaskId, work.Epoch, work.Agent, work.Namespace, work.Kind).ShouldBe((two, 1, "ann", "default", "work"));
        work.SubmittedAt.ShouldBe((await Client.GetTaskAsync(two, Ct)).EndedAt!.Value);
        var said = work.Reviews.ShouldHaveSingleItem();
        (said.Reviewer, said.Score, said.Comment).ShouldBe(("ben", 0.5, "half"));
        said.At.ShouldBeInRange(work.SubmittedAt, work.SubmittedAt + TimeSpan.FromMinutes(5));
        foreach (var none in new[] { next with { OpenFor = "ben" }, next with { Kind = "play" } })
        {
            (await Client.ListReviewsAsync(none, Ct)).Items.ShouldBeEmpty();
        }

        (await Client.ListReviewsAsync(new ReviewQuery { IsReviewed = false }, Ct)).Items.Select(w => w.TaskId)
            .ShouldBe([one]);
        foreach (var (bad, field) in new[]
        {
            (next with { Limit = 0 }, "limit"), (next with { After = "?" }, "after"),
            (next with { IsReviewed = false }, "reviewed"),
        })
        {
            (await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.ListReviewsAsync(bad, Ct)))
                .Field.ShouldBe(field);
        }
    }

    [Fact]
    public async Task Reviews_and_ratings_that_cannot_be_are_refused_and_change_nothing()
    {
        await RegisterAsync("ann", "ltd");
        await RegisterAsync("ben", "ltd");
        var id = await DoAsync("ann", "sql");
        await RefuseAsync(ErrorCode.OwnWork, Of(id, "ben"));
        await RefuseAsync(ErrorCode.NotFound, Of(99, "zoe"));
        await RefuseAsync(ErrorCode.InvalidInput, Of(id, "zoe") with { Score = 1.5 });
        await RefuseAsync(ErrorCode.InvalidInput, Of(id, " "));
        await Client.ReviewAsync(Of(id, "zoe"), Ct);
        await RefuseAsync(ErrorCode.AlreadyReviewed, Of(id, "zoe"));
        var before = (await Client.GetAgentAsync("ann", Ct)).Record;
        foreach (var (code, rating) in new[]
        {
            (ErrorCode.NotFound, new Rating { Agent = "nobody", Score = 1 }),
            (ErrorCode.InvalidInput, new Rating { Agent = "ann", Score = double.NaN }),
            (ErrorCode.InvalidInput, new Rating { Agent = "ann", Score = 1, Weight = 0 }),
            (ErrorCode.InvalidInput, new Rating { Agent = "ann", Score = 1, Weight = 1001 }),
            (ErrorCode.InvalidInput, new Rating { Agent = "ann", Score = 1, Capability = "cobol" }),
        })
        {
            (await Should.ThrowAsync<LongshoreException>(() => Client.RateAsync(rating, "boss", Ct)))
                .Code.ShouldBe(code, rating.ToString());
        }

        (await Client.GetAgentAsync("ann", Ct)).Record.ShouldBe(before);

        static Review Of(long id, string reviewer) => new() { TaskId = id, Reviewer = reviewer, Score = 1 };

        async Task RefuseAsync(ErrorCode code, Review review) =>
            (await Should.ThrowAsync<LongshoreException>(() => Client.ReviewAsync(review, Ct)))
                .Code.ShouldBe(code, review.ToString());
    }

    private Task<Agent> RegisterAsync(string name, string? principal = null) => Client.RegisterAsync(
        new AgentRegistration
        {
            Name = name,
            Principal = principal,
            MaxConcurrent = 5,
            Capabilities = [new Capability("sql"), new Capability("rust")],
        },
        Ct);

    private async Task<long> SubmitAsync(params string[] requires)
    {
        var task = new NewTask { Kind = "work", Requires = [.. requires.Select(r => Requirement.Parse(r))] };
        return (await Client.SubmitAsync([task], Ct))[0].Id;
    }

    /// <summary>Has an agent do a new task; answers its id.</summary>
    private async Task<long> DoAsync(string agent, params string[] requires)
    {
        var id = await SubmitAsync(requires);
        var grant = (await Client.ClaimAsync(new ClaimRequest { Agent = agent, TaskIds = [id] }, ct: Ct))[0];
        await Client.FinishAsync(new Finish { TaskId = id, Epoch = grant.Epoch, Kind = FinishKind.Complete }, Ct);
        return id;
    }
}

/// <summary>The façade in process.</summary>
public sealed class LocalReputationConformance : ReputationConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpReputationConformance : ReputationConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
