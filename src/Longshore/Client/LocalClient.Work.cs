using Longshore.Assignments;
using Longshore.Engine;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Claiming, and what a holder says of its claim.</summary>
internal sealed partial class LocalClient
{
    public async Task<IReadOnlyList<Grant>> ClaimAsync(
        ClaimRequest request, TimeSpan wait = default, CancellationToken ct = default)
    {
        var asked = Checked(request);
        wait = CheckedWait(wait);
        ct.ThrowIfCancellationRequested();
        if (wait > TimeSpan.Zero)
        {
            await PrepareToWaitAsync(asked.Agent, ct).ConfigureAwait(false);
        }

        var grants = await AskAsync(asked, wait, ct).ConfigureAwait(false);
        return await WithNotesAsync(grants, ct).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Grant>> AskAsync(ClaimRequest request, TimeSpan wait, CancellationToken ct)
    {
        using var call = new ClaimCall(request, wait, _clock, engine.Room);
        IReadOnlyList<Grant> grants;
        using (ct.UnsafeRegister((state, token) => ((ClaimCall)state!).Cancel(token), call))
        {
            engine.Room.Ask(call);
            grants = await call.Completion.ConfigureAwait(false);
        }

        if (ct.IsCancellationRequested && grants.Count > 0)
        {
            engine.Room.GiveBack(grants);
            ct.ThrowIfCancellationRequested();
        }

        return grants;
    }

    public async Task<IReadOnlyList<DiscoveredTask>> DiscoverAsync(
        DiscoverQuery query, TimeSpan wait = default, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        AgentNames.Check(query.Agent, "agent");
        TaskValidation.Range(query.Limit, 1, Limits.DiscoverMax, "limit");
        CheckKinds(query.Kinds);
        wait = CheckedWait(wait);
        var found = await LookAsync(query, ct).ConfigureAwait(false);
        return found.Count > 0 || wait == TimeSpan.Zero
            ? found
            : await WatchAsync(query, wait, ct).ConfigureAwait(false);
    }

    public async Task<DateTimeOffset> RenewAsync(Renewal renewal, CancellationToken ct = default)
    {
        CallRules.Check(renewal);
        return await ExtendAsync(renewal, ct).ConfigureAwait(false);
    }

    public async Task<FinishOutcome> FinishAsync(Finish finish, CancellationToken ct = default)
    {
        var command = new FinishCall(Checked(finish));
        ct.ThrowIfCancellationRequested();
        engine.Processor.Send(command);
        var outcome = await command.Completion.ConfigureAwait(false);
        Demand(outcome.Status, outcome.State, finish.TaskId, finish.Epoch, CallRules.StatusAfter(finish.Kind));
        return outcome;
    }

    private async Task<DateTimeOffset> ExtendAsync(Renewal renewal, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var command = new RenewCall(renewal with { Lease = engine.Options.Clamp(renewal.Lease) });
        engine.Processor.Send(command);
        var outcome = await command.Completion.ConfigureAwait(false);
        Demand(outcome.Status, outcome.State, renewal.TaskId, renewal.Epoch, AssignmentStatus.InProgress);
        return UnixTime.FromMicroseconds(outcome.LeaseUntilUs);
    }

    private async Task<IReadOnlyList<DiscoveredTask>> WatchAsync(
        DiscoverQuery query, TimeSpan wait, CancellationToken ct)
    {
        await PrepareToWaitAsync(query.Agent, ct).ConfigureAwait(false);
        var watch = new DiscoverWatch(query.Agent, query.Kinds, _clock.GetUtcNow());
        var started = _clock.GetTimestamp();
        engine.Room.Watch(watch);
        try
        {
            while (true)
            {
                var signal = watch.NextSignal();
                var found = await LookAsync(query, ct).ConfigureAwait(false);
                var left = wait - _clock.GetElapsedTime(started);
                if (found.Count > 0 || left <= TimeSpan.Zero || watch.IsClosed)
                {
                    return found;
                }

                await signal.WaitAsync(left, _clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ct.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            engine.Room.Unwatch(watch);
        }
    }

    private async Task<IReadOnlyList<DiscoveredTask>> LookAsync(DiscoverQuery query, CancellationToken ct) =>
        await _queries.DiscoverAsync(query, ct: ct).ConfigureAwait(false) ?? throw UnknownAgent(query.Agent);

    // Whoever waits is woken by what is known of his profile; another process may have registered him.
    private async ValueTask PrepareToWaitAsync(string agent, CancellationToken ct)
    {
        if (engine.Room.Count >= engine.Room.Capacity)
        {
            throw new LongshoreException(
                ErrorCode.Unavailable, $"{engine.Room.Capacity} callers wait for work here already; try again");
        }

        if (!engine.Room.Knows(agent))
        {
            var known = await _queries.GetAgentAsync(agent, ct).ConfigureAwait(false) ?? throw UnknownAgent(agent);
            engine.Room.Learn(known.Profile);
        }
    }

    private ClaimRequest Checked(ClaimRequest request)
    {
        CallRules.Check(request);
        AgentNames.Check(request.Agent, "agent");
        TaskValidation.Range(request.Max, 1, Limits.BatchMax, "max");
        TaskValidation.Range(request.Prefetch, 0, Limits.PrefetchMax, "prefetch");
        TaskValidation.Range(request.TaskIds.Count, 0, Limits.BatchMax, "task_ids.length");
        TaskValidation.OptionalWord(request.Key, "key");
        CheckKinds(request.Kinds);
        if (request.Lease <= TimeSpan.Zero)
        {
            throw LongshoreException.Invalid("lease_seconds", "must be longer than 0");
        }

        return request with { Lease = engine.Options.Clamp(request.Lease) };
    }

    private static Finish Checked(Finish finish)
    {
        CallRules.Check(finish);
        TaskValidation.OptionalWord(finish.Key, "key");
        if (finish.Delay is { } delay && (delay < TimeSpan.Zero || delay > Limits.DurationMax))
        {
            throw LongshoreException.Invalid(
                "delay_seconds",
                $"must be from 0 to {Limits.DurationMax.TotalDays:0} days, not {delay.TotalSeconds} seconds");
        }

        return finish.Error?.Length > Limits.ErrorLengthMax
            || finish.ErrorDetail?.Length > Limits.ErrorDetailLengthMax
            ? finish with
            {
                Error = CallRules.Cut(finish.Error, Limits.ErrorLengthMax),
                ErrorDetail = CallRules.Cut(finish.ErrorDetail, Limits.ErrorDetailLengthMax),
            }
            : finish;
    }

    private static TimeSpan CheckedWait(TimeSpan wait) =>
        wait < TimeSpan.Zero
            ? throw LongshoreException.Invalid("wait_seconds", "cannot be negative")
            : wait > Limits.WaitMax ? Limits.WaitMax : wait;

    private static void CheckKinds(IReadOnlyList<string> kinds)
    {
        TaskValidation.Range(kinds.Count, 0, Limits.AgentListMax, "kinds.length");
        foreach (var kind in kinds)
        {
            TaskValidation.Word(kind, "kinds");
        }
    }

    private static AssignmentStatus HeldAs(TaskState state) =>
        state == TaskState.Blocked ? AssignmentStatus.Blocked : AssignmentStatus.Assigned;

    private static void Demand(
        ClaimWriteStatus status, TaskState state, long taskId, int epoch, AssignmentStatus wanted)
    {
        if (status == ClaimWriteStatus.NotFound)
        {
            throw UnknownTask(taskId);
        }

        if (status == ClaimWriteStatus.Stale)
        {
            throw new LongshoreException(
                ErrorCode.StaleClaim,
                $"epoch {epoch} of task {taskId} no longer holds; the task is {state.ToWire()}",
                "epoch");
        }

        if (status == ClaimWriteStatus.Refused)
        {
            throw new LongshoreException(
                ErrorCode.WrongState,
                $"task {taskId}: {AssignmentTransitions.Refusal(HeldAs(state), wanted)}",
                "epoch");
        }
    }
}
