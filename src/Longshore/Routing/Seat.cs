using System.Runtime.InteropServices;

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

    /// <summary>The supplied score, or what the record is worth (<see cref="Quality"/>).</summary>
    public double Performance;

    /// <summary>When it was last given something, in microseconds; 0: never.</summary>
    public long LastGrantUs;

    public int FailuresInRow;

    /// <summary>Grants to others that it sits out.</summary>
    public int RestLeft;

    /// <summary>The load bucket it is in, or −1: not to be chosen now.</summary>
    public int Bucket;
    public uint PriorityLevels;
    public bool IsOnline;
    public long RestSinceUs;
    public long Completed;
    public long Failed;
    public double? Score;

    public readonly bool HasRoom => Load < MaxConcurrent;
}
