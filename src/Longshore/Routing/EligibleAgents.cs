namespace Longshore.Routing;

/// <summary>
/// The agents of a board that can do the tasks of one class, and how well. Kept by whoever knows the class; the board
/// moves the members when slots change. Made by <see cref="AgentBoard.AddClass"/>.
/// </summary>
internal sealed class EligibleAgents(AgentBoard board, int[] requires)
{
    // Null while everybody matches in full, as nearly always.
    private float[]? _match;

    public SlotSet Slots { get; } = new(board.Capacity);

    /// <summary>The board's numbers of the capabilities that the tasks require.</summary>
    public ReadOnlySpan<int> Requires => requires;

    public void Add(int slot, double match = 1)
    {
        if (!Slots.Contains(slot))
        {
            Slots.Add(slot);
            board.Widen(slot, 1);
        }

        if (match < 1 && _match is null)
        {
            _match = new float[Slots.Capacity];
            Array.Fill(_match, 1f);
        }

        if (_match is not null)
        {
            _match[slot] = (float)match;
        }
    }

    public void Remove(int slot)
    {
        if (Slots.Contains(slot))
        {
            Slots.Remove(slot);
            board.Widen(slot, -1);
        }
    }

    /// <summary>Part of the requirements that the agent meets, 0 to 1 (S0.56).</summary>
    public double MatchOf(int slot) => _match is null ? 1 : _match[slot];

    public void Move(int[] slotNow, int capacity)
    {
        if (_match is { } before)
        {
            _match = new float[capacity];
            Array.Fill(_match, 1f);
            for (var slot = Slots.Next(0); slot >= 0; slot = Slots.Next(slot + 1))
            {
                _match[slotNow[slot]] = before[slot];
            }
        }

        Slots.Move(slotNow, capacity);
    }
}
