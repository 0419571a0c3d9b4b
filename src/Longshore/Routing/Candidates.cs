using System.Numerics;

namespace Longshore.Routing;

/// <summary>The slots that are in all of some sets and not in another, never made a set of their own.</summary>
internal readonly ref struct Candidates(SlotSet a, SlotSet b, SlotSet? c = null, SlotSet? without = null)
{
    private readonly ulong[] _a = a.Words;
    private readonly ulong[] _b = b.Words;
    private readonly ulong[]? _c = c?.Words;
    private readonly ulong[]? _without = without?.Words;
    private readonly ulong[] _summaryA = a.Summary;
    private readonly ulong[] _summaryB = b.Summary;

    /// <summary>The first at or after <paramref name="from"/>, or −1.</summary>
    public int Next(int from)
    {
        var word = from >> 6;
        if (word >= _a.Length)
        {
            return -1;
        }

        var bits = Word(word) & ulong.MaxValue << from;
        if (bits != 0)
        {
            return (word << 6) + BitOperations.TrailingZeroCount(bits);
        }

        word++;
        var mask = ulong.MaxValue << word;
        for (var i = word >> 6; i < _summaryA.Length; i++)
        {
            for (var any = _summaryA[i] & _summaryB[i] & mask; any != 0; any &= any - 1)
            {
                word = (i << 6) + BitOperations.TrailingZeroCount(any);
                bits = Word(word);
                if (bits != 0)
                {
                    return (word << 6) + BitOperations.TrailingZeroCount(bits);
                }
            }

            mask = ulong.MaxValue;
        }

        return -1;
    }

    /// <summary>The first at or after <paramref name="from"/>, going on from the beginning, or −1.</summary>
    public int NextAround(int from)
    {
        var slot = Next(from);
        return slot < 0 && from > 0 ? Next(0) : slot;
    }

    /// <summary>Those that come first from <paramref name="from"/> on, around once.</summary>
    /// <returns>How many were written.</returns>
    public int Take(int from, Span<int> into)
    {
        var count = 0;
        for (var slot = Next(from); slot >= 0 && count < into.Length; slot = Next(slot + 1))
        {
            into[count++] = slot;
        }

        for (var slot = Next(0); slot >= 0 && slot < from && count < into.Length; slot = Next(slot + 1))
        {
            into[count++] = slot;
        }

        return count;
    }

    public bool Contains(int slot) => (Word(slot >> 6) >> slot & 1) != 0;

    public int Count()
    {
        var count = 0;
        for (var i = 0; i < _summaryA.Length; i++)
        {
            for (var any = _summaryA[i] & _summaryB[i]; any != 0; any &= any - 1)
            {
                count += BitOperations.PopCount(Word((i << 6) + BitOperations.TrailingZeroCount(any)));
            }
        }

        return count;
    }

    /// <summary>The one with so many before it; there must be one.</summary>
    public int At(int index)
    {
        for (var i = 0; i < _summaryA.Length; i++)
        {
            for (var any = _summaryA[i] & _summaryB[i]; any != 0; any &= any - 1)
            {
                var word = (i << 6) + BitOperations.TrailingZeroCount(any);
                var bits = Word(word);
                var here = BitOperations.PopCount(bits);
                if (index >= here)
                {
                    index -= here;
                    continue;
                }

                for (; index > 0; index--)
                {
                    bits &= bits - 1;
                }

                return (word << 6) + BitOperations.TrailingZeroCount(bits);
            }
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }

    private ulong Word(int word)
    {
        var bits = _a[word] & _b[word];
        if (_c is not null)
        {
            bits &= _c[word];
        }

        return _without is null ? bits : bits & ~_without[word];
    }
}
