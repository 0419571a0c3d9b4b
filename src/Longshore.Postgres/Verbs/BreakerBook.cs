using Longshore.Assignments;

namespace Longshore.Postgres.Verbs;

/// <summary>The breakers that a transaction has locked with their agents and tasks, and what becomes of them.</summary>
internal sealed class BreakerBook(BreakerOptions options, long nowUs)
{
    private readonly Dictionary<(int AgentId, string Kind), Breaker> _first = [];
    private readonly Dictionary<(int AgentId, string Kind), Breaker?> _ofAgents = [];
    private readonly Dictionary<long, Breaker?> _ofTasks = [];
    private readonly HashSet<long> _changedTasks = [];

    /// <summary>The limits of a task's breaker.</summary>
    public BreakerLimits TaskLimits => options.Task;

    /// <summary>Agents' breakers that are others now; null is gone.</summary>
    public IEnumerable<(int AgentId, string Kind, Breaker? Breaker)> AgentChanges =>
        from pair in _ofAgents
        where !ReferenceEquals(pair.Value, _first.GetValueOrDefault(pair.Key))
        select (pair.Key.AgentId, pair.Key.Kind, pair.Value);

    /// <summary>Tasks' breakers that are others now; null is gone.</summary>
    public IEnumerable<(long TaskId, Breaker? Breaker)> TaskChanges =>
        _changedTasks.Select(id => (id, _ofTasks[id]));

    /// <summary>How many more breakers an agent has than it had.</summary>
    public int GrowthOf(int agentId) => _ofAgents.Where(b => b.Key.AgentId == agentId)
        .Sum(b => (b.Value is null ? 0 : 1) - (_first.ContainsKey(b.Key) ? 1 : 0));

    public void Load(int agentId, string kind, Breaker breaker)
    {
        _first[(agentId, kind)] = breaker;
        _ofAgents[(agentId, kind)] = breaker;
    }

    public void Load(long taskId, Breaker breaker) => _ofTasks[taskId] = breaker;

    /// <summary>What the end of a claim says of its agent, and of the agent doing tasks of this kind.</summary>
    public void Judge(ClaimRecord ended, string kind, Verdict verdict)
    {
        Judge(BreakerScope.Agent, ended, "", verdict);

        // A missed offer says nothing of the kind, but it may have been the probe.
        Judge(BreakerScope.AgentKind, ended, kind, verdict == Verdict.Missed ? Verdict.Nothing : verdict);
    }

    public bool HasTripped(long taskId) => _ofTasks.GetValueOrDefault(taskId) is not null;

    /// <summary>Opens a task's breaker; answers until when.</summary>
    public long Trip(long taskId, int failures)
    {
        var breaker = _ofTasks.GetValueOrDefault(taskId)
            ?? new Breaker(new BreakerKey(BreakerScope.Task, TaskId: taskId));
        breaker = (breaker with { Failures = failures, LastFailureUs = nowUs }).Opened(options.Task, nowUs);
        _ofTasks[taskId] = breaker;
        _changedTasks.Add(taskId);
        return breaker.OpenUntilUs!.Value;
    }

    public void ForgetTrips(long taskId)
    {
        if (HasTripped(taskId))
        {
            _ofTasks[taskId] = null;
            _changedTasks.Add(taskId);
        }
    }

    private void Judge(BreakerScope scope, ClaimRecord ended, string kind, Verdict verdict)
    {
        var limits = options.Of(scope);
        var breaker = _ofAgents.GetValueOrDefault((ended.AgentId, kind));
        if (limits.Threshold == 0 || (breaker is null && verdict is Verdict.Nothing or Verdict.Success))
        {
            return;
        }

        breaker ??= new Breaker(new BreakerKey(scope));
        _ofAgents[(ended.AgentId, kind)] = verdict switch
        {
            Verdict.Success => breaker.AfterSuccess(ended.TaskId, ended.Epoch),
            Verdict.Nothing => breaker.AfterNothing(ended.TaskId, ended.Epoch),
            _ => breaker.AfterFailure(limits, ended.TaskId, ended.Epoch, nowUs),
        };
    }
}
