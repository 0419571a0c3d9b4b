namespace Longshore.Routing.Batch.Sized;

/// <summary>The arcs of a problem with sizes as flat arrays, those of a task ordered by agent.</summary>
internal sealed class SizedArcs
{
    private readonly int[] _first;
    private readonly int[] _agent;
    private readonly int[] _score;
    private readonly int[] _size;

    public SizedArcs(AssignmentProblem problem)
    {
        Problem = problem;
        _first = new int[problem.Tasks + 1];
        _agent = new int[problem.ArcCount];
        _score = new int[problem.ArcCount];
        _size = new int[problem.ArcCount];
        for (var task = 0; task < problem.Tasks; task++)
        {
            var arcs = problem.ArcsOf(task);
            var order = Enumerable.Range(0, arcs.Length).ToArray();
            Array.Sort(arcs.ToArray().Select(arc => arc.Agent).ToArray(), order);
            var at = _first[task];
            foreach (var i in order)
            {
                (_agent[at], _score[at]) = arcs[i];
                _size[at++] = problem.HasSizes ? problem.SizesOf(task)[i] : 1;
            }

            _first[task + 1] = at;
        }

        if (Count > 0)
        {
            var mean = _score.Average(score => (double)score);
            Spread = _score.Average(score => Math.Abs(score - mean)) + 1e-9;
            MeanSize = _size.Average(size => (double)size);
        }
    }

    public AssignmentProblem Problem { get; }

    public int Count => _agent.Length;

    /// <summary>How far scores are from their mean, on average.</summary>
    public double Spread { get; }

    public double MeanSize { get; }

    public int First(int task) => _first[task];

    public int End(int task) => _first[task + 1];

    public int Agent(int arc) => _agent[arc];

    public int Score(int arc) => _score[arc];

    public int Size(int arc) => _size[arc];

    /// <summary>The arc from a task to an agent, or -1.</summary>
    public int Find(int task, int agent)
    {
        var at = Array.BinarySearch(_agent, _first[task], _first[task + 1] - _first[task], agent);
        return at < 0 ? -1 : at;
    }
}
