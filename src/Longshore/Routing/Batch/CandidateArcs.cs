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

    /// <summary>Chooses by what an arc is worth beyond its agent's price in a first round of bids.</summary>
    public CandidateArcs(AssignmentProblem problem, int perTask)
    {
        _problem = problem;
        _chosen = new bool[problem.ArcCount];
        var prices = FirstPrices(problem);
        var at = 0;
        var loss = Array.Empty<long>();
        var places = Array.Empty<int>();
        for (var task = 0; task < problem.Tasks; task++)
        {
            var arcs = problem.ArcsOf(task);
            if (loss.Length < arcs.Length)
            {
                (loss, places) = (new long[arcs.Length], new int[arcs.Length]);
            }

            for (var i = 0; i < arcs.Length; i++)
            {
                (loss[i], places[i]) = (prices[arcs[i].Agent] - arcs[i].Score, at + i);
            }

            Array.Sort(loss, places, 0, arcs.Length);
            foreach (var place in places.AsSpan(0, Math.Min(perTask, arcs.Length)))
            {
                _chosen[place] = true;
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

    // By score alone, tasks that are alike would all have the same few candidates.
    private static long[] FirstPrices(AssignmentProblem problem)
    {
        var prices = new long[problem.Agents];
        Bidding.Run(problem, new Holders(problem), prices);
        return prices;
    }
}
