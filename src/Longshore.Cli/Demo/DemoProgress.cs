using System.Globalization;
using Longshore.Agents;
using Longshore.Cli.Shell;
using Longshore.Client;
using Longshore.Storage;
using Longshore.Tasks;
using Spectre.Console;

namespace Longshore.Cli.Demo;

/// <summary>Watches the run until only what nobody can do is left; shows it live, as lines, or not at all.</summary>
internal static class DemoProgress
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    public static async Task WatchAsync(ILongshoreClient client, bool silent, CancellationToken ct)
    {
        if (silent)
        {
            await WaitAsync(client, (_, _) => { }, ct);
        }
        else if (Console.IsOutputRedirected)
        {
            var last = -1L;
            await WaitAsync(
                client,
                (counts, _) =>
                {
                    var done = counts[TaskState.Done];
                    if (done * 4 / Math.Max(1, counts.Values.Sum()) != last)
                    {
                        last = done * 4 / Math.Max(1, counts.Values.Sum());
                        Output.Line(Line(counts));
                    }
                },
                ct);
        }
        else
        {
            await AnsiConsole.Live(new Text("")).StartAsync(live => WaitAsync(
                client, (counts, agents) => live.UpdateTarget(View(counts, agents)), ct));
        }
    }

    private static async Task WaitAsync(
        ILongshoreClient client,
        Action<IReadOnlyDictionary<TaskState, long>, IReadOnlyList<Agent>> show,
        CancellationToken ct)
    {
        while (true)
        {
            var counts = await client.CountByStateAsync(ct: ct);
            var agents = (await client.ListAgentsAsync(new AgentQuery { Limit = Limits.PageMax }, ct)).Items;
            show(counts, agents);
            var left = await client.ListTasksAsync(
                new TaskQuery { States = [TaskState.Created, TaskState.InProgress], Limit = 2 }, ct);
            if (left.Items.All(task => task.Spec.Kind == AuditTasks.ImpossibleKind))
            {
                return;
            }

            await Task.Delay(Glance, TimeProvider.System, ct);
        }
    }

    private static Rows View(IReadOnlyDictionary<TaskState, long> counts, IReadOnlyList<Agent> agents)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("agent", "can do", "running", "done", "failed attempts");
        foreach (var agent in agents)
        {
            table.AddRow(
                Markup.Escape(agent.Name),
                Markup.Escape(string.Join(", ", agent.Profile.Capabilities)),
                Output.Number(agent.Load),
                Output.Number(agent.TotalCompleted),
                Output.Number(agent.TotalFailed));
        }

        return new Rows(new Text(Line(counts)), table);
    }

    private static string Line(IReadOnlyDictionary<TaskState, long> counts)
    {
        var (done, running) = (counts[TaskState.Done], counts[TaskState.InProgress]);
        return string.Create(
            CultureInfo.InvariantCulture, $"{done:N0} of {counts.Values.Sum():N0} tasks done, {running:N0} running");
    }
}
