using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>At most one live task of a key.</summary>
public sealed record UniqueWire
{
    /// <summary>The key; missing makes the payload the key.</summary>
    public string? Key { get; init; }

    /// <summary>The key counts in the whole namespace, not only among the tasks of one kind.</summary>
    public bool? AcrossKinds { get; init; }

    /// <summary>
    /// How long the task holds its key: <c>live</c>, until it ends, or <c>unstarted</c>, until it is first given to an
    /// agent. <c>live</c> when missing.
    /// </summary>
    public string? While { get; init; }

    /// <summary>It holds the key at least so long from its submission, even when it has ended.</summary>
    public double? WindowSeconds { get; init; }

    /// <summary>
    /// What is done when another task holds the key: <c>return_existing</c>, <c>reject</c>, <c>replace</c> or
    /// <c>add_attempts</c>. <c>return_existing</c> when missing.
    /// </summary>
    public string? OnConflict { get; init; }

    internal Unique ToUnique(string at)
    {
        var usual = new Unique();
        return new Unique
        {
            Key = Key,
            AcrossKinds = AcrossKinds ?? usual.AcrossKinds,
            While = While is null ? usual.While : Words.Parse<UniqueWhile>(While, at + "unique.while"),
            Window = Words.SecondsOrNull(WindowSeconds, at + "unique.window_seconds"),
            OnConflict = OnConflict is null
                ? usual.OnConflict
                : Words.Parse<UniqueConflict>(OnConflict, at + "unique.on_conflict"),
        };
    }

    internal static UniqueWire Of(Unique unique) => new()
    {
        Key = unique.Key,
        AcrossKinds = unique.AcrossKinds ? true : null,
        While = Words.Snake(unique.While),
        WindowSeconds = unique.Window?.TotalSeconds,
        OnConflict = Words.Snake(unique.OnConflict),
    };
}
