using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// Circuit breakers. Those of agents stand in memory beside their rows, so that an agent without any pays nothing;
/// those of tasks are read when the task's place is flagged.
/// </summary>
internal sealed class BreakerBook(Connection connection, SqlCatalog sql, LiveIndex live, StoreOptions options)
{
    private readonly Statement _get = connection.Prepare(sql["breaker_get"]);
    private readonly Statement _put = connection.Prepare(sql["breaker_put"]);
    private readonly Statement _remove = connection.Prepare(sql["breaker_remove"]);
    private readonly Statement _old = connection.Prepare(sql["breakers_old"]);

    public int TaskThreshold => options.Breakers.Task.Threshold;

    /// <summary>What the end of a claim says of its agent, and of the agent doing tasks of its kind.</summary>
    public void Judge(AgentEntry agent, in Place place, Verdict verdict, long nowUs)
    {
        if (verdict is Verdict.Nothing or Verdict.Success && agent.Breakers.Count == 0)
        {
            return;
        }

        Judge(agent, new BreakerKey(BreakerScope.Agent, agent.Profile.Name), place, verdict, nowUs);

        // Who missed an offer may still do the kind well; but if it was the kind's probe, that is over.
        var ofKind = verdict == Verdict.Missed ? Verdict.Nothing : verdict;
        var kind = live.Classes[place.ClassId].Key.Kind;
        Judge(agent, new BreakerKey(BreakerScope.AgentKind, agent.Profile.Name, kind), place, ofKind, nowUs);
    }

    /// <summary>A grant of an agent or kind whose breaker is half-open is its probe.</summary>
    public void MarkProbe(AgentEntry agent, in Place granted, long nowUs)
    {
        if (agent.Breakers.Count == 0)
        {
            return;
        }

        foreach (var word in new[] { "", live.Classes[granted.ClassId].Key.Kind })
        {
            if (agent.Breakers.TryGetValue(word, out var breaker) && breaker.GateAt(nowUs) == BreakerGate.Probe)
            {
                Store(agent, breaker.Key, breaker.WithProbe(granted.Id, granted.Epoch));
            }
        }
    }

    /// <summary>Opens a task's breaker; answers until when.</summary>
    public long Trip(in Place place, long nowUs)
    {
        var key = new BreakerKey(BreakerScope.Task, TaskId: place.Id);
        var counted = (Find(place.Id) ?? new Breaker(key)) with { Failures = place.Failures, LastFailureUs = nowUs };
        var opened = counted.Opened(options.Breakers.Task, nowUs);
        Write(opened);
        return opened.OpenUntilUs!.Value;
    }

    /// <summary>The breaker of a task.</summary>
    public Breaker? Find(long taskId) => Get(new BreakerKey(BreakerScope.Task, TaskId: taskId));

    /// <summary>Any breaker.</summary>
    public Breaker? Get(BreakerKey key)
    {
        var breaker = _get.Bind(key, live).Read() ? _get.ReadBreaker(live) : null;
        _get.Reset();
        return breaker;
    }

    /// <summary>Forgets a task's breaker.</summary>
    public void Forget(long taskId) => _remove.Bind(new BreakerKey(BreakerScope.Task, TaskId: taskId), live).Run();

    /// <summary>Forgets any breaker.</summary>
    public void Remove(BreakerKey key)
    {
        _remove.Bind(key, live).Run();
        if (key.Agent is { } name && live.Agent(name) is { } agent)
        {
            lock (live.Gate)
            {
                agent.Breakers.Remove(key.Kind ?? "");
            }
        }
    }

    /// <summary>Forgets what is closed and long ago; answers how many.</summary>
    public int Clean(long failedBeforeUs)
    {
        var old = new List<BreakerKey>();
        _old.Bind(failedBeforeUs);
        while (_old.Read())
        {
            old.Add(_old.ReadBreaker(live).Key);
        }

        old.ForEach(Remove);
        return old.Count;
    }

    private void Judge(AgentEntry agent, BreakerKey key, in Place place, Verdict verdict, long nowUs)
    {
        var limits = options.Breakers.Of(key.Scope);
        var breaker = agent.Breakers.GetValueOrDefault(key.Kind ?? "");
        if (limits.Threshold == 0 || (breaker is null && verdict is Verdict.Nothing or Verdict.Success))
        {
            return;
        }

        breaker ??= new Breaker(key);
        var judged = verdict switch
        {
            Verdict.Success => breaker.AfterSuccess(place.Id, place.Epoch),
            Verdict.Nothing => breaker.AfterNothing(place.Id, place.Epoch),
            _ => breaker.AfterFailure(limits, place.Id, place.Epoch, nowUs),
        };
        if (judged is null)
        {
            Remove(key);
        }
        else if (judged != breaker)
        {
            Store(agent, key, judged);
        }
    }

    private void Store(AgentEntry agent, BreakerKey key, Breaker breaker)
    {
        Write(breaker);
        lock (live.Gate)
        {
            agent.Breakers[key.Kind ?? ""] = breaker;
        }
    }

    private void Write(Breaker breaker) => _put
        .Bind(breaker.Key, live).Bind(breaker.Failures).Bind(breaker.Trips).Bind(breaker.LastFailureUs)
        .Bind(breaker.OpenUntilUs).Bind(breaker.ProbeTaskId).Bind(breaker.ProbeEpoch).Run();
}
