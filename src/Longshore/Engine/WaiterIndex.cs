using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Matching;

namespace Longshore.Engine;

/// <summary>
/// Which waiting groups a task class concerns, by the registered profiles this node knows. Another node may have
/// changed a profile since: that costs a useless or a missed wake, and the fallback mends the latter. Guarded by the
/// waiting room's lock.
/// </summary>
internal sealed class WaiterIndex
{
    private const int ClassesMax = 4096;
    private const int GroupsMax = 4096;
    private const int ProfilesMax = 20_000;
    private readonly Dictionary<string, Profile> _profiles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<WaiterGroup>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<ClassKey, List<WaiterGroup>> _concerned = [];
    private DateTimeOffset _validUntil = DateTimeOffset.MaxValue;
    private int _groupCount;

    /// <summary>Whether the profile of this agent is known.</summary>
    public bool Knows(string agent) => _profiles.ContainsKey(agent);

    /// <summary>The namespaces an agent works in; none when it is not known.</summary>
    public IReadOnlyList<string> NamespacesOf(string agent) =>
        _profiles.TryGetValue(agent, out var profile) ? profile.Registration.Namespaces : [];

    /// <summary>The type of an agent; null when it is not known.</summary>
    public string? TypeOf(string agent) => _profiles.GetValueOrDefault(agent)?.Registration.Type;

    /// <summary>Takes note of a profile.</summary>
    public void Learn(AgentRegistration profile, DateTimeOffset now)
    {
        if (_profiles.Count >= ProfilesMax && !_profiles.ContainsKey(profile.Name))
        {
            foreach (var name in _profiles.Keys.Where(n => !_groups.ContainsKey(n)).ToList())
            {
                _profiles.Remove(name);
            }
        }

        _profiles[profile.Name] = new Profile(profile, now);
        _concerned.Clear();
    }

    /// <summary>The groups of one agent.</summary>
    public IReadOnlyList<WaiterGroup> GroupsOf(string agent) => _groups.GetValueOrDefault(agent) ?? [];

    /// <summary>The group for an agent and these kinds.</summary>
    public WaiterGroup GroupFor(string agent, IReadOnlyList<string> kinds)
    {
        if (_groups.TryGetValue(agent, out var ofAgent))
        {
            foreach (var group in ofAgent)
            {
                if (group.Kinds.SequenceEqual(kinds))
                {
                    return group;
                }
            }
        }

        if (_groupCount >= GroupsMax)
        {
            DropEmptyGroups();
        }

        if (!_groups.TryGetValue(agent, out ofAgent))
        {
            _groups.Add(agent, ofAgent = []);
        }

        var added = new WaiterGroup(agent, kinds);
        ofAgent.Add(added);
        _groupCount++;
        _concerned.Clear();
        return added;
    }

    /// <summary>The groups that can do tasks of a class.</summary>
    public List<WaiterGroup> Concerned(ClassKey key, DateTimeOffset now)
    {
        if (now >= _validUntil || _concerned.Count >= ClassesMax)
        {
            _concerned.Clear();
            _validUntil = DateTimeOffset.MaxValue;
        }

        if (!_concerned.TryGetValue(key, out var groups))
        {
            _concerned.Add(key, groups = Find(new TaskClass(0, key), now));
        }

        return groups;
    }

    private List<WaiterGroup> Find(TaskClass wanted, DateTimeOffset now)
    {
        var found = new List<WaiterGroup>();
        foreach (var (agent, groups) in _groups)
        {
            if (!_profiles.TryGetValue(agent, out var profile))
            {
                continue;
            }

            var capabilities = profile.CapabilitiesAt(now);
            if (capabilities.ValidUntil < _validUntil)
            {
                _validUntil = capabilities.ValidUntil.Value;
            }

            if (wanted.Admits(profile.Registration, capabilities))
            {
                found.AddRange(groups.Where(g => g.TakesKind(wanted.Key.Kind)));
            }
        }

        return found;
    }

    private void DropEmptyGroups()
    {
        foreach (var (agent, groups) in _groups.ToList())
        {
            _groupCount -= groups.RemoveAll(g => g.Line.Count == 0 && g.Watches == 0);
            if (groups.Count == 0)
            {
                _groups.Remove(agent);
            }
        }

        _concerned.Clear();
    }

    private sealed class Profile(AgentRegistration registration, DateTimeOffset now)
    {
        private CapabilitySet _capabilities = new(registration.Capabilities, now);

        public AgentRegistration Registration { get; } = registration;

        public CapabilitySet CapabilitiesAt(DateTimeOffset now)
        {
            if (_capabilities.ValidUntil <= now)
            {
                _capabilities = new CapabilitySet(Registration.Capabilities, now);
            }

            return _capabilities;
        }
    }
}
