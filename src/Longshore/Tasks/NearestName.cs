namespace Longshore.Tasks;

/// <summary>Finds what somebody may have meant by a name that does not exist.</summary>
internal static class NearestName
{
    private const int DistanceMax = 3;

    /// <summary>"; did you mean …?" when one of the names is close, else nothing.</summary>
    public static string Among(IEnumerable<string> names, string name)
    {
        var nearest = names
            .Select(known => (Name: known, Distance: Distance(known, name)))
            .OrderBy(known => known.Distance)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        return nearest.Distance <= DistanceMax ? $"; did you mean '{nearest.Name}'?" : "";
    }

    /// <summary>Levenshtein's edit distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
