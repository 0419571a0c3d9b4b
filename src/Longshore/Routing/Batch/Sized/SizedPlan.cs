namespace Longshore.Routing.Batch.Sized;

/// <summary>A plan in the making: which arc each task uses, and how full agents are; they may be too full.</summary>
internal sealed class SizedPlan
{
    public const int None = -1;

    private readonly SizedArcs _arcs;

    public SizedPlan(SizedArcs arcs)
    {
        _arcs = arcs;
        ArcOf = new int[arcs.Problem.Tasks];
        Array.Fill(ArcOf, None);
        Left = new long[arcs.Problem.Agents];
        for (var agent = 0; agent < Left.Length; agent++)
        {
            Left[agent] = arcs.Problem.Room[agent];
        }

        Open = ArcOf.Length;
    }

    private SizedPlan(SizedPlan other)
    {
        _arcs = other._arcs;
        ArcOf = [.. other.ArcOf];
        Left = [.. other.Left];
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

    public bool Fits(int arc) => Left[_arcs.Agent(arc)] >= _arcs.Size(arc);

    /// <summary>Gives a task to another arc, or to <see cref="None"/>.</summary>
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
        }

        if (arc == None)
        {
            Open++;
        }
        else
        {
            Value += _arcs.Score(arc);
            Change(_arcs.Agent(arc), -_arcs.Size(arc));
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
