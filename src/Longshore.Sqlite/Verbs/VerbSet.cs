using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>Every verb on the writer's connection, put together.</summary>
internal sealed class VerbSet
{
    public VerbSet(Connection connection, SqlCatalog sql, LiveIndex live, StoreOptions options, Random chance)
    {
        Events = new EventLog(connection, sql);
        var stages = new Stages(connection, sql, live);
        var deadlines = new Deadlines(connection, sql);
        var bodies = new TaskBodies(connection, sql, live);
        var failures = new RecentFailures(connection, sql, live, options);
        var attempts = new FailedAttempts(connection, sql, live, stages, failures, Events, chance);
        Inserter = new Inserter(connection, sql, live, stages, deadlines, bodies, Events);
        Finisher = new Finisher(connection, sql, live, stages, attempts, Events);
        Claimer = new Claimer(connection, sql, live, stages, new Selector(live, failures), bodies, Events);
        Changer = new Changer(stages, deadlines, Events);
        Upkeep = new Upkeep(connection, sql, stages, deadlines, attempts, Events);
        Pruner = new Pruner(connection, sql, stages, deadlines);
        Agents = new AgentVerbs(connection, sql, live, stages, attempts, Events);
        Leases = new LeaseVerbs(connection, sql);
        Nodes = new NodeVerbs(connection, sql);
    }

    public EventLog Events { get; }

    public Inserter Inserter { get; }

    public Finisher Finisher { get; }

    public Claimer Claimer { get; }

    public Changer Changer { get; }

    public Upkeep Upkeep { get; }

    public Pruner Pruner { get; }

    public AgentVerbs Agents { get; }

    public LeaseVerbs Leases { get; }

    public NodeVerbs Nodes { get; }
}
