using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>
/// Which submitted results to list with their reviews, ordered by task and grant. Filters combine with "and".
/// </summary>
public sealed record ReviewQuery
{
    /// <summary>Only of this task.</summary>
    public long? TaskId { get; init; }

    /// <summary>Only this agent's work.</summary>
    public string? Agent { get; init; }

    /// <summary>Only of this namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only what somebody has reviewed, or (false) what nobody has; null for both.</summary>
    public bool? IsReviewed { get; init; }

    /// <summary>Only what this reviewer, or another of its principal, has reviewed.</summary>
    public string? ReviewedBy { get; init; }

    /// <summary>
    /// Only what this reviewer may review: neither work of its own or of its principal, nor what it has reviewed, nor
    /// what as many have reviewed as may (<see cref="Limits.ReviewsMax"/>).
    /// </summary>
    public string? OpenFor { get; init; }

    /// <summary>The <see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Items on the page, 1 to <see cref="Limits.PageMax"/>.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>What was reviewed is found by its reviews.</summary>
    internal bool IsOfReviewed => IsReviewed == true || ReviewedBy is not null;

    internal ReviewQuery Checked()
    {
        TaskValidation.Range(Limit, 1, Limits.PageMax, "limit");
        return IsReviewed != false || ReviewedBy is null
            ? this
            : throw LongshoreException.Invalid(
                "reviewed", $"cannot be false with by: what '{ReviewedBy}' has reviewed is reviewed");
    }
}
