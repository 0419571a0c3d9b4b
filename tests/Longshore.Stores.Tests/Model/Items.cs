using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Model;

/// <summary>A task to insert.</summary>
internal sealed record NewItem(
    int Kind, int Requires, int Priority, int MaxAttempts, int ReadySeconds, int DeadlineSeconds, int RetrySeconds,
    bool RejectLate, int Key, int Code, int Parent, int Owner, int Group, int Match, int Relax,
    int Unique, int LimitKey)
{
    public NewTask In(World world) => TaskValidation.Checked(
        new NewTask
        {
            Kind = Words.Kind(Kind),
            Namespace = Kind == 3 ? "other" : "default",
            Requires = Words.Requirements(Requires),
            MinimumMatch = Requires >= 4 ? 0.5 : 1.0,
            Priority = Priority,
            MaxAttempts = MaxAttempts,
            ReadyAt = ReadySeconds == 0 ? null : world.Clock.Now.AddSeconds(ReadySeconds),
            Deadline = DeadlineSeconds == 0 ? null : world.Clock.Now.AddSeconds(ReadySeconds + DeadlineSeconds),
            Retry = RetryPolicy.FixedDelay(Words.Seconds(RetrySeconds)),
            Late = RejectLate ? LatePolicy.Reject : LatePolicy.AcceptIfNotReplaced,
            IdempotencyKey = Key == 0 ? null : $"key-{Key}",
            Code = Code == 0 ? null : $"code-{Code}",
            ParentId = Parent == 0 ? null : world.Task(Parent),
            Owner = Owner == 0 ? null : World.AgentNames[Owner - 1],
            Group = Group == 0 ? null : $"item-{Group % 3}",
            Step = Group == 0 ? null : $"step-{Group % 2}",
            Match = (MatchMode)Match,
            Relax = Words.Steps(Relax),
            Prefer = Relax >= 3 && Owner == 0 ? World.AgentNames[Relax - 3] : null,
            PreferFor = Relax >= 3 && Owner == 0 ? Words.Seconds(5) : null,
            Unique = Words.Unique(Unique),
            LimitKey = LimitKey == 0 ? null : $"customer-{LimitKey}",
            Tags = Kind == 1 ? ["tag", "other"] : [],
        },
        world.Clock.Now);

    public IEnumerable<NewItem> Simpler()
    {
        NewItem[] candidates =
        [
            this with { Requires = 0 }, this with { Priority = 5 }, this with { MaxAttempts = 3 },
            this with { ReadySeconds = 0 }, this with { DeadlineSeconds = 0 }, this with { RejectLate = false },
            this with { Key = 0 }, this with { Code = 0 }, this with { Parent = 0 }, this with { Owner = 0 },
            this with { Group = 0 }, this with { Match = 0 }, this with { Relax = 0 },
            this with { Unique = 0 }, this with { LimitKey = 0 },
            this with { Kind = 2 },
        ];
        return candidates.Where(c => c != this);
    }
}

/// <summary>A finish.</summary>
internal sealed record EndItem(
    int Pick, int EpochShift, FinishKind Kind, int DelaySeconds, bool Retry, int Key, int Error)
{
    public Finish In(World world)
    {
        var (task, epoch) = world.Grant(Pick);
        return new Finish
        {
            TaskId = task,
            Epoch = epoch + EpochShift,
            Kind = Kind,
            Delay = DelaySeconds < 0 ? null : Words.Seconds(DelaySeconds),
            Retry = Retry,
            Reason = Kind == FinishKind.Reject && Error > 0 ? RejectReason.MissingContext : null,
            Key = Key == 0 ? null : $"finish-{Key}",
            Error = Error == 0 ? null : $"error-{Error}",
            Result = Error == 2 ? JsonText.Parse("[2]") : default,
        };
    }

    public IEnumerable<EndItem> Simpler()
    {
        EndItem[] candidates =
        [
            this with { EpochShift = 0 }, this with { DelaySeconds = -1 }, this with { Retry = true },
            this with { Key = 0 }, this with { Error = 0 }, this with { Pick = 0 },
        ];
        return candidates.Where(c => c != this);
    }
}

/// <summary>A renewal.</summary>
internal sealed record ExtendItem(
    int Pick, int EpochShift, int LeaseSeconds, bool HasProgress, int Accept, bool HasDraft)
{
    public Renewal In(World world)
    {
        var (task, epoch) = world.Grant(Pick);
        return new Renewal(task, epoch + EpochShift, Words.Seconds(LeaseSeconds), HasProgress ? 0.5 : null)
        {
            Accepts = Accept > 0,
            Later = Accept == 2,
            Draft = HasDraft ? JsonText.Parse($"[{LeaseSeconds}]") : default,
        };
    }
}

/// <summary>A claim.</summary>
internal sealed record AskItem(
    int Agent, int Max, int Prefetch, int Kind, int[] Named, int LeaseSeconds, int Key, bool IsOffer, ClaimedBy By)
{
    public ClaimRequest In(World world) => new()
    {
        Agent = World.AgentNames[Agent],
        Max = Max,
        Prefetch = Prefetch,
        Kinds = Kind == 0 ? [] : [Words.Kind(Kind)],
        TaskIds = [.. Named.Select(world.Task)],
        Lease = Words.Seconds(LeaseSeconds),
        Key = Key == 0 ? null : $"claim-{Key}",
        Offer = IsOffer ? Words.Seconds(10) : null,
        By = By,
        Actor = By == ClaimedBy.Administrator ? "boss" : null,
    };

    public IEnumerable<AskItem> Simpler()
    {
        AskItem[] candidates =
        [
            this with { Prefetch = 0 }, this with { Kind = 0 }, this with { Key = 0 }, this with { Max = 1 },
            this with { IsOffer = false }, this with { By = ClaimedBy.Agent },
        ];
        return candidates.Where(c => c != this).Concat(Named.Length == 0 ? [] : [this with { Named = [] }]);
    }

    public override string ToString() =>
        $"AskItem {{ Agent = {Agent}, Max = {Max}, Prefetch = {Prefetch}, Kind = {Kind}, "
        + $"Named = [{string.Join(", ", Named)}], LeaseSeconds = {LeaseSeconds}, Key = {Key}, "
        + $"IsOffer = {IsOffer}, By = {By} }}";
}

/// <summary>What the numbers of steps stand for.</summary>
internal static class Words
{
    public static string Kind(int kind) => $"kind-{kind}";

    public static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    public static IReadOnlyList<Capability> Skills(int skills, DateTimeOffset now) => skills switch
    {
        0 => [],
        1 => [new Capability("a")],
        2 => [new Capability("a"), new Capability("b", 3)],
        3 => [new Capability("b"), new Capability("c", 2, now.AddSeconds(30)) { Grace = Seconds(60) }],
        _ => [new Capability("a", 2), new Capability("b", 2, now.AddMinutes(1)), new Capability("c")],
    };

    /// <summary>Two keys, three ways to hold one, four ways to meet another.</summary>
    public static Unique? Unique(int unique) => unique == 0 ? null : new Unique
    {
        Key = unique % 2 == 0 ? "unique" : null,
        AcrossKinds = unique % 2 == 0,
        While = unique % 3 == 1 ? UniqueWhile.Unstarted : UniqueWhile.Live,
        Window = unique % 3 == 2 ? Seconds(30) : null,
        OnConflict = (UniqueConflict)(unique % 4),
    };

    public static IReadOnlyList<RelaxStep> Steps(int relax) => relax switch
    {
        0 or 3 => [],
        1 or 4 => [new RelaxStep(Seconds(10), [new Requirement("b")])],
        _ =>
        [
            new RelaxStep(Seconds(10), [new Requirement("b"), new Requirement("c")]) { MinimumMatch = 0.5 },
            new RelaxStep(Seconds(40), []),
        ],
    };

    public static IReadOnlyList<Requirement> Requirements(int requires) => requires switch
    {
        0 => [],
        1 => [new Requirement("a")],
        2 => [new Requirement("b", 2)],
        3 => [new Requirement("a"), new Requirement("b")],
        4 => [new Requirement("a"), new Requirement("c")],
        _ => [new Requirement("a", 2), new Requirement("b"), new Requirement("c")],
    };
}
