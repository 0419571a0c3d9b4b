using System.Numerics;

namespace Longshore.Routing;

/// <summary>
/// A set of slots as bits, with one more bit for each word that holds any: so that whoever looks for a few members
/// among ten thousand reads a few words. Not safe for several threads.
/// </summary>
internal sealed class SlotSet(int capacity)
{
    public ulong[] Words { get; private set; } = new ulong[(capacity + 63) >> 6];

    /// <summary>Bit w tells whether word w holds anything.</summary>
    public ulong[] Summary { get; private set; } = new ulong[(capacity + 4095) >> 12];

    public int Count { get; private set; }

    public int Capacity => Words.Length << 6;

    public bool Contains(int slot) => (Words[slot >> 6] >> slot & 1) != 0;

    public void Add(int slot)
    {
        ref var word = ref Words[slot >> 6];
        var bit = 1UL << slot;
        if ((word & bit) == 0)
        {
            word |= bit;
            Summary[slot >> 12] |= 1UL << (slot >> 6);
            Count++;
        }
    }

    public void Remove(int slot)
    {
        ref var word = ref Words[slot >> 6];
        var bit = 1UL << slot;
        if ((word & bit) == 0)
        {
            return;
        }

        word &= ~bit;
        Count--;
        if (word == 0)
        {
            Summary[slot >> 12] &= ~(1UL << (slot >> 6));
        }
    }

    public void Put(int slot, bool isMember)
    {
        if (isMember)
        {
            Add(slot);
        }
        else
        {
            Remove(slot);
        }
    }

    public void Clear()
    {
        Array.Clear(Words);
        Array.Clear(Summary);
        Count = 0;
    }

    /// <summary>The first member at or after <paramref name="from"/>, or −1.</summary>
    public int Next(int from) => from >= Capacity ? -1 : new Candidates(this, this).Next(from);

    /// <summary>Moves every member to its new slot, in a set of another size.</summary>
    public void Move(int[] slotNow, int capacity)
    {
        var words = Words;
        Words = new ulong[(capacity + 63) >> 6];
        Summary = new ulong[(capacity + 4095) >> 12];
        Count = 0;
        for (var i = 0; i < words.Length; i++)
        {
            for (var bits = words[i]; bits != 0; bits &= bits - 1)
            {
                Add(slotNow[(i << 6) + BitOperations.TrailingZeroCount(bits)]);
            }
        }
    }
}
