namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// An upper bound of every plan's value: each task pays its price to whoever takes it, each agent chooses the most
/// profit within its room, and no rule says that a task is taken once. Where agents have slots beside room, each task
/// also pays for its slot, and no rule says how many. Prices are moved towards the lowest bound by the subgradient
/// method (Held and Karp 1971, for this problem Fisher 1981).
/// </summary>
internal sealed class LagrangianBound
{
    // Prices are whole multiples of 1/Fine of a unit, so that the bound is exact arithmetic.
    private const long Fine = 1024;
    private const int PatienceOfStep = 12;

    private readonly SizedArcs _arcs;
    private readonly Knapsack _knapsack = new();
    private readonly long[] _prices;
    private readonly int[] _timesTaken;

    // What a slot of each agent costs, and how many it would take at the present prices.
    private readonly long[] _slotPrices;
    private readonly int[] _slotsTaken;

    // For each agent the arcs that lead to it.
    private readonly List<(int Task, int Arc)>[] _arcsTo;

    /// <summary>Begins with what tasks and slots are worth by the prices of linear programming.</summary>
    public LagrangianBound(SizedArcs arcs, RoomPrices prices)
    {
        _arcs = arcs;
        _prices = new long[arcs.Problem.Tasks];
        _timesTaken = new int[arcs.Problem.Tasks];
        _slotPrices = new long[arcs.Problem.Agents];
        _slotsTaken = new int[arcs.Problem.Agents];
        _arcsTo = new List<(int, int)>[arcs.Problem.Agents];
        for (var agent = 0; agent < _arcsTo.Length; agent++)
        {
            _arcsTo[agent] = [];
        }

        for (var task = 0; task < _prices.Length; task++)
        {
            for (var i = arcs.First(task); i < arcs.End(task); i++)
            {
                _arcsTo[arcs.Agent(i)].Add((task, i));
            }

            _prices[task] = (long)(prices.Choose(task).Worth * Fine);
        }

        for (var agent = 0; agent < _slotPrices.Length; agent++)
        {
            _slotPrices[agent] = (long)(prices.Slot(agent) * Fine);
        }

        Chosen = new SizedPlan(arcs);
    }

    /// <summary>The lowest bound so far, in units.</summary>
    public long Best { get; private set; } = long.MaxValue;

    /// <summary>Of the last round, what agents chose; where several chose a task, whom it is worth most with.</summary>
    public SizedPlan Chosen { get; private set; }

    /// <summary>Goes on until the bound meets a plan's value, or the work allowed is done.</summary>
    /// <param name="cells">Work allowed, in cells of the knapsacks' tables; about a billion a second.</param>
    /// <param name="value">The value of the best plan known, asked for in each round.</param>
    /// <param name="improved">Called after each round that lowered the bound.</param>
    public void Lower(long cells, Func<long> value, Action improved)
    {
        var (step, stale, lowest) = (2.0, 0, double.MaxValue);
        var (bestPrices, bestSlotPrices) = (_prices.ToArray(), _slotPrices.ToArray());
        while (cells > 0 && step > 0.0005)
        {
            var bound = Round(ref cells);
            Best = Math.Min(Best, Floor(bound));
            if (bound < lowest)
            {
                (lowest, stale) = (bound, 0);
                _prices.CopyTo(bestPrices, 0);
                _slotPrices.CopyTo(bestSlotPrices, 0);
                improved();
            }
            else if (++stale == PatienceOfStep)
            {
                (step, stale) = (step / 2, 0);
                bestPrices.CopyTo(_prices, 0);
                bestSlotPrices.CopyTo(_slotPrices, 0);
                continue;
            }

            if (Best <= value() || !Move(step, bound - (value() * (double)Fine)))
            {
                return;
            }
        }
    }

    /// <summary>What agents choose at the present prices, and the bound in fine units.</summary>
    private long Round(ref long cells)
    {
        Array.Clear(_timesTaken);
        Chosen = new SizedPlan(_arcs);
        var bound = 0L;
        foreach (var price in _prices)
        {
            bound += price;
        }

        for (var agent = 0; agent < _arcsTo.Length; agent++)
        {
            _knapsack.Clear();
            foreach (var (task, arc) in _arcsTo[agent])
            {
                _knapsack.Add(
                    task, _arcs.Size(arc), (_arcs.Score(arc) * Fine) - _prices[task] - _slotPrices[agent]);
            }

            var room = _arcs.Room(agent);
            cells -= _knapsack.Cells(room) + _arcsTo[agent].Count;
            bound += _knapsack.Solve(room) + (_slotPrices[agent] * Slots(agent));
            _slotsTaken[agent] = _knapsack.Chosen.Count;
            foreach (var task in _knapsack.Chosen)
            {
                _timesTaken[task]++;
                var arc = _arcs.Find(task, agent);
                if ((Chosen.ArcOf[task] == SizedPlan.None || _arcs.Score(arc) > _arcs.Score(Chosen.ArcOf[task]))
                    && Chosen.HasSlot(agent))
                {
                    Chosen.Move(task, arc);
                }
            }
        }

        return bound;
    }

    /// <summary>Dearer what several chose, cheaper what nobody did; false if nothing is to be moved.</summary>
    private bool Move(double step, double distance)
    {
        var length = 0L;
        for (var task = 0; task < _prices.Length; task++)
        {
            length += Missing(task) * Missing(task);
        }

        for (var agent = 0; agent < _slotPrices.Length; agent++)
        {
            length += SlotsLeft(agent) * SlotsLeft(agent);
        }

        if (length == 0)
        {
            return false;
        }

        var by = step * Math.Max(distance, Fine) / length;
        for (var task = 0; task < _prices.Length; task++)
        {
            _prices[task] -= (long)Math.Round(by * Missing(task));
            if (!_arcs.Problem.EveryTask)
            {
                _prices[task] = Math.Max(0, _prices[task]);
            }
        }

        for (var agent = 0; agent < _slotPrices.Length; agent++)
        {
            _slotPrices[agent] = Math.Max(0, _slotPrices[agent] - (long)Math.Round(by * SlotsLeft(agent)));
        }

        return true;
    }

    // Where a task may be left out, a price of 0 that nobody pays is as it should be.
    private long Missing(int task) =>
        !_arcs.Problem.EveryTask && _prices[task] == 0 && _timesTaken[task] == 0 ? 0 : 1 - _timesTaken[task];

    // Slots that nobody pays for need not all be taken; without any there is nothing to price.
    private long SlotsLeft(int agent)
    {
        var left = (long)Slots(agent) - _slotsTaken[agent];
        return !_arcs.Problem.HasSlots || (_slotPrices[agent] == 0 && left > 0) ? 0 : left;
    }

    private int Slots(int agent) =>
        _arcs.Problem.HasSlots ? Math.Min(_arcs.Problem.SlotsOf(agent), _arcsTo[agent].Count) : 0;

    private static long Floor(long bound) => (long)Math.Floor((decimal)bound / Fine);
}
