using Longshore.Client.Wire;
using Longshore.Schedules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Schedules.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<ScheduleStatus> PutScheduleAsync(
        Schedule schedule, long? expectedVersion = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var body = ScheduleWire.Of(schedule) with { Version = expectedVersion };
        return (await PutAsync<ScheduleWire, ScheduleStatusWire>(
            SchedulePath(schedule.Namespace, schedule.Name), body, ct).ConfigureAwait(false)).ToStatus();
    }

    /// <inheritdoc/>
    public async Task<ScheduleStatus> GetScheduleAsync(
        string @namespace, string name, CancellationToken ct = default) =>
        (await GetAsync<ScheduleStatusWire>(SchedulePath(@namespace, name), ct).ConfigureAwait(false)).ToStatus();

    /// <inheritdoc/>
    public Task<Page<ScheduleStatus>> ListSchedulesAsync(ScheduleQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "schedules" + Query(
            ("namespace", query.Namespace), ("after", query.After), ("limit", Text(query.Limit)));
        return PageAsync<ScheduleStatusWire, ScheduleStatus>(path, s => s.ToStatus(), ct);
    }

    /// <inheritdoc/>
    public Task RemoveScheduleAsync(string @namespace, string name, CancellationToken ct = default) =>
        SendAsync<object>(HttpMethod.Delete, SchedulePath(@namespace, name), null, ct);

    /// <inheritdoc/>
    public async Task<ScheduleStatus> PauseScheduleAsync(
        string @namespace, string name, bool isPaused = true, CancellationToken ct = default) =>
        (await PostAsync<object, ScheduleStatusWire>(
            SchedulePath(@namespace, name) + (isPaused ? "/pause" : "/resume"), new object(), ct)
            .ConfigureAwait(false)).ToStatus();

    /// <inheritdoc/>
    public async Task<long> TriggerScheduleAsync(
        string @namespace, string name, CancellationToken ct = default) =>
        (await PostAsync<object, TriggeredWire>(SchedulePath(@namespace, name) + "/trigger", new object(), ct)
            .ConfigureAwait(false)).TaskId;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DateTimeOffset>> NextTicksAsync(
        string @namespace, string name, int count = 10, CancellationToken ct = default)
    {
        var path = SchedulePath(@namespace, name) + "/ticks" + Query(("count", Text(count)));
        return (await GetAsync<TickListWire>(path, ct).ConfigureAwait(false)).Ticks;
    }

    private static string SchedulePath(string @namespace, string name)
    {
        TaskValidation.Word(@namespace, "namespace");
        TaskValidation.Word(name, "name");
        return $"namespaces/{Segment(@namespace)}/schedules/{Segment(name)}";
    }
}
