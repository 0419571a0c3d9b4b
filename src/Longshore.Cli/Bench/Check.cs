using Longshore.Assignments;
using Longshore.Client;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Cli.Bench;

/// <summary>What must be true after a run: a figure for work that was not done is worth nothing.</summary>
internal static class Check
{
    private const int PageSize = 1000;

    // What each task went through, as bits.
    private const byte Created = 1;
    private const byte Claimed = 2;
    private const byte Completed = 4;
    private const byte All = Created | Claimed | Completed;

    /// <summary>So many tasks are there to be claimed, and no claim is left.</summary>
    public static Task CreatedAsync(ILongshoreClient client, int tasks, CancellationToken ct) =>
        CountAsync(client, TaskState.Created, tasks, ct);

    /// <summary>Every task is done, with the record of its one assignment and its history; no claim is left.</summary>
    public static async Task DoneAsync(ILongshoreClient client, int tasks, CancellationToken ct)
    {
        await CountAsync(client, TaskState.Done, tasks, ct).ConfigureAwait(false);
        var agent = await client.GetAgentAsync(DrainWorkload.Agent, ct).ConfigureAwait(false);
        Demand(agent.Load == 0, $"{agent.Name} is left with a load of {agent.Load}");
        Demand(agent.TotalCompleted == tasks, $"{agent.Name} counts {agent.TotalCompleted} completed of {tasks}");
        var seen = await HistoriesAsync(client, ct).ConfigureAwait(false);
        Demand(seen.Count == tasks, $"{seen.Count} of {tasks} tasks have a history");
        await Parallel.ForEachAsync(seen, ct, async (task, stop) =>
        {
            Demand(task.Value == All, $"task {task.Key} lacks a part of its history");
            var records = await client.ListAssignmentsAsync(task.Key, stop).ConfigureAwait(false);
            Demand(
                records.Count(r => r.Status == AssignmentStatus.Submitted) == 1
                    && records[^1].Agent == DrainWorkload.Agent,
                $"task {task.Key} has {records.Count} records of assignments, and not one that was submitted");
        }).ConfigureAwait(false);
    }

    private static async Task CountAsync(ILongshoreClient client, TaskState state, int tasks, CancellationToken ct)
    {
        var counts = await client.CountByStateAsync(ct: ct).ConfigureAwait(false);
        var held = counts.GetValueOrDefault(TaskState.InProgress);
        var found = counts.GetValueOrDefault(state);
        Demand(found == tasks, $"{found} of {tasks} tasks are {state.ToWire()}");
        Demand(held == 0, $"{held} claims are left");
    }

    private static async Task<Dictionary<long, byte>> HistoriesAsync(ILongshoreClient client, CancellationToken ct)
    {
        var seen = new Dictionary<long, byte>();
        IReadOnlyList<EventRecord> page;
        long after = 0;
        do
        {
            page = await client.ReadEventsAsync(after, PageSize, ct).ConfigureAwait(false);
            foreach (var happened in page)
            {
                after = happened.Position;
                byte bit = happened.Type switch
                {
                    EventTypes.TaskCreated => Created,
                    EventTypes.TaskClaimed => Claimed,
                    EventTypes.TaskCompleted => Completed,
                    _ => 0,
                };
                if (happened.TaskId is { } task && bit != 0)
                {
                    seen[task] = (byte)(seen.GetValueOrDefault(task) | bit);
                }
            }
        }
        while (page.Count > 0);
        return seen;
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new LongshoreException(ErrorCode.WrongState, $"the benchmark is void: {otherwise}");
        }
    }
}
