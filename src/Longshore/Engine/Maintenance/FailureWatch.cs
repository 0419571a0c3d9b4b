using Longshore.Alerts;
using Longshore.Events;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Makes deliveries of what the event log tells of tasks that ended badly. It first stores the deliveries, each under a
/// key of its own, and then how far it came: a leader that dies between the two, or has been replaced without knowing
/// it, finds them there.
/// </summary>
internal sealed class FailureWatch(
    IStore store, CommandProcessor processor, Leadership leadership, EngineOptions options, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    private const string Bookmark = "failure_alerts";

    private static readonly string[] Types =
    [
        EventTypes.TaskFailed, EventTypes.TaskClaimLost, EventTypes.TaskHoldEnded, EventTypes.TaskConcluded,
        EventTypes.TaskCancelled, EventTypes.TaskExpired,
    ];

    private static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(5);
    private bool _isWatching;

    protected override string Name => "The watch for failed tasks";

    /// <summary>
    /// From now on failures are to be told of; called before the first rules that say so are stored, so that none is
    /// missed between the two. What failed while nobody was to be told is not told later.
    /// </summary>
    public static async ValueTask BeginAsync(IStore store, CancellationToken ct)
    {
        if (!(await WantedAsync(store, ct).ConfigureAwait(false)).Any())
        {
            var end = await store.Events.EndAsync(ct).ConfigureAwait(false);
            await store.Events.SetBookmarkAsync(Bookmark, end, ct).ConfigureAwait(false);
        }
    }

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var wanted = (await WantedAsync(store, ct).ConfigureAwait(false))
            .ToDictionary(pair => pair.Key, pair => pair.Value.Alerts!.Webhooks, StringComparer.Ordinal);
        _isWatching = wanted.Count > 0;
        if (!_isWatching)
        {
            return false;
        }

        if (await store.Events.GetBookmarkAsync(Bookmark, ct).ConfigureAwait(false) is not { } position)
        {
            var end = await store.Events.EndAsync(ct).ConfigureAwait(false);
            await store.Events.SetBookmarkAsync(Bookmark, end, ct).ConfigureAwait(false);
            return false;
        }

        var slice = await store.Events.ReadTypesAsync(position, Types, options.MaintenanceBatch, ct)
            .ConfigureAwait(false);
        var told = await DeliveriesAsync(slice.Events, wanted, ct).ConfigureAwait(false);
        if (!await processor.StoreAsync(told).ConfigureAwait(false))
        {
            return false;
        }

        if (slice.Position > position)
        {
            await store.Events.SetBookmarkAsync(Bookmark, slice.Position, ct).ConfigureAwait(false);
        }

        return slice.Events.Count == options.MaintenanceBatch;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct) =>
        ValueTask.FromResult(_isWatching ? options.RescueInterval : IdlePause);

    private static async ValueTask<IEnumerable<KeyValuePair<string, NamespaceRules>>> WantedAsync(
        IStore store, CancellationToken ct) =>
        (await store.Rules.ListAsync(ct).ConfigureAwait(false))
            .Where(pair => pair.Key != Delivery.Namespace && pair.Value.Alerts is { Webhooks.Count: > 0 });

    private async ValueTask<List<NewTask>> DeliveriesAsync(
        IReadOnlyList<EventRecord> events, Dictionary<string, IReadOnlyList<Webhook>> wanted, CancellationToken ct)
    {
        var ended = events.Where(e => e.TaskId is not null).Select(e => (Event: e, State: StateAfter(e)))
            .Where(e => wanted.Values.Any(hooks => hooks.Any(hook => hook.On.Contains(e.State))))
            .ToList();
        var deliveries = new List<NewTask>();
        foreach (var part in ended.Chunk(Limits.PageMax))
        {
            var tasks = (await store.Queries.GetTasksAsync([.. part.Select(e => e.Event.TaskId!.Value).Distinct()], ct)
                .ConfigureAwait(false)).ToDictionary(task => task.Id);
            foreach (var (happened, state) in part)
            {
                if (tasks.GetValueOrDefault(happened.TaskId!.Value) is { } task
                    && wanted.TryGetValue(task.Spec.Namespace, out var hooks))
                {
                    deliveries.AddRange(hooks
                        .Where(hook => hook.On.Contains(state) && hook.Wants(task.Spec.Kind))
                        .Select(hook => Delivery.Of(
                            task.Spec.Namespace, hook.Name, $"event {happened.Position}",
                            json => Delivery.WriteTask(json, task, state, happened.At))));
                }
            }
        }

        return deliveries;
    }

    // Where the event led the task; most say it.
    private static TaskState StateAfter(EventRecord happened) => happened.Type switch
    {
        EventTypes.TaskCancelled => TaskState.Cancelled,
        EventTypes.TaskExpired => TaskState.Expired,
        _ => EventPayloads.StateOf(happened.Payload) ?? TaskState.Created,
    };
}
