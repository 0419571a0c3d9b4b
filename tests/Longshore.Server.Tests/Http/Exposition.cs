using System.Globalization;
using System.Text.RegularExpressions;

namespace Longshore.Server.Tests.Http;

/// <summary>A strict reader of the Prometheus text format 0.0.4; what it does not understand is an error.</summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);

    private Exposition()
    {
    }

    /// <summary>Families by name, with their types.</summary>
    public Dictionary<string, string> Types { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, double> Samples => _samples;

    /// <summary>The value of a series, as <c>name</c> or <c>name{label="value"}</c>.</summary>
    public double this[string series] => _samples.TryGetValue(series, out var value)
        ? value
        : throw new KeyNotFoundException($"{series} is not among:\n{string.Join('\n', _samples.Keys)}");

    public static Exposition Parse(string text)
    {
        text.ShouldEndWith("\n");
        text.ShouldNotContain("\r");
        var read = new Exposition();
        string? family = null;
        string? help = null;
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (Help().Match(line) is { Success: true } helped)
            {
                help = helped.Groups["name"].Value;
                read.Types.ShouldNotContainKey(help, "a family comes once, in one piece");
            }
            else if (Type().Match(line) is { Success: true } typed)
            {
                family = typed.Groups["name"].Value;
                family.ShouldBe(help, "HELP and TYPE of a family stand together");
                read.Types.Add(family, typed.Groups["type"].Value);
            }
            else
            {
                read.Add(line, family.ShouldNotBeNull());
            }
        }

        read.CheckHistograms();
        return read;
    }

    private void Add(string line, string family)
    {
        var sample = Sample().Match(line);
        sample.Success.ShouldBeTrue(line);
        var name = sample.Groups["name"].Value;
        var suffixes = Types[family] == "histogram" ? new[] { "_bucket", "_sum", "_count" } : [""];
        suffixes.ShouldContain(suffix => name == family + suffix, $"{name} is no sample of {family}");
        if (Types[family] == "counter")
        {
            name.ShouldEndWith("_total");
        }

        var labels = sample.Groups["labels"].Value;
        Label().Replace(labels, "").ShouldBe("", $"{line}: malformed labels");
        Label().Matches(labels).Select(label => label.Groups["name"].Value).ShouldBeUnique();
        var series = labels.Length == 0 ? name : $"{name}{{{labels}}}";
        _samples.TryAdd(series, Number(sample.Groups["value"].Value)).ShouldBeTrue($"{series} comes twice");
    }

    private void CheckHistograms()
    {
        var buckets = _samples.Where(s => s.Key.Contains("le=\"")).GroupBy(s => Bound().Replace(s.Key, ""));
        foreach (var series in buckets)
        {
            var ordered = series.OrderBy(s => Number(Bound().Match(s.Key).Groups["bound"].Value)).ToList();
            ordered.Select(s => s.Value).ShouldBeInOrder(SortDirection.Ascending, series.Key);
            Bound().Match(ordered[^1].Key).Groups["bound"].Value.ShouldBe("+Inf");
            var count = series.Key.Replace("_bucket", "_count").Replace("{}", "").Replace(",}", "}");
            this[count].ShouldBe(ordered[^1].Value);
            this[count.Replace("_count", "_sum")].ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    private static double Number(string text) =>
        text == "+Inf" ? double.PositiveInfinity : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_][a-zA-Z0-9_]*) (?:[^\\]|\\\\|\\n)+$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_][a-zA-Z0-9_]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_][a-zA-Z0-9_]*)(?:\{(?<labels>.+)\})? (?<value>\S+)$")]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?:^|(?<=""),)(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=""(?:[^""\\]|\\\\|\\n|\\"")*""")]
    private static partial Regex Label();

    [GeneratedRegex(@",?le=""(?<bound>[^""]+)""")]
    private static partial Regex Bound();
}
