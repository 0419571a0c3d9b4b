using System.Globalization;

namespace Longshore.Cli.Bench.Crowd;

/// <summary>What real people answered to questions whose answer is known.</summary>
/// <param name="Questions">For each question the right answer, and who answered what.</param>
internal sealed record CrowdData(IReadOnlyList<CrowdQuestion> Questions)
{
    /// <summary>Everybody who answered something, by name.</summary>
    public IReadOnlyList<string> Agents { get; } =
        [.. Questions.SelectMany(q => q.Answers.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>How many different answers were given.</summary>
    public int Choices { get; } =
        Questions.SelectMany(q => q.Answers.Values.Append(q.Truth)).Distinct(StringComparer.Ordinal).Count();

    /// <summary>
    /// Reads <c>answer.csv</c> (question, worker, answer) and <c>truth.csv</c> (question, truth) of a folder, each with
    /// a line of headings. Questions without a truth are left out.
    /// </summary>
    public static async Task<CrowdData> ReadAsync(string folder, CancellationToken ct)
    {
        var truth = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in await RowsAsync(folder, "truth.csv", 2, ct).ConfigureAwait(false))
        {
            truth[row[0]] = row[1];
        }

        var answers = await RowsAsync(folder, "answer.csv", 3, ct).ConfigureAwait(false);
        var questions = answers.Where(row => truth.ContainsKey(row[0]))
            .GroupBy(row => row[0], StringComparer.Ordinal)
            .Select(rows => new CrowdQuestion(
                truth[rows.Key],
                rows.GroupBy(row => row[1], StringComparer.Ordinal)
                    .ToDictionary(same => same.Key, same => same.First()[2], StringComparer.Ordinal)))
            .ToList();
        return questions.Count > 0
            ? new CrowdData(questions)
            : throw Invalid(folder, "no question has both an answer and a truth");
    }

    private static async Task<List<string[]>> RowsAsync(string folder, string name, int columns, CancellationToken ct)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            throw Invalid(folder, $"there is no {name}; name a folder with answer.csv and truth.csv");
        }

        var rows = new List<string[]>();
        var lines = await File.ReadAllLinesAsync(path, ct).ConfigureAwait(false);
        for (var i = 1; i < lines.Length; i++)
        {
            var row = lines[i].Split(',', StringSplitOptions.TrimEntries);
            if (lines[i].Length > 0)
            {
                rows.Add(row.Length == columns ? row : throw Invalid(path, string.Create(
                    CultureInfo.InvariantCulture, $"line {i + 1} has {row.Length} columns instead of {columns}")));
            }
        }

        return rows;
    }

    private static LongshoreException Invalid(string place, string message) =>
        new(ErrorCode.InvalidInput, $"{place}: {message}");
}

/// <summary>A question.</summary>
/// <param name="Truth">The right answer.</param>
/// <param name="Answers">What each who was asked answered.</param>
internal sealed record CrowdQuestion(string Truth, IReadOnlyDictionary<string, string> Answers);
