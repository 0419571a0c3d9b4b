namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// The few arcs of each task that are worth trying: the best ones after paying for the room they take. Good plans use
/// hardly any other, and most moves drawn from all arcs would be refused.
/// </summary>
internal sealed class SizedChoices
{
    private readonly int[] _first;
    private readonly int[] _choices;

    public SizedChoices(SizedArcs arcs, RoomPrices prices, int perTask)
    {
        _first = new int[arcs.Problem.Tasks + 1];
        var choices = new List<int>();
        for (var task = 0; task < arcs.Problem.Tasks; task++)
        {
            choices.AddRange(Enumerable.Range(arcs.First(task), arcs.End(task) - arcs.First(task))
                .OrderByDescending(prices.Worth)
                .Take(perTask));
            if (!arcs.Problem.EveryTask)
            {
                choices.Add(SizedPlan.None);
            }

            _first[task + 1] = choices.Count;
        }

        _choices = [.. choices];
    }

    /// <summary>An arc, or <see cref="SizedPlan.None"/> to leave the task out; null without a choice.</summary>
    public int? Draw(int task, Random random) => _first[task] == _first[task + 1]
        ? null
        : _choices[random.Next(_first[task], _first[task + 1])];
}
