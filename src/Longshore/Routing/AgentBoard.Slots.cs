using Longshore.Capabilities;

namespace Longshore.Routing;

/// <summary>
/// Slots are in the order of names, with gaps: so "the next by name" is the next bit. When a newcomer finds no gap, all
/// are spread anew, and the members of every class move along.
/// </summary>
internal sealed partial class AgentBoard
{
    private const int CapacityMin = 64;

    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly List<EligibleAgents> _classes = [];
    private readonly SlotSet _present = new(CapacityMin);
    private Seat[] _seats = new Seat[CapacityMin];
    private int _restFrom;

    /// <summary>Slots there are, taken or not.</summary>
    public int Capacity => _seats.Length;

    /// <summary>The agent's slot, which holds until the next agent is added; −1 when it is not there.</summary>
    public int SlotOf(string name) => _slots.GetValueOrDefault(name, -1);

    /// <summary>An empty set of agents for a class of tasks; moved along until <see cref="RemoveClass"/>.</summary>
    /// <param name="requires">What its tasks require.</param>
    public EligibleAgents AddClass(IReadOnlyList<Requirement>? requires = null)
    {
        var eligible = new EligibleAgents(
            this, [.. (requires ?? []).Select(r => NumberOf(r.Name)).Distinct()]);
        _classes.Add(eligible);
        return eligible;
    }

    /// <summary>The class is not asked for any more.</summary>
    public void RemoveClass(EligibleAgents eligible)
    {
        if (_classes.Remove(eligible))
        {
            for (var slot = eligible.Slots.Next(0); slot >= 0; slot = eligible.Slots.Next(slot + 1))
            {
                Widen(slot, -1);
            }
        }
    }

    /// <summary>The agent can do one class more, or one less.</summary>
    internal void Widen(int slot, int by)
    {
        ref var seat = ref _seats[slot];
        seat.Breadth += by;
        PlaceByBreadth(slot, ref seat);
    }

    /// <summary>The first slot behind a name, whether or not an agent of that name is there.</summary>
    public int After(string name) => _slots.TryGetValue(name, out var slot) ? slot + 1 : Neighbours(name).Next;

    private int MakePlace(string name)
    {
        var (previous, next) = Neighbours(name);
        if (next - previous <= 1)
        {
            Spread();
            (previous, next) = Neighbours(name);
        }

        // Names often come in ascending order; halving what is left behind the last would use it up at once.
        return next == Capacity ? previous + 1 : previous + ((next - previous) / 2);
    }

    /// <summary>Slots of those before and behind a name: −1 and <see cref="Capacity"/> when there are none.</summary>
    private (int Previous, int Next) Neighbours(string name)
    {
        var (previous, next) = (-1, Capacity);
        var (low, high) = (0, Capacity);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var taken = _present.Next(middle);
            if (taken < 0 || taken >= high)
            {
                high = middle;
            }
            else if (string.CompareOrdinal(_seats[taken].Name, name) > 0)
            {
                (next, high) = (taken, middle);
            }
            else
            {
                (previous, low) = (taken, taken + 1);
            }
        }

        return (previous, next);
    }

    private void Spread()
    {
        // A quarter is left behind the last name; in the rest there is a gap before and behind each.
        var capacity = (Count + 1) * 2 > Capacity / 4 * 3 ? Capacity * 2 : Capacity;
        var seats = new Seat[capacity];
        var slotNow = new int[Capacity];
        long number = 0;
        for (var slot = _present.Next(0); slot >= 0; slot = _present.Next(slot + 1))
        {
            var place = (int)((++number * (capacity / 4 * 3)) / (Count + 1));
            slotNow[slot] = place;
            seats[place] = _seats[slot];
            _slots[seats[place].Name!] = place;
        }

        _seats = seats;
        foreach (var set in (SlotSet[])[_present, Free, Steady, Resting, .. _takers])
        {
            set.Move(slotNow, capacity);
        }

        Loads.Move(slotNow, capacity);
        Breadths.Move(slotNow, capacity);

        foreach (var eligible in _classes)
        {
            eligible.Move(slotNow, capacity);
        }
    }
}
