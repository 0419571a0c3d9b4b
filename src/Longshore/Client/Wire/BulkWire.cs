using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>To which tasks something is done, and how.</summary>
public sealed record BulkWire
{
    /// <summary>Only of this namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only in these states; missing: those in which there is something to do.</summary>
    public IReadOnlyList<string>? States { get; init; }

    /// <summary>Not these codes.</summary>
    public IReadOnlyList<string>? ExcludeCodes { get; init; }

    /// <summary>At least this priority.</summary>
    public int? MinPriority { get; init; }

    /// <summary>Only with this tag.</summary>
    public string? Tag { get; init; }

    /// <summary>Only parts of this task.</summary>
    public long? ParentId { get; init; }

    /// <summary>Only held by this agent now.</summary>
    public string? Agent { get; init; }

    /// <summary>Only with this correlation id.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The new priority, 0 to 10; with reprioritise only.</summary>
    public int? Priority { get; init; }

    /// <summary>Why, for people; with cancel only.</summary>
    public string? Reason { get; init; }

    /// <summary>Only tells what would be done.</summary>
    public bool? DryRun { get; init; }

    /// <summary>Goes on where the answer before said.</summary>
    public string? After { get; init; }

    /// <summary>Tasks to look at, 1 to 1,000; 1,000 when missing.</summary>
    public int? Limit { get; init; }

    /// <summary>The change meant.</summary>
    public BulkChange ToChange(BulkAction action) => new()
    {
        Action = action,
        Filter = new TaskQuery
        {
            Namespace = Namespace,
            Kind = Kind,
            States = [.. (States ?? []).Select(state => TaskStates.Parse(state, "states"))],
            ExcludeCodes = ExcludeCodes ?? [],
            MinPriority = MinPriority,
            Tag = Tag,
            ParentId = ParentId,
            Agent = Agent,
            CorrelationId = CorrelationId,
            After = After,
            Limit = Limit ?? Limits.PageMax,
        },
        Priority = Priority,
        Reason = Reason,
        DryRun = DryRun ?? false,
    };

    /// <summary>The wire form of a change.</summary>
    public static BulkWire Of(BulkChange change) => new()
    {
        Namespace = change.Filter.Namespace,
        Kind = change.Filter.Kind,
        States = [.. change.Filter.States.Select(state => state.ToWire())],
        ExcludeCodes = change.Filter.ExcludeCodes,
        MinPriority = change.Filter.MinPriority,
        Tag = change.Filter.Tag,
        ParentId = change.Filter.ParentId,
        Agent = change.Filter.Agent,
        CorrelationId = change.Filter.CorrelationId,
        Priority = change.Priority,
        Reason = change.Reason,
        DryRun = change.DryRun,
        After = change.Filter.After,
        Limit = change.Filter.Limit,
    };
}

/// <summary>What became of one page of a bulk change.</summary>
/// <param name="Matched">Tasks that the filter named.</param>
/// <param name="Changed">Those that were changed, or would be.</param>
/// <param name="Refused">Those to which it cannot be done in their present state.</param>
/// <param name="Next">Pass as <c>after</c> to go on; missing when that was all.</param>
public sealed record BulkOutcomeWire(int Matched, int Changed, int Refused, string? Next);
