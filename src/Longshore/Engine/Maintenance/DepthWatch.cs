using System.Text.Json;
using Longshore.Alerts;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Looks every few seconds whether queues are deep, and makes deliveries when that changed. How often it changed is
/// stored; an odd number means deep. Looking takes at most a twentieth of the time.
/// </summary>
internal sealed class DepthWatch(
    IStore store, CommandProcessor processor, Leadership leadership, EngineOptions options, StoreTime time,
    ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    private const int RestFactor = 20;
    private TimeSpan _took;

    protected override string Name => "The watch for deep queues";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var began = options.Clock.GetTimestamp();
        var watched = (await store.Rules.ListAsync(ct).ConfigureAwait(false))
            .Where(pair => pair.Value.Alerts is { Depths.Count: > 0, Webhooks.Count: > 0 })
            .ToList();
        if (watched.Count > 0)
        {
            var loads = await store.Queries.MeasureReadyAsync([.. watched.Select(pair => pair.Key)], ct)
                .ConfigureAwait(false);
            _took = options.Clock.GetElapsedTime(began);
            foreach (var (name, rules) in watched)
            {
                foreach (var depth in rules.Alerts!.Depths)
                {
                    var mine = loads
                        .Where(load => load.Namespace == name && (depth.Kind is null || load.Kind == depth.Kind))
                        .ToList();
                    await LookAsync(name, rules.Alerts, depth, mine, ct).ConfigureAwait(false);
                }
            }
        }

        return false;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct)
    {
        var rest = _took * RestFactor;
        return ValueTask.FromResult(rest > options.DepthInterval ? rest : options.DepthInterval);
    }

    private async ValueTask LookAsync(
        string @namespace, AlertRules alerts, DepthAlert depth, List<ReadyLoad> loads, CancellationToken ct)
    {
        var now = time.Now;
        var ready = loads.Sum(load => load.Ready);
        var oldestUs = loads.Min(load => (long?)load.OldestUs);
        var age = oldestUs is { } us && now > UnixTime.FromMicroseconds(us)
            ? now - UnixTime.FromMicroseconds(us)
            : TimeSpan.Zero;
        var bookmark = $"depth_alert/{@namespace}/{depth.Name}";
        var changes = await store.Events.GetBookmarkAsync(bookmark, ct).ConfigureAwait(false) ?? 0;
        var wasDeep = changes % 2 == 1;
        var isDeep = depth.IsDeep(ready, age, wasDeep);
        if (isDeep == wasDeep)
        {
            return;
        }

        var told = alerts.Webhooks.Where(hook => depth.Kind is null || hook.Wants(depth.Kind)).Select(hook =>
            Delivery.Of(
                @namespace, hook.Name, $"depth {depth.Name} {changes + 1}",
                json => Write(json, @namespace, depth, isDeep, now, ready, age)));
        if (await processor.StoreAsync([.. told]).ConfigureAwait(false))
        {
            await store.Events.SetBookmarkAsync(bookmark, changes + 1, ct).ConfigureAwait(false);
        }
    }

    private static void Write(
        Utf8JsonWriter json, string @namespace, DepthAlert depth, bool isDeep, DateTimeOffset now, long ready,
        TimeSpan age)
    {
        json.WriteString("type", isDeep ? "queue_deep" : "queue_normal");
        json.WriteString("at", now);
        json.WriteString("namespace", @namespace);
        json.WriteStartObject("queue");
        json.WriteString("alert", depth.Name);
        json.WriteString("kind", depth.Kind);
        json.WriteNumber("ready", ready);
        json.WriteNumber("oldest_age_seconds", Math.Round(age.TotalSeconds, 3));
        json.WriteEndObject();
    }
}
