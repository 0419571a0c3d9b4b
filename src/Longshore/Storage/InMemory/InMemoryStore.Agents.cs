using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Agents.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<RegisterOutcome> RegisterAsync(
        AgentRegistration registration, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var name = registration.Name;
            var at = UnixTime.FromMicroseconds(now);

            // Its standing is kept apart, since it goes on changing.
            var profile = registration with { Reputation = null };
            IReadOnlyList<LostClaim> lost = [];
            if (_state.Agents.TryGetValue(name, out var known))
            {
                var isNewSession = known.Profile.Session is { } former
                    && registration.Session is { } session && session != former;
                lost = isNewSession
                    ? WithRuns(HeldBy(name).Select(e => Lose(e, EndReasons.SessionEnded, now)), now)
                    : [];
                Change(name, a => a with { Profile = profile, Mode = AgentMode.Available, Unavailable = [] });
                Change(name, a => a with { Reputation = registration.Reputation ?? a.Reputation });
                Saw(name, now);
            }
            else
            {
                _state.Agents = _state.Agents.Add(name, new Agent
                {
                    Id = _state.Agents.Count + 1,
                    Profile = profile,
                    Reputation = registration.Reputation ?? 1.0,
                    RegisteredAt = at,
                    LastSeen = at,
                });
            }

            RecordAgent(EventTypes.AgentRegistered, name, now);
            return new RegisterOutcome(_state.Agents[name], lost);
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> HeartbeatAsync(
        IReadOnlyList<string> names, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<bool>>(nowUs, now => [.. names.Select(name => Saw(name, now))]);

    /// <inheritdoc/>
    public ValueTask<bool> SetModeAsync(
        string name, AgentMode mode, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var isKnown = Change(name, a => a with { Mode = mode });
            if (isKnown)
            {
                var payload = JsonText.From(new Dictionary<string, string> { ["mode"] = mode.ToWire() });
                RecordAgent(EventTypes.AgentModeChanged, name, now, payload);
            }

            return isKnown;
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>?> DeregisterAsync(
        string name, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<LostClaim>?>(nowUs, now =>
        {
            if (!_state.Agents.ContainsKey(name))
            {
                return null;
            }

            var given = HeldBy(name)
                .Select(e => GiveBack(
                    e, TaskOperation.Release, AssignmentStatus.Released, now, now, EndReasons.SignedOff, key: null))
                .Select(e => new LostClaim(e.Task.Id, e.Task.Epoch, name, e.Task.State))
                .ToList();
            Change(name, a => a with { Mode = AgentMode.Offline });
            RecordAgent(EventTypes.AgentDeregistered, name, now);
            return given;
        });

    /// <inheritdoc/>
    public ValueTask<bool> SetAvailabilityAsync(
        string name, IReadOnlyList<string> unavailable, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var isKnown = Change(name, a => a with { Unavailable = unavailable });
            if (isKnown)
            {
                Saw(name, now);
                var payload = EventPayloads.Words("unavailable", unavailable);
                RecordAgent(EventTypes.AgentAvailabilityChanged, name, now, payload);
            }

            return isKnown;
        });

    /// <inheritdoc/>
    public ValueTask<bool> AuthoriseAsync(
        string name, IReadOnlyList<string>? capabilities, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var isKnown = Change(name, a => a with { Authorised = capabilities });
            if (isKnown)
            {
                var payload = EventPayloads.Words("authorised", capabilities);
                RecordAgent(EventTypes.AgentAuthorised, name, now, payload);
            }

            return isKnown;
        });

    private List<TaskEntry> HeldBy(string agent) => [.. _state.Open.Values.Where(e => e.Claim?.Agent == agent)];

    private bool Saw(string agent, long nowUs)
    {
        var now = UnixTime.FromMicroseconds(nowUs);
        return Change(agent, a => a.LastSeen >= now ? a : a with { LastSeen = now });
    }

    private bool Change(string agent, Func<Agent, Agent> change)
    {
        if (!_state.Agents.TryGetValue(agent, out var known))
        {
            return false;
        }

        var changed = change(known);
        _state.Agents = ReferenceEquals(changed, known) ? _state.Agents : _state.Agents.SetItem(agent, changed);
        return true;
    }
}
