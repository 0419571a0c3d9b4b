using System.Globalization;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>How a limit stands.</summary>
/// <param name="Namespace">Of which namespace.</param>
/// <param name="Kind">Of which kind; null for the namespace as a whole.</param>
/// <param name="Limit">What is decided.</param>
/// <param name="InProgress">How many of its tasks are held.</param>
/// <param name="FullUs">When its bucket is full, in microseconds since 1970; what is past means that it is.</param>
/// <param name="Key">Of which key; null for all tasks together. Keys of which nothing is counted are not told.</param>
public sealed record LimitStatus(
    string Namespace, string? Kind, LimitRules Limit, int InProgress, long FullUs, string? Key = null)
{
    /// <summary>How many tokens there are at an instant; null without a rate.</summary>
    public int? TokensAt(DateTimeOffset now) => Limit.Rate?.TokensAt(now.ToMicroseconds(), FullUs);

    /// <summary>When there will be a token; null while there is one, and without a rate.</summary>
    public DateTimeOffset? NextTokenAt(DateTimeOffset now) =>
        Limit.Rate is { } rate && rate.TokensAt(now.ToMicroseconds(), FullUs) == 0
            ? UnixTime.FromMicroseconds(rate.NextUs(FullUs))
            : null;

    /// <summary>How many more may be granted.</summary>
    internal int RoomAt(long nowUs) => Limit.RoomAt(nowUs, InProgress, FullUs);

    internal bool Concerns(NewTask task) => Concerns(task.Kind) && (Key is null || Key == task.LimitKey);

    internal bool Concerns(string kind) => Kind is null || Kind == kind;

    /// <summary>Why nothing is granted, for people; null when something is.</summary>
    internal string? Hindrance(DateTimeOffset now)
    {
        var whole = Kind is null ? $"namespace '{Namespace}'" : $"kind '{Kind}' of namespace '{Namespace}'";
        var what = Key is null ? whole : $"key '{Key}' in {whole}";
        if (Limit.InProgress is { } most && InProgress >= most)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"the limit of {what} is reached: {InProgress} of {most} in progress");
        }

        return NextTokenAt(now) is { } next
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the rate of {what} is used up: next token in {Math.Max(0, (next - now).TotalSeconds):0.0} s")
            : null;
    }
}
