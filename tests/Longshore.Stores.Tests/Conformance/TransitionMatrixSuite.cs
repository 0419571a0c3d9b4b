using Longshore.Assignments;
using Longshore.Events;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>
/// Tries every operation in every state and compares with <see cref="TaskTransitions"/>: what the table refuses is
/// refused and changes nothing, what it allows leads where it says.
/// </summary>
public abstract class TransitionMatrixSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private const string First = "first-agent";
    private const string Second = "second-agent";

    private static readonly TaskState[] States =
    [
        TaskState.Waiting, TaskState.Created, TaskState.Assigned, TaskState.InProgress, TaskState.Blocked,
        TaskState.PendingHandoff, TaskState.Quarantined,
        TaskState.Done, TaskState.Failed, TaskState.Cancelled, TaskState.Expired,
    ];

    private bool _inRun;

    public static readonly TheoryData<TaskState, TaskOperation> Cells =
        [.. from state in States
            from operation in Enum.GetValues<TaskOperation>()
            where !AreOneVerb(state, operation)
            select (state, operation)];

    protected override StoreOptions Options => base.Options with
    {
        Breakers = new BreakerOptions
        {
            Task = new BreakerLimits(2, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)),
        },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Operation_leads_where_the_table_says(TaskState state, TaskOperation operation)
    {
        await Register(First, max: 5);
        await Register(Second, max: 5);
        var id = operation switch
        {
            TaskOperation.CompleteLate when state != TaskState.Waiting => await ReachByLoss(state),
            TaskOperation.Quarantine when state == TaskState.InProgress => await ReachLastAttempt(),
            TaskOperation.Probe when state == TaskState.Quarantined => await ReachTripped(),
            TaskOperation.Reopen => await Reach(state, isHeld: false),
            TaskOperation.Conclude => await ReachInRun(state),
            TaskOperation.HandBack when state == TaskState.Assigned => await ReachOffered(),
            _ => await Reach(state),
        };
        var before = await Get(id);
        before.State.ShouldBe(state);

        var isAccepted = await Perform(operation, before);
        var after = await Get(id);
        if (TaskTransitions.Next(state, operation) is { } next)
        {
            isAccepted.ShouldBeTrue();
            after.State.ShouldBe(next);
        }
        else
        {
            isAccepted.ShouldBeFalse();
            Same.Json(after).ShouldBe(Same.Json(before));
        }
    }

    [Fact]
    public void States_that_no_verb_reaches_lead_nowhere() => Enum.GetValues<TaskState>().Except(States)
        .SelectMany(state => Enum.GetValues<TaskOperation>().Select(o => TaskTransitions.Next(state, o)))
        .ShouldAllBe(next => next == null);

    /// <summary>
    /// Rescue performs one on claims, one on offers and one on what is blocked, so none can be tried on the others;
    /// giving back hands back only what is offered. Steps proceed when what is before them ends; a run that begins anew
    /// lets some of its steps wait and proceed in one verb (see the suite of workflows).
    /// </summary>
    private static bool AreOneVerb(TaskState state, TaskOperation operation) =>
        (state == TaskState.Assigned && operation is TaskOperation.LoseClaim or TaskOperation.EndHold)
        || (state == TaskState.InProgress && operation is TaskOperation.LoseOffer or TaskOperation.EndHold)
        || (state != TaskState.Waiting && operation == TaskOperation.Proceed)
        || operation == TaskOperation.Await
        || (operation == TaskOperation.Conclude && state is TaskState.Failed or TaskState.Cancelled)
        || (operation == TaskOperation.HandBack && state is TaskState.InProgress or TaskState.Blocked)
        || (state == TaskState.Blocked && operation is TaskOperation.LoseClaim or TaskOperation.LoseOffer);

    private async Task<long> ReachInRun(TaskState state)
    {
        _inRun = true;
        return await Reach(state);
    }

    /// <summary>The second of two steps.</summary>
    private async Task<long> ReachWaiting()
    {
        var steps = new[] { "before", "after" }.Select((name, i) => new NewStep(
            name, Spec() with { Deadline = Clock.Now.AddHours(1) }, StepRole.Step, i == 0 ? [] : [0]));
        await Start([.. steps]);
        return (await Store.Workflows.ListStepsAsync(1, Ct))[1].Step.TaskId;
    }

    private async Task Start(params NewStep[] steps)
    {
        var run = new NewRun
        {
            Code = "run",
            Namespace = "default",
            Workflow = "matrix",
            Version = 1,
            Input = JsonText.EmptyObject,
            OnFailure = FailurePolicy.CarryOn,
            Steps = steps,
        };
        await Store.Workflows.StartRunAsync(run, NowUs, Ct);
    }

    /// <summary>A task that was handed off and is offered.</summary>
    private async Task<long> ReachOffered()
    {
        var id = await Reach(TaskState.PendingHandoff);
        (await Offer(id)).ShouldBeTrue();
        return id;
    }

    private async Task<HelpOutcome> AskForHelp(WorkTask task) => await Store.Help.AskAsync(
        new NewHelpRequest
        {
            TaskId = task.Id,
            Epoch = task.Epoch,
            Agent = First,
            Type = HelpType.Blocker,
            Description = "no key",
        },
        NowUs, Ct);

    private async Task<HandoffWriteStatus> HandOff(WorkTask task) => (await Store.Handoffs.HandOffAsync(
        [
            new NewHandoff
            {
                TaskId = task.Id,
                Epoch = task.Epoch,
                To = HandoffTarget.ToAgent(Second),
                Summary = "half done",
                Confidence = 0.8,
            },
        ],
        NowUs, Ct))[0].Status;

    /// <summary>Answers what blocks a task, so that it goes on; false when nothing does.</summary>
    private async Task<bool> Answer(WorkTask task, TaskOperation change)
    {
        var open = await Store.Help.ListAsync(new HelpQuery { TaskId = task.Id, OpenOnly = true }, Ct);
        return open.Items is [var request]
            && (await Store.Help.ResolveAsync(request.Id, Second, "here it is", NowUs, Ct)).Change == change;
    }

    /// <summary>A task in the state, granted once before unless it is held now.</summary>
    private async Task<long> Reach(TaskState state, bool isHeld = true)
    {
        if (state == TaskState.Waiting)
        {
            return await ReachWaiting();
        }

        var maxAttempts = state == TaskState.Quarantined ? 2 : 5;
        var spec = Spec() with { Deadline = Clock.Now.AddHours(1), MaxAttempts = maxAttempts };
        if (_inRun)
        {
            await Start(new NewStep("only", spec, StepRole.Step, []));
        }
        else
        {
            await Add(spec);
        }

        var grant = await Take(First);
        var id = grant.TaskId;
        switch (state)
        {
            case TaskState.Created:
                await Finish(grant, FinishKind.Release);
                break;
            case TaskState.Assigned:
                await Finish(grant, FinishKind.Release);
                await Offer(id);
                break;
            case TaskState.Blocked:
                (await AskForHelp(grant.Task)).Status.ShouldBe(HelpWriteStatus.Done);
                if (!isHeld)
                {
                    await Finish(grant, FinishKind.Release);
                }

                break;
            case TaskState.PendingHandoff:
                (await HandOff(grant.Task)).ShouldBe(HandoffWriteStatus.HandedOff);
                break;
            case TaskState.Quarantined:
                await Finish(grant, FinishKind.Fail);
                await StageAll();
                await Finish(await Take(Second), FinishKind.Fail);
                break;
            case TaskState.Done:
                await Finish(grant, FinishKind.Complete);
                break;
            case TaskState.Failed:
                await Finish(new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Fail, Retry = false });
                break;
            case TaskState.Cancelled:
                await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
                break;
            case TaskState.Expired:
                Clock.Advance(TimeSpan.FromHours(1));
                await Store.Tasks.ExpireAsync(1, NowUs, Ct);
                break;
            default:
                break;
        }

        return id;
    }

    /// <summary>A task in the state, the latest claim of which was lost, or the one before if it is held now.</summary>
    private async Task<long> ReachByLoss(TaskState state)
    {
        var maxAttempts = state switch { TaskState.Failed => 1, TaskState.Quarantined => 2, _ => 5 };
        var id = await Add(Spec() with { Deadline = Clock.Now.AddHours(1), MaxAttempts = maxAttempts });
        await Take(First);
        await LoseAll();
        await StageAll();
        switch (state)
        {
            case TaskState.InProgress:
                await Take(Second);
                break;
            case TaskState.Assigned:
                await Offer(id);
                break;
            case TaskState.Quarantined:
                await Take(Second);
                await LoseAll();
                break;
            case TaskState.Blocked:
                await AskForHelp((await Take(First)).Task);
                break;
            case TaskState.PendingHandoff:
                await HandOff((await Take(First)).Task);
                break;
            case TaskState.Done:
                await Finish(new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Complete });
                break;
            case TaskState.Cancelled:
                await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
                break;
            case TaskState.Expired:
                Clock.Advance(TimeSpan.FromHours(1));
                await Store.Tasks.ExpireAsync(1, NowUs, Ct);
                break;
            default:
                break;
        }

        return id;
    }

    /// <summary>A task in progress at its last attempt, with an agent other than the one that failed it.</summary>
    private async Task<long> ReachLastAttempt()
    {
        var id = await Add(Spec() with { MaxAttempts = 2 });
        await Finish(await Take(First), FinishKind.Fail);
        await StageAll();
        await Take(Second);
        return id;
    }

    /// <summary>A task that failed so often that its breaker opened, with attempts left.</summary>
    private async Task<long> ReachTripped()
    {
        var id = await Add(Spec() with { MaxAttempts = 5 });
        await Finish(await Take(First), FinishKind.Fail);
        await StageAll();
        await Finish(await Take(Second), FinishKind.Fail);
        return id;
    }

    private async Task<bool> Offer(long id) => (await Claim(new ClaimRequest
    {
        Agent = Second,
        TaskIds = [id],
        Offer = Lease,
        By = ClaimedBy.Administrator,
    })).Status == ClaimStatus.Granted;

    private async Task<bool> Perform(TaskOperation operation, WorkTask task)
    {
        var epoch = operation == TaskOperation.CompleteLate && task.State
            is TaskState.InProgress or TaskState.Assigned or TaskState.Blocked or TaskState.PendingHandoff
            ? task.Epoch - 1
            : task.Epoch;
        var finish = new Finish { TaskId = task.Id, Epoch = epoch, Kind = FinishKind.Fail, Key = "matrix" };
        switch (operation)
        {
            case TaskOperation.Claim:
                return (await Claim(Second, 1, task.Id)).Status == ClaimStatus.Granted;
            case TaskOperation.Renew:
                return (await Renew(new Grant(task, default), Lease)).Status == ClaimWriteStatus.Accepted;
            case TaskOperation.Complete or TaskOperation.CompleteLate:
                return await IsAccepted(finish with { Kind = FinishKind.Complete });
            case TaskOperation.Fail or TaskOperation.Quarantine:
                return await IsAccepted(finish);
            case TaskOperation.FailForGood:
                return await IsAccepted(finish with { Retry = false });
            case TaskOperation.Snooze:
                return await IsAccepted(finish with { Kind = FinishKind.Snooze });
            case TaskOperation.Release:
                return await IsAccepted(finish with { Kind = FinishKind.Release });
            case TaskOperation.Offer:
                return await Offer(task.Id);
            case TaskOperation.Accept:
                return (await Accept(new Grant(task, default))).Status == ClaimWriteStatus.Accepted;
            case TaskOperation.Reject:
                return await IsAccepted(finish with { Kind = FinishKind.Reject });
            case TaskOperation.Evict:
                var evicted = await Store.Tasks.EvictAsync([task.Id], "the boss", null, NowUs, Ct);
                return evicted[0].Status == ChangeStatus.Changed;
            case TaskOperation.Probe:
                return await StageAll() > 0;
            case TaskOperation.LoseClaim or TaskOperation.LoseOffer:
                return (await LoseAll()).Count > 0;
            case TaskOperation.EndHold:
                Clock.Advance(TimeSpan.FromHours(1));
                return (await Store.Tasks.RescueAsync(10, NowUs, Ct)).Count > 0;
            case TaskOperation.HandBack:
                return await IsAccepted(finish with { Kind = FinishKind.Release })
                    && (await Get(task.Id)).State == TaskState.PendingHandoff;
            case TaskOperation.HandOff:
                return await HandOff(task) == HandoffWriteStatus.HandedOff;
            case TaskOperation.Withdraw:
                var back = await Store.Handoffs.WithdrawAsync([task.Id], ActorType.Human, "boss", null, NowUs, Ct);
                return back[0].Status == ChangeStatus.Changed;
            case TaskOperation.Block:
                return (await AskForHelp(task)).Status == HelpWriteStatus.Done;
            case TaskOperation.Unblock or TaskOperation.Reopen:
                return await Answer(task, operation);
            case TaskOperation.Cancel:
                return (await Store.Tasks.CancelAsync([task.Id], null, NowUs, Ct))[0].Status == ChangeStatus.Changed;
            case TaskOperation.Retry:
                return (await Store.Tasks.RetryAsync([task.Id], NowUs, Ct))[0].Status == ChangeStatus.Changed;
            case TaskOperation.Expire:
                Clock.Advance(TimeSpan.FromHours(2));
                return (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).Count > 0;
            case TaskOperation.Proceed:
                var before = await Take(First);
                return await IsAccepted(
                    finish with { TaskId = before.TaskId, Epoch = 1, Kind = FinishKind.Complete });
            case TaskOperation.Conclude:
                var step = task.State == TaskState.Waiting ? "after" : "only";
                return (await Store.Workflows.ResolveStepAsync(
                    1, step, JsonText.EmptyObject, NowUs, Ct)).Status == RunChangeStatus.Changed;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "teach the matrix how to try it");
        }
    }

    private async Task<bool> IsAccepted(Finish finish) => (await Finish(finish)).Status == ClaimWriteStatus.Accepted;
}
