namespace Longshore.Routing.Strategies;

/// <summary>
/// By lot among a sample, each as likely as its performance is high: the best gets most, and a newcomer gets the chance
/// to show what it can do (T1.14).
/// </summary>
internal sealed class PerformanceWeighted : IRoutingStrategy
{
    // Somebody whose score from outside is 0 is unlikely, not impossible, or it could never rise.
    private const double WeightMin = 0.01;

    public RoutingStrategy Kind => RoutingStrategy.PerformanceWeighted;

    public int Choose(in Choice choice)
    {
        Span<int> some = stackalloc int[Choice.SampleSize];
        Span<double> sums = stackalloc double[Choice.SampleSize];
        var count = choice.Sample(choice.Board.Free, some);
        if (count == 0)
        {
            return -1;
        }

        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sums[i] = sum += TotalOf(choice, some[i])!.Value;
        }

        var drawn = choice.Random.NextDouble() * sum;
        var at = 0;
        while (at < count - 1 && sums[at] <= drawn)
        {
            at++;
        }

        return some[at];
    }

    public double? TotalOf(in Choice choice, int slot) => Math.Max(WeightMin, choice.PerformanceOf(slot));
}
