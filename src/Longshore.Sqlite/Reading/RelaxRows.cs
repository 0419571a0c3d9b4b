using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads rows of tasks whose requirements relax.</summary>
internal static class RelaxRows
{
    /// <summary>How far a task's requirements have relaxed: step, due, skipped.</summary>
    public static Relaxation ReadRelaxation(this Statement row) => new(
        row.Int(0),
        row.LongOrNull(1) is { } us ? UnixTime.FromMicroseconds(us) : null,
        RelaxJson.SkippedOf(row.Int(2)));

    /// <summary>Groups of ready tasks: the first, its step, how many, whether kept.</summary>
    public static List<RelaxingGroup> ReadGroups(this Statement row)
    {
        var groups = new List<RelaxingGroup>();
        while (row.Read())
        {
            groups.Add(new RelaxingGroup(row.Long(0), row.Int(1), row.Int(2), row.Int(3) != 0));
        }

        return groups;
    }
}
