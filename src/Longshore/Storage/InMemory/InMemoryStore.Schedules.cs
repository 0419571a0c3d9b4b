using Longshore.Events;
using Longshore.Schedules;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Schedules.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<ScheduleStatus?> GetScheduleAsync(
        string @namespace, string name, CancellationToken ct = default) =>
        Atomically(null, _ => _state.Schedules.GetValueOrDefault((@namespace, name)));

    /// <inheritdoc/>
    public ValueTask<Page<ScheduleStatus>> ListSchedulesAsync(ScheduleQuery query, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var after = Paging.AfterName(query.After);
            var found = _state.Schedules
                .Where(pair => query.Namespace is null || pair.Key.Namespace == query.Namespace)
                .Where(pair => _state.Schedules.KeyComparer.Compare(pair.Key, after) > 0)
                .Select(pair => pair.Value)
                .Take(query.Limit + 1)
                .ToList();
            return Paging.PageOf(found, query.Limit, s => Paging.Mark(s.Definition.Namespace, s.Definition.Name));
        });

    /// <inheritdoc/>
    public ValueTask<ScheduleStatus?> PutScheduleAsync(
        Schedule schedule, long? nextUs, long expectedVersion, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var key = (schedule.Namespace, schedule.Name);
            var present = _state.Schedules.GetValueOrDefault(key)
                ?? new ScheduleStatus(schedule, 0, null, null, null, 0);
            if (present.Version != expectedVersion)
            {
                return null;
            }

            var next = nextUs is { } us ? UnixTime.FromMicroseconds(us) : (DateTimeOffset?)null;
            var put = present with { Definition = schedule, Version = expectedVersion + 1, NextTick = next };
            _state.Schedules = _state.Schedules.SetItem(key, put);
            RecordSchedule(EventTypes.ScheduleChanged, key, now);
            return put;
        });

    /// <inheritdoc/>
    public ValueTask<bool> RemoveScheduleAsync(
        string @namespace, string name, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var key = (@namespace, name);
            if (!_state.Schedules.ContainsKey(key))
            {
                return false;
            }

            _state.Schedules = _state.Schedules.Remove(key);
            RecordSchedule(EventTypes.ScheduleRemoved, key, now);
            return true;
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ScheduleStatus>> ListDueSchedulesAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<ScheduleStatus>>(nowUs, now =>
        [
            .. _state.Schedules.Values
                .Where(s => s.NextTick?.ToMicroseconds() <= now)
                .OrderBy(s => s.NextTick)
                .Take(limit),
        ]);

    /// <inheritdoc/>
    public ValueTask<long?> NextTickAsync(CancellationToken ct = default) =>
        Atomically(null, _ => _state.Schedules.Values.Min(s => s.NextTick?.ToMicroseconds()));

    /// <inheritdoc/>
    public ValueTask<bool> AdvanceAsync(Advance advance, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var key = (advance.Namespace, advance.Name);
            if (_state.Schedules.GetValueOrDefault(key) is not { } present
                || present.NextTick?.ToMicroseconds() != advance.DueUs)
            {
                return false;
            }

            _state.Schedules = _state.Schedules.SetItem(key, present with
            {
                NextTick = advance.NextUs is { } next ? UnixTime.FromMicroseconds(next) : null,
                LastTick = advance.LastUs is { } last ? UnixTime.FromMicroseconds(last) : present.LastTick,
                LastTaskId = advance.LastTaskId ?? present.LastTaskId,
                Ticks = present.Ticks + advance.Fired,
            });
            return true;
        });

    private void RecordSchedule(string type, (string Namespace, string Name) key, long now) => Record(
        new NewEvent(type, ActorType.Human, "api", Payload: EventPayloads.Schedule(key.Namespace, key.Name)), now);
}
