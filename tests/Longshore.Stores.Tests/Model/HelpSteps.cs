using Longshore.Events;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Model;

internal sealed record HandOffStep(int Pick, int EpochShift, int To) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var (task, epoch) = world.Grant(Pick);
        var said = new NewHandoff
        {
            TaskId = task,
            Epoch = epoch + EpochShift,
            To = To < World.AgentNames.Length
                ? HandoffTarget.ToAgent(World.AgentNames[To])
                : HandoffTarget.ToCapability(To == 4 ? "a" : "b>=2"),
            Summary = "half done",
            Confidence = 0.25 * (To % 4),
            Artifacts = ["a.patch"],
        };
        return async store => await store.Handoffs.HandOffAsync([said], world.NowUs);
    }
}

internal sealed record WithdrawStep(int Pick) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var (id, _) = world.Grant(Pick);
        return async store =>
            await store.Handoffs.WithdrawAsync([id], ActorType.Human, "boss", "never mind", world.NowUs);
    }
}

internal sealed record AskStep(int Pick, HelpType Type) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var (id, epoch) = world.Grant(Pick);
        return async store => await store.Help.AskAsync(
            new NewHelpRequest
            {
                TaskId = id,
                Epoch = epoch,
                Agent = (await store.Queries.GetTaskAsync(id))?.Agent ?? World.AgentNames[0],
                Type = Type,
                Description = "no key",
            },
            world.NowUs);
    }
}

internal sealed record AnswerStep(int Back, int Agent, int What) : Step
{
    public override Func<IStore, Task<object?>> In(World world)
    {
        var by = Agent < World.AgentNames.Length ? World.AgentNames[Agent] : "principal-1";
        return async store =>
        {
            // Mostly one that waits for an answer; now and then any.
            var some = (await store.Help.ListAsync(
                new HelpQuery { OpenOnly = Back < 3, Limit = Limits.PageMax })).Items;
            var id = some.Count == 0 ? 1 : some[^(1 + (Back % some.Count))].Id;
            return What switch
            {
                0 => await store.Help.TakeAsync(id, by, world.NowUs),
                1 => await store.Help.CancelAsync(id, by, world.NowUs),
                _ => await store.Help.ResolveAsync(id, by, "here it is", world.NowUs),
            };
        };
    }
}
