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

    /// <summary>It failed; with <paramref name="retry"/> false for good.</summary>
    public static TaskResult Fail(string reason, bool retry = true) =>
        new(FinishKind.Fail) { Reason = reason, Retry = retry };

    internal Finish ToFinish(Grant grant) => new()
    {
        TaskId = grant.TaskId,
        Epoch = grant.Epoch,
        Kind = Kind,
        Result = Value,
        Error = Reason is { Length: > Limits.ErrorLengthMax } ? Reason[..Limits.ErrorLengthMax] : Reason,
        Retry = Retry,
        Delay = Delay,
    };
}
