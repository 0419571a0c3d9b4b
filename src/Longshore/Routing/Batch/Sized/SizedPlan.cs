namespace Longshore.Routing.Batch.Sized;

/// <summary>A plan in the making: which arc each task uses, and how full agents are; they may be too full.</summary>
internal sealed class SizedPlan
{
    public const int None = -1;

    private readonly SizedArcs _arcs;

    // How many tasks each agent has.
    private readonly int[] _held;

    public SizedPlan(SizedArcs arcs)
    {
        _arcs = arcs;
        ArcOf = new int[arcs.Problem.Tasks];
        Array.Fill(ArcOf, None);
        Left = new long[arcs.Problem.Agents];
        for (var agent = 0; agent < Left.Length; agent++)
        {
            Left[agent] = arcs.Room(agent);
        }

        _held = new int[Left.Length];
        Open = ArcOf.Length;
    }

    private SizedPlan(SizedPlan other)
    {
        _arcs = other._arcs;
        ArcOf = [.. other.ArcOf];
        Left = [.. other.Left];
        _held = [.. other._held];
        (Value, Overload, Open) = (other.Value, other.Overload, other.Open);
    }

    /// <summary>For each task its arc, or <see cref="None"/>.</summary>
    public int[] ArcOf { get; }

    /// <summary>For each agent the room left; below 0 it has too much.</summary>
    public long[] Left { get; }

    public long Value { get; private set; }

    /// <summary>By how much agents have too much, in all.</summary>
    public long Overload { get; private set; }

    /// <summary>Tasks that nobody has.</summary>
    public int Open { get; private set; }

    /// <summary>It may be carried out as it is.</summary>
    public bool IsFeasible => Overload == 0 && (Open == 0 || !_arcs.Problem.EveryTask);

    /// <summary>There is room for it and a slot.</summary>
    public bool Fits(int arc) => Left[_arcs.Agent(arc)] >= _arcs.Size(arc) && HasSlot(_arcs.Agent(arc));

    /// <summary>The agent may have one more task, as far as their number counts.</summary>
    public bool HasSlot(int agent) => _held[agent] < _arcs.Problem.SlotsOf(agent);

    /// <summary>
    /// Gives a task to another arc, or to <see cref="None"/>. Agents may get too much by it, but only who moves sees
    /// to it that they have a slot.
    /// </summary>
    public void Move(int task, int arc)
    {
        var before = ArcOf[task];
        if (before == None)
        {
            Open--;
        }
        else
        {
            Value -= _arcs.Score(before);
            Change(_arcs.Agent(before), _arcs.Size(before));
            _held[_arcs.Agent(before)]--;
        }

        if (arc == None)
        {
            Open++;
        }
        else
        {
            Value += _arcs.Score(arc);
            Change(_arcs.Agent(arc), -_arcs.Size(arc));
            _held[_arcs.Agent(arc)]++;
        }

        ArcOf[task] = arc;
    }

    public SizedPlan Copy() => new(this);

    private void Change(int agent, int by)
    {
        Overload -= Math.Max(0, -Left[agent]);
        Left[agent] += by;
        Overload += Math.Max(0, -Left[agent]);
    }
}
