using System.Globalization;

namespace Longshore.Storage;

/// <summary>Keyset pages: the mark of a page is the key of its last item.</summary>
internal static class Paging
{
    /// <summary>A page out of at most one item more than it holds: that one says whether there is a next.</summary>
    public static Page<T> PageOf<T>(IReadOnlyList<T> found, int limit, Func<T, string> mark) => found.Count > limit
        ? new Page<T>([.. found.Take(limit)], mark(found[limit - 1]))
        : new Page<T>(found, null);

    /// <summary>The mark of a page of tasks.</summary>
    public static string Mark(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The mark of a page of assignments.</summary>
    public static string Mark(long taskId, int epoch) =>
        string.Create(CultureInfo.InvariantCulture, $"{taskId}.{epoch}");

    /// <summary>Reads the mark of a page of assignments.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>: it is none.</exception>
    public static (long TaskId, int Epoch)? AfterGrant(string? mark)
    {
        if (mark is null)
        {
            return null;
        }

        var dot = mark.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && long.TryParse(mark.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var taskId)
            && int.TryParse(mark.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
                ? (taskId, epoch)
                : throw LongshoreException.Invalid("after", "pass the 'next' of the page before, unchanged");
    }

    /// <summary>The mark of a page of what has a name in a namespace.</summary>
    public static string Mark(string @namespace, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{@namespace.Length}:{@namespace}{name}");

    /// <summary>Reads the mark of a page of what has a name in a namespace; two empty words before the first.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>: it is none.</exception>
    public static (string Namespace, string Name) AfterName(string? mark)
    {
        if (mark is null)
        {
            return ("", "");
        }

        var colon = mark.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && int.TryParse(mark.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && colon + 1 + length <= mark.Length
                ? (mark.Substring(colon + 1, length), mark[(colon + 1 + length)..])
                : throw LongshoreException.Invalid("after", "pass the 'next' of the page before, unchanged");
    }

    /// <summary>Reads the mark of a page of tasks.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>: it is none.</exception>
    public static long? AfterId(string? mark)
    {
        if (mark is null)
        {
            return null;
        }

        return long.TryParse(mark, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw LongshoreException.Invalid("after", "pass the 'next' of the page before, unchanged");
    }
}
