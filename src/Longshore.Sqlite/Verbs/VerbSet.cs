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
        Bookmarks = new Bookmarks(connection, sql);
        Breakers = new BreakerBook(connection, sql, live, options);
        var open = new OpenHandoffs(connection, sql);
        var stages = new Stages(connection, sql, live, Breakers, open);
        var deadlines = new Deadlines(connection, sql);
        var held = new HeldMembers();
        var bodies = new TaskBodies(connection, sql, live, held);
        var guards = new Guards(connection, sql, live, options);
        var classes = new ClassRows(connection, sql, live);
        Relaxing = new RelaxVerbs(connection, sql, live, stages, classes, Events);
        Handoffs = new HandoffVerbs(connection, sql, live, stages, open, classes, Events);
        Help = new HelpVerbs(connection, sql, live, stages, Events);
        Returns = new Returns(connection, sql, live, stages, classes, Relaxing, Events);
        var attempts = new FailedAttempts(
            connection, sql, live, stages, guards.Failures, Breakers, Returns, Events, chance);
        var unique = new UniqueVerbs(connection, sql, stages, Relaxing, Events);
        Inserter = new Inserter(connection, sql, live, stages, deadlines, classes, bodies, Relaxing, unique, Events);
        Finisher = new Finisher(connection, sql, live, stages, attempts, Returns, Events);
        Claimer = new Claimer(
            connection, sql, live, stages, new Selector(live, guards), bodies, Breakers, Events);
        Changer = new Changer(connection, sql, stages, deadlines, Breakers, Relaxing, unique, Help, Events);
        Upkeep = new Upkeep(connection, sql, stages, deadlines, attempts, Events);
        Pruner = new Pruner(connection, sql, live, stages, deadlines, Relaxing, unique, Bookmarks);
        Agents = new AgentVerbs(connection, sql, live, stages, attempts, Events, options.ReputationHalfLife);
        Reviews = new ReviewVerbs(connection, sql, live, stages, Agents, Events, options.ReputationHalfLife);
        Rules = new RuleVerbs(connection, sql, live, Events);
        Schedules = new ScheduleVerbs(connection, sql, Events);
        var runs = new RunReader(connection, sql);
        var ledger = new RunLedger(
            connection, sql, runs, bodies, live, stages, deadlines, Breakers, Relaxing, Help, Events);
        Runs = new RunVerbs(connection, sql, runs, live, stages, held, Inserter, ledger, Pruner, Events);
        Leases = new LeaseVerbs(connection, sql);
        Nodes = new NodeVerbs(connection, sql);
    }

    public EventLog Events { get; }

    public Bookmarks Bookmarks { get; }

    public BreakerBook Breakers { get; }

    public RelaxVerbs Relaxing { get; }

    public Returns Returns { get; }

    public HandoffVerbs Handoffs { get; }

    public HelpVerbs Help { get; }

    public RuleVerbs Rules { get; }

    public Inserter Inserter { get; }

    public Finisher Finisher { get; }

    public Claimer Claimer { get; }

    public Changer Changer { get; }

    public Upkeep Upkeep { get; }

    public Pruner Pruner { get; }

    public AgentVerbs Agents { get; }

    public ReviewVerbs Reviews { get; }

    public ScheduleVerbs Schedules { get; }

    public RunVerbs Runs { get; }

    public LeaseVerbs Leases { get; }

    public NodeVerbs Nodes { get; }
}
