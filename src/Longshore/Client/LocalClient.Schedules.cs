using Longshore.Schedules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Schedules.</summary>
internal sealed partial class LocalClient
{
    // How often a change is tried again that met another.
    private const int ChangesMax = 10;

    public Task<ScheduleStatus> PutScheduleAsync(
        Schedule schedule, long? expectedVersion = null, CancellationToken ct = default)
    {
        var kept = ScheduleValidation.Checked(schedule, engine.Time.Now);
        return ChangeScheduleAsync(kept.Namespace, kept.Name, _ => kept, expectedVersion, ct);
    }

    public async Task<ScheduleStatus> GetScheduleAsync(
        string @namespace, string name, CancellationToken ct = default)
    {
        CheckScheduleName(@namespace, name);
        return await engine.Store.Schedules.GetScheduleAsync(@namespace, name, ct).ConfigureAwait(false)
            ?? throw UnknownSchedule(@namespace, name);
    }

    public async Task<Page<ScheduleStatus>> ListSchedulesAsync(ScheduleQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        return await engine.Store.Schedules.ListSchedulesAsync(query, ct).ConfigureAwait(false);
    }

    public async Task RemoveScheduleAsync(string @namespace, string name, CancellationToken ct = default)
    {
        CheckScheduleName(@namespace, name);
        if (!await engine.Store.Schedules.RemoveScheduleAsync(@namespace, name, ct: ct).ConfigureAwait(false))
        {
            throw UnknownSchedule(@namespace, name);
        }

        engine.OnScheduled(null);
    }

    public Task<ScheduleStatus> PauseScheduleAsync(
        string @namespace, string name, bool isPaused = true, CancellationToken ct = default)
    {
        CheckScheduleName(@namespace, name);
        return ChangeScheduleAsync(
            @namespace,
            name,
            present => (present ?? throw UnknownSchedule(@namespace, name)) with { IsPaused = isPaused },
            null,
            ct);
    }

    public async Task<long> TriggerScheduleAsync(
        string @namespace, string name, CancellationToken ct = default)
    {
        var schedule = (await GetScheduleAsync(@namespace, name, ct).ConfigureAwait(false)).Definition;
        var metadata = new Dictionary<string, string>(schedule.Task.Metadata, StringComparer.Ordinal)
        {
            ["schedule"] = schedule.Name,
        };
        var task = schedule.Task with { Metadata = metadata };
        var submitted = (await SubmitAsync([task], ct).ConfigureAwait(false))[0];
        return submitted.Status switch
        {
            InsertStatus.QueueFull => throw new LongshoreException(
                ErrorCode.QueueFull, $"in '{@namespace}' as many tasks wait as its rules allow; try again later"),
            InsertStatus.ParentNotFound => throw new LongshoreException(
                ErrorCode.NotFound, $"there is no task {task.ParentId} any more, of which its task would be a part"),
            InsertStatus.DuplicateTask => throw new LongshoreException(
                ErrorCode.DuplicateTask, $"task {submitted.Id} has the unique key of its task", "unique"),
            _ => submitted.Id,
        };
    }

    public async Task<IReadOnlyList<DateTimeOffset>> NextTicksAsync(
        string @namespace, string name, int count = 10, CancellationToken ct = default)
    {
        TaskValidation.Range(count, 1, Limits.TicksShownMax, "count");
        var status = await GetScheduleAsync(@namespace, name, ct).ConfigureAwait(false);
        var ticks = new Ticks(status.Definition).From(status.NextTick?.ToMicroseconds(), count);
        return [.. ticks.Select(UnixTime.FromMicroseconds)];
    }

    private async Task<ScheduleStatus> ChangeScheduleAsync(
        string @namespace, string name, Func<Schedule?, Schedule> change, long? expectedVersion, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            var present = await engine.Store.Schedules.GetScheduleAsync(@namespace, name, ct).ConfigureAwait(false);
            var version = present?.Version ?? 0;
            if ((expectedVersion ?? version) != version || tries > ChangesMax)
            {
                throw new LongshoreException(
                    ErrorCode.WrongState,
                    $"schedule '{name}' of namespace '{@namespace}' is at version {version}, not {expectedVersion}; "
                    + "read it and decide again",
                    "version");
            }

            var wanted = change(present?.Definition);
            if (present is not null && ScheduleJson.AreSame(present.Definition, wanted))
            {
                return present;
            }

            var nextUs = NextTickOf(wanted, present);
            var put = await engine.Store.Schedules.PutScheduleAsync(wanted, nextUs, version, ct: ct)
                .ConfigureAwait(false);
            if (put is not null)
            {
                engine.OnScheduled(put.NextTick);
                return put;
            }
        }
    }

    private long? NextTickOf(Schedule wanted, ScheduleStatus? present)
    {
        if (wanted.IsPaused)
        {
            return null;
        }

        var ticks = new Ticks(wanted);
        if (present is not { Definition: var former })
        {
            return ticks.First(engine.Time.NowUs);
        }

        var isSameRhythm = (former.Cron, former.TimeZone, former.Every, former.IsPaused)
            == (wanted.Cron, wanted.TimeZone, wanted.Every, false);
        return isSameRhythm ? present.NextTick?.ToMicroseconds() : ticks.Next(engine.Time.NowUs);
    }

    private static void CheckScheduleName(string @namespace, string name)
    {
        TaskValidation.Word(@namespace, "namespace");
        TaskValidation.Word(name, "name");
    }

    private static LongshoreException UnknownSchedule(string @namespace, string name) => new(
        ErrorCode.NotFound, $"there is no schedule '{name}' in namespace '{@namespace}'", "name");
}
