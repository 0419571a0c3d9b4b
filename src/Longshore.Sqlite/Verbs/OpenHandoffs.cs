using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// How a hand-off ends: somebody takes the task, or nobody will. The task goes back to its own class.
/// </summary>
internal sealed class OpenHandoffs(Connection connection, SqlCatalog sql)
{
    private readonly Statement _home = connection.Prepare(sql["handoff_home"]);
    private readonly Statement _end = connection.Prepare(sql["handoff_end"]);
    private readonly Statement _unkeep = connection.Prepare(sql["handoff_unkeep"]);

    /// <summary>An agent takes the task; answers its place, which is as any other's.</summary>
    public Place TakeOver(in Place place, string agent, long nowUs) =>
        place.IsHandedOff ? End(place, nowUs, agent, null) : place;

    /// <summary>Nobody will take it by its hand-off; answers its place, which is as any other's.</summary>
    public Place Withdraw(in Place place, long nowUs) =>
        place.IsHandedOff ? End(place, null, null, nowUs) : place;

    private Place End(in Place place, long? acceptedUs, string? acceptedBy, long? withdrawnUs)
    {
        _home.Bind(place.Id).Read();
        var own = _home.Int(0);
        _home.Reset();
        _end.Bind(place.Id).Bind(acceptedUs).Bind(acceptedBy).Bind(withdrawnUs).Run();
        _unkeep.Bind(place.Id).Run();
        return place.TakenOver(own);
    }
}
