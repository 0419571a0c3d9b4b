using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

public abstract class AgentQuerySuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task List_filters_agents_by_status()
    {
        await Insert(Spec(), Spec());
        await Register("unresponsive-one");
        Clock.Advance(Options.HeartbeatTimeout + TimeSpan.FromMicroseconds(1));
        await Register("idle-one");
        await Register("active-one", max: 2);
        await Register("full-one");
        await Take("active-one");
        await Take("full-one");
        foreach (var mode in new[] { AgentMode.Draining, AgentMode.Blocked, AgentMode.Offline })
        {
            await Register($"{mode.ToWire()}-one");
            await Store.Agents.SetModeAsync($"{mode.ToWire()}-one", mode, NowUs, Ct);
        }

        await ShouldList(new AgentQuery { Status = AgentStatus.Idle }, "idle-one");
        await ShouldList(new AgentQuery { Status = AgentStatus.Active }, "active-one");
        await ShouldList(new AgentQuery { Status = AgentStatus.AtCapacity }, "full-one");
        await ShouldList(new AgentQuery { Status = AgentStatus.Unresponsive }, "unresponsive-one");
        await ShouldList(new AgentQuery { Status = AgentStatus.Draining }, "draining-one");
        await ShouldList(new AgentQuery { Status = AgentStatus.Blocked }, "blocked-one");
        await ShouldList(new AgentQuery { Status = AgentStatus.Offline }, "offline-one");
        await ShouldList(new AgentQuery { HasCapacity = false }, "full-one");
    }

    [Fact]
    public async Task List_filters_agents_by_capability_reputation_and_specialization()
    {
        await Register(new AgentRegistration
        {
            Name = "ann",
            Capabilities = [new Capability("rust", 2), new Capability("visa", ExpiresAt: Clock.Now.AddHours(1))],
            Specializations = ["parsers"],
            Reputation = 0.9,
        });
        await Register(new AgentRegistration
        {
            Name = "bob",
            Capabilities = [new Capability("rust")],
            Reputation = 0.4,
        });
        await ShouldList(new AgentQuery { Capability = "rust" }, "ann", "bob");
        await ShouldList(new AgentQuery { Capability = "visa" }, "ann");
        await ShouldList(new AgentQuery { MinReputation = 0.4 }, "ann", "bob");
        await ShouldList(new AgentQuery { MinReputation = 0.41 }, "ann");
        await ShouldList(new AgentQuery { Specialization = "parsers" }, "ann");
        await ShouldList(new AgentQuery { Specialization = "parsers", MinReputation = 0.95 });
        Clock.Advance(TimeSpan.FromHours(1));
        await ShouldList(new AgentQuery { Capability = "visa" });
    }

    [Fact]
    public async Task List_pages_agents_by_name()
    {
        var names = Enumerable.Range(0, 7).Select(i => $"agent-{i * 5 % 7}").ToArray();
        foreach (var name in names)
        {
            await Register(name);
        }

        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await Store.Queries.ListAgentsAsync(new AgentQuery { Limit = 3, After = after }, NowUs, Ct);
            seen.AddRange(page.Items.Select(a => a.Name));
            after = page.Next;
        }
        while (after is not null);
        seen.ShouldBe(names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task List_shows_agents_as_get_does()
    {
        await Register("solo", 3, "a", "b:2");
        var listed = (await Store.Queries.ListAgentsAsync(new AgentQuery(), NowUs, Ct)).Items.ShouldHaveSingleItem();
        Same.Json(listed).ShouldBe(Same.Json(await GetAgent("solo")));
        (await Store.Queries.GetAgentAsync("ghost", Ct)).ShouldBeNull();
    }

    private async Task ShouldList(AgentQuery query, params string[] expected) =>
        (await Store.Queries.ListAgentsAsync(query, NowUs, Ct)).Items.Select(a => a.Name)
            .ShouldBe(expected, Same.Json(query));
}
