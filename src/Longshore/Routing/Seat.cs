using System.Runtime.InteropServices;
using Longshore.Agents;

namespace Longshore.Routing;

/// <summary>What the board knows of the agent in a slot; what a decision reads lies together.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Seat
{
    public string? Name;
    public int MaxConcurrent;
    public int Load;

    /// <summary>Load divided by <see cref="MaxConcurrent"/>.</summary>
    public double Ratio;

    /// <summary>The supplied score, or what the record is worth whatever a task requires.</summary>
    public double Performance;

    /// <summary>The board's numbers of the capabilities that the record knows, ascending, with the scores.</summary>
    public (int Capability, double Score)[]? Skills;

    /// <summary>The score in any other capability.</summary>
    public double Untried;

    /// <summary>When it was last given something, in microseconds; 0: never.</summary>
    public long LastGrantUs;

    public int FailuresInRow;

    /// <summary>Grants to others that it sits out.</summary>
    public int RestLeft;

    /// <summary>The load bucket it is in, or −1: not to be chosen now.</summary>
    public int Bucket;

    /// <summary>How many of the board's classes the agent can do.</summary>
    public int Breadth;

    /// <summary>The tier of that number that it is in, or −1: not to be chosen now.</summary>
    public int Tier;
    public uint PriorityLevels;
    public bool IsOnline;

    /// <summary>Something was reserved or given back here since the store told of it.</summary>
    public bool IsChanged;
    public long RestSinceUs;
    public AgentRecord? Record;
    public double? Score;

    /// <summary>How well it may be expected to do tasks that require these capabilities, 0 to 1.</summary>
    /// <seealso cref="AgentRecord.ScoreFor"/>
    public readonly double PerformanceFor(ReadOnlySpan<int> requires)
    {
        if (requires.IsEmpty || Score is not null)
        {
            return Performance;
        }

        var least = 1.0;
        foreach (var capability in requires)
        {
            least = Math.Min(least, ScoreIn(capability));
        }

        return least;
    }

    private readonly double ScoreIn(int capability)
    {
        foreach (var skill in Skills.AsSpan())
        {
            if (skill.Capability >= capability)
            {
                return skill.Capability == capability ? skill.Score : Untried;
            }
        }

        return Untried;
    }

    public readonly bool HasRoom => Load < MaxConcurrent;
}
