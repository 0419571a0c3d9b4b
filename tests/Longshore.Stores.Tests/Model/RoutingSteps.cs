using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Model;

internal sealed record RulesStep(int Choice) : Step
{
    private static readonly NamespaceRules[] Choices =
    [
        new(),
        new() { ReofferRejected = true, RejectCooldown = TimeSpan.FromSeconds(10) },
        new() { TaskCooldown = TimeSpan.FromSeconds(10), RejectCooldown = TimeSpan.Zero },
        new() { Mode = AssignmentMode.Auto },
        new() { Kinds = new Dictionary<string, StepRules> { ["kind-1"] = new() { Mode = AssignmentMode.Manual } } },
        new() { MaxPending = 2 },
        new() { Order = TaskOrder.PriorityFifo, Exclusion = new ExclusionRules { ByPrincipal = false } },
        new() { Exclusion = new ExclusionRules { ExcludeAll = false } },
        new() { HandoffsMax = 1, BlockedHoldMax = TimeSpan.FromSeconds(10) },
        new() { PausedAt = DateTimeOffset.UnixEpoch },
        new()
        {
            Limit = new LimitRules { InProgress = 2 },
            Kinds = new Dictionary<string, StepRules>
            {
                ["kind-1"] = new() { Limit = new LimitRules { InProgress = 1 } },
            },
        },
        new()
        {
            Limit = new LimitRules { Rate = new RateRule { Tasks = 2, Per = TimeSpan.FromSeconds(5), Burst = 1 } },
        },
        new()
        {
            Kinds = new Dictionary<string, StepRules> { ["kind-1"] = new() { PausedAt = DateTimeOffset.UnixEpoch } },
        },
        new() { Limit = new LimitRules { PerKey = new LimitRules { InProgress = 1 } } },
        new()
        {
            Limit = new LimitRules { InProgress = 3, PerKey = new LimitRules { InProgress = 2 } },
            Kinds = new Dictionary<string, StepRules>
            {
                ["kind-1"] = new() { Limit = new LimitRules { PerKey = new LimitRules { InProgress = 1 } } },
            },
        },
    ];

    public override Func<IStore, Task<object?>> In(World world) => async store =>
        await store.Rules.SetAsync("default", Choices[Choice], null, world.NowUs);
}

internal sealed record EvictStep(int Pick) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var (id, _) = world.Grant(Pick);
        return async store => await store.Tasks.EvictAsync([id], "boss", "enough", world.NowUs);
    }
}

internal sealed record ReclassifyStep(int Pick) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var id = world.Task(Pick);
        return async store => await store.Tasks.ReclassifyAsync([id], [new Requirement("a")], "easier", world.NowUs);
    }
}

internal sealed record RelaxStoreStep(int Limit) : Step
{
    public override Func<IStore, Task<object?>> In(World world) =>
        async store => await store.Tasks.RelaxAsync(Limit, world.NowUs);
}

internal sealed record SkipStoreStep(int Pick, int From) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var skip = new StepSkip(world.Task(Pick), From, From + 1);
        return async store => await store.Tasks.SkipStepsAsync(skip, 1000, world.NowUs);
    }
}

internal sealed record UseStep(int Agent, int What) : Step
{
    public override Func<IStore, Task<object?>> In(World world) => async store => What switch
    {
        0 => await store.Agents.SetAvailabilityAsync(World.AgentNames[Agent], ["a"], world.NowUs),
        1 => await store.Agents.SetAvailabilityAsync(World.AgentNames[Agent], [], world.NowUs),
        2 => await store.Agents.AuthoriseAsync(World.AgentNames[Agent], ["b", "c"], world.NowUs),
        _ => await store.Agents.AuthoriseAsync(World.AgentNames[Agent], null, world.NowUs),
    };
}

internal sealed record ResetStep(int Agent, int Scope) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var key = Scope switch
        {
            0 => new BreakerKey(BreakerScope.Agent, World.AgentNames[Agent]),
            1 => new BreakerKey(BreakerScope.AgentKind, World.AgentNames[Agent], Words.Kind(2)),
            _ => new BreakerKey(BreakerScope.Task, TaskId: world.Grant(Agent).TaskId),
        };
        return async store => await store.Breakers.ResetAsync(key, "boss", "repaired", world.NowUs);
    }
}

internal sealed record CleanStep : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var beforeUs = world.NowUs - 60_000_000;
        return async store => await store.Breakers.CleanAsync(beforeUs);
    }
}
