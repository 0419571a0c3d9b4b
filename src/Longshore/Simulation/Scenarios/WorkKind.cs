namespace Longshore.Simulation.Scenarios;

/// <summary>Tasks that are alike.</summary>
internal sealed record WorkKind
{
    /// <summary>Its name.</summary>
    public required string Kind { get; init; }

    /// <summary>What an agent must be able to do: <c>sql</c>, <c>sql>=3</c>.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>Priority of all, 0 to 10.</summary>
    public int Priority { get; init; } = 5;

    /// <summary>Share of each priority, where they differ: <c>{"5": 3, "8": 1}</c>.</summary>
    public IReadOnlyDictionary<string, double> Priorities { get; init; } = new Dictionary<string, double>();

    /// <summary>When they come; missing for one that follows another.</summary>
    public Arrivals? Arrivals { get; init; }

    /// <summary>One comes whenever one of that kind is done, about the same item.</summary>
    public string? After { get; init; }

    /// <summary>How long the work takes an agent of speed 1.</summary>
    public required Durations Service { get; init; }

    /// <summary>How long a task waits to be begun before it is called off; for ever when missing.</summary>
    public Durations? Patience { get; init; }

    /// <summary>If it is not finished so long after it came, it expires.</summary>
    public double? DeadlineSeconds { get; init; }

    /// <summary>How often it may be tried.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The wait after a failure: doubled each time, up to an hour.</summary>
    public double RetrySeconds { get; init; } = 2;

    /// <summary>Chance that an attempt fails because of the task.</summary>
    public double FailureProbability { get; init; }

    /// <summary>Part of the tasks that take every agent down that tries them.</summary>
    public double PoisonProbability { get; init; }
}

/// <summary>When tasks come.</summary>
internal sealed record Arrivals
{
    /// <summary>By which process.</summary>
    public required string Process { get; init; }

    /// <summary>How many in an hour (poisson).</summary>
    public double? PerHour { get; init; }

    /// <summary>One every so often (interval).</summary>
    public double? EverySeconds { get; init; }

    /// <summary>Seconds after the beginning at which one comes (trace).</summary>
    public IReadOnlyList<double> AtSeconds { get; init; } = [];

    /// <summary>
    /// What <see cref="PerHour"/> is multiplied by (poisson): 24 numbers for the hours of a day, or 168 for those of a
    /// week from Monday.
    /// </summary>
    public IReadOnlyList<double> Profile { get; init; } = [];

    internal const string Poisson = "poisson";
    internal const string Interval = "interval";
    internal const string Trace = "trace";
}

/// <summary>How long something takes.</summary>
internal sealed record Durations
{
    /// <summary>Which distribution.</summary>
    public required string Distribution { get; init; }

    /// <summary>Mean (fixed, exponential, lognormal).</summary>
    public double? MeanSeconds { get; init; }

    /// <summary>Standard deviation (lognormal).</summary>
    public double? SdSeconds { get; init; }

    /// <summary>Least (uniform).</summary>
    public double? FromSeconds { get; init; }

    /// <summary>Most (uniform).</summary>
    public double? ToSeconds { get; init; }

    internal const string Fixed = "fixed";
    internal const string Exponential = "exponential";
    internal const string Lognormal = "lognormal";
    internal const string Uniform = "uniform";

    /// <summary>The mean in seconds.</summary>
    internal double Mean => Distribution == Uniform ? (FromSeconds!.Value + ToSeconds!.Value) / 2 : MeanSeconds!.Value;

    /// <summary>One by chance, in whole microseconds.</summary>
    internal long DrawUs(Chance chance)
    {
        var seconds = Distribution switch
        {
            Fixed => MeanSeconds!.Value,
            Exponential => MeanSeconds!.Value * chance.Exponential(),
            Lognormal => DrawLognormal(MeanSeconds!.Value, SdSeconds!.Value, chance),
            _ => FromSeconds!.Value + ((ToSeconds!.Value - FromSeconds.Value) * chance.Unit()),
        };
        return (long)Math.Round(Math.Min(seconds, ScenarioRules.SecondsMax) * 1e6);
    }

    /// <summary>By the mean and deviation of the durations themselves, not of their logarithms.</summary>
    private static double DrawLognormal(double mean, double deviation, Chance chance)
    {
        var variance = Math.Log(1 + (deviation * deviation / (mean * mean)));
        return Math.Exp(Math.Log(mean) - (variance / 2) + (Math.Sqrt(variance) * chance.Normal()));
    }
}
