namespace Longshore.Simulation.Checks;

/// <summary>
/// G8: whoever has room is given what it may do, whatever else waits. Where agents take work themselves, at once, or
/// within the fallback interval once an agent had to be empty for what may have taken another down; where a strategy
/// chooses, it may let one that failed sit out for some minutes.
/// </summary>
internal sealed class NoBlocking(bool isPull) : Promise
{
    private const int LookedAt = 100;
    private const long SittingOutUs = 12 * 60 * 1_000_000L;
    private const long FallbackUs = 35 * 1_000_000L;
    private readonly Dictionary<(SimulatedAgent Agent, SimulatedTask Task), long> _sinceUs = [];

    public override string Name => "G8";

    public override void Look(Ledger before, in Happening next)
    {
        if (next.What != What.Settled || before.WithRoom.Count == 0)
        {
            return;
        }

        foreach (var waiting in before.Waiting)
        {
            if (waiting.Count > 0)
            {
                Look(before, waiting, next);
            }
        }
    }

    private void Look(
        Ledger before, SortedSet<(long RankUs, long Number, SimulatedTask Task)> waiting, in Happening next)
    {
        var kind = waiting.Min.Task.Kind;
        foreach (var agent in before.WithRoom)
        {
            if (!before.CanDo(agent, kind))
            {
                continue;
            }

            Looked();
            foreach (var (_, _, task) in waiting.Take(LookedAt))
            {
                if (before.Obstacle(agent, task, next.AtUs) is null && !before.IsExempt(agent, task, next.AtUs))
                {
                    Judge(before, agent, task, next);
                    break;
                }
            }
        }
    }

    private void Judge(Ledger before, SimulatedAgent agent, SimulatedTask task, in Happening next)
    {
        // A suspect is given alone: an agent finishes first what it holds, and then takes nothing beside it.
        if (before.Of(agent).HoldsSuspect || (before.Of(agent).Held > 0 && before.WaitsSuspect(agent)))
        {
            return;
        }

        // Whoever got something else meanwhile, or a task that somebody else had, starts to wait anew.
        if (!_sinceUs.TryGetValue((agent, task), out var sinceUs)
            || before.Of(agent).GivenUs >= sinceUs || before.Of(task).WaitsSinceUs > sinceUs)
        {
            _sinceUs[(agent, task)] = sinceUs = next.AtUs;
        }

        var graceUs = !isPull ? SittingOutUs : before.HasSeenSuspects ? FallbackUs : 0;
        if (next.AtUs - sinceUs >= graceUs)
        {
            Broken(
                new Happening(next.AtUs, next.What, task, agent),
                "waits although the agent has room and may do it");
        }
    }
}
