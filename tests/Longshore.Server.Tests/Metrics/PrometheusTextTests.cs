using System.Diagnostics.Metrics;
using System.Text;
using Longshore.Server.Metrics;
using Longshore.Server.Tests.Http;

namespace Longshore.Server.Tests.Metrics;

/// <summary>The words of the text format, and families of series.</summary>
public sealed class PrometheusTextTests
{
    [Theory]
    [InlineData("longshore.tasks.inserted", "{task}", true, "longshore_tasks_inserted_total")]
    [InlineData("longshore.commit_time", "s", false, "longshore_commit_time_seconds")]
    [InlineData("wait_seconds", "s", false, "wait_seconds")]
    [InlineData("9-lives", "By", false, "__lives_bytes")]
    public void Names_carry_the_unit_and_what_counts(string name, string unit, bool counts, string expected) =>
        PrometheusText.Name(name, unit, counts).ShouldBe(expected);

    [Theory]
    [InlineData("a\\b\"c\nd", true, "a\\\\b\\\"c\\nd")]
    [InlineData("a\\b\"c\nd", false, "a\\\\b\"c\\nd")]
    public void Texts_are_escaped_in_labels_and_in_help(string value, bool quotes, string expected)
    {
        var text = new StringBuilder();
        PrometheusText.Escape(text, value, quotes);
        text.ToString().ShouldBe(expected);
    }

    [Fact]
    public void A_histogram_puts_each_value_into_the_first_bucket_that_holds_it()
    {
        using var meter = new Meter("a test");
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] };
        var family = Family.Of(meter.CreateHistogram("t", "s", "times", null, advice)).ShouldNotBeNull();
        foreach (var value in (double[])[0.05, 0.1, 0.5, 1, 7])
        {
            family.Record(value, []);
        }

        var read = Read(family);
        read["t_seconds_bucket{le=\"0.1\"}"].ShouldBe(2);
        read["t_seconds_bucket{le=\"1\"}"].ShouldBe(4);
        read["t_seconds_bucket{le=\"+Inf\"}"].ShouldBe(5);
        read["t_seconds_sum"].ShouldBe(8.65, 1e-9);
        read["t_seconds_count"].ShouldBe(5);
    }

    [Fact]
    public void Series_beyond_the_most_that_are_kept_are_summed()
    {
        using var meter = new Meter("a test");
        var family = Family.Of(meter.CreateCounter<long>("c", null, "counts")).ShouldNotBeNull();
        for (var i = 0; i < Family.SeriesMax + 5; i++)
        {
            family.Record(1, [new("who", $"number {i}")]);
            family.Record(1, [new("who", "number 0")]);
        }

        var read = Read(family);
        read.Samples.Count.ShouldBe(Family.SeriesMax + 1);
        read["c_total{overflow=\"_other\"}"].ShouldBe(5);
        read["c_total{who=\"number 0\"}"].ShouldBe(Family.SeriesMax + 6);
    }

    [Fact]
    public void A_gauge_forgets_what_is_not_said_again()
    {
        using var meter = new Meter("a test");
        var family = Family.Of(meter.CreateObservableGauge("g", () => 1L, null, "says")).ShouldNotBeNull();
        family.Observing();
        family.Record(3, [new("who", "a")]);
        family.Record(4, [new("who", "b")]);
        family.Observing();
        family.Record(5, [new("who", "b")]);
        Read(family).Samples.ShouldBe(new Dictionary<string, double> { ["g{who=\"b\"}"] = 5 });
    }

    private static Exposition Read(Family family)
    {
        var text = new StringBuilder();
        family.Write(text);
        return Exposition.Parse(text.ToString());
    }
}
