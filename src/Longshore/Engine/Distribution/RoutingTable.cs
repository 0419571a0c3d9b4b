using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Routing;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Engine.Distribution;

/// <summary>
/// Whom the distributor can choose from: the agents as the store last told, what was reserved since, and for each class
/// of tasks who can do it. Touched by the distributor only.
/// </summary>
internal sealed class RoutingTable(IStore store)
{
    private readonly Dictionary<string, Known> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<int, RoutedClass> _classes = [];
    private readonly Dictionary<string, Breaker> _breakers = new(StringComparer.Ordinal);
    private long _forgottenUs;

    public AgentBoard Board { get; } = new();

    /// <summary>Reads everybody anew; classes are compared again with those who changed.</summary>
    public async Task RefreshAsync(DateTimeOffset now, CancellationToken ct)
    {
        _breakers.Clear();
        foreach (var breaker in await store.Breakers.ListAsync(ct: ct).ConfigureAwait(false))
        {
            if (breaker.Key.Scope == BreakerScope.Agent)
            {
                _breakers.Add(breaker.Key.Agent!, breaker);
            }
        }

        string? after = null;
        do
        {
            var page = await store.Queries.ListAgentsAsync(
                new AgentQuery { Limit = Limits.PageMax, After = after }, now.ToMicroseconds(), ct)
                .ConfigureAwait(false);
            foreach (var agent in page.Items)
            {
                Put(agent, _breakers.Count == 0 ? null : _breakers.GetValueOrDefault(agent.Name), now);
            }

            after = page.Next;
        }
        while (after is not null);
        Forget(now.ToMicroseconds());
    }

    /// <summary>Who can do the tasks of a class; the head's own task tells what it asks for.</summary>
    public async ValueTask<RoutedClass?> ClassOfAsync(QueueHead head, long nowUs, CancellationToken ct)
    {
        if (_classes.TryGetValue(head.ClassId, out var known))
        {
            known.SeenUs = nowUs;
            return known;
        }

        if (await store.Queries.GetTaskAsync(head.TaskId, ct).ConfigureAwait(false) is not { } task)
        {
            return null;
        }

        // A hostile load has a class for each task; what is forgotten is computed again.
        if (_classes.Count >= ClassesMax)
        {
            _classes.Values.ToList().ForEach(c => Board.RemoveClass(c.Eligible));
            _classes.Clear();
        }

        var added = new RoutedClass(task.Asks, Board.AddClass(task.Asks.Requires), head.Target)
        {
            SeenUs = nowUs,
        };
        _classes.Add(head.ClassId, added);
        foreach (var agent in _agents.Values)
        {
            Compare(added, agent);
        }

        return added;
    }

    /// <summary>Why would it be none: nobody who is registered can do the class.</summary>
    public bool IsUnroutable(RoutedClass routed) =>
        !_agents.Values.Any(agent => CanDo(routed, agent));

    private const int ClassesMax = 20_000;

    /// <summary>A class of which nothing came for so long is none that an agent could be needed for.</summary>
    private const long ClassAgeMaxUs = 24 * HourUs;
    private const long HourUs = 3_600_000_000;

    private void Forget(long nowUs)
    {
        if (nowUs - _forgottenUs < HourUs)
        {
            return;
        }

        _forgottenUs = nowUs;
        foreach (var (id, routed) in _classes.Where(c => nowUs - c.Value.SeenUs > ClassAgeMaxUs).ToList())
        {
            _classes.Remove(id);
            Board.RemoveClass(routed.Eligible);
        }
    }

    private void Put(Agent agent, Breaker? breaker, DateTimeOffset now)
    {
        var known = _agents.GetValueOrDefault(agent.Name);
        if (known?.IsSurelyStill(agent, breaker, now) == true && Board.IsAsTold(known.Slot, agent.Name))
        {
            return;
        }

        var info = store.Info;
        var isOpen = breaker?.GateAt(now.ToMicroseconds()) == BreakerGate.Shut;
        var isOnline = agent.StatusAt(now, info.HeartbeatTimeout) <= AgentStatus.AtCapacity && !isOpen;
        var sight = new Sight(agent, breaker, isOnline, now);
        if (known is not null && known.Sight.IsStill(sight, info.ReputationHalfLife) && known.HasSkillsStill(agent, now)
            && Board.IsAsTold(Board.SlotOf(agent.Name), agent.Name))
        {
            known.Slot = Board.SlotOf(agent.Name);
            known.StillUntilUs = StillUntilUs(known, info);
            return;
        }

        var slot = Board.Put(new AgentFacts
        {
            Name = agent.Name,
            MaxConcurrent = agent.Profile.MaxConcurrent,
            IsOnline = isOnline,
            PriorityLevels = LevelsOf(agent),
            Score = agent.Supplied,
            Load = agent.Load,
            Record = agent.Record.At(now.ToMicroseconds(), info.ReputationHalfLife),
            FailuresInRow = breaker?.Failures ?? 0,
        });

        var present = known is not null && known.HasSkillsStill(agent, now)
            ? known with { Sight = sight }
            : Known.Of(sight, new CapabilitySet(agent.Usable, now));
        present.Slot = slot;
        present.StillUntilUs = StillUntilUs(present, info);
        _agents[agent.Name] = present;
        if (known?.Signature != present.Signature)
        {
            foreach (var routed in _classes.Values)
            {
                Compare(routed, present);
            }
        }
    }

    /// <summary>
    /// Until when time alone changes nothing of what was seen of an agent: it falls silent, its record fades, or a
    /// capability ends. With a breaker every look is a close one.
    /// </summary>
    private static long StillUntilUs(Known known, StoreInfo info)
    {
        var (agent, breaker, isOnline, at) = known.Sight;
        if (breaker is not null)
        {
            return 0;
        }

        var untilUs = Evidence.NextStepUs(at.ToMicroseconds(), info.ReputationHalfLife);
        if (isOnline)
        {
            untilUs = Math.Min(untilUs, agent.LastSeen.ToMicroseconds() + info.HeartbeatTimeout.ToMicroseconds());
        }

        return Math.Min(untilUs, known.Usable.ValidUntil?.ToMicroseconds() ?? long.MaxValue);
    }

    private void Compare(RoutedClass routed, Known agent)
    {
        var slot = Board.SlotOf(agent.Agent.Name);
        if (CanDo(routed, agent))
        {
            routed.Eligible.Add(slot, agent.Usable.MatchScore(routed.Spec.Requires, routed.Spec.Match));
        }
        else
        {
            routed.Eligible.Remove(slot);
        }
    }

    private static bool CanDo(RoutedClass routed, Known known)
    {
        var spec = routed.Spec;
        var profile = known.Agent.Profile;
        return (spec.Owner is null || spec.Owner == profile.Name)
            && (profile.Kinds.Count == 0 || profile.Kinds.Contains(spec.Kind, StringComparer.Ordinal))
            && profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal)
            && known.Usable.CanDo(spec.Requires, spec.MinimumMatch, spec.Match)
            && routed.Target?.Admits(profile.Name, known.Usable) != false;
    }

    private static uint LevelsOf(Agent agent) => agent.Profile.PriorityLevels.Count == 0
        ? AgentFacts.AllLevels
        : agent.Profile.PriorityLevels.Aggregate(0u, (levels, level) => levels | (1u << level));

    private static string Signature(Agent agent, CapabilitySet usable) => string.Join(
        '\n',
        usable.Names.Order(StringComparer.Ordinal).Select(name => $"{name}:{usable.LevelOf(name)}")
            .Concat(agent.Profile.Kinds.Select(kind => "k" + kind))
            .Concat(agent.Profile.Namespaces.Select(name => "n" + name))
            .Append(usable.ValidUntil?.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""));

    private sealed record Known(Sight Sight, CapabilitySet Usable, string Signature)
    {
        public long StillUntilUs { get; set; }

        /// <summary>Where it sat when it was seen.</summary>
        public int Slot { get; set; } = -1;

        public static Known Of(Sight sight, CapabilitySet usable) =>
            new(sight, usable, RoutingTable.Signature(sight.Agent, usable));

        /// <summary>The same was seen a moment ago, and no time has passed that matters.</summary>
        public bool IsSurelyStill(Agent agent, Breaker? breaker, DateTimeOffset now) =>
            ReferenceEquals(agent, Sight.Agent) && breaker is null && now.ToMicroseconds() < StillUntilUs;

        public Agent Agent => Sight.Agent;

        public bool HasSkillsStill(Agent agent, DateTimeOffset now) =>
            agent.HasSkillsOf(Agent) && (Usable.ValidUntil is not { } until || now < until);
    }

    /// <summary>What an agent's seat was made of.</summary>
    private readonly record struct Sight(Agent Agent, Breaker? Breaker, bool IsOnline, DateTimeOffset At)
    {
        /// <summary>
        /// Nothing is to be seen that was not seen then; nor has the record faded, which it does in steps.
        /// </summary>
        public bool IsStill(in Sight now, TimeSpan halfLife) =>
            ReferenceEquals(Agent, now.Agent) && IsOnline == now.IsOnline && Breaker == now.Breaker
            && Evidence.StepAt(At.ToMicroseconds(), halfLife) == Evidence.StepAt(now.At.ToMicroseconds(), halfLife);
    }
}

/// <summary>A class of tasks and who can do it.</summary>
/// <param name="Spec">One of its tasks, with what all ask for now.</param>
/// <param name="Eligible">Who can do them.</param>
/// <param name="Target">To whom all are handed off; null when they are not.</param>
internal sealed record RoutedClass(NewTask Spec, EligibleAgents Eligible, HandoffTarget? Target = null)
{
    /// <summary>When one of its tasks was seen waiting last.</summary>
    public long SeenUs { get; set; }

    /// <summary>Whose turn it is with its kind or step, once that was asked.</summary>
    public RouteCursor? Cursor { get; set; }
}
