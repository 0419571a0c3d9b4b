using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>The event log and leadership.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> ReadAsync(
        long afterPosition, int limit, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<EventRecord>>(
            null, _ => [.. _state.Log.SkipWhile(e => e.Position <= afterPosition).Take(limit)]);

    /// <inheritdoc/>
    public ValueTask<EventSlice> ReadTypesAsync(
        long afterPosition, IReadOnlyList<string> types, int limit, CancellationToken ct = default) =>
        Atomically(null, _ => EventSlice.Of(
            [.. _state.Log.Where(e => e.Position > afterPosition && types.Contains(e.Type)).Take(limit)],
            limit,
            afterPosition,
            _state.LastPosition));

    /// <inheritdoc/>
    public ValueTask<long?> GetBookmarkAsync(string name, CancellationToken ct = default) =>
        Atomically<long?>(null, _ => _state.Bookmarks.TryGetValue(name, out var position) ? position : null);

    /// <inheritdoc/>
    public async ValueTask SetBookmarkAsync(string name, long position, CancellationToken ct = default) =>
        await Atomically(null, _ => _state.Bookmarks = _state.Bookmarks.SetItem(name, position))
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventRecord>> HistoryAsync(long taskId, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<EventRecord>>(null, _ => _state.Find(taskId)?.History ?? []);

    /// <inheritdoc/>
    public ValueTask<long> EndAsync(CancellationToken ct = default) => Atomically(null, _ => _state.LastPosition);

    /// <inheritdoc/>
    public ValueTask<long?> AcquireAsync(
        string name, string holder, TimeSpan term, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<long?>(nowUs, now =>
        {
            var present = _state.Leaderships.GetValueOrDefault(name);
            if (present is not null && present.Holder != holder && present.UntilUs > now)
            {
                return null;
            }

            var epoch = present is null ? 1 : present.Epoch + (present.Holder == holder ? 0 : 1);
            var taken = new Leadership(holder, epoch, now + term.ToMicroseconds());
            _state.Leaderships = _state.Leaderships.SetItem(name, taken);
            return epoch;
        });

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(string name, string holder, CancellationToken ct = default) =>
        await Atomically(null, _ =>
        {
            if (_state.Leaderships.GetValueOrDefault(name) is { } present && present.Holder == holder)
            {
                _state.Leaderships = _state.Leaderships.SetItem(name, present with { UntilUs = 0 });
            }

            return true;
        }).ConfigureAwait(false);

    private void RecordClaim(string type, WorkTask task, string agent, long nowUs) => Record(
        new NewEvent(type, ActorType.Agent, agent, task.Id, EventPayloads.Claim(task.Epoch, agent, task.State)),
        nowUs);

    private void RecordAgent(string type, string agent, long nowUs, JsonText payload = default) =>
        Record(new NewEvent(type, ActorType.Agent, agent, Payload: payload), nowUs);

    /// <summary>Appends to the log and, unless a task merely came due, to its history.</summary>
    private void Record(NewEvent e, long nowUs)
    {
        var entry = e.TaskId is { } id ? _state.Find(id) : null;
        var record = new EventRecord(
            ++_state.LastPosition,
            UnixTime.FromMicroseconds(nowUs),
            e.Type,
            e.ActorType,
            e.Actor,
            e.TaskId,
            e.Payload,
            e.CorrelationId ?? entry?.Task.Spec.CorrelationId);
        _state.Log = _state.Log.Plus(record);
        if (entry is not null && e.Type != EventTypes.TaskReady)
        {
            _state.Put(entry with { History = entry.History.Add(record) });
        }
    }
}
