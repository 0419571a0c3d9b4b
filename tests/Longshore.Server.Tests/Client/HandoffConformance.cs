using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Explain;
using Longshore.Help;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Passing tasks on and asking for help: what every implementation of the façade must do alike.</summary>
public abstract class HandoffConformance : FacadeConformance
{
    protected override async Task PrepareAsync()
    {
        await RegisterAsync("ada");
        await RegisterAsync("bob", new Capability("sql", 2));
        await RegisterAsync("cyd", new Capability("sql", 4));
    }

    [Fact]
    public async Task Task_is_handed_off_shown_taken_and_done_with_its_notes()
    {
        var grant = await TakeAsync("ada");
        var handoff = await Client.HandOffAsync(Said(grant), Ct);
        (handoff.From, handoff.NeedsReview, handoff.MinimumConfidence).ShouldBe(("ada", true, 0.7));
        var pending = await Client.GetTaskAsync(grant.TaskId, Ct);
        (pending.State, pending.Target).ShouldBe((TaskState.PendingHandoff, HandoffTarget.ToCapability("sql>=3")));

        var chance = (await Client.ListOpportunitiesAsync(ct: Ct)).ShouldHaveSingleItem();
        (chance.Agent, chance.Handoff.Id, chance.Task.Id).ShouldBe(("cyd", handoff.Id, grant.TaskId));
        (await Client.ListOpportunitiesAsync("bob", ct: Ct)).ShouldBeEmpty();
        var explained = await Client.ExplainTaskAsync(grant.TaskId, Ct);
        explained.ClaimableBy.ShouldBe(["cyd"]);

        (await ClaimAsync("ada")).ShouldBeEmpty();
        (await ClaimAsync("bob")).ShouldBeEmpty();
        var taken = (await ClaimAsync("cyd")).ShouldHaveSingleItem();
        taken.Epoch.ShouldBe(2);
        var notes = taken.Task.Handoff.ShouldNotBeNull();
        (notes.Summary, notes.AcceptedBy, notes.EstimatedEffort).ShouldBe(
            ("half done", "cyd", TimeSpan.FromMinutes(5)));
        notes.NextSteps.ShouldBe(["measure"]);
        (await Client.GetTaskAsync(grant.TaskId, Ct)).Handoff!.Id.ShouldBe(handoff.Id);
        (await Client.HandOffAsync(Said(grant), Ct)).Id.ShouldBe(handoff.Id, "the same call again");
        var listed = await Client.ListHandoffsAsync(
            new HandoffQuery { TaskId = grant.TaskId, Status = HandoffStatus.Accepted }, Ct);
        listed.Items.ShouldHaveSingleItem().Id.ShouldBe(handoff.Id);
    }

    [Fact]
    public async Task Hand_off_that_nobody_can_take_is_explained_and_withdrawn()
    {
        var grant = await TakeAsync("ada");
        await Client.HandOffAsync(Said(grant) with { To = HandoffTarget.ToCapability("welding") }, Ct);
        var explained = await Client.ExplainTaskAsync(grant.TaskId, Ct);
        explained.Reason.ShouldBe(StateReason.NobodyCan);
        explained.NearestMisses.ShouldContain(
            m => m.Missing.Any(w => w.StartsWith("welding", StringComparison.Ordinal)));
        explained.Suggestions.ShouldContain(s => s.StartsWith("withdraw the hand-off", StringComparison.Ordinal));

        var back = await Client.WithdrawHandoffAsync(grant.TaskId, "boss", "nobody welds", Ct);
        (back.State, back.Target).ShouldBe((TaskState.Created, null));
        (await ClaimAsync("ada")).ShouldHaveSingleItem();
        await ShouldFailAsync(
            ErrorCode.WrongState, () => Client.WithdrawHandoffAsync(grant.TaskId, "boss", ct: Ct));
    }

    [Fact]
    public async Task Hand_off_is_refused_with_the_reason()
    {
        await Client.SetRulesAsync("default", new NamespaceRules { HandoffsMax = 0 }, ct: Ct);
        var grant = await TakeAsync("ada");
        var said = Said(grant);
        await ShouldFailAsync(ErrorCode.HopLimit, () => Client.HandOffAsync(said, Ct));
        (await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.HandOffAsync(said with { Summary = " " }, Ct)))
            .Field.ShouldBe("summary");
        (await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.HandOffAsync(said with { Confidence = 2 }, Ct)))
            .Field.ShouldBe("confidence");
        await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.HandOffAsync(
            said with { To = HandoffTarget.ToAgent("ada") }, Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.HandOffAsync(
            said with { To = HandoffTarget.ToAgent("ghost") }, Ct));
        await ShouldFailAsync(ErrorCode.StaleClaim, () => Client.HandOffAsync(said with { Epoch = 9 }, Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.HandOffAsync(said with { TaskId = 99 }, Ct));
        (await Client.GetTaskAsync(grant.TaskId, Ct)).State.ShouldBe(TaskState.InProgress);
    }

    [Fact]
    public async Task Opportunities_come_by_confidence_priority_and_load()
    {
        await Client.RegisterAsync(
            new AgentRegistration { Name = "dan", Capabilities = [new Capability("sql", 4)], MaxConcurrent = 3 }, Ct);
        foreach (var (priority, confidence) in new[] { (1, 0.9), (9, 0.5), (8, 0.9) })
        {
            await Client.HandOffAsync(Said(await TakeAsync("ada", priority)) with { Confidence = confidence }, Ct);
        }

        var found = await Client.ListOpportunitiesAsync(ct: Ct);
        found.Select(o => (o.Handoff.Confidence, o.Task.Spec.Priority, o.Agent)).ShouldBe(
        [
            (0.9, 8, "cyd"), (0.9, 8, "dan"), (0.9, 1, "cyd"), (0.9, 1, "dan"), (0.5, 9, "cyd"), (0.5, 9, "dan"),
        ]);
        (await Client.ListOpportunitiesAsync("dan", limit: 1, ct: Ct)).ShouldHaveSingleItem().Agent.ShouldBe("dan");
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.ListOpportunitiesAsync("ghost", ct: Ct));
    }

    [Fact]
    public async Task Blocker_blocks_until_it_is_answered()
    {
        var grant = await TakeAsync("ada");
        var request = await Client.AskForHelpAsync(Asked(grant, HelpType.Blocker), Ct);
        (await Client.GetTaskAsync(grant.TaskId, Ct)).State.ShouldBe(TaskState.Blocked);
        var finish = new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete };
        (await ShouldFailAsync(ErrorCode.WrongState, () => Client.FinishAsync(finish, Ct))).Message
            .ShouldContain("blocked");

        var helpers = await Client.SuggestHelpersAsync(request.Id, Ct);
        helpers.Select(h => h.Agent).ShouldBe(["bob", "cyd"]);
        helpers[0].Reasons.ShouldContain("has sql:2");
        (await Client.TakeHelpAsync(request.Id, "bob", Ct)).Status.ShouldBe(HelpStatus.Claimed);
        await ShouldFailAsync(ErrorCode.WrongState, () => Client.TakeHelpAsync(request.Id, "cyd", Ct));
        await ShouldFailAsync(ErrorCode.NotAllowed, () => Client.TakeHelpAsync(request.Id, "ada", Ct));
        var answered = await Client.ResolveHelpAsync(request.Id, "bob", "in the vault", Ct);
        (answered.ResolvedBy, answered.Resolution).ShouldBe(("bob", "in the vault"));
        (await Client.FinishAsync(finish, Ct)).State.ShouldBe(TaskState.Done);
        (await Client.ListHelpAsync(new HelpQuery { OpenOnly = true }, Ct)).Items.ShouldBeEmpty();
        (await Client.GetHelpAsync(request.Id, Ct)).ClaimedBy.ShouldBe("bob");
    }

    [Fact]
    public async Task Escalations_and_requests_of_others_are_not_for_everybody()
    {
        var grant = await TakeAsync("ada");
        var request = await Client.AskForHelpAsync(Asked(grant, HelpType.Escalation), Ct);
        await ShouldFailAsync(ErrorCode.NotAllowed, () => Client.ResolveHelpAsync(request.Id, "ada", "fine", Ct));
        await ShouldFailAsync(ErrorCode.NotAllowed, () => Client.CancelHelpAsync(request.Id, "bob", Ct));
        await ShouldFailAsync(ErrorCode.NotFound, () => Client.GetHelpAsync(99, Ct));
        await ShouldFailAsync(ErrorCode.StaleClaim, () => Client.AskForHelpAsync(
            Asked(grant, HelpType.Blocker) with { Agent = "bob" }, Ct));
        (await ShouldFailAsync(ErrorCode.InvalidInput, () => Client.AskForHelpAsync(
            Asked(grant, HelpType.Blocker) with { Epoch = null }, Ct))).Field.ShouldBe("epoch");
        (await Client.CancelHelpAsync(request.Id, "ada", Ct)).Status.ShouldBe(HelpStatus.Cancelled);
    }

    private static NewHandoff Said(Grant grant) => new()
    {
        TaskId = grant.TaskId,
        Epoch = grant.Epoch,
        To = HandoffTarget.ToCapability("sql>=3"),
        Summary = "half done",
        Confidence = 0.6,
        NextSteps = ["measure"],
        EstimatedEffort = TimeSpan.FromMinutes(5),
    };

    private static NewHelpRequest Asked(Grant grant, HelpType type) => new()
    {
        TaskId = grant.TaskId,
        Epoch = grant.Epoch,
        Agent = "ada",
        Type = type,
        Description = "the password",
        Capabilities = ["sql"],
    };

    private async Task<Grant> TakeAsync(string agent, int priority = 5)
    {
        await Client.SubmitAsync([new NewTask { Kind = "build", Priority = priority }], Ct);
        return (await ClaimAsync(agent)).ShouldHaveSingleItem();
    }

    private Task<IReadOnlyList<Grant>> ClaimAsync(string agent) =>
        Client.ClaimAsync(new ClaimRequest { Agent = agent }, ct: Ct);

    private Task<Agent> RegisterAsync(string name, params Capability[] capabilities) => Client.RegisterAsync(
        new AgentRegistration { Name = name, Capabilities = capabilities, MaxConcurrent = 3 }, Ct);
}

/// <summary>The façade in process.</summary>
public sealed class LocalHandoffConformance : HandoffConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpHandoffConformance : HandoffConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
