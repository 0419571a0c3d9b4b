using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// Renewals of a batch, as calls of <c>longshore.renew</c>, each of which names a claim once: what names it a second
/// time is in the second call, and so on.
/// </summary>
internal sealed class RenewCalls(Database database)
{
    /// <summary>Adds the calls; none when nothing is renewed.</summary>
    public void Add(Round round, List<Renewal> renewals, long? nowUs)
    {
        foreach (var call in Calls(renewals))
        {
            Renewal[] said = [.. call.Select(i => renewals[i])];
            round.Add(database.Sql["hot_renew"])
                .With(Array.ConvertAll(said, r => r.TaskId)).With(Array.ConvertAll(said, r => r.Epoch))
                .With(Array.ConvertAll(said, r => r.Lease.ToMicroseconds()))
                .With(Array.ConvertAll(said, r => r.Progress))
                .With(Array.Exists(said, r => r.Accepts) ? Array.ConvertAll(said, Acceptance) : null)
                .WithJson(Array.Exists(said, r => !r.Draft.IsNone)
                    ? Array.ConvertAll(said, r => r.Draft.IsNone ? null : r.Draft.Memory.ToArray())
                    : null)
                .With(nowUs);
        }
    }

    /// <summary>Reads the answers; the reader stands on the first and is left behind the last.</summary>
    public static async ValueTask<RenewOutcome[]> ReadAsync(
        NpgsqlDataReader row, List<Renewal> renewals, CancellationToken ct)
    {
        var outcomes = new RenewOutcome[renewals.Count];
        foreach (var call in Calls(renewals))
        {
            var answered = new Dictionary<(long, int), RenewOutcome>();
            while (await row.ReadAsync(ct).ConfigureAwait(false))
            {
                answered[(row.GetInt64(0), row.GetInt32(1))] = Read(row);
            }

            foreach (var i in call)
            {
                outcomes[i] = answered[(renewals[i].TaskId, renewals[i].Epoch)];
            }

            await row.NextResultAsync(ct).ConfigureAwait(false);
        }

        return outcomes;
    }

    private static List<List<int>> Calls(List<Renewal> renewals)
    {
        var calls = new List<List<int>>();
        var named = new Dictionary<(long, int), int>();
        for (var i = 0; i < renewals.Count; i++)
        {
            var claim = (renewals[i].TaskId, renewals[i].Epoch);
            var before = named.GetValueOrDefault(claim);
            named[claim] = before + 1;
            if (before == calls.Count)
            {
                calls.Add([]);
            }

            calls[before].Add(i);
        }

        return calls;
    }

    private static short Acceptance(Renewal renewal) => renewal switch
    {
        { Accepts: true, Later: true } => 2,
        { Accepts: true } => 1,
        _ => 0,
    };

    private static RenewOutcome Read(NpgsqlDataReader row)
    {
        if (row.IsDBNull(3))
        {
            return new RenewOutcome(ClaimWriteStatus.NotFound, default, 0);
        }

        var state = (TaskState)row.GetInt16(3);
        if (row.LongOrNull(2) is { } untilUs)
        {
            return new RenewOutcome(ClaimWriteStatus.Accepted, state, untilUs);
        }

        var isOffer = !row.IsDBNull(4) && row.GetBoolean(4);
        return new RenewOutcome(isOffer ? ClaimWriteStatus.Refused : ClaimWriteStatus.Stale, state, 0);
    }
}
