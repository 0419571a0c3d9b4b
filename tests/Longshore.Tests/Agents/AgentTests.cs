using Longshore.Agents;

namespace Longshore.Tests.Agents;

public sealed class AgentTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(0, AgentStatus.Idle)]
    [InlineData(1, AgentStatus.Active)]
    [InlineData(2, AgentStatus.Active)]
    [InlineData(3, AgentStatus.AtCapacity)]
    [InlineData(4, AgentStatus.AtCapacity)]
    public void Status_of_an_available_agent_follows_its_load(int load, AgentStatus status) =>
        Of(AgentMode.Available, load).StatusAt(Noon, Timeout).ShouldBe(status);

    [Fact]
    public void Status_is_unresponsive_only_after_the_whole_timeout()
    {
        var agent = Of(AgentMode.Available, load: 0);

        agent.StatusAt(Noon + Timeout, Timeout).ShouldBe(AgentStatus.Idle);
        agent.StatusAt(Noon + Timeout + TimeSpan.FromTicks(1), Timeout).ShouldBe(AgentStatus.Unresponsive);
        (agent with { Load = 3 }).StatusAt(Noon.AddDays(1), Timeout).ShouldBe(AgentStatus.Unresponsive);
    }

    [Theory]
    [InlineData(AgentMode.Draining, AgentStatus.Draining)]
    [InlineData(AgentMode.Blocked, AgentStatus.Blocked)]
    [InlineData(AgentMode.Offline, AgentStatus.Offline)]
    public void Status_that_was_set_hides_load_and_silence(AgentMode mode, AgentStatus status)
    {
        Of(mode, load: 3).StatusAt(Noon, Timeout).ShouldBe(status);
        Of(mode, load: 0).StatusAt(Noon.AddDays(1), Timeout).ShouldBe(status);
    }

    [Fact]
    public void Words_are_snake_case_and_all_different()
    {
        var statuses = Enum.GetValues<AgentStatus>().Select(status => status.ToWire()).ToArray();

        statuses.ShouldBe(["idle", "active", "at_capacity", "unresponsive", "draining", "blocked", "offline"]);
        Enum.GetValues<AgentMode>().Select(mode => mode.ToWire())
            .ShouldBe(["available", "draining", "blocked", "offline"]);
    }

    private static Agent Of(AgentMode mode, int load) => new()
    {
        Id = 1,
        Profile = new AgentRegistration { Name = "agent-1", MaxConcurrent = 3 },
        Mode = mode,
        Load = load,
        LastSeen = Noon,
    };
}
