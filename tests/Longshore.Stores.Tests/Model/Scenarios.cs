using FsCheck;
using FsCheck.Fluent;
using Longshore.Agents;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Model;

/// <summary>Random scenarios. Durations are few and equal on purpose, so that instants coincide.</summary>
internal static class Scenarios
{
    private static readonly Gen<int> Pick = Gen.Choose(0, 63);
    private static readonly Gen<int> Agent = Gen.Choose(0, World.AgentNames.Length - 1);
    private static readonly Gen<bool> Rarely = Gen.Choose(0, 9).Select(n => n == 0);

    private static readonly Gen<NewItem> NewItems =
        from kind in Gen.Choose(1, 3)
        from requires in Mostly(0, Gen.Choose(0, 5))
        from priority in Gen.Choose(0, 10)
        from attempts in Gen.Choose(1, 3)
        from ready in Mostly(0, Gen.Elements(0, 10, 30))
        from deadline in Mostly(0, Gen.Elements(10, 30, 300))
        from retry in Gen.Elements(10, 30)
        from late in Rarely
        from key in Mostly(0, Gen.Choose(0, 3))
        from code in Mostly(0, Gen.Choose(1, 2))
        from parent in Mostly(0, Pick)
        from owner in Mostly(0, Gen.Choose(0, 4))
        from isRepetition in Rarely
        from @group in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 6)))
        from match in Mostly(0, Gen.Choose(0, 2))
        from relax in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 5)))
        from unique in Gen.Frequency((9, Gen.Constant(0)), (1, Gen.Choose(1, 12)))
        from limitKey in Gen.Choose(0, 2)
        select isRepetition
            ? new NewItem(
                1, 0, 5, 2, 0, 0, 10, RejectLate: false, Key: 1 + (key % 3), Code: 0, Parent: 0, Owner: 0, Group: 0,
                Match: 0, Relax: 0, Unique: 0, LimitKey: limitKey)
            : new NewItem(
                kind, requires, priority, attempts, ready, deadline, retry, late, key, code, parent, owner, @group,
                match, relax, unique, limitKey);

    private static readonly Gen<EndItem> EndItems =
        from pick in Pick
        from shift in Mostly(0, Gen.Choose(-1, 1))
        from kind in Gen.Frequency(
            (4, Gen.Constant(FinishKind.Complete)), (4, Gen.Constant(FinishKind.Fail)),
            (2, Gen.Constant(FinishKind.Snooze)), (2, Gen.Constant(FinishKind.Release)),
            (2, Gen.Constant(FinishKind.Reject)), (1, Gen.Constant(FinishKind.Cancel)))
        from delay in Mostly(-1, Gen.Elements(0, 10, 30))
        from final in Rarely
        from key in Mostly(0, Gen.Choose(1, 2))
        from error in Gen.Choose(0, 2)
        select new EndItem(pick, shift, kind, delay, !final, key, error);

    private static readonly Gen<ExtendItem> ExtendItems =
        from pick in Pick
        from shift in Mostly(0, Gen.Choose(-1, 1))
        from lease in Gen.Elements(10, 30)
        from progress in Rarely
        from accept in Gen.Choose(0, 2)
        from draft in Rarely
        select new ExtendItem(pick, shift, lease, progress, accept, draft);

    private static readonly Gen<AskItem> AskItems =
        from agent in Agent
        from max in Gen.Choose(1, 4)
        from prefetch in Mostly(0, Gen.Choose(0, 3))
        from kind in Mostly(0, Gen.Choose(1, 3))
        from named in Mostly([], Pick.ArrayOf(3))
        from lease in Gen.Elements(10, 30)
        from key in Mostly(0, Gen.Choose(1, 2))
        from offer in Gen.Choose(0, 4).Select(n => n == 0)
        from giver in Mostly(ClaimedBy.Agent, Gen.Elements(ClaimedBy.Distributor, ClaimedBy.Administrator))
        select new AskItem(agent, max, prefetch, kind, named, lease, key, offer, giver);

    private static readonly Gen<Step> Mixed =
        from inserts in Few(NewItems)
        from ends in Few(EndItems)
        from extends in Few(ExtendItems)
        from asks in Few(AskItems)
        select (Step)new CommitStep(inserts, ends, extends, asks);

    private static readonly Gen<Step> Register =
        from agent in Agent
        from max in Gen.Choose(1, 4)
        from skills in Gen.Frequency((1, Gen.Choose(0, 3)), (2, Gen.Constant(4)))
        from kinds in Mostly(0, Gen.Choose(1, 3))
        from session in Gen.Choose(0, 2)
        from reputation in Gen.Choose(0, 4)
        from principal in Gen.Choose(0, 2)
        from levels in Mostly(0, Gen.Choose(1, 2))
        select (Step)new RegisterStep(agent, max, skills, kinds, session, reputation, principal, levels);

    private static readonly Gen<Step> List =
        from states in Gen.SubListOf(Enum.GetValues<TaskState>())
        from agent in Mostly(0, Gen.Choose(0, 4))
        from kind in Gen.Choose(0, 3)
        from reversed in Rarely
        from limit in Gen.Choose(1, 6)
        from after in Mostly(0, Gen.Choose(0, 9))
        select (Step)new ListStep([.. states], agent, kind, reversed, limit, after);

    private static readonly Gen<Step> Discover =
        from agent in Agent
        from limit in Gen.Choose(1, 6)
        from kind in Mostly(0, Gen.Choose(1, 3))
        from priority in Mostly(0, Gen.Choose(1, 9))
        from exclude in Pick
        select (Step)new DiscoverStep(agent, limit, kind, priority, exclude);

    private static readonly Gen<Step> Lead =
        from name in Gen.Choose(0, 1)
        from holder in Gen.Choose(0, 2)
        from seconds in Gen.Elements(0, 10, 30)
        select (Step)new LeadStep(name, holder, seconds);

    private static readonly Gen<Step> HandOff =
        from pick in Mostly(0, Pick)
        from shift in Mostly(0, Gen.Choose(-1, 1))
        from to in Gen.Choose(0, 5)
        select (Step)new HandOffStep(pick, shift, to);

    private static readonly Gen<HelpType> HelpTypes = Gen.Frequency(
        (3, Gen.Constant(HelpType.Blocker)), (1, Gen.Elements(Enum.GetValues<HelpType>())));

    private static readonly Gen<Step> Answer =
        from back in Gen.Choose(0, 3)
        from agent in Gen.Choose(0, 4)
        from what in Gen.Choose(0, 3)
        select (Step)new AnswerStep(back, agent, what);

    private static readonly Gen<Step> StartRun =
        from shape in Gen.Choose(0, 7)
        from item in NewItems
        from code in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 2)))
        select (Step)new StartRunStep(
            shape, item with { Owner = 0, Requires = 0, MaxAttempts = 1 + (shape % 2) }, code);

    private static readonly Gen<Step> ChangeRun =
        from back in Gen.Choose(0, 3)
        from what in Gen.Choose(0, 3)
        from which in Gen.Choose(0, 2)
        select (Step)new ChangeRunStep(back, what, which);

    private static readonly Gen<Step> StartBatch =
        from item in NewItems
        from tasks in Gen.Choose(0, 3)
        from isOpen in Gen.Elements(false, true)
        from code in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 3)))
        select (Step)new StartBatchStep(item with { Owner = 0, Requires = 0 }, tasks, isOpen, code);

    private static readonly Gen<Step> GrowBatch =
        from back in Gen.Choose(0, 2)
        from item in NewItems
        from tasks in Gen.Choose(0, 2)
        from at in Gen.Frequency((3, Gen.Constant((int?)null)), (1, Gen.Choose(0, 3).Select(n => (int?)n)))
        from close in Gen.Elements(false, true)
        select (Step)new GrowBatchStep(back, item with { Owner = 0, Requires = 0 }, tasks, at, close);

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (8, StartRun),
        (6, ChangeRun),
        (3, Gen.Choose(0, 14).Select(rules => (Step)new RulesStep(rules))),
        (3, Pick.Select(pick => (Step)new EvictStep(pick))),
        (1, Pick.Select(pick => (Step)new ReclassifyStep(pick))),
        (2, Pick.SelectMany(_ => Gen.Choose(0, 10), (pick, p) => (Step)new ReprioritiseStep(pick, p))),
        (5, Limits.Select(limit => (Step)new RelaxStoreStep(limit))),
        (9, Pick.SelectMany(_ => Mostly(0, Gen.Constant(1)), (pick, from) => (Step)new SkipStoreStep(pick, from))),
        (8, HandOff),
        (2, Pick.Select(pick => (Step)new WithdrawStep(pick))),
        (12, Pick.SelectMany(_ => HelpTypes, (pick, type) => (Step)new AskStep(pick, type))),
        (12, Answer),
        (2, Agent.SelectMany(_ => Gen.Choose(0, 3), (a, what) => (Step)new UseStep(a, what))),
        (1, Agent.SelectMany(_ => Gen.Choose(0, 2), (a, scope) => (Step)new ResetStep(a, scope))),
        (1, Gen.Constant((Step)new CleanStep())),
        (7, NewItems.ArrayOf(1).Select(items => (Step)new CommitStep(items, [], [], []))),
        (2, NewItems.ArrayOf(5).Select(items => (Step)new CommitStep(items, [], [], []))),
        (24, AskItems.ArrayOf(1).Select(items => (Step)new CommitStep([], [], [], items))),
        (14, EndItems.ArrayOf(1).Select(items => (Step)new CommitStep([], items, [], []))),
        (3, ExtendItems.ArrayOf(1).Select(items => (Step)new CommitStep([], [], items, []))),
        (6, Mixed),
        (6, Register),
        (3, Pick.SelectMany(_ => Rarely, (pick, reason) => (Step)new CancelStep(pick, reason))),
        (4, Pick.Select(pick => (Step)new RetryStep(pick))),
        (8, Limits.Select(limit => (Step)new StageStep(limit))),
        (6, Limits.Select(limit => (Step)new RescueStep(limit))),
        (4, Limits.Select(limit => (Step)new ExpireStep(limit))),
        (1, Gen.Elements(0, 30, 300).Select(ago => (Step)new PruneStep(ago))),
        (3, Agent.SelectMany(_ => Gen.Elements(Enum.GetValues<AgentMode>()), (a, m) => (Step)new ModeStep(a, m))),
        (1, Agent.Select(agent => (Step)new DeregisterStep(agent))),
        (3, Agent.Select(agent => (Step)new HeartbeatStep(agent))),
        (2, Lead),
        (5, Discover),
        (3, List),
        (14, Gen.Elements(1, 1_000_000, 10_000_000, 10_000_000, 30_000_000, 90_000_000, 300_000_000)
            .Select(us => (Step)new AdvanceStep(us))),
        (1, Gen.Constant((Step)new ReopenStep())));

    /// <summary>Time passes and is noticed: the leases of what is held run out, and what waits comes back.</summary>
    private static readonly Gen<Step[]> Tick =
        from lease in Gen.Elements(10_000_000, 30_000_000)
        from wait in Gen.Elements(10_000_000, 30_000_000)
        from limit in Limits
        select new Step[]
        {
            new AdvanceStep(lease), new RescueStep(limit), new ExpireStep(limit),
            new AdvanceStep(wait), new StageStep(limit), new RelaxStoreStep(limit),
        };

    /// <summary>One agent fails again and again, until its breaker opens, and a probe goes out.</summary>
    private static readonly Gen<Step[]> Flunk =
        from agent in Agent
        from times in Gen.Choose(2, 5)
        from last in EndItems
        let ask = new CommitStep(
            [], [], [], [new AskItem(agent, 1, 0, 0, [], 30, 0, IsOffer: false, ClaimedBy.Administrator)])
        let fail = new CommitStep(
            [], [new EndItem(0, 0, FinishKind.Fail, 0, Retry: true, Key: 0, Error: 1)], [], [])
        let end = new CommitStep([], [last with { Pick = 0, EpochShift = 0 }], [], [])
        select (Step[])
        [
            new ModeStep(agent, AgentMode.Available),
            .. Enumerable.Repeat(new Step[] { ask, fail }, times).SelectMany(steps => steps),
            ask, new AdvanceStep(30_000_000), ask, ask, end,
        ];

    private static readonly Gen<Step[]> Crowd =
        NewItems.ArrayOf(5).Select(items => new Step[]
        {
            new RulesStep(5),
            new CommitStep(
                [.. items.Select(item => item with { Kind = 1, Key = 0, Code = 0, Unique = 0 })], [], [], []),
        });

    /// <summary>Two tasks of one unique key, and one that wants it back.</summary>
    private static readonly Gen<Step[]> Meet =
        from items in NewItems.ArrayOf(1)
        from isGiven in Gen.Choose(0, 1)
        from first in Gen.Choose(1, 6)
        from second in Gen.Choose(1, 6)
        let task = items[0] with { Kind = 1, Key = 0, Code = 0, Parent = 0 }
        select new Step[]
        {
            new CommitStep([task with { Unique = (2 * first) - isGiven }], [], [], []),
            new CommitStep([task with { Unique = (2 * second) - isGiven, Priority = 7 }], [], [], []),
            new RivalStep(task with { Unique = (2 * first) - isGiven }),
        };

    /// <summary>A run is started, some of its steps are done, and one fails or it is called off.</summary>
    private static readonly Gen<Step[]> RunOff =
        from start in StartRun
        from agent in Agent
        from done in Gen.Choose(0, 4)
        from last in EndItems
        from change in ChangeRun
        let ask = new CommitStep(
            [], [], [], [new AskItem(agent, 1, 0, 0, [], 30, 0, IsOffer: false, ClaimedBy.Administrator)])
        let do_ = new CommitStep(
            [], [new EndItem(0, 0, FinishKind.Complete, -1, Retry: true, Key: 0, Error: done % 3)], [], [])
        select (Step[])
        [
            new ModeStep(agent, AgentMode.Available), start,
            .. Enumerable.Repeat(new Step[] { ask, do_ }, done).SelectMany(steps => steps),
            ask, new CommitStep([], [last with { Pick = 0, EpochShift = 0 }], [], []), change, ask, do_, change,
        ];

    /// <summary>A step is done, the next fails, and the first is made up for.</summary>
    private static readonly Gen<Step[]> MadeUpFor =
        from item in NewItems
        from agent in Agent
        let start = new StartRunStep(
            6, item with { Kind = 2, Owner = 0, Requires = 0, MaxAttempts = 3, Relax = 0, DeadlineSeconds = 0 }, 0)
        let ask = new CommitStep(
            [], [], [], [new AskItem(agent, 1, 0, 2, [], 30, 0, IsOffer: false, ClaimedBy.Administrator)])
        let done = new CommitStep(
            [], [new EndItem(0, 0, FinishKind.Complete, -1, Retry: true, Key: 0, Error: 0)], [], [])
        let fail = new CommitStep(
            [], [new EndItem(0, 0, FinishKind.Fail, -1, Retry: false, Key: 0, Error: 1)], [], [])
        select (Step[])
        [
            new ModeStep(agent, AgentMode.Available), start, ask, done, ask, fail, ask, done,
            new ChangeRunStep(0, 2, 0),
        ];

    /// <summary>Somebody is stuck with what it was given, and is helped.</summary>
    private static readonly Gen<Step[]> Stuck =
        from agent in Agent
        from item in NewItems
        let ask = new AskItem(agent, 1, 0, 0, [], 30, 0, IsOffer: false, ClaimedBy.Administrator)
        select (Step[])
        [
            new ModeStep(agent, AgentMode.Available), new CommitStep([item], [], [], [ask]),
            new AskStep(0, HelpType.Blocker), new AnswerStep(0, agent, 2),
        ];

    private static readonly Gen<Step[]> Bursts =
        Gen.Frequency(
            (24, Steps.Select(step => new[] { step })), (2, Tick), (2, Flunk), (1, Crowd), (1, Meet), (2, RunOff),
            (1, MadeUpFor), (1, Stuck));

    public static Arbitrary<Scenario> Any { get; } = Arb.From(
        from agents in Register.ArrayOf(3)
        from length in Gen.Choose(1, 100)
        from bursts in Bursts.ArrayOf(length)
        select new Scenario([.. agents, .. bursts.SelectMany(steps => steps)]),
        scenario => scenario.Simpler());

    /// <summary>Much of what happens has to do with batches.</summary>
    public static Arbitrary<Scenario> WithBatches { get; } = Arb.From(
        from agents in Register.ArrayOf(3)
        from length in Gen.Choose(1, 60)
        from bursts in Gen.Frequency(
            (4, Bursts), (1, StartBatch.Select(step => new[] { step })), (1, GrowBatch.Select(step => new[] { step })))
            .ArrayOf(length)
        select new Scenario([.. agents, .. bursts.SelectMany(steps => steps)]),
        scenario => scenario.Simpler());

    private static Gen<int> Limits => Gen.Frequency((4, Gen.Constant(1000)), (1, Gen.Choose(1, 2)));

    private static Gen<T> Mostly<T>(T value, Gen<T> else_) => Gen.Frequency((4, Gen.Constant(value)), (1, else_));

    private static Gen<T[]> Few<T>(Gen<T> items) => Gen.Choose(0, 3).SelectMany(n => items.ArrayOf(n));
}
