namespace Longshore.Cli.Simulate;

/// <summary>A linear scale from 0 to a little more than the most, with round ticks.</summary>
internal sealed class Axis
{
    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];
    private readonly double _from;
    private readonly double _pixels;

    private Axis(double most, double step, double from, double pixels)
    {
        (Most, Step, _from, _pixels) = (most, step, from, pixels);
    }

    /// <summary>Where the scale ends.</summary>
    public double Most { get; }

    /// <summary>From tick to tick.</summary>
    public double Step { get; }

    public IEnumerable<double> Ticks
    {
        get
        {
            for (var i = 0; i * Step <= Most * 1.0001; i++)
            {
                yield return i * Step;
            }
        }
    }

    /// <summary>A scale for values up to <paramref name="most"/>, drawn from one pixel to another.</summary>
    /// <param name="most">The largest value.</param>
    /// <param name="unit">Ticks are round multiples of this, such as 60 for minutes.</param>
    /// <param name="fromPixel">Where 0 is.</param>
    /// <param name="toPixel">Where the end is.</param>
    public static Axis Of(double most, double unit, double fromPixel, double toPixel)
    {
        var wanted = Math.Max(most, unit * 1e-3) / unit / 6;
        var power = Math.Pow(10, Math.Floor(Math.Log10(wanted)));
        var step = Steps.First(s => s * power >= wanted * 0.9999) * power * unit;
        var end = Math.Ceiling(Math.Max(most, step * 0.001) / step) * step;
        return new Axis(end, step, fromPixel, toPixel - fromPixel);
    }

    /// <summary>The pixel of a value; what lies beyond is drawn at the end.</summary>
    public double At(double value) => _from + (_pixels * Math.Min(value, Most) / Most);
}
