using Longshore.Agents;
using Longshore.Events;
using Longshore.Postgres.Catalog;
using Longshore.Postgres.Reading;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Registering, hearing of and signing off agents.</summary>
internal sealed class AgentVerbs(
    Database database, AgentReader agents, MovesReader reader, MovesWriter writer, ClaimEnds ends)
{
    public async ValueTask<RegisterOutcome> RegisterAsync(
        AgentRegistration registration, long? nowUs, CancellationToken ct)
    {
        var lost = await database.TransactAsync(
            connection => PutAsync(connection, registration, nowUs, ct), ct).ConfigureAwait(false);
        var present = await agents.ReadAsync([registration.Name], ct).ConfigureAwait(false);
        return new RegisterOutcome(present[0].Agent, lost);
    }

    public ValueTask<IReadOnlyList<bool>> HeartbeatAsync(
        IReadOnlyList<string> names, long? nowUs, CancellationToken ct) => database.RunAsync<IReadOnlyList<bool>>(
        () => new Round().Add(database.Sql["agents_heard"]).With([.. names]).With(nowUs),
        async row =>
        {
            var known = new HashSet<string>(StringComparer.Ordinal);
            while (await row.ReadAsync(ct).ConfigureAwait(false))
            {
                known.Add(row.GetString(0));
            }

            return [.. names.Select(known.Contains)];
        },
        ct);

    public ValueTask<bool> SetModeAsync(string name, AgentMode mode, long? nowUs, CancellationToken ct)
    {
        var payload = JsonText.From(new Dictionary<string, string> { ["mode"] = mode.ToWire() });
        return ChangeAsync(
            name, round => AddMode(round, name, mode), EventTypes.AgentModeChanged, payload, nowUs, ct);
    }

    public ValueTask<bool> SetAvailabilityAsync(
        string name, IReadOnlyList<string> unavailable, long? nowUs, CancellationToken ct) => ChangeAsync(
            name,
            round => round.Add(database.Sql["agent_set_unavailable"]).With(name).With([.. unavailable]).With(nowUs),
            EventTypes.AgentAvailabilityChanged, EventPayloads.Words("unavailable", unavailable), nowUs, ct);

    public ValueTask<bool> AuthoriseAsync(
        string name, IReadOnlyList<string>? capabilities, long? nowUs, CancellationToken ct) => ChangeAsync(
            name,
            round => round.Add(database.Sql["agent_set_authorised"]).With(name)
                .With(capabilities is null ? null : (string[])[.. capabilities]),
            EventTypes.AgentAuthorised, EventPayloads.Words("authorised", capabilities), nowUs, ct);

    public ValueTask<IReadOnlyList<LostClaim>?> DeregisterAsync(string name, long? nowUs, CancellationToken ct) =>
        database.TransactAsync<IReadOnlyList<LostClaim>?>(
            async connection =>
            {
                if (await LockAsync(connection, name, ct).ConfigureAwait(false) is not { } agent)
                {
                    return null;
                }

                var (moves, held) = await HeldAsync(connection, agent.Id, nowUs, ct).ConfigureAwait(false);
                var given = held.ConvertAll(standing => ClaimEnds.SignOff(moves, standing));
                var round = new Round();
                writer.Add(round, moves);
                AddMode(round, name, AgentMode.Offline);
                AddEvent(round, EventTypes.AgentDeregistered, name, nowUs);
                await SendAsync(connection, round, ct).ConfigureAwait(false);
                return given;
            },
            ct);

    /// <summary>Changes a known agent under its lock, and says so.</summary>
    private ValueTask<bool> ChangeAsync(
        string name, Action<Round> change, string type, JsonText payload, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                if (await LockAsync(connection, name, ct).ConfigureAwait(false) is null)
                {
                    return false;
                }

                var round = new Round();
                change(round);
                AddEvent(round, type, name, nowUs, payload);
                await SendAsync(connection, round, ct).ConfigureAwait(false);
                return true;
            },
            ct);

    private async ValueTask<IReadOnlyList<LostClaim>> PutAsync(
        NpgsqlConnection connection, AgentRegistration registration, long? nowUs, CancellationToken ct)
    {
        IReadOnlyList<LostClaim> lost = [];
        var round = new Round();
        var agent = await LockAsync(connection, registration.Name, ct).ConfigureAwait(false);
        if (agent is null)
        {
            var added = await database.SendAsync(
                connection,
                Bind(new Round().Add(database.Sql["agent_add"]), registration, nowUs),
                row => new ValueTask<bool>(row.ReadAsync(ct)),
                ct).ConfigureAwait(false);

            // Another node added it meanwhile and has committed: then it is there to be replaced.
            agent = added ? null : await LockAsync(connection, registration.Name, ct).ConfigureAwait(false);
        }

        if (agent is { } known)
        {
            if (known.Session is { } former && registration.Session is { } session && session != former)
            {
                var (moves, held) = await HeldAsync(connection, known.Id, nowUs, ct).ConfigureAwait(false);
                lost =
                [
                    .. held.Select(standing => ends.Lose(moves, standing, EndReasons.SessionEnded)),
                    .. moves.Runs.Advance().AsLost(),
                ];
                writer.Add(round, moves);
            }

            Bind(round.Add(database.Sql["agent_replace"]), registration, nowUs);
        }

        AddEvent(round, EventTypes.AgentRegistered, registration.Name, nowUs);
        await SendAsync(connection, round, ct).ConfigureAwait(false);
        return lost;
    }

    private async ValueTask<(Moves Moves, List<Standing> Held)> HeldAsync(
        NpgsqlConnection connection, int agentId, long? nowUs, CancellationToken ct)
    {
        var ids = await database.IdsAsync(
            connection, new Round().Add(database.Sql["claims_of_agent"]).With(agentId), ct).ConfigureAwait(false);
        var moves = await reader.LockAsync(connection, ids, nowUs, ct).ConfigureAwait(false);
        var held = ids.Select(moves.Find).OfType<Standing>()
            .Where(standing => standing.Stage == Stage.Claims && standing.Claim!.AgentId == agentId);
        return (moves, [.. held]);
    }

    /// <summary>Locks an agent, so that nothing is granted to it meanwhile; null when there is none.</summary>
    private ValueTask<(int Id, string? Session)?> LockAsync(
        NpgsqlConnection connection, string name, CancellationToken ct) =>
        database.SendAsync<(int, string?)?>(
            connection,
            new Round().Add(database.Sql["agent_lock"]).With(name),
            async row => await row.ReadAsync(ct).ConfigureAwait(false) ? (row.GetInt32(0), row.TextOrNull(1)) : null,
            ct);

    private async ValueTask SendAsync(NpgsqlConnection connection, Round round, CancellationToken ct) =>
        await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);

    private void AddMode(Round round, string name, AgentMode mode) =>
        round.Add(database.Sql["agent_set_mode"]).With(name).With((int)mode);

    private void AddEvent(Round round, string type, string agent, long? nowUs, JsonText payload = default) =>
        writer.AddEvent(round, new NewEvent(type, ActorType.Agent, agent, Payload: payload), nowUs);

    private static Round Bind(Round round, AgentRegistration registration, long? nowUs) =>
        round.With(registration).With(registration.Reputation).With(nowUs);
}
