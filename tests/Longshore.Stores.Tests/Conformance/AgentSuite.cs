using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class AgentSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Register_keeps_every_field_of_the_agent()
    {
        var registration = AgentValidation.Checked(new AgentRegistration
        {
            Name = "full-agent",
            Type = "ai",
            Description = "Does things.",
            Capabilities = [new Capability("b", 3, Clock.Now.AddDays(1)), new Capability("a")],
            Specializations = ["pictures"],
            Kinds = ["build", "test"],
            Namespaces = ["red", "blue"],
            MaxConcurrent = 7,
            Preferences = JsonText.Parse("""{"quiet": true}"""),
            Reputation = 0.25,
            Metadata = new Dictionary<string, string> { ["host"] = "h-1" },
            Session = "s-1",
        });
        var registered = await Register(registration);
        Same.Json(await GetAgent("full-agent")).ShouldBe(Same.Json(registered));
        Same.Json(registered.Profile).ShouldBe(Same.Json(registration with { Reputation = null }));
        (registered.Mode, registered.Load, registered.Reputation).ShouldBe((AgentMode.Available, 0, 0.25));
        (registered.RegisteredAt, registered.LastSeen).ShouldBe((Clock.Now, Clock.Now));
        (registered.TotalCompleted, registered.TotalFailed, registered.WaitingSince).ShouldBe((0, 0, null));
    }

    [Fact]
    public async Task Register_of_a_newcomer_without_reputation_gives_it_the_full_one() =>
        (await Register("fresh")).Reputation.ShouldBe(1.0);

    [Fact]
    public async Task Register_again_replaces_the_profile_and_keeps_what_the_agent_earned_and_holds()
    {
        await Insert(Spec(), Spec(), Spec());
        var first = await Register(new AgentRegistration { Name = "solo", MaxConcurrent = 3, Reputation = 0.5 });
        var grants = (await Claim("solo", 3)).Grants;
        await Finish(grants[0], FinishKind.Complete);
        await Finish(grants[1], FinishKind.Fail);
        await Store.Agents.SetModeAsync("solo", AgentMode.Draining, NowUs, Ct);
        Clock.Advance(TimeSpan.FromMinutes(1));
        var again = await Register(new AgentRegistration { Name = "solo", MaxConcurrent = 9, Type = "ai" });

        (again.Id, again.Mode, again.Load, again.Reputation).ShouldBe((first.Id, AgentMode.Available, 1, 0.5));
        (again.TotalCompleted, again.TotalFailed).ShouldBe((1, 1));
        (again.Profile.MaxConcurrent, again.Profile.Type).ShouldBe((9, "ai"));
        (again.RegisteredAt, again.LastSeen).ShouldBe((first.RegisteredAt, Clock.Now));
        (await Finish(grants[2], FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
    }

    [Theory]
    [InlineData("one", "two", true)]
    [InlineData("one", "one", false)]
    [InlineData(null, "two", false)]
    [InlineData("one", null, false)]
    public async Task Register_under_another_session_loses_the_claims_of_the_former(
        string? former, string? latter, bool isLost)
    {
        var ids = (await Insert(Spec(), Spec())).Select(o => o.TaskId).ToArray();
        var registration = new AgentRegistration { Name = "solo", MaxConcurrent = 2, Session = former };
        await Register(registration);
        await Claim("solo", 2);
        var outcome = await Store.Agents.RegisterAsync(registration with { Session = latter }, NowUs, Ct);

        outcome.Lost.Select(l => (l.TaskId, l.Epoch, l.Agent, l.State)).ShouldBe(
            isLost ? [.. ids.Select(id => (id, 1, "solo", TaskState.Created))] : []);
        outcome.Agent.Load.ShouldBe(isLost ? 0 : 2);
        var task = await Get(ids[0]);
        (task.State, task.Suspect).ShouldBe((isLost ? TaskState.Created : TaskState.InProgress, isLost));
        if (isLost)
        {
            (task.DeferredUntil, task.Error).ShouldBe((Clock.Now + RetryWait, "the agent's session ended"));
        }
    }

    [Fact]
    public async Task Register_under_another_session_counts_the_loss_of_a_single_grant()
    {
        var id = await Add(Spec() with { MaxAttempts = 1 });
        var registration = new AgentRegistration { Name = "solo", Session = "one" };
        await Register(registration);
        await Take("solo");
        var outcome = await Store.Agents.RegisterAsync(registration with { Session = "two" }, NowUs, Ct);
        outcome.Lost.ShouldHaveSingleItem().ShouldBe(new LostClaim(id, 1, "solo", TaskState.Failed));
    }

    [Fact]
    public async Task Heartbeat_notes_when_agents_were_seen_and_who_is_unknown()
    {
        await Register("one-agent");
        await Register("two-agent");
        Clock.Advance(TimeSpan.FromMinutes(5));
        (await Store.Agents.HeartbeatAsync(["two-agent", "ghost", "one-agent"], NowUs, Ct)).ShouldBe(
            [true, false, true]);
        (await GetAgent("one-agent")).LastSeen.ShouldBe(Clock.Now);
        (await Store.Queries.GetAgentAsync("ghost", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Heartbeat_that_arrives_late_turns_nothing_back()
    {
        await Register("solo");
        var early = NowUs;
        Clock.Advance(TimeSpan.FromMinutes(5));
        await Store.Agents.HeartbeatAsync(["solo"], NowUs, Ct);
        await Store.Agents.HeartbeatAsync(["solo"], early, Ct);
        (await GetAgent("solo")).LastSeen.ShouldBe(Clock.Now);
    }

    [Fact]
    public async Task Set_mode_of_an_unknown_agent_is_false()
    {
        (await Store.Agents.SetModeAsync("ghost", AgentMode.Blocked, NowUs, Ct)).ShouldBeFalse();
        await Register("solo");
        (await Store.Agents.SetModeAsync("solo", AgentMode.Blocked, NowUs, Ct)).ShouldBeTrue();
        (await GetAgent("solo")).Mode.ShouldBe(AgentMode.Blocked);
    }

    [Fact]
    public async Task Set_mode_leaves_what_the_agent_holds()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        await Store.Agents.SetModeAsync("solo", AgentMode.Blocked, NowUs, Ct);
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
    }

    [Fact]
    public async Task Deregister_gives_back_what_the_agent_holds_without_costing_an_attempt()
    {
        var ids = (await Insert(Spec(), Spec())).Select(o => o.TaskId).ToArray();
        await Register("leaving", max: 2);
        await Claim("leaving", 2);
        (await Store.Agents.DeregisterAsync("leaving", NowUs, Ct)).ShouldBe(
            [.. ids.Select(id => new LostClaim(id, 1, "leaving", TaskState.Created))]);

        var agent = await GetAgent("leaving");
        (agent.Mode, agent.Load).ShouldBe((AgentMode.Offline, 0));
        var task = await Get(ids[0]);
        (task.State, task.Attempts, task.DeferredUntil, task.Suspect).ShouldBe((TaskState.Created, 0, null, false));
        (await Store.Queries.ListAssignmentsAsync(ids[0], Ct))[0].Status.ShouldBe(AssignmentStatus.Released);
        await Register("staying", max: 2);
        (await Claim("staying", 2)).Grants.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Deregister_of_an_unknown_agent_is_null_and_of_an_idle_one_empty()
    {
        (await Store.Agents.DeregisterAsync("ghost", NowUs, Ct)).ShouldBeNull();
        await Register("solo");
        (await Store.Agents.DeregisterAsync("solo", NowUs, Ct)).ShouldNotBeNull().ShouldBeEmpty();
    }
}
