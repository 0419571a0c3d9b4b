using Longshore.Schedules;
using Longshore.Tasks;

namespace Longshore.Hosting;

/// <summary>
/// Work that comes by itself: <c>services.AddLongshore().AddPeriodic&lt;Sweep&gt;(TimeSpan.FromMinutes(5))</c>.
/// </summary>
public static class PeriodicExtensions
{
    /// <summary>
    /// Lets a handler run in an interval, first at once (S2.38): once per tick, however many hosts do the same.
    /// </summary>
    /// <typeparam name="THandler">A <see cref="TaskHandler{TPayload}"/> with a <see cref="TaskKindAttribute"/>; its
    /// payload is empty unless <paramref name="configure"/> says otherwise.</typeparam>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="every">Time between two ticks, at least a second.</param>
    /// <param name="configure">Changes the schedule, which is named after the kind.</param>
    public static LongshoreBuilder AddPeriodic<THandler>(
        this LongshoreBuilder builder, TimeSpan every, Func<Schedule, Schedule>? configure = null)
        where THandler : class =>
        builder.Add<THandler>(schedule => schedule with { Every = every, StartAtOnce = true }, configure);

    /// <summary>Lets a handler run when a <see cref="CronExpression"/> says.</summary>
    /// <typeparam name="THandler">A <see cref="TaskHandler{TPayload}"/> with a <see cref="TaskKindAttribute"/>; its
    /// payload is empty unless <paramref name="configure"/> says otherwise.</typeparam>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="cron">When, by the clocks of UTC unless <paramref name="configure"/> says otherwise.</param>
    /// <param name="configure">Changes the schedule, which is named after the kind.</param>
    public static LongshoreBuilder AddPeriodic<THandler>(
        this LongshoreBuilder builder, string cron, Func<Schedule, Schedule>? configure = null)
        where THandler : class =>
        builder.Add<THandler>(schedule => schedule with { Cron = cron }, configure);

    /// <summary>
    /// Makes a schedule, or brings it up to date, when the host starts. One that somebody paused stays paused.
    /// </summary>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="schedule">What is wanted.</param>
    public static LongshoreBuilder AddSchedule(this LongshoreBuilder builder, Schedule schedule)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(schedule);
        LongshoreHostingExtensions.HandlersOf(builder).Schedules.Add(schedule);
        return builder;
    }

    private static LongshoreBuilder Add<THandler>(
        this LongshoreBuilder builder, Func<Schedule, Schedule> rhythm, Func<Schedule, Schedule>? configure)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var handler = HandlerDescriptor.Of(typeof(THandler), new HandlerOptions());
        var usual = rhythm(new Schedule { Name = handler.Kind, Task = new NewTask { Kind = handler.Kind } });
        var schedule = configure?.Invoke(usual) ?? usual;
        return builder.AddHandler<THandler>()
            .AddSchedule(schedule with { Task = schedule.Task.WithPayloadVersion(handler.Version) });
    }
}
