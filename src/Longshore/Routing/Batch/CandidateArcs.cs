namespace Longshore.Routing.Batch;

/// <summary>
/// A part of a problem's arcs: to begin with the few that look best for each task, later also those that turned out to
/// matter.
/// </summary>
internal sealed class CandidateArcs
{
    private readonly AssignmentProblem _problem;

    // For each arc of the whole problem, in order of tasks, whether it is among the candidates.
    private readonly bool[] _chosen;

    /// <summary>
    /// Chooses by what an arc is worth beyond its agent's price in a first round of bids. Tasks that are alike would
    /// all choose the same few; so the first of them begins with the best agents, and the others further down, where
    /// those before them leave room.
    /// </summary>
    public CandidateArcs(AssignmentProblem problem, int perTask)
    {
        _problem = problem;
        _chosen = new bool[problem.ArcCount];
        var prices = FirstPrices(problem);
        var (groupOf, groups) = AlikeTasks.Find(problem);
        var choices = new Choices?[groups];
        var at = 0;
        for (var task = 0; task < problem.Tasks; task++)
        {
            var arcs = problem.ArcsOf(task);
            var ofGroup = choices[groupOf[task]] ??= new Choices(problem, arcs, prices);
            foreach (var place in ofGroup.Next(problem, arcs, perTask))
            {
                _chosen[at + place] = true;
            }

            at += arcs.Length;
        }
    }

    /// <summary>The problem with the candidates alone.</summary>
    public AssignmentProblem Restricted()
    {
        var firstArc = new int[_problem.Tasks + 1];
        var arcs = new List<Arc>();
        var at = 0;
        for (var task = 0; task < _problem.Tasks; task++)
        {
            foreach (var arc in _problem.ArcsOf(task))
            {
                if (_chosen[at++])
                {
                    arcs.Add(arc);
                }
            }

            firstArc[task + 1] = arcs.Count;
        }

        return _problem.WithArcs(firstArc, [.. arcs]);
    }

    /// <summary>
    /// Adds the arcs left out that would be worth more at the prices than what their task gets, and answers how many.
    /// None means that the plan for the candidates is the best for the whole problem.
    /// </summary>
    public int AddViolated(AssignmentProblem restricted, ReadOnlySpan<long> prices)
    {
        var (added, at) = (0, 0);
        for (var task = 0; task < _problem.Tasks; task++)
        {
            var gain = Certificate.GainAt(restricted, prices, task);
            foreach (var arc in _problem.ArcsOf(task))
            {
                if (!_chosen[at] && arc.Score - prices[arc.Agent] > gain)
                {
                    _chosen[at] = true;
                    added++;
                }

                at++;
            }
        }

        return added;
    }

    // By score alone, everybody would want the same few.
    private static long[] FirstPrices(AssignmentProblem problem)
    {
        var prices = new long[problem.Agents];
        Bidding.Run(problem, new Holders(problem), prices);
        return prices;
    }

    /// <summary>The arcs of tasks that are alike, the most promising first, and how far they are given out.</summary>
    private sealed class Choices
    {
        private readonly int[] _places;
        private int _at;
        private long _room;
        private int _members;

        public Choices(AssignmentProblem problem, ReadOnlySpan<Arc> arcs, ReadOnlySpan<long> prices)
        {
            _places = new int[arcs.Length];
            var loss = new long[arcs.Length];
            for (var i = 0; i < arcs.Length; i++)
            {
                (loss[i], _places[i]) = (prices[arcs[i].Agent] - arcs[i].Score, i);
            }

            Array.Sort(loss, _places);
            _room = arcs.Length == 0 ? 0 : problem.Room[arcs[_places[0]].Agent];
        }

        /// <summary>The places among its arcs that the next of the tasks begins with.</summary>
        public ReadOnlySpan<int> Next(AssignmentProblem problem, ReadOnlySpan<Arc> arcs, int count)
        {
            // The members before it fill the room of the agents before this place.
            while (_room <= _members && _at < _places.Length - 1)
            {
                _room += problem.Room[arcs[_places[++_at]].Agent];
            }

            _members++;
            var first = Math.Clamp(_at - (count / 2), 0, Math.Max(0, _places.Length - count));
            return _places.AsSpan(first, Math.Min(count, _places.Length - first));
        }
    }
}
