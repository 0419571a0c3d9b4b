using System.Globalization;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Bench;

/// <summary>
/// The first hundred rows of each view for a SQL prompt, over many tasks that wait, of which some were handed off, and
/// many agents that are there.
/// </summary>
internal sealed class ViewsWorkload(BenchOptions options)
{
    private const int Handoffs = 100;
    private const int Slots = 10;

    private static readonly string[] Views =
        ["available_tasks", "task_agent_matches", "handoff_opportunities", "work_queue"];

    private readonly BenchHall _hall = new(options.Tasks, options.Agents);

    /// <summary>Fills a store once and reads each view several times; the first time is not counted.</summary>
    public async Task<ViewsSummary> RunAsync(CancellationToken ct)
    {
        var node = await BenchNode.StartAsync(options, ct: ct).ConfigureAwait(false);
        await using var _ = node.ConfigureAwait(false);
        await LoadAsync(node, ct).ConfigureAwait(false);
        var rows = new List<ViewRow>();
        foreach (var view in Views)
        {
            rows.Add(await MeasureAsync(node, view, ct).ConfigureAwait(false));
        }

        return new ViewsSummary(options.Store.Name, options.Tasks, options.Agents, options.Runs, rows);
    }

    private async Task<ViewRow> MeasureAsync(BenchNode node, string view, CancellationToken ct)
    {
        var times = new List<double>();
        for (var run = 0; run <= options.Runs; run++)
        {
            // Who is silent for half a minute is seen by no view.
            await node.Store.Agents.HeartbeatAsync(
                [.. Enumerable.Range(0, options.Agents).Select(NameOf)], null, ct).ConfigureAwait(false);
            var start = TimeProvider.System.GetTimestamp();
            var rows = await node.ReadViewAsync(view, ct).ConfigureAwait(false);
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            if (rows == 0)
            {
                throw new LongshoreException(ErrorCode.WrongState, $"the benchmark is void: {view} shows nothing");
            }
        }

        return new ViewRow(
            view, Math.Round(Percentiles.Median(times.Skip(1)), 1), Math.Round(times.Skip(1).Min(), 1),
            Math.Round(times.Skip(1).Max(), 1));
    }

    private async Task LoadAsync(BenchNode node, CancellationToken ct)
    {
        for (var i = 0; i < options.Agents; i++)
        {
            await node.Client.RegisterAsync(
                new AgentRegistration
                {
                    Name = NameOf(i),
                    MaxConcurrent = Slots,
                    Capabilities = [.. _hall.Agents[i].Capabilities.Select(name => new Capability(name))],
                    Reputation = _hall.Agents[i].Reputation,
                },
                ct).ConfigureAwait(false);
        }

        foreach (var chunk in _hall.Tasks.Chunk(BenchTasks.BatchSize))
        {
            await node.Client.SubmitAsync(
                [
                    .. chunk.Select((requires, i) =>
                        new NewTask { Kind = "work", Requires = requires, Priority = i % 11 }),
                ],
                ct).ConfigureAwait(false);
        }

        await HandOffAsync(node, ct).ConfigureAwait(false);
    }

    private async Task HandOffAsync(BenchNode node, CancellationToken ct)
    {
        // All are taken before the first is handed on, or the next agent might take what was handed on.
        var taken = new List<(Grant Grant, string To)>();
        for (var agent = 0; agent < options.Agents && taken.Count < Handoffs; agent++)
        {
            var claim = new ClaimRequest { Agent = NameOf(agent), Max = Math.Min(Handoffs - taken.Count, Slots) };
            var to = _hall.Agents[(agent + 1) % options.Agents].Capabilities.First();
            var grants = await node.Client.ClaimAsync(claim, ct: ct).ConfigureAwait(false);
            taken.AddRange(grants.Select(grant => (grant, to)));
        }

        foreach (var (grant, to) in taken)
        {
            await node.Client.HandOffAsync(
                new NewHandoff
                {
                    TaskId = grant.TaskId,
                    Epoch = grant.Epoch,
                    To = HandoffTarget.ToCapability(to),
                    Summary = "half of it is done",
                    Confidence = 0.5,
                },
                ct).ConfigureAwait(false);
        }
    }

    private static string NameOf(int agent) => string.Create(CultureInfo.InvariantCulture, $"agent-{agent}");
}
