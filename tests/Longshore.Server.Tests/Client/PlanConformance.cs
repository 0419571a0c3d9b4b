using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Explain;
using Longshore.Planning;
using Longshore.Routing;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Plans and recommendations: what every implementation of the façade must answer alike.</summary>
public abstract class PlanConformance : FacadeConformance
{
    [Fact]
    public async Task A_plan_tells_all_it_knows()
    {
        await RegisterAsync("ann", 2, "sql");
        await RegisterAsync("bob", 1);
        var ids = await SubmitAsync(Of("sql"), Of("sql"), Of("sql"), Of("cobol"), Of());

        var plan = await Client.PlanAsync(new PlanRequest { Prices = true }, Ct);
        (plan.Namespace, plan.Method, plan.Tasks, plan.Agents, plan.Pairs).ShouldBe(
            ("default", PlanMethod.Optimal, 5, 2, 5));
        plan.Gap.ShouldBe(0);
        plan.Bound.ShouldBe(plan.Total);
        plan.Assignments.Select(a => (a.TaskId, a.Code, a.Agent, a.Epoch)).ShouldBe(
            [(ids[0], "t-1", "ann", 0), (ids[1], "t-2", "ann", 0), (ids[4], "t-5", "bob", 0)]);
        plan.Assignments[0].Score.ShouldBe(0.85);
        plan.Assignments[0].Reason.ShouldBe(AssignmentReason.CapabilityMatch);
        plan.Assignments[2].Reason.ShouldBe(AssignmentReason.GeneralAvailability);
        plan.Unassigned.Select(u => (u.TaskId, u.Reason)).ShouldBe(
            [(ids[2], UnassignedReason.RoomTaken), (ids[3], UnassignedReason.NobodyCan)]);
        plan.Unassigned[1].Obstacles.ShouldBe([new ObstacleCount(Obstacle.LacksCapability, 2)]);
        plan.PlacePrices.ShouldBe([new PlacePrice("ann", 2, 2, 0.65)]);
        plan.NewcomerPrices.Select(p => (string.Join(' ', p.Capabilities), p.Tasks, p.Unassigned, p.Worth)).ShouldBe(
            [("sql", 3, 1, 0.85), ("cobol", 1, 1, 0.85), ("", 1, 0, 0.0)], ignoreOrder: true);
        plan.MadeAt.ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_request_chooses_the_tasks()
    {
        await RegisterAsync("ann", 10);
        var ids = await SubmitAsync(
            Of() with { Code = "low", Priority = 1 }, Of() with { Code = "high", Priority = 9 },
            Of() with { Code = "other", Kind = "other" }, Of() with { Code = "later", ReadyAt = Later },
            Of() with { Namespace = "elsewhere" });

        (await PlannedAsync(new PlanRequest())).ShouldBe([ids[1], ids[2], ids[0]], "the most urgent first");
        (await PlannedAsync(new PlanRequest { Limit = 1 })).ShouldBe([ids[1]]);
        (await PlannedAsync(new PlanRequest { Kinds = ["other"] })).ShouldBe([ids[2]]);
        (await PlannedAsync(new PlanRequest { MinPriority = 5 })).ShouldBe([ids[1], ids[2]]);
        (await PlannedAsync(new PlanRequest { Codes = ["low", "other"] })).ShouldBe([ids[0], ids[2]]);
        (await PlannedAsync(new PlanRequest { Namespace = "empty" })).ShouldBeEmpty();
        var later = await Client.PlanAsync(new PlanRequest { Codes = ["later"] }, Ct);
        later.Unassigned.Single().Reason.ShouldBe(UnassignedReason.NotReady);
        var elsewhere = await Client.PlanAsync(new PlanRequest { Namespace = "elsewhere" }, Ct);
        elsewhere.Unassigned.Single().Reason.ShouldBe(UnassignedReason.NobodyCan);
        elsewhere.Agents.ShouldBe(0);
    }

    [Fact]
    public async Task A_plan_with_sizes_tells_what_it_takes_of_budgets_and_places()
    {
        await RegisterAsync("ann", 2, "sql");
        await RegisterAsync("bob", 5);
        var ids = await SubmitAsync(
            Of() with { Code = "dig", Kind = "dig" }, Of() with { Code = "dig-2", Kind = "dig" },
            Of("sql") with { Code = "ask" }, Of() with { Code = "war", EstimatedEffort = TimeSpan.FromHours(50) });
        var request = new PlanRequest
        {
            Sizes = new PlanSizes
            {
                Default = 0.25,
                Kinds = new Dictionary<string, double> { ["dig"] = 6 },
                Tasks = new Dictionary<string, double> { ["dig-2"] = 9 },
                ByEffort = true,
                Budget = 5,
                Budgets = new Dictionary<string, double> { ["bob"] = 10.5 },
                Speeds = new Dictionary<string, double> { ["bob"] = 1.5 },
            },
        };

        var plan = await Client.PlanAsync(request, Ct);
        plan.Assignments.Select(a => (a.TaskId, a.Agent, a.Units)).ShouldBe(
            [(ids[0], "bob", 4.0), (ids[1], "bob", 6.0), (ids[2], "ann", (double?)0.25)]);
        plan.Assignments.ShouldAllBe(a => a.FreeLoad == 1);
        plan.Units.ShouldBe([new PlannedUnits("bob", 10, 10.5, 2, 5), new PlannedUnits("ann", 0.25, 5, 1, 2)]);
        (plan.Unassigned.Single().TaskId, plan.Unassigned[0].Reason).ShouldBe((ids[3], UnassignedReason.TooLarge));
        (plan.Bound, plan.Gap).ShouldBe((plan.Total, 0.0));
        var both = await Client.ComparePlansAsync(request with { Method = PlanMethod.Candidates }, Ct);
        both.Optimal.Units.ShouldBe(plan.Units);
        both.Greedy.Units.Sum(one => one.Planned).ShouldBe(both.Greedy.Assignments.Count);
        (await Client.ApplyPlanAsync(plan.Assignments, "boss", Ct)).Offered.ShouldBe(3);
        (await Client.PlanAsync(new PlanRequest(), Ct)).Units.ShouldBeEmpty("without sizes there are none");
    }

    [Fact]
    public async Task Sizes_that_are_none_or_of_nobody_are_refused()
    {
        await RegisterAsync("ann", 1);
        var ids = await SubmitAsync(Of(), Of() with { Kind = "rare", Code = "later", ReadyAt = Later });
        foreach (var (sizes, code, field) in new (PlanSizes, ErrorCode, string)[]
        {
            (new PlanSizes { Default = -1 }, ErrorCode.InvalidInput, "sizes.default"),
            (new PlanSizes { Default = Limits.PlanUnitsMax + 1 }, ErrorCode.InvalidInput, "sizes.default"),
            (new PlanSizes { Budget = -0.1 }, ErrorCode.InvalidInput, "sizes.budget"),
            (new PlanSizes { Kinds = Number("scan", -2) }, ErrorCode.InvalidInput, "sizes.kinds.scan"),
            (new PlanSizes { Tasks = Number("t-1", 2e6) }, ErrorCode.InvalidInput, "sizes.tasks.t-1"),
            (new PlanSizes { Budgets = Number("ann", -1) }, ErrorCode.InvalidInput, "sizes.budgets.ann"),
            (new PlanSizes { Budgets = Number("?", 1) }, ErrorCode.InvalidInput, "sizes.budgets"),
            (new PlanSizes { Speeds = Number("ann", 0) }, ErrorCode.InvalidInput, "sizes.speeds.ann"),
            (new PlanSizes { Speeds = Number("ann", 101) }, ErrorCode.InvalidInput, "sizes.speeds.ann"),
            (new PlanSizes { Budgets = Number("ghost", 1) }, ErrorCode.NotFound, "sizes.budgets.ghost"),
            (new PlanSizes { Speeds = Number("ghost", 1) }, ErrorCode.NotFound, "sizes.speeds.ghost"),
            (new PlanSizes { Kinds = Number("scam", 1) }, ErrorCode.NotFound, "sizes.kinds.scam"),
            (new PlanSizes { Tasks = Number("t-99", 1) }, ErrorCode.NotFound, "sizes.tasks.t-99"),
        })
        {
            var request = new PlanRequest { Sizes = sizes };
            foreach (var call in (Func<Task>[])
                [() => Client.PlanAsync(request, Ct), () => Client.ComparePlansAsync(request, Ct)])
            {
                var error = await Should.ThrowAsync<LongshoreException>(call);
                (error.Code, error.Field).ShouldBe((code, field));
            }
        }

        var sized = new PlanRequest { Sizes = new PlanSizes() };
        (await Should.ThrowAsync<LongshoreException>(() => Client.PlanAsync(
            sized with { Method = PlanMethod.Candidates }, Ct))).Field.ShouldBe("method");
        (await Should.ThrowAsync<LongshoreException>(() => Client.PlanAsync(
            sized with { Prices = true }, Ct))).Field.ShouldBe("prices");

        // What is there but not to be planned now is no slip.
        var known = new PlanSizes { Kinds = Number("rare", 1), Tasks = Number("later", 1) };
        (await PlannedAsync(new PlanRequest { Sizes = known })).ShouldBe([ids[0]]);
    }

    private static Dictionary<string, double> Number(string name, double number) => new() { [name] = number };

    [Fact]
    public async Task Comparing_shows_what_greedy_loses()
    {
        await RegisterAsync("general", 1, "rust", "sql");
        await RegisterAsync("special", 1, "rust");
        await SubmitAsync(Of("rust"), Of("sql"));

        var both = await Client.ComparePlansAsync(new PlanRequest(), Ct);
        (both.Greedy.Method, both.Greedy.Assignments.Count).ShouldBe((PlanMethod.Greedy, 1));
        (both.Optimal.Method, both.Optimal.Assignments.Count).ShouldBe((PlanMethod.Optimal, 2));
        both.Loss.ShouldBe(0.5);
        both.Greedy.Gap.ShouldBe(0.85);
        both.Differences.Select(d => (d.Code, d.Greedy, d.Optimal)).ShouldBe(
            [("t-1", "general", "special"), ("t-2", null, "general")]);
    }

    [Fact]
    public async Task Applying_tells_what_became_of_each()
    {
        await RegisterAsync("ann", 1);
        await RegisterAsync("bob", 1);
        var ids = await SubmitAsync(Of(), Of());
        var plan = await Client.PlanAsync(new PlanRequest(), Ct);
        var taken = plan.Assignments[1];
        await SubmitAsync(Of() with { Owner = taken.Agent, Kind = "own", Priority = 10 });
        await Client.ClaimAsync(new Storage.ClaimRequest { Agent = taken.Agent, Kinds = ["own"] }, default, Ct);

        var applied = await Client.ApplyPlanAsync(
            [.. plan.Assignments, taken with { TaskId = 99 }], "boss", Ct);
        applied.Offered.ShouldBe(1);
        applied.Items.Select(i => (i.TaskId, i.Status, i.Obstacle)).ShouldBe(
        [
            (ids[0], AppliedStatus.Offered, Obstacle.None),
            (ids[1], AppliedStatus.Refused, Obstacle.AtCapacity),
            (99, AppliedStatus.Refused, Obstacle.NotReady),
        ]);
        applied.Items[0].Epoch.ShouldBe(1);
        applied.Items[0].Until.ShouldNotBeNull();
        applied.Items[1].Sentence.ShouldBe(Obstacle.AtCapacity.Sentence());
        var offer = (await Client.ListOffersAsync(plan.Assignments[0].Agent, ct: Ct)).Single();
        offer.TaskId.ShouldBe(ids[0]);

        await Client.AcceptAsync(offer.TaskId, offer.Epoch, ct: Ct);
        var again = await Client.ApplyPlanAsync([plan.Assignments[0]], "boss", Ct);
        again.Items.Single().Status.ShouldBe(AppliedStatus.Repeated, "it has begun, and is what was planned");
        await Client.FinishAsync(
            new Storage.Finish
            {
                TaskId = offer.TaskId,
                Epoch = offer.Epoch,
                Kind = Storage.FinishKind.Complete,
            },
            Ct);
        again = await Client.ApplyPlanAsync([plan.Assignments[0]], "boss", Ct);
        again.Items.Single().Sentence.ShouldBe("it was given out since the plan was made, and is done");
    }

    [Fact]
    public async Task What_cannot_be_planned_or_applied_is_refused_and_changes_nothing()
    {
        await RegisterAsync("ann", 1);
        var ids = await SubmitAsync(Of());
        var one = (await Client.PlanAsync(new PlanRequest(), Ct)).Assignments.Single();
        foreach (var (call, field) in new (Func<Task> Call, string Field)[]
        {
            (() => Client.PlanAsync(new PlanRequest { Limit = 0 }, Ct), "limit"),
            (() => Client.PlanAsync(new PlanRequest { Limit = Limits.BatchMax + 1 }, Ct), "limit"),
            (() => Client.PlanAsync(new PlanRequest { MinimumMatch = 1.5 }, Ct), "minimum_match"),
            (() => Client.PlanAsync(new PlanRequest { MinPriority = 11 }, Ct), "min_priority"),
            (() => Client.PlanAsync(new PlanRequest { Candidates = 0 }, Ct), "candidates"),
            (() => Client.PlanAsync(new PlanRequest { Namespace = " " }, Ct), "namespace"),
            (() => Client.ComparePlansAsync(new PlanRequest { Limit = -1 }, Ct), "limit"),
            (() => Client.ApplyPlanAsync([], "boss", Ct), "assignments.length"),
            (() => Client.ApplyPlanAsync([one, one], "boss", Ct), "assignments[1].task_id"),
            (() => Client.ApplyPlanAsync([one with { Agent = "?" }], "boss", Ct), "assignments[0].agent"),
            (() => Client.ApplyPlanAsync([one with { Epoch = -1 }], "boss", Ct), "assignments[0].epoch"),
            (() => Client.ApplyPlanAsync([one], "", Ct), "actor"),
        })
        {
            var error = await Should.ThrowAsync<LongshoreException>(call);
            (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, field));
        }

        var unknown = await Should.ThrowAsync<LongshoreException>(
            () => Client.PlanAsync(new PlanRequest { Codes = ["ghost"] }, Ct));
        (unknown.Code, unknown.Field).ShouldBe((ErrorCode.NotFound, "codes"));
        (await Client.GetTaskAsync(ids[0], Ct)).State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task Recommendations_tell_each_task_once_with_its_best_reason_and_in_order()
    {
        await RegisterAsync("ann", 1, "sql", "png");
        await Client.RegisterAsync(
            new AgentRegistration
            {
                Name = "bob",
                Capabilities = [new Capability("sql"), new Capability("png"), new Capability("xml")],
                Specializations = ["png"],
            },
            Ct);
        var ids = await SubmitAsync(
            Of("png") with { Priority = 9 }, Of("sql") with { Priority = 10 }, Of("sql") with { Priority = 8 },
            Of("sql") with { Priority = 7 }, Of("xml") with { Priority = 1 }, Of("cobol") with { Priority = 10 });

        // Ann fits what both can do as well and stands first by name, so it is not bob's by best match.
        var found = await RecommendedAsync(new RecommendQuery { Agent = "bob" });
        found.ShouldBe(
        [
            (ids[0], RecommendationReason.SpecializationMatch, 1.0), (ids[4], RecommendationReason.BestMatch, 0.9),
            (ids[1], RecommendationReason.HighPriority, 0.8), (ids[2], RecommendationReason.HighPriority, 0.8),
        ]);
        (await RecommendedAsync(new RecommendQuery { Agent = "bob", Limit = 2 })).ShouldBe(found.Take(2));
        (await RecommendedAsync(new RecommendQuery { Agent = "bob", HighPriorityFrom = 70 }))[^1].Id.ShouldBe(ids[3]);
        (await Client.RecommendAsync(new RecommendQuery { Agent = "bob" }, Ct))[2].UrgencyScore.ShouldBe(100, 0.1);
    }

    [Fact]
    public async Task Nothing_is_recommended_that_the_agent_may_not_have()
    {
        await RegisterAsync("ann", 1);
        var ids = await SubmitAsync(Of(), Of() with { Owner = "bob" }, Of() with { Namespace = "elsewhere" });
        (await RecommendedAsync(new RecommendQuery { Agent = "ann" })).Select(r => r.Id).ShouldBe([ids[0]]);

        // Full, it is still told what it could have next; what it rejected is never told again.
        var more = await SubmitAsync(Of());
        var held = (await Client.ClaimAsync(new Storage.ClaimRequest { Agent = "ann" }, default, Ct)).Single();
        (await RecommendedAsync(new RecommendQuery { Agent = "ann" })).Select(r => r.Id).ShouldBe([more[0]]);
        await Client.FinishAsync(
            new Storage.Finish
            {
                TaskId = held.TaskId,
                Epoch = held.Epoch,
                Kind = Storage.FinishKind.Reject,
                Reason = Assignments.RejectReason.OutsideExpertise,
            },
            Ct);
        (await RecommendedAsync(new RecommendQuery { Agent = "ann" })).Select(r => r.Id).ShouldBe([more[0]]);

        await Client.SetRulesAsync(
            "default", new Rules.NamespaceRules { Mode = Rules.AssignmentMode.Manual }, ct: Ct);
        (await RecommendedAsync(new RecommendQuery { Agent = "ann" })).ShouldBeEmpty();
        (await Should.ThrowAsync<LongshoreException>(() => Client.RecommendAsync(
            new RecommendQuery { Agent = "ghost" }, Ct))).Code.ShouldBe(ErrorCode.NotFound);
        (await Should.ThrowAsync<LongshoreException>(() => Client.RecommendAsync(
            new RecommendQuery { Agent = "ann", Limit = 0 }, Ct))).Field.ShouldBe("limit");
    }

    private async Task<List<(long Id, RecommendationReason Reason, double Confidence)>> RecommendedAsync(
        RecommendQuery query) =>
        [.. (await Client.RecommendAsync(query, Ct)).Select(r => (r.TaskId, r.Reason, r.Confidence))];

    private static DateTimeOffset Later => TimeProvider.System.GetUtcNow().AddDays(1);

    private static NewTask Of(params string[] requires) =>
        new() { Kind = "scan", Requires = [.. requires.Select(r => Requirement.Parse(r))] };

    private async Task<IReadOnlyList<long>> SubmitAsync(params NewTask[] tasks) =>
        [.. (await Client.SubmitAsync(tasks, Ct)).Select(answer => answer.Id)];

    private async Task<IReadOnlyList<long>> PlannedAsync(PlanRequest request) =>
        [.. (await Client.PlanAsync(request, Ct)).Assignments.Select(one => one.TaskId)];
}

/// <summary>The façade in process.</summary>
public sealed class LocalPlanConformance : PlanConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpPlanConformance : PlanConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
