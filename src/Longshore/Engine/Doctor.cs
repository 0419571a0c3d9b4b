using System.Globalization;
using Longshore.Agents;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>
/// Looks at a node and its store, and says what to do about what is wrong. A report is kept for a few seconds, so that
/// asking often does not cost often.
/// </summary>
internal sealed class Doctor(LongshoreEngine engine, Func<bool> leads) : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BusLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SlowStore = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongWait = TimeSpan.FromHours(1);
    private readonly TimeProvider _clock = engine.Options.Clock;
    private readonly SemaphoreSlim _looking = new(1, 1);

    // Guarded by _looking.
    private IReadOnlyList<HealthFinding>? _report;
    private long _reportedAt;

    /// <summary>What is found now, or was a moment ago. Never throws for what it finds.</summary>
    public async Task<IReadOnlyList<HealthFinding>> LookAsync(CancellationToken ct)
    {
        await _looking.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_report is null || _clock.GetElapsedTime(_reportedAt) >= KeptFor)
            {
                _report = await ReportAsync(ct).ConfigureAwait(false);
                _reportedAt = _clock.GetTimestamp();
            }

            return _report;
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();

    private async Task<IReadOnlyList<HealthFinding>> ReportAsync(CancellationToken ct)
    {
        var findings = new List<HealthFinding>
        {
            HealthFinding.Ok("node", $"{engine.Options.NodeName}, which {(leads() ? "leads" : "does not lead")}"),
        };
        try
        {
            findings.Add(await AskStoreAsync(ct).ConfigureAwait(false));
            findings.AddRange(await engine.Store.Health.CheckAsync(ct: ct).AsTask()
                .WaitAsync(StoreLimit, _clock, ct).ConfigureAwait(false));
            var nodes = await engine.Store.Nodes.ListAsync(ct).ConfigureAwait(false);
            findings.Add(NodeFindings.Nodes(nodes));
            findings.Add(NodeFindings.Mode(nodes.FirstOrDefault(n => n.Name == engine.Options.NodeName)?.Mode));
            findings.Add(await AskQueueAsync(ct).ConfigureAwait(false));
            findings.Add(await AskQuarantineAsync(ct).ConfigureAwait(false));
            findings.Add(await AskAgentsAsync(ct).ConfigureAwait(false));
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            findings.Add(HealthFinding.Problem(
                "store_answers",
                $"no: {e.Message}",
                "nothing works without it: see that the database runs, that it can be reached, and what its log says"));
        }

        findings.Add(await AskBusAsync(ct).ConfigureAwait(false));
        return findings;
    }

    private async Task<HealthFinding> AskStoreAsync(CancellationToken ct)
    {
        var asked = _clock.GetTimestamp();
        await engine.Store.Events.EndAsync(ct).AsTask().WaitAsync(StoreLimit, _clock, ct).ConfigureAwait(false);
        var took = _clock.GetElapsedTime(asked);
        var value = Text($"{engine.Store.Info.Name}, {engine.Store.Info.Location}, in {took.TotalMilliseconds:0.0} ms");
        return took < SlowStore
            ? HealthFinding.Ok("store", value)
            : HealthFinding.Warning(
                "store",
                value,
                "a simple question should take a millisecond: look at the load and the disk of the database's machine "
                + "and at the network between");
    }

    private async Task<HealthFinding> AskQueueAsync(CancellationToken ct)
    {
        var load = await engine.Store.Queries.MeasureLoadAsync(1, ct).ConfigureAwait(false);
        var ready = load.Namespaces.Sum(n => n.Ready);
        var oldest = load.Namespaces.Where(n => n.OldestUs is not null).MinBy(n => n.OldestUs);
        if (oldest?.OldestUs is not { } oldestUs)
        {
            return HealthFinding.Ok("queue", "nothing waits");
        }

        var age = TimeSpan.FromMicroseconds(Math.Max(0, _clock.NowMicroseconds() - oldestUs));
        var value = Text($"{ready} ready, the oldest for {age.TotalSeconds:0} s (namespace {oldest.Namespace})");
        return age < LongWait
            ? HealthFinding.Ok("queue", value)
            : HealthFinding.Warning(
                "queue",
                value,
                "either nobody can do it (compare its requirements, longshore tasks --state created, with longshore "
                + "agents) or there are too few agents");
    }

    private async Task<HealthFinding> AskQuarantineAsync(CancellationToken ct)
    {
        var query = new TaskQuery { States = [TaskState.Quarantined], Limit = Limits.PageMax };
        var page = await engine.Store.Queries.ListTasksAsync(query, ct).ConfigureAwait(false);
        return page.Items.Count == 0
            ? HealthFinding.Ok("quarantine", "empty")
            : HealthFinding.Warning(
                "quarantine",
                Text($"{page.Items.Count}{(page.Next is null ? "" : " or more")} tasks"),
                "several agents failed them: longshore tasks --state quarantined, then longshore task retry or cancel");
    }

    private async Task<HealthFinding> AskAgentsAsync(CancellationToken ct)
    {
        var query = new AgentQuery { Status = AgentStatus.Unresponsive, Limit = Limits.PageMax };
        var silent = (await engine.Store.Queries.ListAgentsAsync(query, ct: ct).ConfigureAwait(false)).Items;
        return silent.Count == 0
            ? HealthFinding.Ok("agents", "all that are signed on were heard of")
            : HealthFinding.Warning(
                "agents",
                Text($"{silent.Count} not heard of, such as {silent[0].Name}"),
                "start them again, or sign them off: longshore agents remove NAME");
    }

    private async Task<HealthFinding> AskBusAsync(CancellationToken ct)
    {
        const string Name = "notification_round_trip";
        if (engine.Bus is not IProbedBus bus)
        {
            return HealthFinding.Ok(Name, "none: notifications stay within this process");
        }

        var took = await bus.RoundTripAsync(BusLimit, ct).ConfigureAwait(false);
        return took is null
            ? HealthFinding.Problem(
                Name,
                Text($"no answer within {BusLimit.TotalSeconds:0} s"),
                "work of other nodes is found only by the fallback poll: see the log for why the bus is disconnected")
            : took < TimeSpan.FromMilliseconds(50)
                ? HealthFinding.Ok(Name, Text($"{took.Value.TotalMilliseconds:0.00} ms"))
                : HealthFinding.Warning(
                    Name,
                    Text($"{took.Value.TotalMilliseconds:0} ms"),
                    "it should take a millisecond: look at the load of the database's machine and at the network");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
