using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Explain;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Why something is as it is: what every implementation of the façade must answer alike (G10).</summary>
public abstract class ExplainConformance : FacadeConformance
{
    [Fact]
    public async Task Nobody_can_tells_clauses_near_misses_and_what_would_help()
    {
        await RegisterAsync("ann", 1, "sql:2", "de");
        await RegisterAsync("bob", 1, "sql:5");
        var id = await SubmitAsync(Of("sql>=3", "de"));

        var why = await Client.ExplainTaskAsync(id, Ct);
        (why.TaskId, why.State, why.Reason).ShouldBe((id, TaskState.Created, StateReason.NobodyCan));
        why.Clauses.ShouldBe([new ClauseCount("de", 1, 1), new ClauseCount("sql>=3", 1, 1)]);
        why.NearestMisses.Select(m => (m.Agent, string.Join(",", m.Missing))).ShouldBe(
            [("ann", "sql>=3 (has 2)"), ("bob", "de")]);
        why.Suggestions.ShouldContain("without de 1 agents could do it, 1 of them have room now");
        why.Funnel.Single(f => f.Filter == Obstacle.OtherPriority).Left.ShouldBe(2);
        why.Funnel.Single(f => f.Filter == Obstacle.LacksCapability).Left.ShouldBe(0);
        why.ClaimableBy.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_free_and_nobody_can_are_told_apart_and_the_queue_before_it_counted()
    {
        await RegisterAsync("ann", 1, "sql");
        var first = await SubmitAsync(Of("sql"));
        (await Client.ExplainTaskAsync(first, Ct)).Reason.ShouldBe(StateReason.ReadyForSomebody);
        (await Client.ExplainTaskAsync(first, Ct)).ClaimableBy.ShouldBe(["ann"]);
        await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct);
        await SubmitAsync(Of("sql"));
        await SubmitAsync(Of());
        var id = await SubmitAsync(Of("sql") with { EstimatedEffort = TimeSpan.FromMinutes(2), Priority = 1 });

        var why = await Client.ExplainTaskAsync(id, Ct);
        (why.Reason, why.Ahead, why.EstimatedWait).ShouldBe(
            (StateReason.NobodyFree, 2, TimeSpan.FromMinutes(6)));
        why.Funnel[^1].ShouldBe(new FunnelStep(Obstacle.AtCapacity, 0));
        why.Suggestions.ShouldContain("1 who could take it are at capacity; raise max_concurrent or add an agent");
        (await Client.ExplainTaskAsync(first, Ct)).Sentence.ShouldBe("it is in_progress, by ann");
        var agent = await Client.ExplainAgentAsync("ann", Ct);
        (agent.Status, agent.WouldGet).ShouldBe((AgentStatus.AtCapacity, null));
        agent.Reasons.ShouldHaveSingleItem().Obstacle.ShouldBe(Obstacle.AtCapacity);
        agent.Reasons[0].Tasks.ShouldBe(3);
    }

    [Fact]
    public async Task An_agent_is_told_what_it_would_get_and_what_keeps_it_from_the_rest()
    {
        await RegisterAsync("ann", 2, "sql");
        await SubmitAsync(Of("rust"));
        await SubmitAsync(Of("rust"));
        var id = await SubmitAsync(Of("sql"));

        var why = await Client.ExplainAgentAsync("ann", Ct);
        (why.WouldGet, why.Sentence).ShouldBe((id, $"it is idle; its next claim gets task {id}"));
        why.Reasons.ShouldHaveSingleItem().Obstacle.ShouldBe(Obstacle.LacksCapability);
        why.Reasons[0].Tasks.ShouldBe(2);
        (await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct)).Single().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task What_must_be_assigned_is_explained_by_who_may_have_it()
    {
        await RegisterAsync("ann", 1, "sql");
        await RegisterAsync("bob", 1, "sql");
        await Client.SetRulesAsync("default", new NamespaceRules { Mode = AssignmentMode.Manual }, ct: Ct);
        var id = await SubmitAsync(Of("sql"));
        await RejectAsync(id, "ann");

        var why = await Client.ExplainTaskAsync(id, Ct);
        (why.Reason, why.Sentence).ShouldBe(
            (StateReason.WaitsForAssignment, "an administrator must assign it by name"));
        why.Suggestions.ShouldBe(["assign it by name: bob can do it"]);
        why.Funnel.Single(f => f.Filter == Obstacle.Excluded).Left.ShouldBe(2);
        why.Funnel.Single(f => f.Filter == Obstacle.Rejected).Left.ShouldBe(1);
        why.Funnel[^1].ShouldBe(new FunnelStep(Obstacle.AtCapacity, 1));
        why.ClaimableBy.ShouldBeEmpty("its mode lets nobody claim it");
        (await Client.ExplainAgentAsync("ann", Ct)).Reasons.Single().Obstacle.ShouldBe(Obstacle.Rejected);
        (await Client.ExplainAgentAsync("bob", Ct)).Reasons.Single().Obstacle.ShouldBe(Obstacle.NotForClaiming);

        await RejectAsync(id, "bob");
        foreach (var mode in new[] { AssignmentMode.Manual, AssignmentMode.Auto })
        {
            await Client.SetRulesAsync("default", new NamespaceRules { Mode = mode }, ct: Ct);
            why = await Client.ExplainTaskAsync(id, Ct);
            (why.Reason, why.Suggestions.Count).ShouldBe((StateReason.NobodyFree, 0), "nobody may have it now");
        }
    }

    [Fact]
    public async Task A_dry_run_answers_without_submitting()
    {
        await RegisterAsync("ann", 1, "sql");
        var why = await Client.DryRunAsync(Of("sql"), Ct);
        (why.TaskId, why.Reason).ShouldBe((0, StateReason.ReadyForSomebody));
        (await Client.DryRunAsync(Of("cobol"), Ct)).Reason.ShouldBe(StateReason.NobodyCan);
        (await Client.ListTasksAsync(new TaskQuery(), Ct)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_assignment_is_explained_by_the_parts_of_the_scores()
    {
        await RegisterAsync("ann", 4);
        await RegisterAsync("bob", 4);
        await Client.SetRulesAsync(
            "default", new NamespaceRules { Strategy = RoutingStrategy.LeastLoaded }, ct: Ct);
        await SubmitAsync(Of());
        var held = await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct);
        var id = await SubmitAsync(Of());

        var why = await Client.ExplainAssignmentAsync(id, Ct);
        (why.Strategy, why.Holder).ShouldBe((RoutingStrategy.LeastLoaded, null));
        why.Candidates.Select(c => (c.Agent, c.FreeLoad)).ShouldBe([("bob", 1.0), ("ann", 0.75)]);
        why.Candidates[0].Performance.ShouldBe(0.5);
        (await Client.ExplainAssignmentAsync(held[0].TaskId, Ct)).Holder.ShouldBe("ann");
        await Client.FinishAsync(
            new Finish { TaskId = held[0].TaskId, Epoch = held[0].Epoch, Kind = FinishKind.Fail }, Ct);
        (await Client.ExplainAssignmentAsync(id, Ct)).Candidates.Single(c => c.Agent == "ann")
            .FailuresInRow.ShouldBe(1);
    }

    [Fact]
    public async Task The_weight_of_free_capacity_decides_between_the_idle_and_the_able()
    {
        await RegisterAsync("ann", 4);
        await RegisterAsync("bob", 4);
        for (var i = 0; i < 20; i++)
        {
            await SubmitAsync(Of());
            var held = await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct);
            await Client.FinishAsync(
                new Finish { TaskId = held[0].TaskId, Epoch = held[0].Epoch, Kind = FinishKind.Complete }, Ct);
        }

        await SubmitAsync(Of());
        await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct);
        var id = await SubmitAsync(Of());
        foreach (var (weight, first) in new[] { (1.0, "bob"), (0.0, "ann") })
        {
            await Client.SetRulesAsync("default", new NamespaceRules { CapacityWeight = weight }, ct: Ct);
            (await Client.ExplainAssignmentAsync(id, Ct)).Candidates[0].Agent.ShouldBe(first);
        }
    }

    [Fact]
    public async Task Who_can_do_least_of_what_waits_comes_first_where_specialists_do()
    {
        await RegisterAsync("ann", 1, "sql", "rust");
        await RegisterAsync("bob", 1, "sql");
        await Client.SetRulesAsync(
            "default",
            new NamespaceRules { Mode = AssignmentMode.Auto, Strategy = RoutingStrategy.SpecialistsFirst }, ct: Ct);
        await SubmitAsync(Of("rust"));
        await SubmitAsync(Of("rust"));
        var id = await SubmitAsync(Of("sql"));
        await Patience.UntilAsync(
            async () => (await Client.GetDistributionAsync(Ct)).Distributed == 2, TimeSpan.FromSeconds(15), Ct);

        var why = await Client.ExplainAssignmentAsync(id, Ct);
        (why.Strategy, why.Holder).ShouldBe((RoutingStrategy.SpecialistsFirst, "bob"));
        why.Candidates.Select(c => (c.Agent, c.Total)).ShouldBe([("bob", 1.0), ("ann", 0.5)]);
    }

    [Fact]
    public async Task Everything_that_waits_is_explained_by_sort_most_frequent_first()
    {
        await RegisterAsync("ann", 1, "sql");
        for (var i = 0; i < 3; i++)
        {
            await SubmitAsync(Of("cobol"));
        }

        await SubmitAsync(Of("sql"));
        var pending = await Client.ExplainPendingAsync(ct: Ct);
        pending.Select(p => (p.Reason, p.Tasks, p.Kind)).ShouldBe(
            [(StateReason.NobodyCan, 3, "scan"), (StateReason.ReadyForSomebody, 1, "scan")]);
        (await Client.ExplainPendingAsync("other", Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        foreach (var call in new Func<Task>[]
        {
            () => Client.ExplainTaskAsync(99, Ct), () => Client.ExplainAssignmentAsync(99, Ct),
            () => Client.ExplainAgentAsync("ghost", Ct),
        })
        {
            (await Should.ThrowAsync<LongshoreException>(call)).Code.ShouldBe(ErrorCode.NotFound);
        }
    }

    [Fact]
    public async Task Rules_may_refuse_what_nobody_could_ever_do()
    {
        await RegisterAsync("ann", 1, "sql");
        await Client.SetRulesAsync("default", new NamespaceRules { Unroutable = UnroutablePolicy.Refuse }, ct: Ct);
        await SubmitAsync(Of("sql"));
        var error = await Should.ThrowAsync<LongshoreException>(() => SubmitAsync(Of("cobol")));
        (error.Code, error.Field).ShouldBe((ErrorCode.NobodyCan, "requires"));
        error.Message.ShouldContain("no registered agent can do kind scan in namespace default; without cobol 1");
        (await Client.CountByStateAsync(ct: Ct))[TaskState.Created].ShouldBe(1);
    }

    [Fact]
    public async Task What_was_distributed_is_counted()
    {
        await Client.SetRulesAsync("default", new NamespaceRules { Mode = AssignmentMode.Auto }, ct: Ct);
        await RegisterAsync("ann", 1);
        await SubmitAsync(Of());
        await SubmitAsync(Of());
        await Patience.UntilAsync(
            async () => (await Client.GetDistributionAsync(Ct)).Distributed == 1, TimeSpan.FromSeconds(15), Ct);

        var done = await Client.GetDistributionAsync(Ct);
        (done.Queued, done.Failed, done.ActiveAgents).ShouldBe((1, 0, 1));
        done.ByKind.ShouldBe([new KeyValuePair<string, long>("scan", 1)]);
        done.WaitP50.ShouldNotBeNull();
        (await Client.ListOffersAsync("ann", ct: Ct)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_planned_every_few_seconds_is_counted()
    {
        await Client.SetRulesAsync(
            "default", new NamespaceRules { Mode = AssignmentMode.Auto, PlanEvery = TimeSpan.FromSeconds(1) }, ct: Ct);
        await RegisterAsync("ann", 2);
        await SubmitAsync(Of());
        await Patience.UntilAsync(
            async () => (await Client.GetDistributionAsync(Ct)).Plans == 1, TimeSpan.FromSeconds(15), Ct);

        var done = await Client.GetDistributionAsync(Ct);
        (done.Plans, done.Planned, done.PlannedRefused).ShouldBe((1, 1, 0));
        (await Client.ListOffersAsync("ann", ct: Ct)).Count.ShouldBe(1);
    }

    private static NewTask Of(params string[] requires) =>
        new() { Kind = "scan", Requires = [.. requires.Select(r => Requirement.Parse(r))] };

    private async Task<long> SubmitAsync(NewTask task) => (await Client.SubmitAsync([task], Ct))[0].Id;

    private async Task RejectAsync(long id, string agent)
    {
        var offer = await Client.AssignAsync(id, agent, "boss", ct: Ct);
        await Client.FinishAsync(
            new Finish
            {
                TaskId = id,
                Epoch = offer.Epoch,
                Kind = FinishKind.Reject,
                Reason = RejectReason.OutsideExpertise,
            },
            Ct);
    }
}

/// <summary>The façade in process.</summary>
public sealed class LocalExplainConformance : ExplainConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpExplainConformance : ExplainConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
