using Longshore.Assignments;
using Longshore.Events;
using Longshore.Postgres.Catalog;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>What people decide: rules, and breakers that they close.</summary>
internal sealed class RuleVerbs(Database database, RuleCatalog catalog, MovesReader reader, MovesWriter writer)
{
    public async ValueTask<NamespaceRules?> SetAsync(
        string @namespace, NamespaceRules rules, long? expectedVersion, long? nowUs, CancellationToken ct)
    {
        var decided = await database.TransactAsync(
            async connection =>
            {
                // Changing the one row of all rules first makes others wait that change any.
                await ExecuteAsync(connection, new Round().Add(database.Sql["rules_change"]), ct)
                    .ConfigureAwait(false);
                var present = await GetAsync(connection, @namespace, ct).ConfigureAwait(false);
                if (expectedVersion is { } expected && expected != present.Version)
                {
                    return null;
                }

                var next = rules with { Version = present.Version + 1 };
                var round = new Round().Add(database.Sql["rules_hold_grants"]);
                if (present.HasLimits || next.HasLimits)
                {
                    AddLimits(round, @namespace, next, nowUs);
                }

                round.Add(database.Sql["rules_put"])
                    .With(@namespace).With((long?)next.Version).WithJson(RulesJson.Write(next))
                    .With((bool?)(next.Order == TaskOrder.PriorityFifo)).With(next.MaxPending);
                if (present.Share != next.Share)
                {
                    // Last: claims that hold its lock may wait for nothing that this transaction holds.
                    round.Add(database.Sql["shares_set"]).With(@namespace).With(next.Share);
                }

                writer.AddEvent(
                    round,
                    new NewEvent(
                        EventTypes.RulesChanged, ActorType.Human, "api", Payload: EventPayloads.Namespace(@namespace)),
                    nowUs);
                await ExecuteAsync(connection, round, ct).ConfigureAwait(false);
                return next;
            },
            ct).ConfigureAwait(false);
        await catalog.ReadAsync(ct).ConfigureAwait(false);
        return decided;
    }

    /// <summary>How the limits of a namespace stand.</summary>
    public ValueTask<List<LimitStatus>> LimitsAsync(string @namespace, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["limits_list"]).With(@namespace),
        row => row.AllAsync(
            r => new LimitStatus(
                @namespace,
                r.GetString(0).Length == 0 ? null : r.GetString(0),
                (LimitOf(r, 1) ?? new LimitRules()) with { PerKey = LimitOf(r, 8) },
                r.GetInt32(5), r.GetInt64(6), r.TextOrNull(7)),
            ct),
        ct);

    private static LimitRules? LimitOf(NpgsqlDataReader row, int from) =>
        row.IsDBNull(from) && row.IsDBNull(from + 1) ? null : new LimitRules
        {
            InProgress = row.IntOrNull(from),
            Rate = row.IntOrNull(from + 1) is not { } tasks ? null : new RateRule
            {
                Tasks = tasks,
                Per = TimeSpan.FromMicroseconds(row.GetInt64(from + 2)),
                Burst = row.IntOrNull(from + 3),
            },
        };

    private void AddLimits(Round round, string @namespace, NamespaceRules rules, long? nowUs)
    {
        var scopes = rules.Scopes.ToArray();
        AddLimits(round.Add(database.Sql["limits_set"]), @namespace, scopes, scope => scope.Limit);
        AddLimits(round.Add(database.Sql["key_limits_set"]), @namespace, scopes, scope => scope.Limit.PerKey)
            .With(nowUs);
    }

    private static Round AddLimits(
        Round round, string @namespace, (string Kind, LimitRules Limit)[] scopes,
        Converter<(string Kind, LimitRules Limit), LimitRules?> part)
    {
        var limits = Array.ConvertAll(scopes, part);
        return round
            .With(@namespace).With(Array.ConvertAll(scopes, scope => scope.Kind))
            .With(Array.ConvertAll(limits, limit => limit?.InProgress))
            .With(Array.ConvertAll(limits, limit => limit?.Rate?.Tasks))
            .With(Array.ConvertAll(limits, limit => limit?.Rate?.Per.ToMicroseconds()))
            .With(Array.ConvertAll(limits, limit => limit?.Rate?.Burst))
            .With(Array.ConvertAll(limits, limit => limit?.Rate?.IntervalUs))
            .With(Array.ConvertAll(limits, limit => limit?.Rate?.Size));
    }

    public ValueTask<bool> ResetAsync(
        BreakerKey key, string actor, string? reason, long? nowUs, CancellationToken ct) => database.TransactAsync(
        async connection =>
        {
            var isThere = key.TaskId is { } taskId
                ? await ResetTaskAsync(connection, taskId, nowUs, ct).ConfigureAwait(false)
                : await ResetAgentAsync(connection, key.Agent!, key.Kind, ct).ConfigureAwait(false);
            if (isThere)
            {
                var round = new Round();
                writer.AddEvent(
                    round,
                    new NewEvent(
                        EventTypes.BreakerReset, ActorType.Human, actor, key.TaskId,
                        EventPayloads.Breaker(key.Agent, key.Kind, reason)),
                    nowUs);
                await ExecuteAsync(connection, round, ct).ConfigureAwait(false);
            }

            return isThere;
        },
        ct);

    public ValueTask<int> CleanAsync(long failedBeforeUs, CancellationToken ct) => database.TransactAsync(
        async connection =>
        {
            var agents = new List<int>();
            await database.SendAsync(
                connection,
                new Round().Add(database.Sql["breakers_old"]).With(failedBeforeUs),
                async row =>
                {
                    while (await row.ReadAsync(ct).ConfigureAwait(false))
                    {
                        agents.Add(row.GetInt32(0));
                    }

                    return true;
                },
                ct).ConfigureAwait(false);
            return await database.SendAsync(
                connection,
                new Round().Add(database.Sql["breakers_clean"]).With(agents.ToArray()).With(failedBeforeUs),
                async row =>
                {
                    await row.ReadAsync(ct).ConfigureAwait(false);
                    return (int)row.GetInt64(0);
                },
                ct).ConfigureAwait(false);
        },
        ct);

    /// <summary>The rules of a namespace as they are.</summary>
    public ValueTask<NamespaceRules> GetAsync(string @namespace, CancellationToken ct) => database.RunAsync(
        () => Ask(@namespace), row => ReadAsync(row, ct), ct);

    private ValueTask<NamespaceRules> GetAsync(
        NpgsqlConnection connection, string @namespace, CancellationToken ct) => database.SendAsync(
        connection, Ask(@namespace), row => ReadAsync(row, ct), ct);

    private Round Ask(string @namespace) => new Round().Add(database.Sql["rules_get"]).With(@namespace);

    private static async ValueTask<NamespaceRules> ReadAsync(NpgsqlDataReader row, CancellationToken ct) =>
        await row.ReadAsync(ct).ConfigureAwait(false)
            ? RulesJson.Read(row.GetFieldValue<byte[]>(0))
            : NamespaceRules.Default;

    /// <summary>A task that its breaker quarantined goes back to the queue.</summary>
    private async ValueTask<bool> ResetTaskAsync(
        NpgsqlConnection connection, long taskId, long? nowUs, CancellationToken ct)
    {
        var moves = await reader.LockAsync(connection, [taskId], nowUs, ct).ConfigureAwait(false);
        if (moves.Find(taskId) is not { } standing || !moves.Breakers.HasTripped(taskId))
        {
            return false;
        }

        var place = moves.WithoutTrips(standing.Place);
        if (TaskTransitions.Next(standing.State, TaskOperation.Probe) is { } state)
        {
            moves.MoveTo(new Standing(Stage.Ready, state, place));
        }

        await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> ResetAgentAsync(
        NpgsqlConnection connection, string agent, string? kind, CancellationToken ct) =>
        await database.SendAsync(
            connection,
            new Round().Add(database.Sql["breaker_lock"]).With(agent)
                .Add(database.Sql["breaker_reset"]).With(agent).With(kind ?? ""),
            async row =>
            {
                await row.NextResultAsync(ct).ConfigureAwait(false);
                return await row.ReadAsync(ct).ConfigureAwait(false);
            },
            ct).ConfigureAwait(false);

    private async ValueTask ExecuteAsync(NpgsqlConnection connection, Round round, CancellationToken ct) =>
        await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
}
