using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Model;

/// <summary>One verb with its arguments, as numbers that any world gives a meaning.</summary>
internal abstract record Step
{
    /// <summary>What is done to each of the two stores; its outcomes must be alike.</summary>
    public abstract Func<IStore, Task<object?>> In(World world);

    /// <summary>Simpler steps of the same sort, to try when a sequence fails.</summary>
    public virtual IEnumerable<Step> Simpler() => [];
}

internal sealed record RegisterStep(
    int Agent, int Max, int Skills, int Kinds, int Session, int Reputation, int Principal, int Levels) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var registration = AgentValidation.Checked(new AgentRegistration
        {
            Name = World.AgentNames[Agent],
            MaxConcurrent = Max,
            Capabilities = Words.Skills(Skills, world.Clock.Now),
            Kinds = Kinds == 0 ? [] : [Words.Kind(Kinds)],
            Namespaces = Kinds == 2 ? ["default"] : ["default", "other"],
            Session = Session == 0 ? null : $"session-{Session}",
            Reputation = Reputation == 0 ? null : Reputation / 4.0,
            Principal = Principal == 0 ? null : $"principal-{Principal}",
            PriorityLevels = Levels switch { 0 => [], 1 => [4, 5, 6], _ => [0, 1, 2, 3, 4, 5] },
        });
        return async store => await store.Agents.RegisterAsync(registration, world.NowUs);
    }
}

internal sealed record CommitStep(NewItem[] Inserts, EndItem[] Ends, ExtendItem[] Extends, AskItem[] Asks) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var batch = new TaskBatch { NowUs = world.NowUs };
        batch.Inserts.AddRange(Inserts.Select(i => i.In(world)));
        batch.Finishes.AddRange(Ends.Select(i => i.In(world)));
        batch.Renewals.AddRange(Extends.Select(i => i.In(world)));
        batch.Claims.AddRange(Asks.Select(i => i.In(world)));
        return async store => await store.Tasks.CommitAsync(batch);
    }

    public override IEnumerable<Step> Simpler() =>
    [
        .. Inserts.Select((_, i) => this with { Inserts = Without(Inserts, i) }),
        .. Ends.Select((_, i) => this with { Ends = Without(Ends, i) }),
        .. Extends.Select((_, i) => this with { Extends = Without(Extends, i) }),
        .. Asks.Select((_, i) => this with { Asks = Without(Asks, i) }),
        .. Inserts.SelectMany((item, i) => item.Simpler().Select(s => this with { Inserts = With(Inserts, i, s) })),
        .. Ends.SelectMany((item, i) => item.Simpler().Select(s => this with { Ends = With(Ends, i, s) })),
        .. Asks.SelectMany((item, i) => item.Simpler().Select(s => this with { Asks = With(Asks, i, s) })),
    ];

    public override string ToString() =>
        $"Commit {string.Join("; ", Inserts.Cast<object>().Concat(Ends).Concat(Extends).Concat(Asks))}";

    private static T[] Without<T>(T[] items, int at) => [.. items[..at], .. items[(at + 1)..]];

    private static T[] With<T>(T[] items, int at, T item) => [.. items[..at], item, .. items[(at + 1)..]];
}

internal sealed record CancelStep(int Pick, bool HasReason) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var id = world.Task(Pick);
        return async store => await store.Tasks.CancelAsync([id], HasReason ? "called off" : null, world.NowUs);
    }
}

internal sealed record RetryStep(int Pick) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var id = world.Task(Pick);
        return async store => await store.Tasks.RetryAsync([id], world.NowUs);
    }
}

internal sealed record ReprioritiseStep(int Pick, int Priority) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        long[] ids = [world.Task(Pick), world.Task(Pick + 1)];
        return async store => await store.Tasks.ReprioritiseAsync(ids, Priority, world.NowUs);
    }
}

/// <summary>A unique task is called off, another takes its key, and the first is to live again.</summary>
internal sealed record RivalStep(NewItem Item) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var batch = new TaskBatch { NowUs = world.NowUs };
        batch.Inserts.Add(Item.In(world));
        return async store =>
        {
            var first = (await store.Tasks.CommitAsync(batch)).Inserts[0].TaskId;
            await store.Tasks.CancelAsync([first], null, world.NowUs);
            await store.Tasks.CommitAsync(batch);
            return await store.Tasks.RetryAsync([first], world.NowUs);
        };
    }
}

internal sealed record StageStep(int Limit) : Step
{
    public override Func<IStore, Task<object?>> In(World world) =>
        async store => await store.Tasks.StageAsync(Limit, world.NowUs);
}

internal sealed record RescueStep(int Limit) : Step
{
    public override Func<IStore, Task<object?>> In(World world) =>
        async store => await store.Tasks.RescueAsync(Limit, world.NowUs);
}

internal sealed record ExpireStep(int Limit) : Step
{
    public override Func<IStore, Task<object?>> In(World world) =>
        async store => await store.Tasks.ExpireAsync(Limit, world.NowUs);
}

internal sealed record PruneStep(int AgoSeconds) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var instantUs = world.NowUs - (AgoSeconds * 1_000_000L);
        world.PrunedBeforeUs = Math.Max(world.PrunedBeforeUs, instantUs);
        return async store => await store.Tasks.PruneAsync(instantUs, 10_000);
    }
}

internal sealed record ModeStep(int Agent, AgentMode Mode) : Step
{
    public override Func<IStore, Task<object?>> In(World world) =>
        async store => await store.Agents.SetModeAsync(World.AgentNames[Agent], Mode, world.NowUs);
}

internal sealed record DeregisterStep(int Agent) : Step
{
    public override Func<IStore, Task<object?>> In(World world) =>
        async store => await store.Agents.DeregisterAsync(World.AgentNames[Agent], world.NowUs);
}

internal sealed record HeartbeatStep(int Agent) : Step
{
    public override Func<IStore, Task<object?>> In(World world) =>
        async store => await store.Agents.HeartbeatAsync([World.AgentNames[Agent], "ghost"], world.NowUs);
}

internal sealed record LeadStep(int Name, int Holder, int Seconds) : Step
{
    public override Func<IStore, Task<object?>> In(World world) => async store =>
    {
        var duty = $"duty-{Name}";
        if (Seconds > 0)
        {
            return await store.Leases.AcquireAsync(duty, $"node-{Holder}", Words.Seconds(Seconds), world.NowUs);
        }

        await store.Leases.ReleaseAsync(duty, $"node-{Holder}");
        return null;
    };
}

internal sealed record DiscoverStep(int Agent, int Limit, int Kind, int MinPriority, int Exclude) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var query = new DiscoverQuery
        {
            Agent = World.AgentNames[Agent],
            Limit = Limit,
            Kinds = Kind == 0 ? [] : [Words.Kind(Kind)],
            MinPriority = MinPriority == 0 ? null : MinPriority,
            ExcludeCodes = [$"t-{world.Task(Exclude)}", $"code-{Exclude % 4}"],
        };
        return async store => await store.Queries.DiscoverAsync(query, world.NowUs);
    }
}

internal sealed record ListStep(TaskState[] States, int Agent, int Kind, bool Descending, int Limit, int After) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var query = new TaskQuery
        {
            States = States,
            Agent = Agent == 0 ? null : World.AgentNames[Agent - 1],
            Kind = Kind == 0 ? null : Words.Kind(Kind),
            Namespace = Kind == 3 ? "other" : null,
            Tag = Kind == 1 ? "tag" : null,
            ParentId = After == 7 ? 1 : null,
            MinPriority = Limit == 5 ? 5 : null,
            Descending = Descending,
            Limit = Limit,
            After = After == 0 ? null : $"{world.Task(After)}",
        };
        return async store => await store.Queries.ListTasksAsync(query);
    }
}

internal sealed record AdvanceStep(long Microseconds) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        world.Clock.Advance(TimeSpan.FromMicroseconds(Microseconds));
        return _ => Task.FromResult<object?>(null);
    }
}

/// <summary>Closes the store under test and opens it again; one that keeps nothing stays open.</summary>
internal sealed record ReopenStep : Step
{
    public override Func<IStore, Task<object?>> In(World world) => _ => Task.FromResult<object?>(null);
}
