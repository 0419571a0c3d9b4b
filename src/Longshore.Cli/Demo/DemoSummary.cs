using Longshore.Assignments;
using Longshore.Cli.Bench;
using Longshore.Client;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Demo;

/// <summary>One agent's part.</summary>
internal sealed record AgentShare(string Agent, long Completed, long Failed);

/// <summary>How the run went and what it found: what <c>--json</c> prints, and what the report shows.</summary>
internal sealed record DemoSummary
{
    public required string Folder { get; init; }

    public required int Files { get; init; }

    public required int FilesLeftOut { get; init; }

    public required int FilesTooLarge { get; init; }

    public required int Tasks { get; init; }

    public required long Done { get; init; }

    public required long Failed { get; init; }

    public required long Waiting { get; init; }

    public required string WaitingBecause { get; init; }

    public required int Retries { get; init; }

    public required double Seconds { get; init; }

    public required double TasksPerSecond { get; init; }

    public required Percentiles QueueWaitMs { get; init; }

    public required Percentiles RunMs { get; init; }

    public required IReadOnlyList<AgentShare> Agents { get; init; }

    public required Findings Findings { get; init; }

    /// <summary>Reads everything back from the store through the façade.</summary>
    public static async Task<DemoSummary> ReadAsync(
        ILongshoreClient client, AuditedFolder folder, TimeSpan elapsed, CancellationToken ct)
    {
        var tasks = new List<WorkTask>();
        string? after = null;
        do
        {
            var page = await client.ListTasksAsync(new TaskQuery { Limit = Limits.PageMax, After = after }, ct);
            tasks.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        var (waits, runs, retries) = (new List<double>(), new List<double>(), 0);
        foreach (var task in tasks)
        {
            var assignments = await client.ListAssignmentsAsync(task.Id, ct);
            waits.AddRange(assignments.Take(1).Select(a => (a.GrantedAt - task.AvailableAt).TotalMilliseconds));
            runs.AddRange(assignments.Select(a => (a.EndedAt!.Value - a.GrantedAt).TotalMilliseconds));
            retries += assignments.Count(a => a.Status == AssignmentStatus.Failed);
        }

        var agents = (await client.ListAgentsAsync(new AgentQuery { Limit = Limits.PageMax }, ct)).Items;
        var counts = tasks.GroupBy(task => task.State).ToDictionary(group => group.Key, group => group.LongCount());
        var done = counts.GetValueOrDefault(TaskState.Done);
        return new DemoSummary
        {
            Folder = folder.Root,
            Files = folder.Files.Count,
            FilesLeftOut = folder.LeftOut,
            FilesTooLarge = folder.TooLarge,
            Tasks = tasks.Count,
            Done = done,
            Failed = counts.GetValueOrDefault(TaskState.Failed) + counts.GetValueOrDefault(TaskState.Quarantined),
            Waiting = counts.GetValueOrDefault(TaskState.Created),
            WaitingBecause = Reason(tasks, agents),
            Retries = retries,
            Seconds = elapsed.TotalSeconds,
            TasksPerSecond = done / elapsed.TotalSeconds,
            QueueWaitMs = Percentiles.Of(waits),
            RunMs = Percentiles.Of(runs),
            Agents = [.. agents.Select(a => new AgentShare(a.Name, a.TotalCompleted, a.TotalFailed))],
            Findings = Findings.In(tasks),
        };
    }

    private static string Reason(IEnumerable<WorkTask> tasks, IReadOnlyList<Longshore.Agents.Agent> agents)
    {
        var waiting = tasks.FirstOrDefault(task => task.State == TaskState.Created);
        if (waiting is null)
        {
            return "nothing waits";
        }

        var missing = waiting.Spec.Requires.Select(r => r.Name)
            .Where(name => !agents.Any(a => a.Profile.Capabilities.Any(c => c.Name == name)));
        return $"{waiting.Code} ({waiting.Spec.Kind}) needs '{string.Join("', '", missing)}', "
            + $"which none of the {agents.Count} agents can do";
    }
}
