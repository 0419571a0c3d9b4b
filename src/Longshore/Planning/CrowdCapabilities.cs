using System.Numerics;
using Longshore.Capabilities;
using Longshore.Explain;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// Asks <see cref="CapabilitySet"/> once for each requirement and agent, and adds up the answers for what tasks require
/// together.
/// </summary>
internal sealed class CrowdCapabilities(IReadOnlyList<Candidate> crowd)
{
    // Three counts of at most 32 requirements, each in eight bits: declared, available, usable.
    private const int Declared = 1;
    private const int Available = 1 << 8;
    private const int Usable = 1 << 16;
    private const int Count = 255;

    private readonly Dictionary<(Requirement Requirement, MatchMode Mode), int[]> _known = [];
    private readonly int[] _sums = new int[crowd.Count];

    /// <summary>What keeps each agent from a task, and how many of its requirements each can use now.</summary>
    /// <param name="spec">What the task asks for.</param>
    /// <param name="beside">What keeps each agent from it but for that.</param>
    public (byte[] Obstacles, byte[] Met) Judge(NewTask spec, byte[] beside)
    {
        var (obstacles, met) = (beside.ToArray(), new byte[beside.Length]);
        if (spec.Requires.Count == 0)
        {
            return (obstacles, met);
        }

        Sum(spec);
        var needed = CapabilitySet.NeededCount(
            spec.Requires.Count, spec.Match == MatchMode.Strict ? 1 : spec.MinimumMatch);
        for (var i = 0; i < obstacles.Length; i++)
        {
            var sums = _sums[i];
            met[i] = (byte)(sums / Usable);
            if (met[i] < needed && !ComesBefore(obstacles[i]))
            {
                obstacles[i] = (byte)((sums & Count) < needed ? Obstacle.LacksCapability
                    : (sums / Available & Count) < needed ? Obstacle.CapabilityUnavailable
                    : Obstacle.NotAuthorised);
            }
        }

        return (obstacles, met);
    }

    // Filters have an order, and the first that stops an agent is told.
    private static bool ComesBefore(byte obstacle) => obstacle is not 0 and < (byte)Obstacle.LacksCapability;

    private void Sum(NewTask spec)
    {
        Array.Clear(_sums);
        for (var r = 0; r < spec.Requires.Count; r++)
        {
            var met = MetBy(spec.Requires[r], spec.Match);
            var i = 0;
            for (; i <= met.Length - Vector<int>.Count; i += Vector<int>.Count)
            {
                (new Vector<int>(_sums, i) + new Vector<int>(met, i)).CopyTo(_sums, i);
            }

            for (; i < met.Length; i++)
            {
                _sums[i] += met[i];
            }
        }
    }

    private int[] MetBy(Requirement requirement, MatchMode mode)
    {
        if (!_known.TryGetValue((requirement, mode), out var met))
        {
            met =
            [
                .. crowd.Select(one => (one.Declared.Meets(requirement, mode) ? Declared : 0)
                    + (one.Available.Meets(requirement, mode) ? Available : 0)
                    + (one.Usable.Meets(requirement, mode) ? Usable : 0)),
            ];
            _known.Add((requirement, mode), met);
        }

        return met;
    }
}
