using Longshore.Rules;

namespace Longshore.Simulation.Checks;

/// <summary>
/// Who waits, holds and did what, kept from the record alone and by rules written down a second time: but for the table
/// of steps that exclude each other it shares no decision with the engine that it judges.
/// </summary>
internal sealed class Ledger
{
    /// <summary>Half an hour of age for each point of urgency.</summary>
    private const long PointUs = 30 * 60 * 1_000_000L;
    private const long DayUs = 24 * 3_600_000_000L;
    private const int BreakerOfKind = 10;
    private const int BreakerOfAgent = 20;
    private static readonly TaskPage Unknown = new();
    private readonly NamespaceRules _rules;
    private readonly bool[,] _meets;

    private readonly Dictionary<SimulatedTask, TaskPage> _tasks = [];
    private readonly Dictionary<string, List<(SimulatedTask Task, SimulatedAgent Agent)>> _items =
        new(StringComparer.Ordinal);

    public Ledger(IReadOnlyList<SimulatedAgent> agents, IReadOnlyList<SimulatedKind> kinds, NamespaceRules rules)
    {
        _rules = rules;
        Agents = [.. agents.Select(_ => new AgentPage(kinds.Count))];
        Waiting = [.. kinds.Select(
            _ => new SortedSet<(long RankUs, long Number, SimulatedTask Task)>(ByRank.Instance))];
        _meets = new bool[agents.Count, kinds.Count];
        foreach (var agent in agents)
        {
            foreach (var kind in kinds)
            {
                _meets[agent.Index, kind.Index] = Meets(agent, kind);
            }
        }
    }

    public AgentPage[] Agents { get; }

    /// <summary>Who is there and could take one more, in the order of their places.</summary>
    public SortedSet<SimulatedAgent> WithRoom { get; } =
        new(Comparer<SimulatedAgent>.Create((a, b) => a.Index.CompareTo(b.Index)));

    /// <summary>Of each kind, what waits, in order.</summary>
    public SortedSet<(long RankUs, long Number, SimulatedTask Task)>[] Waiting { get; }

    /// <summary>Something came back from an agent that went down, once.</summary>
    public bool HasSeenSuspects { get; private set; }

    public TaskPage Of(SimulatedTask task) => _tasks.GetValueOrDefault(task, Unknown);

    public AgentPage Of(SimulatedAgent agent) => Agents[agent.Index];

    /// <summary>It is there and could take one more.</summary>
    public bool HasRoom(SimulatedAgent agent) =>
        Of(agent) is { IsOn: true, IsDown: false } page && page.Held < agent.Crew.MaxConcurrent;

    /// <summary>It has what the kind requires.</summary>
    public bool CanDo(SimulatedAgent agent, SimulatedKind kind) => _meets[agent.Index, kind.Index];

    /// <summary>Why the agent may not have the task; null when it may.</summary>
    public string? Obstacle(SimulatedAgent agent, SimulatedTask task, long nowUs)
    {
        var page = Of(task);
        return !CanDo(agent, task.Kind) ? "lacks what it requires"
            : agent.Crew.PriorityLevels.Count > 0 && !agent.Crew.PriorityLevels.Contains(task.Priority)
                ? "does not take its priority"
            : page.KeptUntilUs.TryGetValue(agent, out var untilUs) && nowUs < untilUs ? "turned it down"
            : IsExcluded(agent, task) ? "does or did another step of its item"
            : null;
    }

    /// <summary>Nothing is promised: the agent failed the task of late, or its breaker may be open.</summary>
    public bool IsExempt(SimulatedAgent agent, SimulatedTask task, long nowUs) =>
        (Of(task).FailedUs.TryGetValue(agent, out var failedUs) && nowUs - failedUs <= DayUs)
        || Of(agent).FailuresInRow >= BreakerOfAgent
        || Of(agent).FailuresOfKind[task.Kind.Index] >= BreakerOfKind;

    /// <summary>Something that may have taken an agent down waits, and this one can do it.</summary>
    public bool WaitsSuspect(SimulatedAgent agent) => HasSeenSuspects
        && Waiting.Any(kind => kind.Count > 0 && CanDo(agent, kind.Min.Task.Kind)
            && kind.Any(waiting => Of(waiting.Task).IsSuspect));

    /// <summary>The order in which tasks are given out, computed from what the documentation says.</summary>
    public long RankOf(SimulatedTask task) => _rules.Order == TaskOrder.PriorityFifo
        ? task.ArrivedUs - (task.Priority * 1000 * DayUs)
        : task.ArrivedUs - (((10 * task.Priority) - Math.Min(50, 10 * Of(task).Failures)) * PointUs);

    public void Apply(in Happening happening)
    {
        if (happening.Task is { } task && !_tasks.ContainsKey(task))
        {
            _tasks.Add(task, new TaskPage());
        }

        switch (happening.What)
        {
            case What.Arrived or What.Ready:
                Wait(happening.Task!, happening.AtUs);
                break;
            case What.Given:
                Give(happening.Task!, happening.Agent!, happening.AtUs);
                break;
            case What.Done or What.Failed or What.Declined or What.Missed or What.OfferLost or What.LostAlone
                or What.LostAmongOthers:
                EndClaim(happening.Task!, happening.Agent!, happening.What, happening.AtUs);
                break;
            case What.GivenUp or What.Quarantined or What.Abandoned or What.Expired:
                EndTask(happening.Task!);
                break;
            case What.On or What.Off:
                Of(happening.Agent!).IsOn = happening.What == What.On;
                Count(happening.Agent!);
                break;
            case What.Down or What.Up:
                Of(happening.Agent!).IsDown = happening.What == What.Down;
                Count(happening.Agent!);
                break;
        }
    }

    private void Count(SimulatedAgent agent)
    {
        if (HasRoom(agent))
        {
            WithRoom.Add(agent);
        }
        else
        {
            WithRoom.Remove(agent);
        }
    }

    private void Wait(SimulatedTask task, long atUs)
    {
        Of(task).WaitsSinceUs = atUs;
        Waiting[task.Kind.Index].Add((RankOf(task), task.Number, task));
    }

    private void Give(SimulatedTask task, SimulatedAgent agent, long atUs)
    {
        var (page, holder) = (Of(task), Of(agent));
        Waiting[task.Kind.Index].Remove((RankOf(task), task.Number, task));
        page.Holder = agent;
        holder.Held++;
        holder.GivenUs = atUs;
        holder.HoldsSuspect = page.IsSuspect;
        Count(agent);
        if (task.Item is { } item)
        {
            (_items.TryGetValue(item, out var doers) ? doers : _items[item] = []).Add((task, agent));
        }
    }

    private void EndClaim(SimulatedTask task, SimulatedAgent agent, What how, long atUs)
    {
        var page = Of(task);
        LetGo(page, agent);
        if (how is What.Failed or What.LostAlone)
        {
            page.Failures++;
            page.FailedUs[agent] = atUs;
        }

        // An offer that ended unanswered leaves it as it was: nobody has tried it since.
        page.IsSuspect = how is What.LostAlone or What.LostAmongOthers
            || (page.IsSuspect && how is What.Missed or What.OfferLost);
        HasSeenSuspects |= page.IsSuspect;
        NoteRow(agent, task.Kind, how);
        if (how is What.Declined or What.Missed)
        {
            page.KeptUntilUs[agent] = how == What.Declined && !_rules.ReofferRejected
                ? long.MaxValue
                : atUs + (long)_rules.RejectCooldown.TotalMicroseconds;
        }

        // What was done keeps its doer from the other steps; what was only tried does not.
        if (how != What.Done && task.Item is { } item)
        {
            _items[item].Remove((task, agent));
        }

        if (how == What.Done)
        {
            _tasks.Remove(task);
        }
    }

    private void NoteRow(SimulatedAgent agent, SimulatedKind kind, What how)
    {
        var page = Of(agent);
        switch (how)
        {
            case What.Done:
                page.FailuresInRow = page.FailuresOfKind[kind.Index] = 0;
                break;
            case What.Failed or What.LostAlone:
                page.FailuresInRow++;
                page.FailuresOfKind[kind.Index]++;
                break;
            case What.Missed:
                page.FailuresInRow++;
                break;
        }
    }

    private void EndTask(SimulatedTask task)
    {
        var page = Of(task);
        Waiting[task.Kind.Index].Remove((RankOf(task), task.Number, task));
        if (page.Holder is { } agent)
        {
            LetGo(page, agent);
            if (task.Item is { } item)
            {
                _items[item].Remove((task, agent));
            }
        }

        _tasks.Remove(task);
    }

    private void LetGo(TaskPage page, SimulatedAgent agent)
    {
        page.Holder = null;
        Of(agent).Held--;
        Of(agent).HoldsSuspect = false;
        Count(agent);
    }

    private bool IsExcluded(SimulatedAgent agent, SimulatedTask task) => task.Item is { } item
        && _items.TryGetValue(item, out var doers)
        && doers.Exists(d => d.Task != task
            && (d.Agent == agent || IsSamePrincipal(agent, d.Agent))
            && _rules.Exclusion.Excludes(d.Task.Kind.Spec.Kind, task.Kind.Spec.Kind));

    private bool IsSamePrincipal(SimulatedAgent one, SimulatedAgent other) => _rules.Exclusion.ByPrincipal
        && one.Crew.Principal is { } principal && principal == other.Crew.Principal;

    private static bool Meets(SimulatedAgent agent, SimulatedKind kind) =>
        (agent.Crew.Kinds.Count == 0 || agent.Crew.Kinds.Contains(kind.Spec.Kind, StringComparer.Ordinal))
        && kind.Requires.All(need =>
            agent.Capabilities.Any(has => has.Name == need.Name && has.Level >= need.MinLevel));

    private sealed class ByRank : IComparer<(long RankUs, long Number, SimulatedTask Task)>
    {
        public static readonly ByRank Instance = new();

        public int Compare(
            (long RankUs, long Number, SimulatedTask Task) a, (long RankUs, long Number, SimulatedTask Task) b) =>
            (a.RankUs, a.Number).CompareTo((b.RankUs, b.Number));
    }
}

/// <summary>What the ledger says of a task.</summary>
internal sealed class TaskPage
{
    public SimulatedAgent? Holder { get; set; }

    /// <summary>When it came, or came back, to wait.</summary>
    public long WaitsSinceUs { get; set; }

    /// <summary>Failed attempts, and losses that speak against it.</summary>
    public int Failures { get; set; }

    /// <summary>It came back from an agent that went down: it may be what took it down.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>Who failed it, and when.</summary>
    public Dictionary<SimulatedAgent, long> FailedUs { get; } = [];

    /// <summary>From whom it is kept, and until when.</summary>
    public Dictionary<SimulatedAgent, long> KeptUntilUs { get; } = [];
}

/// <summary>What the ledger says of an agent.</summary>
internal sealed class AgentPage(int kinds)
{
    public bool IsOn { get; set; }

    public bool IsDown { get; set; }

    public int Held { get; set; }

    public bool HoldsSuspect { get; set; }

    /// <summary>When it was last given something.</summary>
    public long GivenUs { get; set; }

    public int FailuresInRow { get; set; }

    public int[] FailuresOfKind { get; } = new int[kinds];
}
