using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Routing;
using Longshore.Routing.Overlap;

namespace Longshore.Cli.Bench.Crowd;

/// <summary>
/// Replays real answers: does asking by performance find the truth more often than asking anybody, and does asking one
/// more until answers agree find it more often than asking everybody as often, for as many answers?
/// </summary>
internal static class CrowdWorkload
{
    private static readonly int[] Overlaps = [1, 3];

    public static CrowdSummary Run(CrowdData data, int replays, AgreementRule rule, CancellationToken ct)
    {
        var rows = new List<CrowdRow>();
        foreach (var answers in Overlaps)
        {
            rows.Add(Compare(
                "performance_weighted", "random", replays,
                seed => Fixed(data, seed, RoutingStrategy.PerformanceWeighted, answers),
                (seed, _) => Fixed(data, seed, RoutingStrategy.Random, answers),
                ct));
        }

        rows.Add(Compare(
            "dynamic overlap", "fixed overlap", replays,
            seed => new CrowdReplay(data, seed, RoutingStrategy.PerformanceWeighted)
                .Run(() => rule with { Choices = data.Choices }),
            (seed, dynamic) => Fixed(data, seed, RoutingStrategy.PerformanceWeighted, dynamic.Answers),
            ct));
        return new CrowdSummary(
            data.Questions.Count, data.Agents.Count, data.Questions.Sum(q => q.Answers.Count), replays, rows);
    }

    /// <summary>So many answers for each question on average: a part of the questions gets one more.</summary>
    public static CrowdResult Fixed(CrowdData data, int seed, RoutingStrategy strategy, double answers)
    {
        var chance = new Random(seed);
        return new CrowdReplay(data, seed, strategy).Run(() =>
        {
            var some = (int)Math.Floor(answers + chance.NextDouble());
            return new AgreementRule { Least = some, Most = some, Enough = 0 };
        });
    }

    private static CrowdRow Compare(
        string one, string other, int replays, Func<int, CrowdResult> first,
        Func<int, CrowdResult, CrowdResult> second, CancellationToken ct)
    {
        var pairs = new List<(CrowdResult One, CrowdResult Other)>();
        for (var seed = 1; seed <= replays; seed++)
        {
            ct.ThrowIfCancellationRequested();
            var result = first(seed);
            pairs.Add((result, second(seed, result)));
        }

        var differences = pairs.ConvertAll(p => p.One.Accuracy - p.Other.Accuracy);
        var mean = differences.Average();
        var deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / Math.Max(1, replays - 1));
        var margin = 1.96 * deviation / Math.Sqrt(replays);
        return new CrowdRow
        {
            One = one,
            Other = other,
            OneAnswers = Round(pairs.Average(p => p.One.Answers)),
            OtherAnswers = Round(pairs.Average(p => p.Other.Answers)),
            OneAccuracy = Round(pairs.Average(p => p.One.Accuracy)),
            OtherAccuracy = Round(pairs.Average(p => p.Other.Accuracy)),
            Difference = Round(mean),
            Median = Round(Percentiles.Median(differences)),
            Low = Round(mean - margin),
            High = Round(mean + margin),
        };
    }

    private static double Round(double value) => Math.Round(value, 5);
}

/// <summary>Two ways at equal numbers of answers; its members are the keys of <c>--json</c>. Parts of 1.</summary>
internal sealed record CrowdRow
{
    public required string One { get; init; }

    public required string Other { get; init; }

    /// <summary>Answers for each question, on average.</summary>
    public required double OneAnswers { get; init; }

    public required double OtherAnswers { get; init; }

    /// <summary>Part of the questions answered right, on average.</summary>
    public required double OneAccuracy { get; init; }

    public required double OtherAccuracy { get; init; }

    /// <summary>Mean of the differences, replay by replay.</summary>
    public required double Difference { get; init; }

    /// <summary>Their median.</summary>
    public required double Median { get; init; }

    /// <summary>Lower end of the 95 % interval of the mean difference (normal approximation).</summary>
    public required double Low { get; init; }

    /// <summary>Upper end.</summary>
    public required double High { get; init; }
}

/// <summary>All comparisons.</summary>
internal sealed record CrowdSummary(
    int Questions, int Agents, int RecordedAnswers, int Replays, IReadOnlyList<CrowdRow> Comparisons)
{
    public void Write()
    {
        Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Questions:n0} questions, {Agents:n0} agents, {RecordedAnswers:n0} recorded answers, {Replays} replays"));
        Output.Table(
            ["WAY", "RIGHT", "AGAINST", "RIGHT", "ANSWERS EACH", "DIFFERENCE", "MEDIAN", "95 %"],
            Comparisons.Select(row => (IReadOnlyList<string>)
            [
                row.One,
                Percent(row.OneAccuracy),
                row.Other,
                Percent(row.OtherAccuracy),
                string.Create(CultureInfo.InvariantCulture, $"{row.OneAnswers:0.00} / {row.OtherAnswers:0.00}"),
                Percent(row.Difference),
                Percent(row.Median),
                $"{Percent(row.Low)} to {Percent(row.High)}",
            ]));
    }

    private static string Percent(double part) =>
        (100 * part).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
