using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Sqlite.Live;

/// <summary>
/// What the store keeps in memory because one process owns the file: classes, agents and the ready tasks. The
/// tables are the truth; this is read from them at the start and after a rollback. The writer changes it inside its
/// transaction, discovery reads it; both under <see cref="Gate"/>, which is never held across a flush to disk.
/// </summary>
internal sealed class LiveIndex
{
    private readonly Dictionary<string, AgentEntry> _agentsByName = new(StringComparer.Ordinal);
    private readonly Dictionary<long, AgentEntry> _agentsById = [];

    public LiveIndex()
    {
        Walk = new ReadyWalk(Ready);
        Rations = new Rations(Classes);
        Shares = new Shares(Classes);
        SharedWalk = new SharedWalk(Ready, Classes, Shares);
        Keys = new KeyGates(Classes, Ready);
    }

    public Lock Gate { get; } = new();

    public ClassIndex Classes { get; } = new();

    public ReadyIndex Ready { get; } = new();

    /// <summary>What operators decided.</summary>
    public RuleBook Rules { get; } = new();

    /// <summary>What limits leave room for.</summary>
    public Rations Rations { get; }

    /// <summary>What namespaces weigh beside each other.</summary>
    public Shares Shares { get; }

    /// <summary>What limits per key leave room for.</summary>
    public KeyGates Keys { get; }

    /// <summary>How many tasks wait, ready or deferred, by namespace.</summary>
    public PendingCounts Pending { get; } = new();

    /// <summary>The one walk over <see cref="Ready"/>, reused under <see cref="Gate"/>.</summary>
    public ReadyWalk Walk { get; }

    /// <summary>The one walk in which namespaces take turns, reused under <see cref="Gate"/>.</summary>
    public SharedWalk SharedWalk { get; }

    public IReadOnlyCollection<AgentEntry> Agents => _agentsByName.Values;

    /// <summary>The id the next task gets; ids are not used again, even after pruning.</summary>
    public long NextTaskId { get; set; } = 1;

    public AgentEntry? Agent(string name) => _agentsByName.GetValueOrDefault(name);

    public AgentEntry Agent(long id) => _agentsById[id];

    /// <summary>The name of an agent, for those who read beside the writer.</summary>
    public string NameOf(long id)
    {
        lock (Gate)
        {
            return _agentsById.TryGetValue(id, out var agent) ? agent.Profile.Name : "";
        }
    }

    /// <summary>Who stands behind an agent, for those who read beside the writer.</summary>
    public string? PrincipalOf(long id)
    {
        lock (Gate)
        {
            return _agentsById.TryGetValue(id, out var agent) ? agent.Profile.Principal : null;
        }
    }

    /// <summary>To whom a task is handed off that nobody has taken, for those who read beside the writer.</summary>
    public HandoffTarget? TargetOf(in Place place)
    {
        if (!place.IsHandedOff)
        {
            return null;
        }

        lock (Gate)
        {
            return Classes[place.ClassId].Key.Target;
        }
    }

    /// <summary>The id of an agent, for those who read beside the writer.</summary>
    public long? IdOf(string name)
    {
        lock (Gate)
        {
            return Agent(name)?.Id;
        }
    }

    public void AddAgent(AgentEntry agent)
    {
        _agentsByName.Add(agent.Profile.Name, agent);
        _agentsById.Add(agent.Id, agent);
    }

    public void Clear()
    {
        _agentsByName.Clear();
        _agentsById.Clear();
        Classes.Truncate(0);
        Ready.Clear();
        Rules.Clear();
        Rations.Clear();
        Shares.Clear();
        Keys.Clear();
        Pending.Clear();
    }
}
