using Longshore.Agents;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Live;

/// <summary>
/// Whether a task is kept from an agent that failed it of late (S0.60). Only asked for places flagged as failed: a
/// probe of the assignments for every candidate would cost two orders of magnitude of claims.
/// </summary>
internal sealed class RecentFailures(Connection connection, SqlCatalog sql, LiveIndex live, StoreOptions options)
{
    private readonly Statement _failed = connection.Prepare(sql["assignments_failed"]);

    /// <summary>Called under <see cref="LiveIndex.Gate"/>.</summary>
    public bool KeepsFrom(AgentEntry agent, in Place place, long nowUs)
    {
        if ((place.Flags & PlaceFlags.Failed) == 0 || options.RecentFailure == RecentFailurePolicy.Off)
        {
            return false;
        }

        var failers = AgentsThatFailed(place.Id, nowUs - options.RecentFailureWindow.ToMicroseconds());
        return failers.Contains(agent.Id)
            && (options.RecentFailure == RecentFailurePolicy.Strict || AnotherCould(place, failers, nowUs));
    }

    /// <summary>The agents with a failure of the task that ended after an instant.</summary>
    public HashSet<long> AgentsThatFailed(long taskId, long afterUs = long.MinValue)
    {
        var agents = new HashSet<long>();
        _failed.Bind(taskId);
        while (_failed.Read())
        {
            if (_failed.Long(1) > afterUs)
            {
                agents.Add(_failed.Long(0));
            }
        }

        return agents;
    }

    private bool AnotherCould(in Place place, HashSet<long> failers, long nowUs)
    {
        foreach (var other in live.Agents)
        {
            if (!failers.Contains(other.Id) && IsPresent(other, nowUs) && CanDo(other, place, nowUs))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsPresent(AgentEntry agent, long nowUs) =>
        agent.Mode == AgentMode.Available && nowUs - agent.SeenUs <= options.HeartbeatTimeout.ToMicroseconds();

    private bool CanDo(AgentEntry agent, in Place place, long nowUs) =>
        agent.EligibleAt(nowUs).Admits(place.ClassId, live.Classes);
}
