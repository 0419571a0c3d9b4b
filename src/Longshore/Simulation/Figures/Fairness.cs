namespace Longshore.Simulation.Figures;

/// <summary>How evenly something is shared.</summary>
internal static class Fairness
{
    /// <summary>
    /// Jain's index, (Σx)² / (n · Σx²): 1 when all have the same, 1/n when one has everything (Jain, Chiu and Hawe, DEC
    /// Research Report TR-301, 1984). 1 when nobody has anything.
    /// </summary>
    public static double JainIndex(IReadOnlyList<double> shares)
    {
        var (sum, squares) = (shares.Sum(), shares.Sum(x => x * x));
        return squares > 0 ? sum * sum / (shares.Count * squares) : 1;
    }
}
