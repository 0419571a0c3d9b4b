using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Registering, hearing of and signing off agents.</summary>
internal sealed class AgentVerbs(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, FailedAttempts attempts, EventLog events,
    TimeSpan halfLife)
{
    private readonly Statement _add = connection.Prepare(sql["agent_add"]);
    private readonly Statement _replace = connection.Prepare(sql["agent_replace"]);
    private readonly Statement _use = connection.Prepare(sql["agent_use"]);
    private readonly Statement _store = connection.Prepare(sql["agent_store"]);
    private readonly Statement _record = connection.Prepare(sql["agent_record_put"]);
    private readonly Statement _claims = connection.Prepare(sql["claims_of_agent"]);

    public RegisterOutcome Register(AgentRegistration profile, long nowUs)
    {
        IReadOnlyList<LostClaim> lost = [];
        if (live.Agent(profile.Name) is { } agent)
        {
            var isNewSession = agent.Profile.Session is { } former
                && profile.Session is { } session && session != former;
            lost = isNewSession ? LoseClaims(agent, nowUs) : [];
            Learn(agent, nowUs);
            lock (live.Gate)
            {
                agent.Reputation = profile.Reputation ?? agent.Reputation;
                agent.Mode = AgentMode.Available;
                agent.Replace(profile);
                agent.Seen(nowUs);
            }

            Bind(_replace, profile, agent.Reputation, nowUs).Run();
        }
        else
        {
            Bind(_add, profile, profile.Reputation ?? 1.0, nowUs).Read();
            agent = new AgentEntry(_add.Long(0), profile) { RegisteredUs = nowUs };
            _add.Run();
            agent.Restore(AgentMode.Available, 0, profile.Reputation ?? 1.0, 0, 0, nowUs);
            lock (live.Gate)
            {
                live.AddAgent(agent);
            }
        }

        Note(EventTypes.AgentRegistered, profile.Name, default, nowUs);
        return new RegisterOutcome(agent.ToAgent(), lost);
    }

    public bool Heartbeat(string name, long nowUs)
    {
        var agent = live.Agent(name);
        agent?.Seen(nowUs);
        return agent is not null;
    }

    public bool SetMode(string name, AgentMode mode, long nowUs)
    {
        if (live.Agent(name) is not { } agent)
        {
            return false;
        }

        Change(agent, mode);
        var payload = JsonText.From(new Dictionary<string, string> { ["mode"] = mode.ToWire() });
        Note(EventTypes.AgentModeChanged, name, payload, nowUs);
        return true;
    }

    public bool SetAvailability(string name, IReadOnlyList<string> unavailable, long nowUs)
    {
        if (live.Agent(name) is not { } agent)
        {
            return false;
        }

        Use(agent, unavailable, agent.Authorised);
        agent.Seen(nowUs);
        var payload = EventPayloads.Words("unavailable", unavailable);
        Note(EventTypes.AgentAvailabilityChanged, name, payload, nowUs);
        return true;
    }

    public bool Authorise(string name, IReadOnlyList<string>? capabilities, long nowUs)
    {
        if (live.Agent(name) is not { } agent)
        {
            return false;
        }

        Use(agent, agent.Unavailable, capabilities);
        Note(EventTypes.AgentAuthorised, name, EventPayloads.Words("authorised", capabilities), nowUs);
        return true;
    }

    public IReadOnlyList<LostClaim>? Deregister(string name, long nowUs)
    {
        if (live.Agent(name) is not { } agent)
        {
            return null;
        }

        var given = new List<LostClaim>();
        foreach (var claim in ClaimsOf(agent))
        {
            stages.RemoveClaim(claim);
            var state = stages.Return(claim, claim.Place.GivenBack(), nowUs, nowUs);
            stages.AddAssignment(claim, AssignmentStatus.Released, nowUs, EndReasons.SignedOff);
            events.AddHot(EventTypes.TaskReleased, claim.Place.Id, claim.Place.Epoch, agent.Id, state);
            given.Add(new LostClaim(claim.Place.Id, claim.Place.Epoch, name, state));
        }

        Change(agent, AgentMode.Offline);
        Note(EventTypes.AgentDeregistered, name, default, nowUs);
        return given;
    }

    /// <summary>Writes the agents whose load, totals, record or presence the transaction changed.</summary>
    public void StoreChanged(long nowUs)
    {
        foreach (var agent in live.Agents)
        {
            if (agent.Dirty)
            {
                Learn(agent, nowUs);
                var overall = agent.Record.Overall;
                _store.Bind(agent.Id).Bind((long)agent.Mode).Bind(agent.Load).Bind(agent.Completed).Bind(agent.Failed)
                    .Bind(agent.SeenUs).Bind(overall.GoodMillionths).Bind(overall.BadMillionths).Bind(overall.AsOfUs)
                    .Bind(agent.Record.Score).Run();
                agent.Stored();
            }
        }
    }

    /// <summary>Puts what somebody said of an agent to its record.</summary>
    public void Learn(AgentEntry agent, in Lesson lesson, long nowUs)
    {
        PutRecord(agent, agent.Record.Plus(lesson, agent.Profile, nowUs, halfLife));
        agent.Dirty = true;
    }

    /// <summary>Puts what the transaction found out to an agent's record: once, however many claims ended.</summary>
    private void Learn(AgentEntry agent, long nowUs)
    {
        if (agent.Lessons.Count == 0)
        {
            return;
        }

        var record = agent.Record;
        foreach (var ((classId, isGood), count) in agent.Lessons)
        {
            var weight = count * Evidence.One;
            var lesson = new Lesson(live.Classes[classId].Key.Requires, isGood ? weight : 0, isGood ? 0 : weight);
            record = record.Plus(lesson, agent.Profile, nowUs, halfLife);
        }

        agent.Lessons.Clear();
        PutRecord(agent, record);
    }

    private void PutRecord(AgentEntry agent, AgentRecord record)
    {
        foreach (var (name, evidence) in record.ByCapability)
        {
            if (evidence != agent.Record.ByCapability.GetValueOrDefault(name))
            {
                _record.Bind(agent.Id).Bind(name).Bind(evidence.GoodMillionths).Bind(evidence.BadMillionths)
                    .Bind(evidence.AsOfUs).Run();
            }
        }

        agent.Record = record;
    }

    private void Use(AgentEntry agent, IReadOnlyList<string> unavailable, IReadOnlyList<string>? authorised)
    {
        lock (live.Gate)
        {
            agent.Use(unavailable, authorised);
        }

        _use.Bind(agent.Id).BindText(JsonColumns.Write(unavailable))
            .BindText(authorised is null ? default : JsonColumns.Write(authorised)).Run();
    }

    private void Change(AgentEntry agent, AgentMode mode)
    {
        lock (live.Gate)
        {
            agent.Mode = mode;
            agent.Dirty = true;
        }
    }

    private IReadOnlyList<LostClaim> LoseClaims(AgentEntry agent, long nowUs) =>
        [.. ClaimsOf(agent).Select(claim => attempts.Lose(claim, EndReasons.SessionEnded, nowUs))];

    private List<ClaimRow> ClaimsOf(AgentEntry agent) =>
        _claims.Bind(agent.Id).ReadIds().ConvertAll(id => stages.GetClaim(id)!.Value);

    private void Note(string type, string agent, JsonText payload, long nowUs) =>
        events.AddSingle(new NewEvent(type, ActorType.Agent, agent, Payload: payload), nowUs);

    private static Statement Bind(
        Statement statement, AgentRegistration profile, double reputation, long nowUs) => statement
        .Bind(profile.Name).Bind(profile.Type).Bind(profile.Description)
        .BindText(JsonColumns.Write(profile.Capabilities)).BindText(JsonColumns.Write(profile.Specializations))
        .BindText(JsonColumns.Write(profile.Kinds)).BindText(JsonColumns.Write(profile.Namespaces))
        .Bind(profile.MaxConcurrent).BindText(profile.Preferences.Utf8).BindText(JsonColumns.Write(profile.Metadata))
        .Bind(profile.Session).Bind(reputation).Bind(nowUs).BindText(JsonColumns.Write(profile.PriorityLevels))
        .Bind(profile.Principal);
}
