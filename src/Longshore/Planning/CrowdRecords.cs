using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Explain;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// How well each agent may be expected to do a task: the supplied score, or what its record is worth now
/// (<see cref="AgentRecord.ScoreFor"/>), looked up by the names that somebody has evidence in.
/// </summary>
internal sealed class CrowdRecords
{
    private readonly IReadOnlyList<Candidate> _crowd;
    private readonly AgentRecord[] _records;
    private readonly HashSet<string> _named;
    private readonly Dictionary<string, double[]> _known = new(StringComparer.Ordinal);

    // For tasks that require nothing, and in a capability that nobody has shown anything in: the same for all of them.
    private readonly double[] _overall;
    private readonly double[] _unknown;

    public CrowdRecords(IReadOnlyList<Candidate> crowd, DateTimeOffset now, TimeSpan halfLife)
    {
        _crowd = crowd;
        _records = [.. crowd.Select(one => one.Agent.Record.At(now.ToMicroseconds(), halfLife))];
        _named = _records.SelectMany(record => record.Capabilities.Keys).ToHashSet(StringComparer.Ordinal);
        _overall = [.. crowd.Select((one, i) => one.Agent.Supplied ?? _records[i].Score)];
        _unknown = In("");
    }

    /// <summary>For each agent from 0 to 1; not to be written to.</summary>
    public double[] For(IReadOnlyList<Requirement> requires)
    {
        if (requires.Count == 0)
        {
            return _overall;
        }

        // A task is done as well as its hardest part.
        double[]? least = null;
        for (var r = 0; r < requires.Count; r++)
        {
            var scores = Of(requires[r].Name);
            if (least is null || ReferenceEquals(least, scores))
            {
                least = scores;
                continue;
            }

            least = [.. least];
            for (var i = 0; i < least.Length; i++)
            {
                least[i] = Math.Min(least[i], scores[i]);
            }
        }

        return least!;
    }

    private double[] Of(string name)
    {
        if (!_named.Contains(name))
        {
            return _unknown;
        }

        if (!_known.TryGetValue(name, out var scores))
        {
            _known.Add(name, scores = In(name));
        }

        return scores;
    }

    private double[] In(string name) =>
        [.. _crowd.Select((one, i) => one.Agent.Supplied ?? _records[i].ScoreIn(name))];
}
