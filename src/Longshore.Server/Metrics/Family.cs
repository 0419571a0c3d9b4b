using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Longshore.Server.Metrics;

/// <summary>Everything that one instrument measured: a series for each combination of labels.</summary>
internal abstract class Family(Instrument instrument, string type, bool counts)
{
    private const string OtherLabel = "_other";

    /// <summary>Most series of one instrument. Labels are bounded where they are made; this is the net.</summary>
    public const int SeriesMax = 1000;

    private readonly ConcurrentDictionary<SeriesKey, Series> _series = new();

    // Measurements come in runs of one series.
    private volatile Series? _latest;

    public string Name { get; } = PrometheusText.Name(instrument.Name, instrument.Unit, counts);

    /// <summary>The family that fits an instrument; null when there is none.</summary>
    public static Family? Of(Instrument instrument) => instrument switch
    {
        Counter<long> => new Sums(instrument, "counter", counts: true),
        UpDownCounter<long> => new Sums(instrument, "gauge", counts: false),
        Histogram<double> histogram => new Distribution(histogram),
        _ when instrument.IsObservable => new Gauges(instrument),
        _ => null,
    };

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = SeriesKey.Of(tags);
        var latest = _latest;
        var series = latest is not null && latest.Key.IsSameAs(key) ? latest : Find(key, tags);
        lock (series)
        {
            series.Record(value);
        }
    }

    /// <summary>Called before observable instruments say their values.</summary>
    public virtual void Observing()
    {
    }

    public void Write(StringBuilder text)
    {
        text.Append("# HELP ").Append(Name).Append(' ');
        PrometheusText.Escape(text, instrument.Description ?? "", quotes: false);
        text.Append("\n# TYPE ").Append(Name).Append(' ').Append(type).Append('\n');
        foreach (var series in _series.Values.OrderBy(s => s.Labels, StringComparer.Ordinal))
        {
            lock (series)
            {
                series.Write(text, Name);
            }
        }
    }

    protected void Clear()
    {
        _latest = null;
        _series.Clear();
    }

    protected abstract Series Create(SeriesKey key, string labels);

    private Series Find(SeriesKey key, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_series.TryGetValue(key, out var series))
        {
            var other = new SeriesKey(OtherLabel, null, null);
            series = _series.Count < SeriesMax
                ? _series.GetOrAdd(key, Create(key, SeriesKey.Text(tags)))
                : _series.GetOrAdd(other, Create(other, $"overflow=\"{OtherLabel}\""));
        }

        return _latest = series;
    }

    /// <summary>One combination of labels. The family locks it.</summary>
    protected abstract class Series(SeriesKey key, string labels)
    {
        public SeriesKey Key { get; } = key;

        public string Labels { get; } = labels;

        public abstract void Record(double value);

        public abstract void Write(StringBuilder text, string name);
    }

    private sealed class Sums(Instrument instrument, string type, bool counts) : Family(instrument, type, counts)
    {
        protected override Series Create(SeriesKey key, string labels) => new Sum(key, labels);

        private sealed class Sum(SeriesKey key, string labels) : Series(key, labels)
        {
            private double _sum;

            public override void Record(double value) => _sum += value;

            public override void Write(StringBuilder text, string name) =>
                PrometheusText.Sample(text, name, Labels, _sum);
        }
    }

    private sealed class Gauges(Instrument instrument) : Family(instrument, "gauge", counts: false)
    {
        // What is not said again is no more.
        public override void Observing() => Clear();

        protected override Series Create(SeriesKey key, string labels) => new Gauge(key, labels);

        private sealed class Gauge(SeriesKey key, string labels) : Series(key, labels)
        {
            private double _value;

            public override void Record(double value) => _value = value;

            public override void Write(StringBuilder text, string name) =>
                PrometheusText.Sample(text, name, Labels, _value);
        }
    }

    private sealed class Distribution(Histogram<double> instrument) : Family(instrument, "histogram", counts: false)
    {
        private readonly double[] _bounds = [.. instrument.Advice?.HistogramBucketBoundaries ?? [0.01, 0.1, 1, 10]];

        protected override Series Create(SeriesKey key, string labels) => new Buckets(key, labels, _bounds);

        private sealed class Buckets(SeriesKey key, string labels, double[] bounds) : Series(key, labels)
        {
            private readonly long[] _counts = new long[bounds.Length + 1];
            private double _sum;

            public override void Record(double value)
            {
                var at = Array.BinarySearch(bounds, value);
                _counts[at < 0 ? ~at : at]++;
                _sum += value;
            }

            public override void Write(StringBuilder text, string name)
            {
                var prefix = Labels.Length == 0 ? "" : Labels + ",";
                var below = 0L;
                for (var i = 0; i < _counts.Length; i++)
                {
                    below += _counts[i];
                    var bound = PrometheusText.Number(i < bounds.Length ? bounds[i] : double.PositiveInfinity);
                    PrometheusText.Sample(text, name + "_bucket", $"{prefix}le=\"{bound}\"", below);
                }

                PrometheusText.Sample(text, name + "_sum", Labels, _sum);
                PrometheusText.Sample(text, name + "_count", Labels, below);
            }
        }
    }
}
