namespace Longshore.Routing.Batch.Sized;

/// <summary>Which tasks each agent holds, so that one of them can be drawn.</summary>
internal sealed class SizedHolders
{
    private readonly SizedArcs _arcs;
    private readonly List<int>[] _tasks;
    private readonly int[] _placeOf;

    public SizedHolders(SizedArcs arcs, SizedPlan plan)
    {
        _arcs = arcs;
        _tasks = [.. Enumerable.Range(0, arcs.Problem.Agents).Select(_ => new List<int>())];
        _placeOf = new int[arcs.Problem.Tasks];
        for (var task = 0; task < _placeOf.Length; task++)
        {
            Move(task, SizedPlan.None, plan.ArcOf[task]);
        }
    }

    public List<int> Of(int agent) => _tasks[agent];

    public void Move(int task, int from, int to)
    {
        if (from != SizedPlan.None)
        {
            var tasks = _tasks[_arcs.Agent(from)];
            tasks[_placeOf[task]] = tasks[^1];
            _placeOf[tasks[^1]] = _placeOf[task];
            tasks.RemoveAt(tasks.Count - 1);
        }

        if (to != SizedPlan.None)
        {
            var tasks = _tasks[_arcs.Agent(to)];
            _placeOf[task] = tasks.Count;
            tasks.Add(task);
        }
    }
}
