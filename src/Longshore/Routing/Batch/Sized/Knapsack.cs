namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// Which tasks one agent would choose if it were asked alone: the most profit within its room. Exact by dynamic
/// programming while that is small, otherwise the bound of the fractional problem (Dantzig 1957).
/// </summary>
internal sealed class Knapsack
{
    // Cells of the table for one agent; beyond it the fractional bound costs nearly nothing.
    private const long CellsMax = 8_000_000;

    private readonly List<(int Task, int Size, long Profit)> _items = [];
    private long[] _best = [];
    private bool[] _taken = [];

    /// <summary>The items chosen by the last <see cref="Solve"/>.</summary>
    public List<int> Chosen { get; } = [];

    public void Clear() => _items.Clear();

    /// <summary>Offers a task; what brings no profit is not taken.</summary>
    public void Add(int task, int size, long profit)
    {
        if (profit > 0)
        {
            _items.Add((task, size, profit));
        }
    }

    /// <summary>The highest profit, or an upper bound of it, and what to choose for it.</summary>
    public long Solve(int room)
    {
        Chosen.Clear();
        var (all, total) = (0L, 0L);
        foreach (var (_, size, profit) in _items)
        {
            (all, total) = (all + size, total + profit);
        }

        if (all <= room)
        {
            Chosen.AddRange(_items.Select(item => item.Task));
            return total;
        }

        return (long)_items.Count * (room + 1L) <= CellsMax ? Exact(room) : Fractional(room);
    }

    /// <summary>Cells that <see cref="Solve"/> fills for what is offered now.</summary>
    public long Cells(int room) => Math.Min(CellsMax, (long)_items.Count * (room + 1L));

    private long Exact(int room)
    {
        var width = room + 1;
        if (_best.Length < width)
        {
            _best = new long[width];
        }

        if (_taken.Length < (long)width * _items.Count)
        {
            _taken = new bool[width * _items.Count];
        }

        var best = _best.AsSpan(0, width);
        best.Clear();
        for (var i = 0; i < _items.Count; i++)
        {
            var (_, size, profit) = _items[i];
            var taken = _taken.AsSpan(i * width, width);
            taken.Clear();
            for (var at = room; at >= size; at--)
            {
                var with = best[at - size] + profit;
                if (with > best[at])
                {
                    best[at] = with;
                    taken[at] = true;
                }
            }
        }

        for (var (i, at) = (_items.Count - 1, room); i >= 0; i--)
        {
            if (_taken[(i * width) + at])
            {
                Chosen.Add(_items[i].Task);
                at -= _items[i].Size;
            }
        }

        return best[room];
    }

    private long Fractional(long room)
    {
        _items.Sort((a, b) => ((Int128)b.Profit * a.Size).CompareTo((Int128)a.Profit * b.Size));
        var total = 0L;
        foreach (var (task, size, profit) in _items)
        {
            if (size > room)
            {
                return total + (long)((Int128)profit * room / size) + 1;
            }

            total += profit;
            room -= size;
            Chosen.Add(task);
        }

        return total;
    }
}
