using Longshore.Agents;
using Longshore.Engine;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Agents.</summary>
internal sealed partial class LocalClient
{
    public async Task<Agent> RegisterAsync(AgentRegistration registration, CancellationToken ct = default)
    {
        var profile = AgentValidation.Checked(registration);
        var outcome = await engine.Store.Agents.RegisterAsync(profile, ct: ct).ConfigureAwait(false);
        engine.Room.Learn(outcome.Agent.Profile);
        engine.OnLost(outcome.Lost, LossCause.Session);
        engine.OnAgentChanged(profile.Name);
        return Shown(outcome.Agent);
    }

    public async Task HeartbeatAsync(string agent, CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        var known = await engine.Store.Agents.HeartbeatAsync([agent], ct: ct).ConfigureAwait(false);
        if (!known[0])
        {
            throw UnknownAgent(agent);
        }
    }

    public async Task<Agent> GetAgentAsync(string name, CancellationToken ct = default) =>
        await _queries.GetAgentAsync(name, ct).ConfigureAwait(false) is { } agent
            ? Shown(agent)
            : throw UnknownAgent(name);

    public async Task<Page<Agent>> ListAgentsAsync(AgentQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        var page = await _queries.ListAgentsAsync(query, ct: ct).ConfigureAwait(false);
        return page with { Items = [.. page.Items.Select(Shown)] };
    }

    public async Task SetAgentModeAsync(string name, AgentMode mode, CancellationToken ct = default)
    {
        if (!Enum.IsDefined(mode))
        {
            throw LongshoreException.Invalid("mode", "is none of available, draining, blocked, offline");
        }

        if (!await engine.Store.Agents.SetModeAsync(name, mode, ct: ct).ConfigureAwait(false))
        {
            throw UnknownAgent(name);
        }

        engine.OnAgentChanged(name);
    }

    public async Task DeregisterAsync(string name, CancellationToken ct = default)
    {
        var lost = await engine.Store.Agents.DeregisterAsync(name, ct: ct).ConfigureAwait(false)
            ?? throw UnknownAgent(name);
        engine.OnLost(lost, LossCause.SignedOff);
        engine.OnAgentChanged(name);
    }

    private Agent Shown(Agent agent) => agent with
    {
        Status = agent.StatusAt(engine.Time.Now, engine.Store.Info.HeartbeatTimeout),
        WaitingSince = engine.Room.WaitingSince(agent.Name),
        Record = agent.Record.At(engine.Time.NowUs, engine.Store.Info.ReputationHalfLife),
    };
}
