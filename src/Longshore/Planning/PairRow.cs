using Longshore.Explain;

namespace Longshore.Planning;

/// <summary>A task beside each agent of a crowd. Kept small: a plan may hold ten million pairs.</summary>
/// <param name="obstacles">What keeps it from each, as <see cref="Obstacle"/>.</param>
/// <param name="met">How many of its requirements each meets.</param>
/// <param name="required">How many it has.</param>
/// <param name="performances">How well each may be expected to do it.</param>
internal sealed class PairRow(byte[] obstacles, byte[] met, int required, double[] performances)
{
    public int Agents => obstacles.Length;

    public IEnumerable<Obstacle> Obstacles => obstacles.Select(obstacle => (Obstacle)obstacle);

    public Obstacle ObstacleOf(int agent) => (Obstacle)obstacles[agent];

    /// <summary>The part of its requirements that the agent meets; 1 when it has none (S0.56).</summary>
    public double MatchOf(int agent) => required == 0 ? 1 : (double)met[agent] / required;

    public double PerformanceOf(int agent) => performances[agent];
}
