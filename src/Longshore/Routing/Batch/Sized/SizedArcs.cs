using System.Numerics;

namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// The arcs of a problem with sizes as flat arrays, those of a task ordered by agent. Sizes are counted in their
/// greatest common measure, which changes nothing of what fits, and keeps tables over room small.
/// </summary>
internal sealed class SizedArcs
{
    private readonly int[] _first;
    private readonly int[] _agent;
    private readonly int[] _score;
    private readonly int[] _size;
    private readonly int _measure;

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

        _measure = Measure();
        for (var i = 0; i < _size.Length; i++)
        {
            _size[i] /= _measure;
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

    /// <summary>How much the agent can take, in the same measure as sizes.</summary>
    public int Room(int agent) => Problem.Room[agent] / _measure;

    /// <summary>The arc from a task to an agent, or -1.</summary>
    public int Find(int task, int agent)
    {
        var at = Array.BinarySearch(_agent, _first[task], _first[task + 1] - _first[task], agent);
        return at < 0 ? -1 : at;
    }

    private int Measure()
    {
        var measure = 0;
        foreach (var size in _size)
        {
            measure = (int)BigInteger.GreatestCommonDivisor(measure, size);
            if (measure == 1)
            {
                break;
            }
        }

        return Math.Max(1, measure);
    }
}
