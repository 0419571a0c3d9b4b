using Longshore.Simulation.Checks;

namespace Longshore.Simulation.Figures;

/// <summary>Makes the figures of a run out of what happened.</summary>
internal sealed class Tally : IObserver
{
    /// <summary>Into how many parts of the time the course of the queue is cut.</summary>
    public const int Parts = 144;

    private readonly SimulationRun _run;
    private readonly long _fromUs;
    private readonly KindTally _all = new();
    private readonly KindTally[] _kinds;
    private readonly AgentTally[] _agents;
    private readonly double[] _waitingUs = new double[Parts];
    private readonly Dictionary<SimulatedTask, long> _begunUs = [];
    private readonly HashSet<SimulatedTask> _unbegun = [];
    private readonly double[] _workUs;
    private long _atUs;

    public Tally(SimulationRun run, TimeSpan warmUp)
    {
        _run = run;
        _atUs = run.StartUs;
        _fromUs = run.StartUs + (long)warmUp.TotalMicroseconds;
        _kinds = [.. run.Kinds.Select(_ => new KindTally())];
        _agents = [.. run.Agents.Select(agent => new AgentTally(agent, _fromUs))];
        _workUs = new double[run.Kinds.Count];
    }

    public void Note(in Happening happening)
    {
        Pass(happening.AtUs);
        switch (happening.What)
        {
            case What.Arrived:
                Arrive(happening.Task!);
                break;
            case What.Given:
                _agents[happening.Agent!.Index].Given += IsCounted(happening) ? 1 : 0;
                break;
            case What.Begun:
                Begin(happening.Task!, happening.AtUs);
                break;
            case What.Done or What.Failed or What.LostAlone or What.LostAmongOthers:
                EndWork(happening);
                break;
            case What.GivenUp or What.Quarantined or What.Abandoned or What.Expired:
                End(happening);
                break;
            case What.On:
                _agents[happening.Agent!.Index].CameAt(happening.AtUs);
                break;
            case What.Off:
                _agents[happening.Agent!.Index].WentAt(happening.AtUs);
                break;
        }
    }

    /// <summary>The figures, once the run is over.</summary>
    public RunFigures Figures(string method, PromiseChecks checks)
    {
        Pass(_run.EndUs);
        foreach (var agent in _agents)
        {
            agent.WentAt(_run.EndUs);
        }

        foreach (var task in _unbegun)
        {
            Waited(task, _run.EndUs);
        }

        _unbegun.Clear();
        foreach (var (task, begunUs) in _begunUs)
        {
            _agents[task.Holder!.Index].WorkedOn(begunUs, _run.EndUs);
        }

        _begunUs.Clear();
        var groups = _agents.GroupBy(agent => agent.Agent.Crew.GroupName, StringComparer.Ordinal).ToList();
        return new RunFigures
        {
            Method = method,
            All = _all.Figures("all"),
            Kinds = [.. _kinds.Select((kind, i) => kind.Figures(_run.Kinds[i].Spec.Kind))],
            Groups = [.. groups.Select(Group)],
            Agents = [.. _agents.Select(agent => agent.Figures())],
            Fairness = Fairness.JainIndex([.. _agents.Where(a => a.RoomUs > 0).Select(a => a.Utilisation)]),
            Pressure = Pressure(),
            Waiting = [.. _waitingUs.Select(us => us * Parts / (_run.EndUs - _run.StartUs))],
            Promises = [.. checks.All.Select(Judged)],
        };
    }

    private bool IsCounted(in Happening happening) => happening.AtUs >= _fromUs;

    private bool IsCounted(SimulatedTask task) => task.ArrivedUs >= _fromUs;

    private void Arrive(SimulatedTask task)
    {
        _unbegun.Add(task);
        if (IsCounted(task))
        {
            _all.Arrived++;
            _kinds[task.Kind.Index].Arrived++;
            _workUs[task.Kind.Index] += task.NominalUs;
        }
    }

    private void Begin(SimulatedTask task, long atUs)
    {
        _begunUs[task] = atUs;
        if (_unbegun.Remove(task))
        {
            Waited(task, atUs);
        }
    }

    private void Waited(SimulatedTask task, long untilUs)
    {
        if (IsCounted(task))
        {
            _all.Waited(untilUs - task.ArrivedUs);
            _kinds[task.Kind.Index].Waited(untilUs - task.ArrivedUs);
        }
    }

    private void EndWork(in Happening happening)
    {
        var task = happening.Task!;
        var agent = _agents[happening.Agent!.Index];
        StopWork(task, agent, happening.AtUs);
        if (happening.What == What.Done)
        {
            agent.Done += IsCounted(happening) ? 1 : 0;
            _all.Done += IsCounted(task) ? 1 : 0;
            _kinds[task.Kind.Index].Done += IsCounted(task) ? 1 : 0;
        }
        else
        {
            agent.Failed += IsCounted(happening) ? 1 : 0;
        }
    }

    private void End(in Happening happening)
    {
        var task = happening.Task!;
        if (_unbegun.Remove(task))
        {
            Waited(task, happening.AtUs);
        }

        if (happening.Agent is { } agent)
        {
            StopWork(task, _agents[agent.Index], happening.AtUs);
        }

        if (IsCounted(task))
        {
            Count(_all, happening.What);
            Count(_kinds[task.Kind.Index], happening.What);
        }
    }

    private void StopWork(SimulatedTask task, AgentTally agent, long atUs)
    {
        if (_begunUs.Remove(task, out var begunUs))
        {
            agent.WorkedOn(begunUs, atUs);
        }
    }

    private static void Count(KindTally tally, What how)
    {
        tally.Failed += how is What.GivenUp or What.Quarantined ? 1 : 0;
        tally.Abandoned += how == What.Abandoned ? 1 : 0;
        tally.Expired += how == What.Expired ? 1 : 0;
    }

    /// <summary>Time passes with as many waiting as there are.</summary>
    private void Pass(long untilUs)
    {
        var partUs = Math.Max(1.0, (_run.EndUs - _run.StartUs) / (double)Parts);
        while (_atUs < untilUs)
        {
            var part = Math.Min(Parts - 1, (int)((_atUs - _run.StartUs) / partUs));
            var partEndUs = _run.StartUs + (long)Math.Ceiling((part + 1) * partUs);
            var endUs = part == Parts - 1 ? untilUs : Math.Max(_atUs + 1, Math.Min(untilUs, partEndUs));
            _waitingUs[part] += (double)_unbegun.Count * (endUs - _atUs);
            _atUs = endUs;
        }
    }

    private GroupFigures Group(IGrouping<string, AgentTally> group)
    {
        List<double> shares = [.. group.Where(agent => agent.RoomUs > 0).Select(agent => agent.Utilisation)];
        var roomUs = group.Sum(agent => agent.RoomUs);
        return new GroupFigures
        {
            Group = group.Key,
            Agents = group.Count(),
            Utilisation = roomUs > 0 ? group.Sum(agent => agent.BusyUs) / roomUs : 0,
            UtilisationMin = shares.DefaultIfEmpty().Min(),
            UtilisationMax = shares.DefaultIfEmpty().Max(),
            Fairness = Fairness.JainIndex(shares),
        };
    }

    private List<PressureFigures> Pressure() =>
    [
        .. _run.Kinds.SelectMany(kind => kind.Requires).Distinct()
            .OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.MinLevel)
            .Select(Pressure),
    ];

    private PressureFigures Pressure(Capabilities.Requirement requirement)
    {
        List<AgentTally> able = [.. _agents.Where(agent => agent.Agent.Capabilities.Any(
            has => has.Name == requirement.Name && has.Level >= requirement.MinLevel))];
        var workUs = _run.Kinds.Where(kind => kind.Requires.Contains(requirement)).Sum(kind => _workUs[kind.Index]);
        var capacityUs = able.Sum(agent => agent.RoomUs * agent.Agent.Crew.Speed);
        var roomUs = able.Sum(agent => agent.RoomUs);
        return new PressureFigures
        {
            Requires = requirement.ToString(),
            Agents = able.Count,
            WorkHours = workUs / 3.6e9,
            CapacityHours = capacityUs / 3.6e9,
            Pressure = capacityUs > 0 ? workUs / capacityUs : null,
            Utilisation = roomUs > 0 ? able.Sum(agent => agent.BusyUs) / roomUs : 0,
        };
    }

    private static PromiseFigures Judged(Promise promise) => new()
    {
        Promise = promise.Name,
        Looks = promise.Looks,
        Violations = promise.Violations.Count,
        First = promise.Violations.Count > 0 ? promise.Violations[0].ToString() : null,
    };
}
