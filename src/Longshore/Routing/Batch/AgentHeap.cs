namespace Longshore.Routing.Batch;

/// <summary>Agents by distance, the nearest first; an agent is in it at most once and may come nearer.</summary>
internal sealed class AgentHeap(int agents)
{
    private const int Outside = -1;

    private readonly int[] _heap = new int[agents];
    private readonly int[] _placeOf = Filled(agents);
    private readonly long[] _distance = new long[agents];
    private int _count;

    public int Count => _count;

    public long NearestDistance => _distance[_heap[0]];

    /// <summary>Puts an agent in, or moves it up to a smaller distance.</summary>
    public void Approach(int agent, long distance)
    {
        var place = _placeOf[agent];
        if (place == Outside)
        {
            place = _count++;
        }

        _distance[agent] = distance;
        while (place > 0)
        {
            var above = (place - 1) >> 2;
            if (_distance[_heap[above]] <= distance)
            {
                break;
            }

            Put(_heap[above], place);
            place = above;
        }

        Put(agent, place);
    }

    public int TakeNearest()
    {
        var nearest = _heap[0];
        _placeOf[nearest] = Outside;
        if (--_count > 0)
        {
            SiftDown(_heap[_count]);
        }

        return nearest;
    }

    public void Clear()
    {
        for (var i = 0; i < _count; i++)
        {
            _placeOf[_heap[i]] = Outside;
        }

        _count = 0;
    }

    private void SiftDown(int agent)
    {
        var distance = _distance[agent];
        var place = 0;
        while (true)
        {
            var best = (place << 2) + 1;
            if (best >= _count)
            {
                break;
            }

            var last = Math.Min(best + 4, _count);
            for (var child = best + 1; child < last; child++)
            {
                if (_distance[_heap[child]] < _distance[_heap[best]])
                {
                    best = child;
                }
            }

            if (_distance[_heap[best]] >= distance)
            {
                break;
            }

            Put(_heap[best], place);
            place = best;
        }

        Put(agent, place);
    }

    private void Put(int agent, int place)
    {
        _heap[place] = agent;
        _placeOf[agent] = place;
    }

    private static int[] Filled(int length)
    {
        var places = new int[length];
        Array.Fill(places, Outside);
        return places;
    }
}
