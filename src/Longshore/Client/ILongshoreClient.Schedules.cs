using Longshore.Schedules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Schedules: work that comes by itself.</content>
public partial interface ILongshoreClient
{
    /// <summary>
    /// Makes a schedule, or replaces the one of its name. One that is just as it was stays as it is; a change that
    /// leaves the rhythm alone leaves the next tick alone too.
    /// </summary>
    /// <param name="schedule">What is wanted.</param>
    /// <param name="expectedVersion">Only if it is at this version, 0 for new; null means in any case.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">
    /// invalid_input; wrong_state: it is at another version than expected.
    /// </exception>
    Task<ScheduleStatus> PutScheduleAsync(
        Schedule schedule, long? expectedVersion = null, CancellationToken ct = default);

    /// <summary>A schedule as it stands.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<ScheduleStatus> GetScheduleAsync(string @namespace, string name, CancellationToken ct = default);

    /// <summary>A page of schedules, by namespace and name.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Page<ScheduleStatus>> ListSchedulesAsync(ScheduleQuery query, CancellationToken ct = default);

    /// <summary>Removes a schedule. The tasks it enqueued stay.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task RemoveScheduleAsync(string @namespace, string name, CancellationToken ct = default);

    /// <summary>
    /// Lets a schedule rest, or go on with the first tick after now. Twice is once.
    /// </summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<ScheduleStatus> PauseScheduleAsync(
        string @namespace, string name, bool isPaused = true, CancellationToken ct = default);

    /// <summary>
    /// Enqueues a schedule's task now, whether it rests or not, and answers its id. Its ticks come as they would.
    /// </summary>
    /// <exception cref="LongshoreException">not_found; queue_full; nobody_can.</exception>
    Task<long> TriggerScheduleAsync(string @namespace, string name, CancellationToken ct = default);

    /// <summary>The coming ticks of a schedule, in UTC; none while it rests.</summary>
    /// <param name="namespace">Of the schedule.</param>
    /// <param name="name">Of the schedule.</param>
    /// <param name="count">At most so many, 1 to <see cref="Limits.TicksShownMax"/>.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">not_found; invalid_input.</exception>
    Task<IReadOnlyList<DateTimeOffset>> NextTicksAsync(
        string @namespace, string name, int count = 10, CancellationToken ct = default);
}
