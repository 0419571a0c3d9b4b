using System.Globalization;
using Longshore.Capabilities;

namespace Longshore.Cli.Bench;

/// <summary>
/// Agents and tasks for planning, from a seed: each task requires 1 to 4 of a hundred capabilities, each agent has 3 to
/// 17 of them and a standing.
/// </summary>
internal sealed class BenchHall
{
    private const int Seed = 7;
    private const int Capabilities = 100;
    private const int OwnedMin = 3;
    private const int OwnedMax = 17;

    /// <summary>Draws so many.</summary>
    public BenchHall(int tasks, int agents)
    {
        var random = new Random(Seed);
        var drawn = new (IReadOnlyCollection<string>, double)[agents];
        for (var agent = 0; agent < agents; agent++)
        {
            drawn[agent] = (Draw(random, random.Next(OwnedMin, OwnedMax + 1)), random.NextDouble());
        }

        var required = new IReadOnlyList<Requirement>[tasks];
        for (var task = 0; task < tasks; task++)
        {
            required[task] = Requirement.Canonical(
                Draw(random, random.Next(1, 5)).Select(name => new Requirement(name)));
        }

        (Agents, Tasks) = (drawn, required);
    }

    /// <summary>What each agent can do, and its standing.</summary>
    public IReadOnlyList<(IReadOnlyCollection<string> Capabilities, double Reputation)> Agents { get; }

    /// <summary>What each task requires.</summary>
    public IReadOnlyList<IReadOnlyList<Requirement>> Tasks { get; }

    private static HashSet<string> Draw(Random random, int count)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (names.Count < count)
        {
            names.Add(string.Create(CultureInfo.InvariantCulture, $"cap-{random.Next(Capabilities)}"));
        }

        return names;
    }
}
