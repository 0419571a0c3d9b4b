using Longshore.Tasks;

namespace Longshore.Hosting;

/// <summary>How one handler runs.</summary>
public sealed class HandlerOptions
{
    /// <summary>How many tasks of its kind run at once, 1 to <see cref="Limits.ConcurrentMax"/>.</summary>
    public int Concurrency { get; set; } = 4;

    /// <summary>Longest run of one attempt, when the task names none.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long after its timeout an attempt that ignores its cancellation is waited for before it is given up and
    /// its place freed.
    /// </summary>
    public TimeSpan AbandonAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many tasks to hold ready beyond those running: null for about fifty milliseconds of work, by measurement;
    /// 0 for none.
    /// </summary>
    public int? Prefetch { get; set; }

    /// <summary>
    /// How long a task waits whose payload has a newer version than this handler takes, before it is tried again, here
    /// or by a host that knows that version; 30 seconds by default.
    /// </summary>
    public TimeSpan NewerPayloadDelay { get; set; } = TimeSpan.FromSeconds(30);

    internal void Check(string kind)
    {
        TaskValidation.Range(Concurrency, 1, Limits.ConcurrentMax, $"{kind}: concurrency");
        TaskValidation.Duration(Timeout, $"{kind}: timeout");
        TaskValidation.Duration(AbandonAfter, $"{kind}: abandon_after");
        TaskValidation.Duration(NewerPayloadDelay, $"{kind}: newer_payload_delay");
        TaskValidation.Range(Prefetch ?? 0, 0, Limits.PrefetchMax, $"{kind}: prefetch");
    }
}
