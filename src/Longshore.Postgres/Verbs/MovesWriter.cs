using Longshore.Agents;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Tells the database what was decided.</summary>
internal sealed class MovesWriter(Database database)
{
    /// <summary>Writes in a round trip of its own; none when nothing moved.</summary>
    public async ValueTask WriteAsync(NpgsqlConnection connection, Moves moves, CancellationToken ct)
    {
        var round = new Round();
        Add(round, moves);
        if (round.Count > 0)
        {
            await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Adds the statements to a round; none when nothing moved.</summary>
    public void Add(Round round, Moves moves)
    {
        var moved = moves.Moved.ToList();
        Remove(round, database.Sql["ready_remove"], moved, Stage.Ready);
        if (moved.Exists(move => move.From.Stage == Stage.Claims))
        {
            round.Add(database.Sql["claims_remove_lock"]);
            Remove(round, database.Sql["claims_remove"], moved, Stage.Claims);
        }

        Remove(round, database.Sql["deferred_remove"], moved, Stage.Deferred);
        Remove(round, database.Sql["parked_remove"], moved, Stage.Parked);
        Remove(round, database.Sql["finished_remove"], moved, Stage.Finished);
        var arrived = moved.ConvertAll(m => m.To).ToLookup(standing => standing.Stage);
        AddPlaces(round, database.Sql["ready_add"], [.. arrived[Stage.Ready]]);
        if (AddPlaces(round, database.Sql["deferred_add"], [.. arrived[Stage.Deferred]]) is { } deferred)
        {
            round.With(Each(deferred, s => s.UntilUs!.Value));
        }

        if (AddPlaces(round, database.Sql["parked_add"], [.. arrived[Stage.Parked]]) is { } parked)
        {
            round.With(Each(parked, s => (short)s.State)).With(Each(parked, s => s.UntilUs));
        }

        AddFinished(round, moves, [.. arrived[Stage.Finished]]);
        AddLate(round, moves);
        AddKept(round, moves);
        AddBreakers(round, moves);
        AddAgents(round, moves);
        AddLessons(round, moves);
        AddKeys(round, moves);
        if (moves.Reprioritised.Count > 0)
        {
            round.Add(database.Sql["tasks_reprioritise"])
                .With([.. moves.Reprioritised.Keys]).With((short[])[.. moves.Reprioritised.Values]);
        }

        if (moves.RestoredDeadlines.Count > 0)
        {
            round.Add(database.Sql["deadlines_restore"]).With(moves.RestoredDeadlines.ToArray());
        }

        AddRelaxing(round, moves);
        AddLimitKeys(round, moved, moves.NowUs);
        AddErrorDetails(round, moves.ErrorDetails);
        AddRuns(round, moves.Runs);
        AddReady(round, moves.Runs.BecameReady, moves.NowUs);
        AddClaimEvents(round, moves);
        foreach (var (happened, epoch) in moves.Events)
        {
            AddEvent(round, happened, moves.NowUs, epoch);
        }
    }

    private void AddRelaxing(Round round, Moves moves)
    {
        if (moves.RelaxedAgain.Count > 0)
        {
            round.Add(database.Sql["relaxing_again"]).With(moves.RelaxedAgain.ToArray()).With(moves.NowUs);
        }

        if (moves.Unrelaxed.Count > 0)
        {
            round.Add(database.Sql["relaxing_remove"]).With(moves.Unrelaxed.ToArray());
        }
    }

    /// <summary>What left the queue or its holders leaves room to others of its limit key.</summary>
    private void AddLimitKeys(Round round, List<(Standing From, Standing To)> moved, long nowUs)
    {
        var keyed = moved.Select(m => m.From).Where(from => (from.Place.Flags & PlaceFlags.Keyed) != 0)
            .ToLookup(from => from.Stage, from => from.Place.Id);
        if (keyed.Contains(Stage.Claims))
        {
            round.Add(database.Sql["keys_give"]).With(keyed[Stage.Claims].ToArray()).With((long?)nowUs);
        }

        SettleKeys(round, [.. keyed[Stage.Ready]], nowUs);
    }

    /// <summary>Opens and shuts tasks of the limit keys of such as left their places in the queue.</summary>
    public void SettleKeys(Round round, long[] left, long nowUs)
    {
        if (left.Length > 0)
        {
            round.Add(database.Sql["keys_settle"]).With(left).With((long?)nowUs);
        }
    }

    private void AddErrorDetails(Round round, List<(long TaskId, int Epoch, string Text)> details)
    {
        if (details.Count > 0)
        {
            round.Add(database.Sql["error_details_add"])
                .With(Each(details, d => d.TaskId)).With(Each(details, d => d.Epoch)).With(Each(details, d => d.Text));
        }
    }

    /// <summary>Adds an event of its own.</summary>
    public void AddEvent(Round round, NewEvent happened, long? nowUs, int? epoch = null) => round
        .Add(database.Sql["hot_event"])
        .With(happened.Type).With((int)happened.ActorType).With(happened.Actor).With(happened.TaskId)
        .WithJson(happened.Payload.IsNone ? null : happened.Payload.Memory.ToArray())
        .With(happened.CorrelationId).With(nowUs).With(epoch);

    /// <summary>Notes tasks that can be claimed from now on.</summary>
    public void AddReady(Round round, IReadOnlyList<long> tasks, long nowUs)
    {
        foreach (var part in tasks.Chunk(Limits.BatchMax))
        {
            round.Add(database.Sql["tasks_ready_note"]).With((long?)nowUs).With(part);
        }
    }

    private void AddRuns(Round round, RunLedger runs)
    {
        var changed = runs.ChangedRuns.Values.ToList();
        if (changed.Count > 0)
        {
            round.Add(database.Sql["runs_set"])
                .With(Each(changed, r => r.Id)).With(Each(changed, r => (short)r.State))
                .With(Each(changed, r => r.Reason)).With(Each(changed, r => r.Steps)).With(Each(changed, r => r.Open))
                .With(Each(changed, r => r.Failed)).With(Each(changed, r => r.EndedAt?.ToMicroseconds()))
                .With(Each(changed, r => r.Cancelled)).With(Each(changed, r => (short)r.Batch));
        }

        if (runs.Filled.Count > 0)
        {
            round.Add(database.Sql["tasks_fill"])
                .With([.. runs.Filled.Keys]).WithJson([.. runs.Filled.Values.Select(p => p.Memory.ToArray())]);
        }

        var steps = runs.ChangedSteps.Values.ToList();
        if (steps.Count > 0)
        {
            round.Add(database.Sql["run_steps_set"])
                .With(Each(steps, s => s.TaskId)).With(Each(steps, s => (short)s.Outcome))
                .With(Each(steps, s => s.Open)).With(Each(steps, s => s.Led)).With(Each(steps, s => s.Asked));
        }

        AddDependencies(round, runs.NewDependencies);
    }

    /// <summary>Adds which steps depend on which.</summary>
    public void AddDependencies(Round round, IReadOnlyList<(long TaskId, long DependsOn)> pairs)
    {
        if (pairs.Count > 0)
        {
            round.Add(database.Sql["dependencies_add"])
                .With(Each(pairs, d => d.TaskId)).With(Each(pairs, d => d.DependsOn));
        }
    }

    private static void Remove(Round round, string sql, List<(Standing From, Standing To)> moved, Stage stage)
    {
        var ids = moved.Where(m => m.From.Stage == stage).Select(m => m.From.Place.Id).ToArray();
        if (ids.Length > 0)
        {
            round.Add(sql).With(ids);
        }
    }

    private static List<Standing>? AddPlaces(Round round, string sql, List<Standing> arrived)
    {
        if (arrived.Count == 0)
        {
            return null;
        }

        round.Add(sql)
            .With(Each(arrived, s => s.Place.Id)).With(Each(arrived, s => s.Place.ClassId))
            .With(Each(arrived, s => s.Place.Rank)).With(Each(arrived, s => s.Place.Epoch))
            .With(Each(arrived, s => s.Place.Attempts)).With(Each(arrived, s => s.Place.Failures))
            .With(Each(arrived, s => (short)s.Place.Priority)).With(Each(arrived, s => (short)s.Place.Flags));
        return arrived;
    }

    /// <summary>A claim that ended with its task has its record there, others in a row of their own.</summary>
    private void AddFinished(Round round, Moves moves, List<Standing> arrived)
    {
        var last = new ClaimRecord?[arrived.Count];
        var records = moves.NewRecords.ToDictionary(r => (r.TaskId, r.Epoch));
        for (var i = 0; i < last.Length; i++)
        {
            // What was settled by hand had no holder, though it was held before.
            if (arrived[i].AgentId is not null)
            {
                records.Remove((arrived[i].Place.Id, arrived[i].Place.Epoch), out last[i]);
            }
        }

        AddRecords(round, [.. records.Values]);
        if (AddPlaces(round, database.Sql["finished_add"], arrived) is not null)
        {
            round.With(Each(arrived, s => (short)s.State)).With(Each(arrived, s => s.AgentId))
                .With(Each(arrived, s => s.EndedUs)).With(Each(last, r => r?.GrantedUs))
                .With(Each(last, r => (short?)r?.Outcome)).With(Each(last, r => r?.Single))
                .WithJson(Each(arrived, s => s.Result.IsNone ? null : s.Result.Memory.ToArray()))
                .With(Each(arrived, s => s.Error)).With(Each(last, r => r?.Key));
        }
    }

    private void AddRecords(Round round, List<ClaimRecord> records)
    {
        if (records.Count > 0)
        {
            round.Add(database.Sql["assignments_add"])
                .With(Each(records, r => r.TaskId)).With(Each(records, r => r.Epoch))
                .With(Each(records, r => r.AgentId)).With(Each(records, r => r.GrantedUs))
                .With(Each(records, r => r.EndedUs)).With(Each(records, r => (short)r.Outcome))
                .With(Each(records, r => r.Single)).With(Each(records, r => r.Error)).With(Each(records, r => r.Key))
                .With(Each(records, r => (short?)r.Reason));
        }
    }

    private void AddKeys(Round round, Moves moves)
    {
        if (moves.KeysTaken.Count > 0)
        {
            round.Add(database.Sql["unique_take"])
                .With([.. moves.KeysTaken.Values]).With((byte[]?[])[.. moves.KeysTaken.Keys])
                .With((long?)moves.NowUs);
        }
    }

    private void AddLate(Round round, Moves moves)
    {
        var late = moves.LateRecords;
        if (late.Count > 0)
        {
            round.Add(database.Sql["assignments_late"])
                .With(Each(late, r => r.TaskId)).With(Each(late, r => r.Epoch))
                .With(Each(late, r => r.EndedUs)).With(Each(late, r => r.Key));
        }
    }

    private void AddKept(Round round, Moves moves)
    {
        if (moves.Unkept.Count > 0)
        {
            round.Add(database.Sql["kept_remove"]).With(moves.Unkept.ToArray());
        }

        if (moves.Kept.Count > 0)
        {
            var kept = moves.Kept.ToList();
            round.Add(database.Sql["kept_put"])
                .With(Each(kept, k => k.Key.TaskId)).With(Each(kept, k => k.Key.AgentId))
                .With(Each(kept, k => k.Value.UntilUs)).With(Each(kept, k => (short)k.Value.Cause));
        }

        if (moves.Withdrawn.Count > 0)
        {
            round.Add(database.Sql["handoffs_withdraw"]).With(moves.Withdrawn.ToArray()).With((long?)moves.NowUs);
        }

        if (moves.Begun.Count > 0)
        {
            round.Add(database.Sql["help_close"])
                .With(Each(moves.Begun, b => b.TaskId)).With(Each(moves.Begun, b => b.EndedUs));
        }

        if (moves.Drafts.Count > 0)
        {
            round.Add(database.Sql["drafts_remove"]).With(moves.Drafts.ToArray());
        }
    }

    private void AddBreakers(Round round, Moves moves)
    {
        var agents = moves.Breakers.AgentChanges.ToLookup(b => b.Breaker is null);
        var (present, gone) = (agents[false].ToList(), agents[true].ToList());
        if (present.Count > 0)
        {
            round.Add(database.Sql["agent_breakers_put"])
                .With(Each(present, b => b.AgentId)).With(Each(present, b => b.Kind))
                .With(Each(present, b => b.Breaker!.Failures)).With(Each(present, b => b.Breaker!.Trips))
                .With(Each(present, b => b.Breaker!.LastFailureUs)).With(Each(present, b => b.Breaker!.OpenUntilUs))
                .With(Each(present, b => b.Breaker!.ProbeTaskId)).With(Each(present, b => b.Breaker!.ProbeEpoch));
        }

        if (gone.Count > 0)
        {
            round.Add(database.Sql["agent_breakers_remove"])
                .With(Each(gone, b => b.AgentId)).With(Each(gone, b => b.Kind));
        }

        var tasks = moves.Breakers.TaskChanges.ToLookup(b => b.Breaker is null);
        var (opened, over) = (tasks[false].ToList(), tasks[true].ToList());
        if (opened.Count > 0)
        {
            round.Add(database.Sql["task_breakers_put"])
                .With(Each(opened, b => b.TaskId)).With(Each(opened, b => b.Breaker!.Failures))
                .With(Each(opened, b => b.Breaker!.Trips)).With(Each(opened, b => b.Breaker!.LastFailureUs))
                .With(Each(opened, b => b.Breaker!.OpenUntilUs));
        }

        if (over.Count > 0)
        {
            round.Add(database.Sql["task_breakers_remove"]).With(Each(over, b => b.TaskId));
        }
    }

    private void AddAgents(Round round, Moves moves)
    {
        var changed = moves.Agents.OrderBy(agent => agent.Key).ToList();
        if (changed.Count > 0)
        {
            round.Add(database.Sql["agents_change"])
                .With(Each(changed, a => a.Key)).With(Each(changed, a => a.Value.Load))
                .With(Each(changed, a => a.Value.Completed)).With(Each(changed, a => a.Value.Failed))
                .With(Each(changed, a => a.Value.Seen))
                .With(Each(changed, a => moves.Breakers.GrowthOf(a.Key))).With(moves.NowUs);
        }
    }

    private void AddLessons(Round round, Moves moves)
    {
        var lessons = moves.Lessons.ToList();
        if (lessons.Count > 0)
        {
            var (agents, classes) = (Each(lessons, l => l.Key.AgentId), Each(lessons, l => l.Key.ClassId));
            var good = Each(lessons, l => l.Value.Good * Evidence.One);
            var bad = Each(lessons, l => l.Value.Bad * Evidence.One);
            var halfLifeUs = database.Options.Store.ReputationHalfLife.ToMicroseconds();
            round.Add(database.Sql["agents_learn"])
                .With(agents).With(good).With(bad).With(moves.NowUs).With(halfLifeUs);
            round.Add(database.Sql["records_learn"])
                .With(agents).With(classes).With(good).With(bad).With(moves.NowUs).With(halfLifeUs);
        }
    }

    private void AddClaimEvents(Round round, Moves moves)
    {
        foreach (var type in moves.ClaimEvents.GroupBy(e => e.Type))
        {
            foreach (var part in type.Chunk(Limits.BatchMax))
            {
                round.Add(database.Sql["claim_events_add"])
                    .With(moves.NowUs).With(type.Key)
                    .With(Each(part, e => e.Claim.TaskId)).With(Each(part, e => e.Claim.Epoch))
                    .With(Each(part, e => e.Claim.AgentId)).With(Each(part, e => (short)e.LedTo));
            }
        }
    }

    private static TValue[] Each<T, TValue>(IReadOnlyList<T> items, Func<T, TValue> value)
    {
        var values = new TValue[items.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(items[i]);
        }

        return values;
    }
}
