using Longshore.Matching;

namespace Longshore.Simulation.Checks;

/// <summary>
/// G6, where agents take work themselves: what is given is the most urgent that the agent may do, so no task is
/// overtaken by one that became available later than the documented span after it.
/// </summary>
internal sealed class BoundedOvertaking : Promise
{
    private static readonly long SpanUs = (long)Urgency.OvertakingMax.TotalMicroseconds;

    public override string Name => "G6";

    /// <summary>By how much later a task came than one that it overtook, at most so far.</summary>
    public TimeSpan Widest { get; private set; }

    public override void Look(Ledger before, in Happening next)
    {
        if (next.What != What.Given)
        {
            return;
        }

        Looked();
        var (agent, given) = (next.Agent!, next.Task!);
        var rank = before.RankOf(given);
        foreach (var waiting in before.Waiting)
        {
            foreach (var (otherRank, _, other) in waiting)
            {
                if (!before.CanDo(agent, other.Kind) || other == given)
                {
                    break;
                }

                var laterUs = given.ArrivedUs - other.ArrivedUs;
                if (otherRank > rank && laterUs <= 0)
                {
                    break;
                }

                if (before.Obstacle(agent, other, next.AtUs) is null && !before.IsExempt(agent, other, next.AtUs))
                {
                    Judge(next, other, laterUs, isMoreUrgent: otherRank < rank);
                    break;
                }
            }
        }
    }

    private void Judge(in Happening next, SimulatedTask other, long laterUs, bool isMoreUrgent)
    {
        Widest = laterUs > Widest.TotalMicroseconds ? TimeSpan.FromMicroseconds(laterUs) : Widest;
        if (laterUs > SpanUs)
        {
            Broken(next, $"overtakes {other.Kind.Spec.Kind} {other.Number}, which came {laterUs} µs earlier");
        }

        if (isMoreUrgent)
        {
            Broken(next, $"comes before {other.Kind.Spec.Kind} {other.Number}, which is more urgent");
        }
    }
}
