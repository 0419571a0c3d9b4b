namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// Improves a plan by moving one task or exchanging two, at first also where that loses or gives an agent too much,
/// later less and less (simulated annealing). What too much costs follows the worth of the agent's room, and is raised
/// while nothing feasible is met, so that the search stays near the edge of what is possible, where the best plans are.
/// </summary>
internal sealed class ShiftAndSwap
{
    // The heat at the end as a part of that at the beginning.
    private const double Cooling = 0.01;

    // A unit too much costs more than what a unit of room is worth, or agents would be left too full.
    private const double PenaltyOfPrice = 1.5;
    private const double PenaltyOfSpread = 0.5;
    private const double PressureStep = 1.02;
    private const double PressureMin = 0.5;
    private const double PressureMax = 50;

    private readonly SizedArcs _arcs;
    private readonly SizedPlan _plan;
    private readonly SizedHolders _holders;
    private readonly SizedChoices _choices;
    private readonly Random _random;
    private readonly double[] _penalty;
    private double _pressure = 1;
    private double _heat;

    private ShiftAndSwap(SizedArcs arcs, SizedPlan start, RoomPrices prices, Effort effort, Random random)
    {
        (_arcs, _plan, _random, Best) = (arcs, start.Copy(), random, start);
        _holders = new SizedHolders(arcs, _plan);
        _choices = new SizedChoices(arcs, prices, effort.ChoicesPerTask);
        var perUnit = PenaltyOfSpread * arcs.Spread / Math.Max(1, arcs.MeanSize);
        _penalty =
        [
            .. Enumerable.Range(0, arcs.Problem.Agents)
                .Select(agent => Math.Max(PenaltyOfPrice * prices.Room(agent), perUnit)),
        ];
    }

    private SizedPlan Best { get; set; }

    /// <summary>The best plan met; <paramref name="start"/> itself if none was better.</summary>
    /// <param name="arcs">The arcs.</param>
    /// <param name="start">Where to begin; need not be feasible.</param>
    /// <param name="prices">About what a unit of each agent's room is worth.</param>
    /// <param name="effort">How much to try.</param>
    /// <param name="random">Chance.</param>
    public static SizedPlan Improve(
        SizedArcs arcs, SizedPlan start, RoomPrices prices, Effort effort, Random random)
    {
        if (arcs.Count == 0)
        {
            return start;
        }

        var search = new ShiftAndSwap(arcs, start, prices, effort, random) { _heat = effort.Heat * arcs.Spread };
        search.Run(effort.Moves);
        return search.Best;
    }

    private void Run(int moves)
    {
        var period = Math.Max(100, _plan.ArcOf.Length);
        var cooling = Math.Pow(Cooling, (double)period / moves);
        var tooFull = 0;
        for (var i = 1; i <= moves; i++)
        {
            var task = _random.Next(_plan.ArcOf.Length);
            if (_choices.Draw(task, _random) is { } to && to != _plan.ArcOf[task]
                && ((i & 1) == 0 || !TrySwap(task, to)))
            {
                TryShift(task, to);
            }

            tooFull += _plan.Overload > 0 ? 1 : 0;
            if (i % period == 0)
            {
                _heat *= cooling;
                _pressure *= tooFull == period ? PressureStep : tooFull < period / 4 ? 1 / PressureStep : 1;
                _pressure = Math.Clamp(_pressure, PressureMin, PressureMax);
                tooFull = 0;
            }
        }
    }

    private void TryShift(int task, int to)
    {
        if (to != SizedPlan.None && !_plan.HasSlot(_arcs.Agent(to)))
        {
            return;
        }

        var from = _plan.ArcOf[task];
        var loss = Score(from) - Score(to);
        var over = from == SizedPlan.None ? 0 : Over(_arcs.Agent(from), _arcs.Size(from));
        over += to == SizedPlan.None ? 0 : Over(_arcs.Agent(to), -_arcs.Size(to));
        if (Accepts(loss + over))
        {
            Move(task, to);
            Note();
        }
    }

    /// <summary>
    /// Exchanges the task with one that the other agent holds; who has nobody drives that one out. False if there is
    /// nothing to exchange.
    /// </summary>
    private bool TrySwap(int task, int toB)
    {
        var a = _plan.ArcOf[task];
        if (toB == SizedPlan.None || (a == SizedPlan.None && _arcs.Problem.EveryTask))
        {
            return false;
        }

        var holders = _holders.Of(_arcs.Agent(toB));
        if (holders.Count == 0)
        {
            return false;
        }

        var other = holders[_random.Next(holders.Count)];
        var b = _plan.ArcOf[other];
        var toA = a == SizedPlan.None ? SizedPlan.None : _arcs.Find(other, _arcs.Agent(a));
        if (a != SizedPlan.None && toA < 0)
        {
            return false;
        }

        var loss = Score(a) + Score(b) - Score(toA) - Score(toB);
        var over = Over(_arcs.Agent(b), _arcs.Size(b) - _arcs.Size(toB));
        over += a == SizedPlan.None ? 0 : Over(_arcs.Agent(a), _arcs.Size(a) - _arcs.Size(toA));
        if (Accepts(loss + over))
        {
            Move(task, toB);
            Move(other, toA);
            Note();
        }

        return true;
    }

    private void Move(int task, int arc)
    {
        _holders.Move(task, _plan.ArcOf[task], arc);
        _plan.Move(task, arc);
    }

    private long Score(int arc) => arc == SizedPlan.None ? 0 : _arcs.Score(arc);

    /// <summary>What it costs more if the agent's room left changes so.</summary>
    private double Over(int agent, int by) => _pressure * _penalty[agent] *
        (Math.Max(0, -(_plan.Left[agent] + by)) - Math.Max(0, -_plan.Left[agent]));

    private bool Accepts(double loss) =>
        loss <= 0 || (loss < 20 * _heat && _random.NextDouble() < Math.Exp(-loss / _heat));

    private void Note()
    {
        if (_plan.IsFeasible && (!Best.IsFeasible || _plan.Value > Best.Value))
        {
            Best = _plan.Copy();
        }
    }

    /// <summary>How much one search tries.</summary>
    /// <param name="Moves">Moves in all.</param>
    /// <param name="Heat">What a move may lose at first, as a part of the spread of scores.</param>
    /// <param name="ChoicesPerTask">Arcs of each task that are tried.</param>
    public readonly record struct Effort(int Moves, double Heat, int ChoicesPerTask);
}
