using System.Numerics;

namespace Longshore.Routing;

/// <summary>Slots in tiers from 0 to 63, and which of the tiers hold any: the lowest is found at once.</summary>
internal sealed class SlotTiers
{
    /// <summary>How many tiers there are: one for each bit of a word.</summary>
    public const int Count = 64;

    private readonly SlotSet[] _tiers = new SlotSet[Count];

    public SlotTiers(int capacity)
    {
        for (var i = 0; i < Count; i++)
        {
            _tiers[i] = new SlotSet(capacity);
        }
    }

    /// <summary>Bit t: somebody is in tier t.</summary>
    public ulong Used { get; private set; }

    /// <summary>The slots of a tier.</summary>
    public SlotSet this[int tier] => _tiers[tier];

    /// <summary>Takes a slot from one tier to another; −1 is none.</summary>
    public void Move(int slot, int from, int to)
    {
        if (from == to)
        {
            return;
        }

        if (from >= 0)
        {
            _tiers[from].Remove(slot);
            Used &= _tiers[from].Count == 0 ? ~(1UL << from) : ulong.MaxValue;
        }

        if (to >= 0)
        {
            _tiers[to].Add(slot);
            Used |= 1UL << to;
        }
    }

    /// <summary>Moves every slot to its new place, in sets of another size.</summary>
    public void Move(int[] slotNow, int capacity)
    {
        foreach (var tier in _tiers)
        {
            tier.Move(slotNow, capacity);
        }
    }

    /// <summary>
    /// Below 16 every number has a tier of its own; from there on there are four up to each double, as in a histogram
    /// of high dynamic range. What is above 57,343 shares the last.
    /// </summary>
    public static int TierOf(int number)
    {
        if (number < 16)
        {
            return number;
        }

        var doublings = BitOperations.Log2((uint)number);
        return Math.Min(Count - 1, 16 + ((doublings - 4) << 2) + (number >> (doublings - 2) & 3));
    }
}
