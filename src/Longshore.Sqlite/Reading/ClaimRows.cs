using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>A live claim's row.</summary>
internal readonly record struct ClaimRow(
    Place Place, long AgentId, bool Single, long GrantedUs, long LeaseUs, double? Progress, AssignmentStatus Status,
    long PausedUs = 0)
{
    public bool IsOffer => Status == AssignmentStatus.Assigned;

    public TaskState State => Status switch
    {
        AssignmentStatus.Assigned => TaskState.Assigned,
        AssignmentStatus.Blocked => TaskState.Blocked,
        _ => TaskState.InProgress,
    };

    /// <summary>
    /// False once the lease ran out of a task that refuses late writes, or an offer ran out; others hold until somebody
    /// notices (G2).
    /// </summary>
    public bool HoldsAt(long nowUs) =>
        (!IsOffer && (Place.Flags & PlaceFlags.RejectLate) == 0) || LeaseUs > nowUs;
}

/// <summary>Reads live claims.</summary>
internal sealed class ClaimRows(Connection connection, SqlCatalog sql)
{
    private readonly Statement _get = connection.Prepare(sql["claim_get"]);

    /// <summary>The live claim of a task; null when nobody holds it.</summary>
    public ClaimRow? Get(long taskId)
    {
        _get.Bind(taskId);
        if (!_get.Read())
        {
            return null;
        }

        var row = new ClaimRow(
            _get.ReadPlace(), _get.Long(8), _get.Int(9) != 0, _get.Long(10), _get.Long(11), _get.DoubleOrNull(13),
            (AssignmentStatus)_get.Int(14), _get.Long(15));
        _get.Reset();
        return row;
    }
}
