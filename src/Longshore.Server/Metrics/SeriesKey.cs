using System.Text;

namespace Longshore.Server.Metrics;

/// <summary>
/// The values of a measurement's labels, in the order in which the instrument gives them. No instrument of Longshore
/// has more than three; a fourth would be summed over.
/// </summary>
internal readonly record struct SeriesKey(object? First, object? Second, object? Third)
{
    public static SeriesKey Of(ReadOnlySpan<KeyValuePair<string, object?>> tags) => new(
        tags.Length > 0 ? tags[0].Value : null,
        tags.Length > 1 ? tags[1].Value : null,
        tags.Length > 2 ? tags[2].Value : null);

    /// <summary>Whether the values are the very same objects: cheaper than comparing texts.</summary>
    public bool IsSameAs(in SeriesKey other) => ReferenceEquals(First, other.First)
        && ReferenceEquals(Second, other.Second) && ReferenceEquals(Third, other.Third);

    /// <summary>The labels as they stand between the braces.</summary>
    public static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags[..Math.Min(3, tags.Length)])
        {
            text.Append(text.Length == 0 ? "" : ",").Append(PrometheusText.Name(name)).Append("=\"");
            PrometheusText.Escape(text, value?.ToString() ?? "", quotes: true);
            text.Append('"');
        }

        return text.ToString();
    }
}
