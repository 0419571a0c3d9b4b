namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// What a unit of each agent's room is worth, about, and a slot where there are slots: the prices at which tasks that
/// each take their best agent would just fit (a subgradient method on the rules of room and slots; its limit is that of
/// linear programming).
/// </summary>
internal sealed class RoomPrices
{
    private const int Rounds = 400;

    private readonly SizedArcs _arcs;
    private readonly double[] _room;
    private readonly double[] _slots;

    private RoomPrices(SizedArcs arcs)
    {
        _arcs = arcs;
        _room = new double[arcs.Problem.Agents];
        _slots = new double[arcs.Problem.Agents];
    }

    /// <summary>Prices from 0, in units of score.</summary>
    public static RoomPrices Find(SizedArcs arcs)
    {
        var (prices, best) = (new RoomPrices(arcs), new RoomPrices(arcs));
        var (lowest, step) = (double.MaxValue, Scale(arcs));
        var (overload, tooMany) = (new double[arcs.Problem.Agents], new double[arcs.Problem.Agents]);
        for (var round = 0; round < Rounds; round++)
        {
            var bound = prices.Round(overload, tooMany);
            if (bound < lowest)
            {
                lowest = bound;
                prices._room.CopyTo(best._room, 0);
                prices._slots.CopyTo(best._slots, 0);
            }

            // Steps of falling length: they need no guess of the optimum, and settle.
            var length = Length(prices._room, overload) + Length(prices._slots, tooMany);
            var by = length == 0 ? 0 : step * Math.Pow(0.98, round) / Math.Sqrt(length);
            Move(prices._room, overload, by);
            Move(prices._slots, tooMany, by);
        }

        return best;
    }

    /// <summary>For a unit of the agent's room.</summary>
    public double Room(int agent) => _room[agent];

    /// <summary>For one of the agent's slots, whatever is done in it.</summary>
    public double Slot(int agent) => _slots[agent];

    /// <summary>What the arc is worth beyond what it takes.</summary>
    public double Worth(int arc) =>
        _arcs.Score(arc) - (_room[_arcs.Agent(arc)] * _arcs.Size(arc)) - _slots[_arcs.Agent(arc)];

    /// <summary>The arc that is worth most, or none, and how much.</summary>
    public (int Arc, double Worth) Choose(int task)
    {
        var (best, chosen) = (_arcs.Problem.EveryTask ? double.MinValue : 0, SizedPlan.None);
        for (var arc = _arcs.First(task); arc < _arcs.End(task); arc++)
        {
            var worth = Worth(arc);
            if (worth > best)
            {
                (best, chosen) = (worth, arc);
            }
        }

        return (chosen, chosen == SizedPlan.None ? 0 : best);
    }

    /// <summary>Every task takes its best arc: the bound that this is, and by how much agents have too much.</summary>
    private double Round(double[] overload, double[] tooMany)
    {
        var bound = 0.0;
        for (var agent = 0; agent < _room.Length; agent++)
        {
            overload[agent] = -_arcs.Room(agent);
            tooMany[agent] = _arcs.Problem.HasSlots ? -_arcs.Problem.SlotsOf(agent) : 0;
            bound -= (_room[agent] * overload[agent]) + (_slots[agent] * tooMany[agent]);
        }

        for (var task = 0; task < _arcs.Problem.Tasks; task++)
        {
            var (arc, worth) = Choose(task);
            bound += worth;
            if (arc != SizedPlan.None)
            {
                overload[_arcs.Agent(arc)] += _arcs.Size(arc);
                tooMany[_arcs.Agent(arc)] += _arcs.Problem.HasSlots ? 1 : 0;
            }
        }

        return bound;
    }

    private static double Length(double[] prices, double[] excess)
    {
        var length = 0.0;
        for (var agent = 0; agent < prices.Length; agent++)
        {
            length += prices[agent] > 0 || excess[agent] > 0 ? excess[agent] * excess[agent] : 0;
        }

        return length;
    }

    private static void Move(double[] prices, double[] excess, double by)
    {
        for (var agent = 0; agent < prices.Length; agent++)
        {
            prices[agent] = Math.Max(0, prices[agent] + (by * excess[agent]));
        }
    }

    // A step as long as a price may get: the spread of scores for a mean size, in each agent.
    private static double Scale(SizedArcs arcs)
    {
        var (least, most, sizes) = (double.MaxValue, double.MinValue, 0.0);
        for (var arc = 0; arc < arcs.Count; arc++)
        {
            least = Math.Min(least, arcs.Score(arc));
            most = Math.Max(most, arcs.Score(arc));
            sizes += arcs.Size(arc);
        }

        return arcs.Count == 0
            ? 0
            : (most - least + 1) * arcs.Count / Math.Max(sizes, 1) * Math.Sqrt(arcs.Problem.Agents) / 4;
    }
}
