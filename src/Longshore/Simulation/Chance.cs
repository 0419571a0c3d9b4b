namespace Longshore.Simulation;

/// <summary>
/// Numbers by chance from a seed: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Cheap to make, so that every task
/// can have a stream of its own, and what happens to one never depends on who was served before it.
/// </summary>
internal sealed class Chance(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = seed;
    private double? _spare;

    /// <summary>The stream of one thing among many: of a kind, of a task.</summary>
    public static Chance Of(long seed, long stream, long member = 0) =>
        new(Mix((ulong)seed ^ Mix(((ulong)stream * Golden) ^ Mix((ulong)member + Golden))));

    /// <summary>Uniform in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential() => -Math.Log(1 - Unit());

    /// <summary>Normal with mean 0 and variance 1: Box and Muller (1958), two at a time.</summary>
    public double Normal()
    {
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }

        var radius = Math.Sqrt(2 * Exponential());
        var angle = 2 * Math.PI * Unit();
        _spare = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    private ulong Next() => Mix(_state += Golden);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
