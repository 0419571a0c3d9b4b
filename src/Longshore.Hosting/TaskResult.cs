using System.Text.Json;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Hosting;

/// <summary>How a handler says its task went, when it did not throw.</summary>
public sealed class TaskResult
{
    private static readonly TaskResult PlainDone = new(FinishKind.Complete);

    private TaskResult(FinishKind kind) => Kind = kind;

    internal FinishKind Kind { get; }

    internal JsonText Value { get; private init; }

    internal TimeSpan? Delay { get; private init; }

    internal string? Reason { get; private init; }

    internal bool Retry { get; private init; } = true;

    /// <summary>Success without a result.</summary>
    public static TaskResult Done() => PlainDone;

    /// <summary>Success with a result, serialised in snake_case.</summary>
    /// <exception cref="LongshoreException">The result is larger than <see cref="Limits.PayloadBytesMax"/>.</exception>
    public static TaskResult Done<T>(T value) => new(FinishKind.Complete)
    {
        Value = JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(value, PayloadJson.Options), "result"),
    };

    /// <summary>Not now: come back after <paramref name="delay"/>. Costs no attempt.</summary>
    public static TaskResult Snooze(TimeSpan delay, string? reason = null) =>
        new(FinishKind.Snooze) { Delay = delay, Reason = reason };

    /// <summary>The task has become pointless.</summary>
    public static TaskResult Cancel(string reason) => new(FinishKind.Cancel) { Reason = reason };

    /// <summary>
    /// It failed; with <paramref name="retry"/> false for good. <paramref name="delay"/> replaces the wait of the
    /// task's retry policy.
    /// </summary>
    public static TaskResult Fail(string reason, bool retry = true, TimeSpan? delay = null) =>
        new(FinishKind.Fail) { Reason = reason, Retry = retry, Delay = delay };

    /// <summary>Success with this text.</summary>
    public static implicit operator TaskResult(string value) => Done(value);

    /// <summary>Success with this answer.</summary>
    public static implicit operator TaskResult(bool value) => Done(value);

    /// <summary>Success with this number.</summary>
    public static implicit operator TaskResult(long value) => Done(value);

    /// <summary>Success with this number.</summary>
    public static implicit operator TaskResult(double value) => Done(value);

    /// <summary>Success with this document.</summary>
    public static implicit operator TaskResult(JsonText value) => new(FinishKind.Complete) { Value = value };

    /// <summary>Success with these named values.</summary>
    public static implicit operator TaskResult(Dictionary<string, object?> value) => Done(value);

    internal Finish ToFinish(WorkTask task) => new()
    {
        TaskId = task.Id,
        Epoch = task.Epoch,
        Kind = Kind,
        Result = Value,
        Error = Reason is { Length: > Limits.ErrorLengthMax } ? Reason[..Limits.ErrorLengthMax] : Reason,
        Retry = Retry,
        Delay = Delay,
    };
}
