using System.Globalization;
using System.Text;
using Longshore.Tasks;

namespace Longshore.Schedules;

/// <summary>What a schedule that is due does.</summary>
/// <param name="Fire">The ticks to fire, in order.</param>
/// <param name="NextUs">The first tick after the present instant; null when there is none.</param>
internal sealed record TickPlan(IReadOnlyList<long> Fire, long? NextUs);

/// <summary>The arithmetic of a schedule's ticks: pure.</summary>
internal sealed class Ticks
{
    // A schedule that was missed for longer forgets what was before.
    private static readonly long LookBackUs = TimeSpan.FromDays(366).ToMicroseconds();

    private readonly Schedule _schedule;
    private readonly CronExpression? _cron;
    private readonly TimeZoneInfo? _zone;
    private readonly long _everyUs;

    /// <param name="schedule">One that passed <see cref="ScheduleValidation"/>.</param>
    public Ticks(Schedule schedule)
    {
        _schedule = schedule;
        if (schedule.Every is { } every)
        {
            _everyUs = every.ToMicroseconds();
        }
        else
        {
            _cron = CronExpression.Parse(schedule.Cron!);
            _zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        }
    }

    /// <summary>The first tick of a schedule that begins now.</summary>
    public long? First(long nowUs) => _cron is null && _schedule.StartAtOnce ? nowUs : Next(nowUs);

    /// <summary>
    /// What is to be done now, when the next tick was to be at an instant that is past. Of several ticks that are
    /// due together all but the last were missed, and the last too when it is late.
    /// </summary>
    public TickPlan Plan(long dueUs, long nowUs)
    {
        var keep = _schedule.Misfire == MisfirePolicy.All ? Limits.MisfiresMax : 1;
        var due = new Queue<long>();
        long? tick = Begin(dueUs, nowUs);
        while (tick is { } us && us <= nowUs)
        {
            due.Enqueue(us);
            if (due.Count > keep)
            {
                due.Dequeue();
            }

            tick = Next(us);
        }

        var isTooLate = _schedule.Misfire == MisfirePolicy.Skip
            && nowUs - due.LastOrDefault() > _schedule.MisfireAfter.ToMicroseconds();
        return new TickPlan(isTooLate ? [] : [.. due], tick);
    }

    /// <summary>A tick and those after it, at most so many.</summary>
    public IReadOnlyList<long> From(long? firstUs, int count)
    {
        var ticks = new List<long>();
        for (var tick = firstUs; tick is { } us && ticks.Count < count; tick = Next(us))
        {
            ticks.Add(us);
        }

        return ticks;
    }

    /// <summary>
    /// The task of a tick. The same tick always yields the same task under the same key: enqueued twice, it is there
    /// once.
    /// </summary>
    public NewTask TaskOf(long tickUs)
    {
        var tick = UnixTime.FromMicroseconds(tickUs);
        var word = tick.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
        return _schedule.Task with
        {
            Namespace = _schedule.Namespace,
            IdempotencyKey = $"schedule/{_schedule.Name}/{word}",
            ReadyAt = tick + Jitter(tickUs),
            Deadline = _schedule.ExpireAfter is { } expire ? tick + expire : null,
            Metadata = new Dictionary<string, string>(_schedule.Task.Metadata, StringComparer.Ordinal)
            {
                ["schedule"] = _schedule.Name,
                ["tick"] = word,
            },
        };
    }

    /// <summary>The first tick after an instant.</summary>
    public long? Next(long afterUs) => _cron is null
        ? afterUs + _everyUs
        : _cron.Next(UnixTime.FromMicroseconds(afterUs), _zone!)?.ToMicroseconds();

    /// <summary>Where to begin to count: what is long past need not be counted tick by tick.</summary>
    private long Begin(long dueUs, long nowUs)
    {
        if (_cron is not null)
        {
            return dueUs >= nowUs - LookBackUs ? dueUs : Next(nowUs - LookBackUs) ?? dueUs;
        }

        var behind = ((nowUs - dueUs) / _everyUs) - Limits.MisfiresMax;
        return dueUs + (Math.Max(0, behind) * _everyUs);
    }

    // By FNV-1a, so that every node and every run throws alike.
    private TimeSpan Jitter(long tickUs)
    {
        var hash = 14695981039346656037UL;
        var text = string.Create(CultureInfo.InvariantCulture, $"{_schedule.Namespace}/{_schedule.Name}/{tickUs}");
        foreach (var letter in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        var chance = (hash >> 11) * (1.0 / (1UL << 53));
        return TimeSpan.FromMicroseconds((long)(_schedule.Jitter.ToMicroseconds() * chance));
    }
}
